"""Rows from several samplers in stated shares: an ensemble of generators."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import numpy as np

from oversmith._registry import METHODS
from oversmith.exceptions import InputError
from oversmith.samplers._encoding import EncodedTable, Target
from oversmith.samplers._members import ForeignMember, member_from
from oversmith.samplers.base import BaseSampler
from oversmith.samplers.settings import OverSampler

DEFAULT_SAMPLERS = ("smote", "flow-matching", "gaussian-mixture")


class Blend(BaseSampler):
    """Synthetic rows of several samplers, in stated shares.

    Each class's rows come from all members, so that no single method's artefacts fill the class. The table is encoded
    once and every member trains on the same encoded rows.

    Parameters
    ----------
    samplers : sequence of str or over-sampler, or None, default=None
        The members: over-samplers of Oversmith or imbalanced-learn, or names of methods as ``oversmith methods`` lists
        them. ``None`` stands for ``"smote"``, ``"flow-matching"`` and
        ``"gaussian-mixture"``. Members are cloned, never changed.
    shares : sequence of float or None, default=None
        Each member's share of the rows, in any unit: numbers of at least 0, not all 0. ``None`` shares equally. A
        member with share 0 is not trained.

    Attributes
    ----------
    history_ : list of dict
        The rows of the members' histories, each with the ``member`` it is from; then those of the filters.
    best_step_, n_steps_, stopped_because_ : dict
        As the only member that trains a network tells them; empty when there is none or several.

    See Also
    --------
    EOWGAN : SMOTE rows and network rows in the share ``smote_share``.

    Notes
    -----
    Of ``n`` rows of a class every member makes its share, rounded by largest remainders, so that the counts are exact;
    the rows are in the order of the members.

    What concerns the table is set on the Blend: ``sampling_strategy``, ``fill``, ``encoder`` and ``output``. A member
    that sets one of these is refused, so that nothing is silently ignored. ``random_state`` of a member is not looked
    at: every member's seed comes from the Blend's. A class must have the rows its most demanding member needs.

    Members of imbalanced-learn get the encoded rows of the class and up to 2,000 of other classes, and
    ``categorical_features`` if they have that parameter.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Blend
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> sampler = Blend(samplers=["smote", "jitter"], shares=[3, 1], random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    """

    samplers: Sequence[str | OverSampler] | None = None
    shares: Annotated[Sequence[float] | np.ndarray, "array-like"] | None = None

    def _fit(self, X: Any, y: Any, classes: Iterable[Any] | None) -> tuple[Any, Target]:
        self._min_rows = _rows_needed(self)
        return super()._fit(X, y, classes)

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        members = self._members()
        seeds = np.random.default_rng([seed, 2]).integers(np.iinfo(np.int32).max, size=len(members))
        states: list[dict[str, Any] | None] = []
        for member, own_seed in zip(members, seeds.tolist(), strict=True):
            if not member.share:
                states.append(None)
                continue
            sampler = member.sampler
            sampler._join(self)
            states.append(sampler._train(table, classes, own_seed))
            for row in sampler.history_:
                name = "/".join([member.name, *([row["member"]] if "member" in row else [])])
                self.history_.append(row | {"member": name})
        self._take_steps([member.sampler for member in members if member.share])
        return {"members": states}

    def _take_steps(self, samplers: list[BaseSampler]) -> None:
        trained = [sampler for sampler in samplers if sampler.n_steps_]
        if len(trained) == 1:
            self.best_step_, self.n_steps_ = dict(trained[0].best_step_), dict(trained[0].n_steps_)
            self.stopped_because_ = dict(trained[0].stopped_because_)

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        members = self._members()
        parts = []
        counts = largest_remainder(np.array([member.share for member in members]), n)
        for member, known, count in zip(members, state["members"], counts.tolist(), strict=True):
            if count:
                member.sampler._join(self)
                parts.append(member.sampler._generate(known, code, count, rng))
        return np.concatenate(parts)

    def _members(self) -> list[_Member]:
        """Make new members: the caller's objects are not changed, and only the state is stored."""
        given = DEFAULT_SAMPLERS if self.samplers is None else list(self.samplers)
        if not len(given):
            raise InputError("samplers", "found none", "give at least one, or None for the default")
        samplers = [member_from(entry, "samplers") for entry in given]
        shares = self._checked_shares(len(samplers))
        names: list[str] = []
        for sampler in samplers:
            name = _name(sampler)
            again = sum(other.split("#")[0] == name for other in names)
            names.append(f"{name}#{again + 1}" if again else name)
        return [_Member(*entry) for entry in zip(names, samplers, shares.tolist(), strict=True)]

    def _checked_shares(self, n: int) -> np.ndarray:
        if self.shares is None:
            return np.full(n, 1 / n)
        try:
            shares = np.asarray(self.shares, dtype=np.float64)
        except (TypeError, ValueError):
            raise InputError("shares", f"found {self.shares!r}", "give one number per sampler") from None
        if shares.shape != (n,):
            raise InputError("shares", f"found {self.shares!r} for {n} samplers", "give one number per sampler")
        if not np.isfinite(shares).all() or (shares < 0).any() or not shares.any():
            raise InputError("shares", f"found {self.shares!r}", "give finite numbers of at least 0, not all of them 0")
        return shares / shares.sum()


@dataclass(frozen=True)
class _Member:
    name: str
    sampler: BaseSampler
    share: float


def largest_remainder(shares: np.ndarray, n: int) -> np.ndarray:
    """Split ``n`` by shares into whole numbers that add up: remainders go to the largest, ties to the first.

    Parameters
    ----------
    shares : ndarray of shape (k,)
        Shares that add up to 1.
    n : int
        What is split.

    Returns
    -------
    ndarray of int, shape (k,)
        Parts that add up to ``n``.

    Examples
    --------
    >>> import numpy as np
    >>> largest_remainder(np.array([1 / 3, 1 / 3, 1 / 3]), 11).tolist()
    [4, 4, 3]
    """
    # Rounded, so that a third of 66 is 22 and not the 21 below 21.999….
    exact = np.round(shares * n, 9)
    parts = np.floor(exact).astype(np.int64)
    parts[np.argsort(parts - exact, kind="stable")[: n - parts.sum()]] += 1
    return parts


def _name(sampler: BaseSampler) -> str:
    if isinstance(sampler, ForeignMember):
        return type(sampler.sampler).__name__
    kebabs = {entry.name: kebab for kebab, entry in METHODS.items()}
    return kebabs.get(type(sampler).__name__, type(sampler).__name__)


def _rows_needed(sampler: BaseSampler) -> int:
    """Rows a class needs; of a Blend, what its most demanding member needs. Checks all members on the way."""
    if not isinstance(sampler, Blend):
        return sampler._min_rows
    return max(_rows_needed(member.sampler) for member in sampler._members())
