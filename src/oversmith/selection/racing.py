"""A race of candidates against doing nothing: inner cross-validation that screens, then confirms on fresh splits.

Whoever takes the best of many candidates by their own scores takes the luckiest. So the scores that choose a candidate
are not used to accept it: it has to be better again on other splits.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from oversmith.exceptions import InputError, describe_error
from oversmith.selection.splits import Seed, stratified_folds
from oversmith.selection.statistics import PairedEffect, corrected_resampled_t

NOTHING = "none"
"""Name of the candidate that all others are compared with."""
CONFIDENCE = 0.9
"""Level of every interval of a race."""
# Share of the time the screening may take; the rest is left for the confirmation.
_SCREENING_TIME = 0.5

Judge = Callable[[str, np.ndarray, np.ndarray, int], Mapping[str, float]]
"""From a candidate's name, training and test positions and the number of the split to a score per estimator."""
_Split = tuple[np.ndarray, np.ndarray]


@dataclass(frozen=True)
class Gain:
    """A candidate against nothing on the same splits.

    Parameters
    ----------
    n_splits : int
        Splits compared.
    score, nothing : float
        Mean score of the candidate and of nothing, larger is better.
    effect : PairedEffect
        Mean difference with its interval.
    by_estimator : dict of str to PairedEffect
        The same for each estimator; ``effect`` is of their mean.
    """

    n_splits: int
    score: float
    nothing: float
    effect: PairedEffect
    by_estimator: dict[str, PairedEffect]

    @property
    def harmed(self) -> list[str]:
        """Estimators that got worse: the interval of their gain lies below 0."""
        return [name for name, effect in self.by_estimator.items() if effect.high < 0]

    def to_dict(self) -> dict[str, Any]:
        """Give the numbers as plain values."""
        head = {"n_splits": self.n_splits, "score": self.score, "nothing": self.nothing}
        parts = {name: _plain(effect) for name, effect in self.by_estimator.items()}
        return head | _plain(self.effect) | {"by_estimator": parts}


@dataclass
class Runner:
    """One candidate in a race.

    Parameters
    ----------
    name : str
        The candidate.
    test_share : float
        n_test / n_train of the splits.
    scores : list of dict
        Estimator to score, for each split of the repeats it finished.
    status : str
        ``"waiting"``; then ``"not tried"``, ``"failed"``, ``"dropped"``, ``"screened"`` (judged to the end of the
        screening), ``"not confirmed"`` or ``"chosen"``.
    reason : str or None
        Why it was not tried, failed or was dropped.
    seconds : float
        Time spent on it.
    """

    name: str
    test_share: float
    scores: list[dict[str, float]] = field(default_factory=list)
    status: str = "waiting"
    reason: str | None = None
    seconds: float = 0.0

    def against(self, other: Runner) -> Gain:
        """Compare with another candidate on the splits both were judged on."""
        n = min(len(self.scores), len(other.scores))
        own, theirs = (_matrix(runner.scores[:n]) for runner in (self, other))
        differences = own - theirs

        def effect(values: np.ndarray) -> PairedEffect:
            return corrected_resampled_t(values, self.test_share, CONFIDENCE)

        return Gain(
            n_splits=n,
            score=float(own.mean()),
            nothing=float(theirs.mean()),
            effect=effect(differences.mean(axis=1)),
            by_estimator={name: effect(differences[:, i]) for i, name in enumerate(self.scores[0])},
        )

    def leave(self, status: str, reason: str) -> None:
        """Take the candidate out of the race."""
        self.status, self.reason = status, reason


@dataclass
class Race:
    """What came of a race.

    Parameters
    ----------
    verdict : str
        ``"kept"``, or why nothing is best: ``"no gain"`` (no candidate was better in the screening), ``"unsure"``
        (the lower bound of the best one's gain is not above 0), ``"harm"`` (it is, but one estimator got worse),
        ``"failed"`` (the best one raised when it was to be confirmed, or all did before), ``"no time"`` (not enough to
        screen one, or to confirm it) or ``"no candidate"``.
    nothing : Runner
        Nothing, in the screening.
    runners : list of Runner
        The candidates, in their order.
    winner : Runner or None
        The candidate that was confirmed or not.
    confirmation : Gain or None
        Its gain on the fresh splits.
    """

    verdict: str
    nothing: Runner
    runners: list[Runner]
    winner: Runner | None = None
    confirmation: Gain | None = None


