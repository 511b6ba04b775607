"""Samplers of contenders, built for the training part at hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from imblearn.over_sampling import ADASYN, SMOTE, SMOTEN, SMOTENC, BorderlineSMOTE, RandomOverSampler
from imblearn.under_sampling import RandomUnderSampler

from oversmith._registry import load_class
from oversmith.exceptions import TooFewRowsError
from oversmith.io.bounds import Bounds
from oversmith.samplers._encoding import with_shape


@dataclass(frozen=True)
class Situation:
    """What a sampler may be built from: the training part at hand, nothing else.

    Parameters
    ----------
    y : ndarray of int
        Class codes of the rows the sampler will see.
    classes : tuple of str
        Class names, for messages.
    n_numeric, n_categorical : int
        Columns of the encoded table, numeric ones first.
    seed : int
        Seed of the sampler.
    max_steps : int or None
        Budget of trained samplers; None for their default.
    shape : tuple of int or None
        Channels and time points, where the rows are series; channels, height and width, where they are images.
    """

    y: np.ndarray
    classes: tuple[str, ...]
    n_numeric: int
    n_categorical: int
    seed: int
    max_steps: int | None = None
    shape: tuple[int, ...] | None = None


def random_over_sampling(situation: Situation) -> RandomOverSampler:
    """Build random over-sampling."""
    return RandomOverSampler(random_state=situation.seed)


def _neighbours(situation: Situation) -> int:
    counts = np.bincount(situation.y, minlength=len(situation.classes))
    smallest = int(np.argmin(counts))
    if counts[smallest] < 2:
        name = situation.classes[smallest]
        raise TooFewRowsError("y", f"class {name!r} has {counts[smallest]} training row(s)", "SMOTE needs two")
    return min(5, int(counts[smallest]) - 1)


def smote(situation: Situation) -> SMOTE | SMOTENC | SMOTEN:
    """Build SMOTE, or SMOTENC or SMOTEN where columns are categorical."""
    options: dict[str, Any] = {"k_neighbors": _neighbours(situation), "random_state": situation.seed}
    if not situation.n_categorical:
        return SMOTE(**options)
    if not situation.n_numeric:
        return SMOTEN(**options)
    categorical = list(range(situation.n_numeric, situation.n_numeric + situation.n_categorical))
    return SMOTENC(categorical, **options)


def random_under_sampling(situation: Situation) -> RandomUnderSampler:
    """Build random under-sampling."""
    return RandomUnderSampler(random_state=situation.seed)


def borderline_smote(situation: Situation) -> BorderlineSMOTE:
    """Build Borderline-SMOTE."""
    return BorderlineSMOTE(k_neighbors=_neighbours(situation), random_state=situation.seed)


def adasyn(situation: Situation) -> ADASYN:
    """Build ADASYN."""
    return ADASYN(n_neighbors=_neighbours(situation), random_state=situation.seed)


def method_sampler(
    situation: Situation,
    *,
    kebab: str,
    fill: float | None,
    parameters: Mapping[str, Any] | None = None,
    bounds: Bounds = None,
) -> Any:
    """Build the sampler of a method of Oversmith."""
    sampler = load_class(kebab)(random_state=situation.seed)
    if kebab == "auto":
        # Class weights are a contender of their own; a pipeline does not hand on those Auto would choose.
        from oversmith.samplers._auto_candidates import DEFAULT_CANDIDATES, WEIGHTS

        sampler.set_params(candidates=[name for name in DEFAULT_CANDIDATES if name != WEIGHTS])
    wanted = {"fill": fill, "max_steps": situation.max_steps}
    known = sampler.get_params(deep=False)
    given = {name: value for name, value in wanted.items() if name in known and value is not None}
    encoding = {} if bounds is None else {"bounds": bounds}
    return with_shape(sampler.set_params(**given | dict(parameters or {})), situation.shape, **encoding)
