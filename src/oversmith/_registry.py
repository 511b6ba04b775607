"""Every method of Oversmith by name, without importing any of them.

The public names of the package load lazily from here; the command line lists and finds methods here.
"""

from __future__ import annotations

import difflib
import importlib
from dataclasses import dataclass
from typing import Any

from oversmith.exceptions import InputError


@dataclass(frozen=True)
class Method:
    """One method: where it lives and what a reader wants to know before loading it.

    Parameters
    ----------
    name : str
        Class name, the public name in ``oversmith``.
    kebab : str
        The name on the command line.
    module : str
        Module that defines the class.
    document : str
        Document that publishes the method.
    modality : str
        Kind of data: ``"table"``, ``"series"``, ``"spectra"`` or ``"image"``.
    needs : str
        What the method needs beyond two rows of a class.
    cost : str
        Cost class: ``"low"`` (milliseconds), ``"medium"`` (seconds), ``"high"`` (minutes).
    summary : str
        One sentence.
    """

    name: str
    kebab: str
    module: str
    document: str
    modality: str
    needs: str
    cost: str
    summary: str


METHODS: dict[str, Method] = {
    method.kebab: method
    for method in (
        Method(
            name="EOWGAN",
            kebab="eo-wgan",
            module="oversmith.samplers.eo_wgan",
            document="000",
            modality="table",
            needs="two rows of the class",
            cost="medium",
            summary="SMOTE rows refined by a Wasserstein GAN trained on minority and SMOTE rows together.",
        ),
    )
}

# Public names that are not methods: name → module.
_OTHER = {"load": "oversmith.samplers.persistence"}


def method(kebab: str) -> Method:
    """Look a method up by its command-line name.

    Parameters
    ----------
    kebab : str
        Name in kebab case.

    Returns
    -------
    Method
        The entry.

    Raises
    ------
    InputError
        For an unknown name; the message suggests the nearest one.

    Examples
    --------
    >>> from oversmith._registry import method
    >>> method("eo-wgan").name
    'EOWGAN'
    """
    if kebab in METHODS:
        return METHODS[kebab]
    near = difflib.get_close_matches(kebab.lower(), METHODS, n=1, cutoff=0.4)
    hint = f"did you mean {near[0]!r}?" if near else f"known methods: {', '.join(METHODS)}"
    raise InputError(f"method: {kebab!r} is not a method of Oversmith; {hint}")


def load_class(kebab: str) -> Any:
    """Import the class of a method, named in kebab case.

    Parameters
    ----------
    kebab : str
        Name in kebab case.

    Returns
    -------
    type
        The sampler class.
    """
    entry = method(kebab)
    return getattr(importlib.import_module(entry.module), entry.name)


def public_names() -> dict[str, str]:
    """Public names of the package: name → module that defines it.

    Examples
    --------
    >>> from oversmith._registry import public_names
    >>> public_names()["EOWGAN"]
    'oversmith.samplers.eo_wgan'
    """
    return {entry.name: entry.module for entry in METHODS.values()} | _OTHER
