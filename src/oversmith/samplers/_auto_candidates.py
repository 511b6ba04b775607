"""What `Auto` may choose from: names and samplers, each with the share of the deficit it fills."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sklearn.base import clone

from oversmith._parameters import parameter_names
from oversmith._registry import ALIASES, METHODS, load_class
from oversmith.exceptions import InputError, nearest_hint
from oversmith.selection import NOTHING

WEIGHTS = "class-weight"
SMOTE = "smote"
# Cheap ones first: of equally good candidates the first is taken, and the last ones are left out when time runs out.
DEFAULT_CANDIDATES = (WEIGHTS, SMOTE, "jitter", "gaussian-mixture", "gaussian-copula", "flow-matching", "eo-wgan")


@dataclass(frozen=True)
class Candidate:
    """One way to treat imbalance.

    Parameters
    ----------
    name : str
        For example ``"smote-0.33"``.
    sampler : object with ``fit_resample``, or None
        Makes rows; None gives weights to the classes instead.
    """

    name: str
    sampler: Any


def resolve_candidates(
    candidates: Any, fills: Sequence[float], max_steps: int | None, options: Mapping[str, Any], modality: str = "table"
) -> list[Candidate]:
    """Turn the ``candidates`` parameter of `Auto` into candidates.

    Parameters
    ----------
    candidates : sequence of str or sampler, or None
        Names of samplers are tried with every fill, class weights and samplers as they are; None stands for the
        default names, as far as they take what is given.
    fills : sequence of float
        Shares of the deficit.
    max_steps : int or None
        Budget of every candidate that has such a parameter; None leaves its own.
    options : mapping of str to object
        Further parameters of the named samplers, each for those that have it.
    modality : {"table", "series", "image"}, default="table"
        What the candidates are for.

    Returns
    -------
    list of Candidate
        In the order given, without ``"none"``, which always takes part.

    Raises
    ------
    InputError
        For an unknown name, something else than a sampler, or no candidate.

    Examples
    --------
    >>> from oversmith.samplers._auto_candidates import resolve_candidates
    >>> [candidate.name for candidate in resolve_candidates(["class-weight", "smote"], [0.33, 1.0], None, {})]
    ['class-weight', 'smote-0.33', 'smote-1.0']
    """
    resolved: list[Candidate] = []
    for entry in _defaults(modality) if candidates is None else candidates:
        if not isinstance(entry, str):
            name = type(entry).__name__
            same = sum(other.name.split(" (")[0] == name for other in resolved)
            sampler = _budgeted(clone(_checked(entry)), max_steps)
            resolved.append(Candidate(f"{name} ({same + 1})" if same else name, sampler))
        elif entry == WEIGHTS:
            resolved.append(Candidate(WEIGHTS, None))
        elif entry != NOTHING:
            resolved += [Candidate(f"{entry}-{fill}", _named(entry, fill, max_steps, options)) for fill in fills]
    names = [candidate.name for candidate in resolved]
    if not names or len(set(names)) < len(names):
        raise InputError("candidates", f"found {names}", f"give at least one besides {NOTHING!r}, and each once")
    return resolved


def _defaults(modality: str) -> list[str]:
    return [name for name in DEFAULT_CANDIDATES if name not in METHODS or modality in METHODS[name].modality]


def seeded(estimator: Any, seed: int) -> Any:
    """Clone an estimator and seed every ``random_state`` in it that is None: the same seed gives the same decision.

    Parameters
    ----------
    estimator : estimator
        A sampler, a classifier, a pipeline.
    seed : int
        The seed.

    Returns
    -------
    estimator
        The clone.
    """
    twin = clone(estimator)
    free = [name for name, value in twin.get_params().items() if name.endswith("random_state") and value is None]
    return twin.set_params(**dict.fromkeys(free, seed))


def class_weights(labels: np.ndarray, targets: Mapping[Any, int]) -> np.ndarray:
    """Weights of rows that weigh classes as if they had been filled up.

    Parameters
    ----------
    labels : ndarray of shape (n_rows,)
        Class labels.
    targets : mapping
        Class → rows it would have.

    Returns
    -------
    ndarray of shape (n_rows,)
        Weights with mean 1; filled to parity, those of scikit-learn's ``"balanced"``.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.samplers._auto_candidates import class_weights
    >>> class_weights(np.array([0, 0, 0, 1]), {1: 3}).round(3).tolist()
    [0.667, 0.667, 0.667, 2.0]
    """
    weights = np.ones(len(labels))
    for label, target in targets.items():
        own = labels == label
        weights[own] = target / own.sum()
    return weights / weights.mean()


def _named(name: str, fill: float, max_steps: int | None, options: Mapping[str, Any]) -> Any:
    known = [NOTHING, WEIGHTS, *(kebab for kebab in (*METHODS, *ALIASES) if kebab != "auto")]
    if name not in known:
        raise InputError("candidates", f"{name!r} is not known", nearest_hint(name, known))
    return _budgeted(_made(name, fill=fill, **options), max_steps)


def _made(name: str, **options: Any) -> Any:
    """Make a sampler with those of the parameters that it has."""
    sampler = load_class(name)
    known = parameter_names(sampler)
    return sampler(**{option: value for option, value in options.items() if option in known})


def _budgeted(sampler: Any, max_steps: int | None) -> Any:
    if max_steps is not None and "max_steps" in sampler.get_params(deep=False):
        sampler.set_params(max_steps=max_steps)
    return sampler


def _checked(entry: Any) -> Any:
    if isinstance(entry, type) or not hasattr(entry, "fit_resample") or not hasattr(entry, "set_params"):
        raise InputError(
            "candidates", f"found {entry!r}", "give names such as 'smote', or over-samplers such as Jitter(width=0.2)"
        )
    return entry
