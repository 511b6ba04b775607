"""From the scores of a race to a decision of `Auto`, in plain values and in a sentence."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from contextlib import ExitStack
from typing import Any

from threadpoolctl import threadpool_limits

from oversmith.exceptions import ColumnWarning, InputError, describe_error
from oversmith.samplers._auto_candidates import Candidate
from oversmith.samplers._auto_judge import CandidateJudge
from oversmith.selection import CONFIDENCE, NOTHING, Gain, Race, race, weight_parameter

_QUIET = (DeprecationWarning, FutureWarning, ImportWarning, ColumnWarning)


def compare(
    judge: CandidateJudge,
    *,
    n_splits: int,
    n_repeats: int,
    max_seconds: float | None,
    scoring: str,
    tell: Callable[[str], Any] | None,
) -> tuple[Candidate | None, dict[str, Any], list[str]]:
    """Run the race.

    Parameters
    ----------
    judge : CandidateJudge
        Knows rows, candidates and estimators.
    n_splits, n_repeats : int
        Folds, and times the rows are cut.
    max_seconds : float or None
        Time.
    scoring : str
        What the scores are called.
    tell : callable or None
        Gets lines of progress.

    Returns
    -------
    chosen : Candidate or None
        What is kept.
    told : dict
        Entries of ``decision_``.
    problems : list of str
        What the caller has to be warned of.

    Raises
    ------
    InputError
        When an estimator cannot be judged on the rows as they are.
    """
    skipped = _skipped(judge)
    runners = [name for name in judge.candidates if name not in skipped]
    with ExitStack() as stack:
        # One thread: the bits must not depend on how many there are, and small fits are faster on one.
        stack.enter_context(threadpool_limits(1))
        caught = stack.enter_context(warnings.catch_warnings(record=True))
        warnings.simplefilter("always")
        try:
            result = race(
                judge,
                runners,
                judge.labels,
                n_splits=n_splits,
                n_repeats=n_repeats,
                random_state=judge.seed,
                max_seconds=max_seconds,
                tell=tell,
            )
        except InputError:
            raise
        except Exception as error:
            raise InputError(
                "estimator",
                f"{' and '.join(judge.estimators)} could not be judged on X as it is ({describe_error(error)})",
                "give an estimator that takes such rows, for example a Pipeline that prepares them first",
            ) from error
    report: dict[str, dict[str, Any]] = {name: {"status": "skipped", "reason": skipped[name]} for name in skipped}
    for runner in result.runners:
        report[runner.name] = {"status": runner.status, "reason": runner.reason, "seconds": runner.seconds}
        if runner.scores:
            report[runner.name] |= runner.against(result.nothing).to_dict()
    chosen = judge.candidates[result.winner.name] if result.winner and result.verdict == "kept" else None
    summary: dict[str, Any] = {
        "chosen": NOTHING if chosen is None else chosen.name,
        "why": _why(result, scoring),
        "comparisons": sum(bool(runner.scores) for runner in result.runners),
        "candidates": {name: report[name] for name in judge.candidates},
        "confirmation": result.confirmation.to_dict() if result.confirmation else None,
        "notes": sorted({_note(w) for w in caught if not issubclass(w.category, _QUIET)}),
    }
    failed = [f"{r.name} ({r.reason})" for r in result.runners if r.status == "failed"]
    problems = [f"candidates failed and were left out: {'; '.join(failed)}"] if failed else []
    if result.verdict in {"no time", "no candidate"}:
        problems.append(summary["why"])
    return chosen, summary, problems


def _note(warning: warnings.WarningMessage) -> str:
    return f"{warning.category.__name__}: {str(warning.message).strip().splitlines()[0]}"


def _skipped(judge: CandidateJudge) -> dict[str, str]:
    """Candidates that cannot be judged: class weights where an estimator takes none."""
    deaf = [name for name, estimator in judge.estimators.items() if weight_parameter(estimator) is None]
    if not deaf:
        return {}
    reason = f"{deaf[0]} takes no sample_weight"
    return {name: reason for name, candidate in judge.candidates.items() if candidate.sampler is None}


def _why(result: Race, scoring: str) -> str:
    compared = [runner for runner in result.runners if runner.scores]
    several = len(compared) > 1
    if result.verdict == "no candidate":
        return "X is unchanged: no candidate can be judged with this estimator."
    if result.verdict == "no gain":
        n = max(len(runner.scores) for runner in compared)
        who = f"none of {len(compared)} candidates gained" if several else f"{compared[0].name} did not gain"
        harmless = " without harm to an estimator" if len(result.nothing.scores[0]) > 1 else ""
        return f"X is unchanged: {who} in {scoring} over nothing on {n} splits{harmless}."
    if result.winner is None:
        why = (
            "every candidate failed" if result.verdict == "failed" else "max_seconds left no time to judge a candidate"
        )
        return f"X is unchanged: {why}."
    who = result.winner.name + (f", the best of {len(compared)} candidates," if several else "")
    if result.confirmation is None:
        why = (
            "failed when it was to be confirmed" if result.verdict == "failed" else "was not confirmed for lack of time"
        )
        return f"X is unchanged: {who} {why}."
    gain = result.confirmation
    numbers = _numbers(gain, scoring)
    if result.verdict == "kept":
        return f"{who} is kept: {numbers}; the interval is above 0."
    if result.verdict == "harm":
        return f"X is unchanged: {who} gains on average but makes {' and '.join(gain.harmed)} worse: {numbers}."
    return f"X is unchanged: {who} may be no better than nothing: {numbers}; the interval is not above 0."


def _numbers(gain: Gain, scoring: str) -> str:
    effect = gain.effect
    text = (
        f"{scoring} {gain.nothing:.3f} → {gain.score:.3f} on {gain.n_splits} fresh splits, {effect.difference:+.3f} "
        f"({100 * CONFIDENCE:.0f} % interval {effect.low:+.3f} to {effect.high:+.3f})"
    )
    if len(gain.by_estimator) > 1:
        text += ", " + ", ".join(f"{name} {part.difference:+.3f}" for name, part in gain.by_estimator.items())
    return text
