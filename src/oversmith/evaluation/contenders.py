"""Contenders: the ways to treat imbalance that are compared, as data and by name."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Literal

from oversmith._registry import ALIASES, METHODS, check_modality, load_class, method
from oversmith.evaluation.builders import (
    Situation,
    adasyn,
    borderline_smote,
    method_sampler,
    random_over_sampling,
    random_under_sampling,
    smote,
)
from oversmith.evaluation.checks import check_list
from oversmith.evaluation.pipeline import split_kinds
from oversmith.exceptions import InputError, nearest_hint
from oversmith.io.bounds import Bounds


@dataclass(frozen=True)
class Contender:
    """A way to treat imbalance.

    Parameters
    ----------
    name, title : str
        Key in records, and name for readers.
    sampler : str or None
        Name of the sampler; None without one.
    build : callable, optional
        A module-level function from a :class:`Situation` to a sampler.
    before : {"plain", "one-hot", "classifiers"}, default="plain"
        Place in the pipeline: on the raw frame, on the encoded table before one-hot encoding, or on the numbers
        that classifiers see.
    balanced : bool, default=False
        Class weights.
    shares_fit_with : str, optional
        The contender whose fits this one shares; it is recorded at another threshold.
    fill : float, optional
        Share of the deficit that is filled, for the record.
    trained : bool, default=False
        The sampler trains networks: it is compiled outside the clock and its history is stored.
    synthetic_weight : float, optional
        Weight of a synthetic row in the classifiers, a real one weighing 1; None hands on no weights, so that
        classifiers that take none take part.
    """

    name: str
    title: str
    sampler: str | None = None
    build: Callable[[Situation], Any] | None = None
    before: Literal["plain", "one-hot", "classifiers"] = "plain"
    balanced: bool = False
    shares_fit_with: str | None = None
    fill: float | None = None
    trained: bool = False
    synthetic_weight: float | None = None

    def describe(self) -> dict[str, Any]:
        """Entry of the record."""
        return {"name": self.name, "title": self.title, "sampler": self.sampler, "fill": self.fill}


NONE = Contender("none", "Nothing")
NONE_TUNED = Contender("none-tuned", "Nothing, tuned threshold", shares_fit_with="none")
SMOTE_NAMES = ("smote", "smotenc", "smoten")
# Shares of the deficit every method is tried with.
FILLS = (0.33, 1.0)
DEFAULT_METHODS = {
    "table": ("eo-wgan",),
    "series": ("eo-wgan",),
    "spectra": ("three-player-gan",),
    "image": ("cgan",),
}
"""Methods of Oversmith that take part where none is named, by what the rows are; spectra are series with an axis."""


def default_contenders(
    kinds: Mapping[str, str],
    methods: Sequence[str] | None = None,
    modality: str = "table",
    bounds: Bounds = None,
) -> tuple[Contender, ...]:
    """Contenders of a table.

    Parameters
    ----------
    kinds : mapping of str to str
        Column to kind; they decide between SMOTE, SMOTENC and SMOTEN.
    methods : sequence of str, optional
        Methods of Oversmith that take part, in kebab case; those of :data:`DEFAULT_METHODS` otherwise.
    modality : {"table", "series", "image"}, default="table"
        What the rows are. For series SMOTE is :class:`oversmith.SMOTE`, and a warp of time takes part; for images
        SMOTE mixes them pixel by pixel.
    bounds : {"observed", "non-negative"} or (float, float), optional
        What generated series and images keep to; whatever the methods do by default, otherwise.

    Returns
    -------
    tuple of Contender
        In the order of the report.

    Raises
    ------
    InputError
        For a method that does not take such rows.

    Examples
    --------
    >>> from oversmith.evaluation.contenders import default_contenders
    >>> [c.name for c in default_contenders({"age": "numeric", "sex": "categorical"})]
    ['none', 'none-tuned', 'class-weight', 'random-over-sampling', 'smotenc', 'eo-wgan-0.33', 'eo-wgan-1.0']
    """
    methods = DEFAULT_METHODS[modality] if methods is None else methods
    for kebab in methods:
        check_modality(kebab, modality)
    options: dict[str, Any] = {} if bounds is None else {"bounds": bounds}
    if modality == "series":
        rivals = (
            method_contender("smote", fill=1.0, **options),
            method_contender("time-warp", name="time-warp", title="Time warp", fill=1.0, **options),
        )
        return (*_untreated(), *rivals, *method_contenders(methods, **options))
    numeric, categorical = split_kinds(kinds)
    kin = "smote" if not categorical else "smotenc" if numeric else "smoten"
    return (
        *_untreated(),
        Contender(kin, kin.upper(), kin, smote, before="one-hot", fill=1.0),
        *method_contenders(methods, **options),
    )


def _untreated() -> tuple[Contender, ...]:
    return (
        NONE,
        NONE_TUNED,
        Contender("class-weight", "Class weights", balanced=True),
        Contender(
            "random-over-sampling", "Random over-sampling", "random-over-sampling", random_over_sampling, fill=1.0
        ),
    )


def method_contenders(methods: Sequence[str], **parameters: Any) -> tuple[Contender, ...]:
    """Make the contenders of Oversmith's methods: each fills a third of the deficit, and all of it.

    Parameters
    ----------
    methods : sequence of str
        Names in kebab case.
    **parameters : object
        Parameters of every sampler.

    Returns
    -------
    tuple of Contender
        Two per method; one for a method that decides by itself how much to fill.

    Raises
    ------
    InputError
        For an unknown name; the message suggests the nearest one.

    Examples
    --------
    >>> from oversmith.evaluation.contenders import method_contenders
    >>> [c.name for c in method_contenders(["jitter", "auto"])]
    ['jitter-0.33', 'jitter-1.0', 'auto']
    """
    contenders = []
    for kebab in methods:
        if _decides_itself(kebab):
            contenders.append(method_contender(kebab, **parameters))
            continue
        title = method(kebab).title
        contenders += [
            method_contender(kebab, name=f"{kebab}-{fill}", title=f"{title}, fill {fill}", fill=fill, **parameters)
            for fill in FILLS
        ]
    return tuple(contenders)


def method_contender(
    kebab: str,
    *,
    name: str | None = None,
    title: str | None = None,
    fill: float | None = None,
    synthetic_weight: float | None = None,
    bounds: Bounds = None,
    **parameters: Any,
) -> Contender:
    """Make a contender of one method of Oversmith with parameters of one's own.

    Parameters
    ----------
    kebab : str
        The method in kebab case.
    name, title : str, optional
        Key in records, and name for readers; those of the method by default.
    fill : float, optional
        Share of the deficit that is filled; the method's default where not given.
    synthetic_weight : float, optional
        Weight of a synthetic row in the classifiers, at least 0, a real one weighing 1; classifiers that take no
        weights are then skipped.
    bounds : {"observed", "non-negative"} or (float, float), optional
        What generated series and images keep to.
    **parameters : object
        Parameters of the sampler.

    Returns
    -------
    Contender
        The contender.

    Raises
    ------
    InputError
        For an unknown method or parameter, a share or a weight for a method that decides by itself, a weight that
        is no number from 0 up, or one for a sampler that also takes real rows away.

    Examples
    --------
    >>> from oversmith.evaluation import method_contender
    >>> method_contender("jitter", name="jitter-wide", fill=0.5, width=0.3).sampler
    'jitter'
    """
    entry = method(kebab)
    known = load_class(kebab)().get_params()
    for parameter in parameters if fill is None else ("fill", *parameters):
        if parameter not in known or parameter == "random_state":
            hint = nearest_hint(parameter, known)
            raise InputError("parameters", f"{parameter!r} is no parameter to be chosen for {kebab!r}", hint)
    if synthetic_weight is not None:
        _check_weight(kebab, synthetic_weight, parameters)
    return Contender(
        name or kebab,
        title or entry.title,
        kebab,
        partial(method_sampler, kebab=kebab, fill=fill, parameters=parameters, bounds=bounds),
        fill=fill,
        trained=entry.cost != "low",
        synthetic_weight=synthetic_weight,
    )


def contender_named(name: str, kinds: Mapping[str, str], modality: str = "table") -> Contender:
    """Look a contender up by name.

    Parameters
    ----------
    name : str
        ``"none"``, ``"none-tuned"``, ``"class-weight"``, ``"random-over-sampling"``, ``"random-under-sampling"``,
        ``"smote"`` (SMOTENC or SMOTEN where columns are categorical), ``"borderline-smote"``, ``"adasyn"``, or a method
        of Oversmith in kebab case, with the share of the deficit behind it where that is not the method's own:
        ``"eo-wgan"``, ``"eo-wgan-0.5"``.
    kinds : mapping of str to str
        Column to kind.
    modality : {"table", "series", "image"}, default="table"
        What the rows are.

    Returns
    -------
    Contender
        The contender, under the name given.

    Raises
    ------
    InputError
        For an unknown name; the message suggests the nearest one.

    Examples
    --------
    >>> from oversmith.evaluation.contenders import contender_named
    >>> contender_named("smote", {"age": "numeric", "sex": "categorical"}).title
    'SMOTENC'
    >>> contender_named("jitter-0.5", {"age": "numeric"}).fill
    0.5
    """
    simple = {entry.name: entry for entry in (*default_contenders(kinds, (), modality), *_NUMERIC)}
    kin = next(entry for key, entry in simple.items() if key in SMOTE_NAMES)
    simple.setdefault("smote", replace(kin, name="smote"))
    if name in simple:
        return simple[name]
    if name in METHODS or name in ALIASES:
        return method_contender(name)
    kebab, _, share = name.rpartition("-")
    if kebab in METHODS or kebab in ALIASES:
        try:
            fill = float(share)
        except ValueError:
            fill = -1.0
        if 0 < fill <= 1:
            return method_contender(kebab, name=name, title=f"{method(kebab).title}, fill {share}", fill=fill)
    raise InputError("contenders", f"{name!r} is not known", nearest_hint(name, [*simple, *METHODS]))


def choose(argument: str, wanted: Sequence[Any] | None, known: Sequence[Any]) -> tuple[Any, ...]:
    """Pick entries by name; entries that are objects already stay as they are.

    Parameters
    ----------
    argument : str
        What the caller's argument is called.
    wanted : sequence of str or object, optional
        Names or entries; None for all.
    known : sequence
        The entries with a ``name``.

    Returns
    -------
    tuple
        Entries in the order wanted.

    Raises
    ------
    InputError
        For an unknown name, a name given twice, or none at all.
    """
    if wanted is None:
        return tuple(known)
    check_list(argument, wanted)
    by_name = {entry.name: entry for entry in known}
    chosen = []
    for entry in wanted:
        if isinstance(entry, str) and entry not in by_name:
            raise InputError(argument, f"{entry!r} is not known", f"choose from {', '.join(by_name)}")
        chosen.append(by_name[entry] if isinstance(entry, str) else entry)
    names = [entry.name for entry in chosen]
    if not names or len(set(names)) < len(names):
        raise InputError(argument, f"{names} found", "give at least one, and each once")
    return tuple(chosen)


_NUMERIC = (
    Contender("random-under-sampling", "Random under-sampling", "random-under-sampling", random_under_sampling),
    Contender(
        "borderline-smote", "Borderline-SMOTE", "borderline-smote", borderline_smote, before="classifiers", fill=1.0
    ),
    Contender("adasyn", "ADASYN", "adasyn", adasyn, before="classifiers", fill=1.0),
)


def _check_weight(kebab: str, weight: Any, parameters: Mapping[str, Any]) -> None:
    if isinstance(weight, bool) or not isinstance(weight, int | float) or not 0 <= weight < float("inf"):
        raise InputError("synthetic_weight", f"{weight!r} found", "use a number from 0 up, 1 being that of a real row")
    if _decides_itself(kebab):
        raise InputError("synthetic_weight", f"{kebab!r} decides by itself what it adds", "leave the weight out")
    cleans = parameters.get("smote__clean", getattr(parameters.get("smote"), "clean", None))
    if cleans is not None:
        raise InputError(
            "synthetic_weight",
            "with a SmoteStage that cleans, rows are taken away, and which of the others are synthetic is lost on the "
            "way to the classifiers",
            "leave one of the two out",
        )


def _decides_itself(kebab: str) -> bool:
    return bool(load_class(kebab)._sampling_type == "bypass")