def race(
    judge: Judge,
    names: Sequence[str],
    y: ArrayLike,
    *,
    n_splits: int = 5,
    n_repeats: int = 6,
    random_state: Seed = 0,
    max_seconds: float | None = None,
    tell: Callable[[str], Any] | None = None,
) -> Race:
    """Find the candidate that is better than nothing, if there is one.

    The first third of the repeats screens: every candidate is judged on their splits, and after each of these repeats
    those leave that are surely worse than nothing or than the leading one. Of those that gain, the best one goes on; it
    is scored on the splits of all other repeats and kept if the lower bound of its mean gain there is above 0. In both
    stages the interval of no estimator's own gain may lie below 0. Intervals have level 0.9 (corrected resampled t).

    Parameters
    ----------
    judge : callable
        From a candidate's name, training positions, test positions and the number of the split to its score (larger is
        better) under each estimator. What it raises about nothing is passed on, about a candidate is the candidate's
        failure.
    names : sequence of str
        Candidates, the simplest first: of equally good ones the first is taken. ``"none"`` is always judged, do not
        list it.
    y : array-like of shape (n,)
        Class labels.
    n_splits : int, default=5
        Folds, at most as many as the smallest class has rows.
    n_repeats : int, default=6
        Times the rows are shuffled and cut, at least 2.
    random_state : int or SeedSequence, default=0
        Seed of the folds.
    max_seconds : float or None, default=None
        Time for all of it; half of it for the screening. Candidates it does not suffice for are not tried.
    tell : callable, optional
        Gets a line about each candidate and repeat.

    Returns
    -------
    Race
        The verdict with all scores.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.selection import race
    >>> rng = np.random.default_rng(0)
    >>> gain = {"none": 0.0, "better": 0.2, "worse": -0.2}
    >>> def judge(name, train, test, number):
    ...     return {"a model": 0.5 + gain[name] + 0.05 * rng.normal()}
    >>> found = race(judge, ["worse", "better"], [0, 1] * 20)
    >>> found.verdict, found.winner.name, [runner.status for runner in found.runners]
    ('kept', 'better', ['dropped', 'chosen'])
    """
    began = time.perf_counter()

    def over(share: float) -> bool:
        return max_seconds is not None and time.perf_counter() - began >= share * max_seconds

    if n_repeats < 2:
        raise InputError("n_repeats", f"{n_repeats} found", "one repeat to screen and one to confirm need at least 2")
    folds = stratified_folds(y, n_splits, n_repeats, random_state)
    repeats = [list(enumerate(folds))[at : at + n_splits] for at in range(0, len(folds), n_splits)]
    n_screening = max(1, n_repeats // 3)
    course = _Course(judge, repeats[:n_screening], tell or (lambda line: None), lambda: over(_SCREENING_TIME))
    test_share = 1 / (n_splits - 1)
    result = Race("no candidate", Runner(NOTHING, test_share), [Runner(name, test_share) for name in names])
    course.screen(result)
    gains = {
        i: runner.against(result.nothing) for i, runner in enumerate(result.runners) if runner.status == "screened"
    }
    better = [i for i, gain in gains.items() if gain.effect.difference > 0 and not gain.harmed]
    if not better:
        statuses = {runner.status for runner in result.runners}
        for verdict, signs in (
            ("no gain", {"screened", "dropped"}),
            ("no time", {"not tried"}),
            ("failed", {"failed"}),
        ):
            if statuses & signs:
                result.verdict = verdict
                break
        return result
    result.verdict = "no time"
    result.winner = result.runners[max(better, key=lambda i: gains[i].effect.difference)]
    course = _Course(judge, repeats[n_screening:], course.tell, lambda: over(1.0))
    course.confirm(result)
    return result


@dataclass(frozen=True)
class _Course:
    """Repeats to be run, and what happens on them."""

    judge: Judge
    repeats: list[list[tuple[int, _Split]]]
    tell: Callable[[str], Any]
    over: Callable[[], bool]

    def screen(self, result: Race) -> None:
        """Score all candidates; each one that is dropped has a reason."""
        for number, repeat in enumerate(self.repeats):
            if not self._judged(result.nothing, repeat):
                break
            for runner in result.runners:
                if runner.status == "waiting":
                    self._attempt(runner, repeat)
                    self._say(runner, result.nothing, f"screening {number + 1}/{len(self.repeats)}")
            if number + 1 < len(self.repeats):
                _drop_losers(result)
        for runner in result.runners:
            if runner.status == "waiting":
                if runner.scores:
                    runner.status = "screened"
                else:
                    runner.leave("not tried", "time")

    def confirm(self, result: Race) -> None:
        """Judge the winner of the screening and nothing on fresh splits, and give the verdict."""
        assert result.winner is not None
        nothing, fresh = (Runner(name, result.winner.test_share) for name in (NOTHING, result.winner.name))
        for number, repeat in enumerate(self.repeats):
            if not self._judged(nothing, repeat) or not self._attempt(fresh, repeat):
                break
            self._say(fresh, nothing, f"confirmation {number + 1}/{len(self.repeats)}")
        result.winner.seconds += fresh.seconds
        if fresh.status == "failed":
            result.verdict = "failed"
            result.winner.leave("failed", str(fresh.reason))
            return
        result.winner.status = "not confirmed"
        if not fresh.scores:
            result.winner.reason = "time"
            return
        gain = result.confirmation = fresh.against(nothing)
        result.verdict = "unsure" if gain.effect.low <= 0 else "harm" if gain.harmed else "kept"
        if result.verdict == "kept":
            result.winner.status = "chosen"

    def _attempt(self, runner: Runner, repeat: list[tuple[int, _Split]]) -> bool:
        try:
            return self._judged(runner, repeat)
        except Exception as error:
            runner.leave("failed", describe_error(error))
            return False

    def _judged(self, runner: Runner, repeat: list[tuple[int, _Split]]) -> bool:
        """Judge on all splits of a repeat; half a repeat counts for nothing."""
        scores = []
        for number, (train, test) in repeat:
            if self.over():
                return False
            began = time.perf_counter()
            by_metric = {name: float(score) for name, score in self.judge(runner.name, train, test, number).items()}
            runner.seconds += time.perf_counter() - began
            if not np.isfinite(list(by_metric.values())).all():
                raise InputError("scoring", f"found {by_metric}", "every score must be a finite number")
            scores.append(by_metric)
        runner.scores += scores
        return True

    def _say(self, runner: Runner, nothing: Runner, stage: str) -> None:
        if runner.status == "failed":
            self.tell(f"{stage}: {runner.name} failed, {runner.reason}")
        elif runner.scores:
            effect = runner.against(nothing).effect
            self.tell(f"{stage}: {runner.name} {effect.difference:+.4f} ({effect.low:+.4f} to {effect.high:+.4f})")


def _drop_losers(result: Race) -> None:
    running = [runner for runner in result.runners if runner.status == "waiting" and runner.scores]
    if not running:
        return
    leader = max(running, key=lambda runner: runner.against(result.nothing).effect.difference)
    for runner in running:
        if runner.against(result.nothing).effect.high < 0:
            runner.leave("dropped", "worse than nothing")
        elif runner.against(leader).effect.high < 0:
            runner.leave("dropped", f"worse than {leader.name}")


def _matrix(scores: Sequence[Mapping[str, float]]) -> np.ndarray:
    return np.array([list(row.values()) for row in scores])


def _plain(effect: PairedEffect) -> dict[str, float]:
    return {"gain": effect.difference, "low": effect.low, "high": effect.high, "p": effect.p}
