"""The race: who is judged on which splits, who leaves, and how often luck alone wins."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from oversmith import statistics
from oversmith.exceptions import InputError, TooFewRowsError
from oversmith.selection import corrected_resampled_t, race

Y = np.repeat([0, 1], [60, 20])


class Scores:
    """A judge with known means: ``{"name": mean}``, or per estimator ``{"name": {"a": mean}}``, plus noise."""

    def __init__(self, means, spread=0.02, seed=0):
        self.means = {"none": 0.5} | means
        self.spread, self.rng = spread, np.random.default_rng(seed)
        self.asked = Counter()
        self.numbers = {}

    def __call__(self, name, train, test, number):
        assert not set(train) & set(test)
        self.asked[name] += 1
        self.numbers.setdefault(name, []).append(number)
        means = self.means[name] if isinstance(self.means[name], dict) else {"model": self.means[name]}
        return {key: mean + self.spread * self.rng.normal() for key, mean in means.items()}


def test_the_statistics_have_one_home():
    assert statistics.corrected_resampled_t is corrected_resampled_t


def test_a_clear_gain_is_kept_on_fresh_splits():
    judge = Scores({"good": 0.55, "better": 0.65})
    result = race(judge, ["good", "better"], Y, n_splits=4, n_repeats=6)
    assert (result.verdict, result.winner.name) == ("kept", "better")
    assert [runner.status for runner in result.runners] == ["dropped", "chosen"]
    # Two repeats of four folds screen, four confirm: nobody was chosen by the splits that confirm.
    assert judge.numbers["none"] == list(range(24))
    assert judge.numbers["better"] == list(range(24))
    assert judge.numbers["good"] == list(range(4))
    gain = result.confirmation
    assert gain.n_splits == 16
    assert gain.effect.difference == pytest.approx(0.15, abs=0.02)
    assert gain.effect.low > 0
    assert gain.score - gain.nothing == pytest.approx(gain.effect.difference)


def test_the_bound_is_the_corrected_resampled_t():
    """By hand from the scores themselves: level 0.9, n_test/n_train = 1/3 with four folds."""
    seen = {}

    def judge(name, train, test, number):
        score = (0.7 if name == "new" else 0.5) + 0.1 * np.sin(number * (1 + len(name)))
        seen[name, number] = score
        return {"model": score}

    result = race(judge, ["new"], Y, n_splits=4, n_repeats=3)
    fresh = [seen["new", number] - seen["none", number] for number in range(4, 12)]
    expected = corrected_resampled_t(fresh, 1 / 3, 0.9)
    assert result.confirmation.effect == expected
    assert result.runners[0].against(result.nothing).n_splits == 4


def test_losers_leave_after_the_first_repeat():
    judge = Scores({"bad": 0.3, "fair": 0.6, "best": 0.9})
    result = race(judge, ["bad", "fair", "best"], Y, n_repeats=9)
    assert [(r.status, r.reason) for r in result.runners] == [
        ("dropped", "worse than nothing"),
        ("dropped", "worse than best"),
        ("chosen", None),
    ]
    assert judge.asked == {"none": 45, "bad": 5, "fair": 5, "best": 45}


def test_equal_candidates_the_first_wins():
    result = race(lambda name, *_: {"model": 0.5 + 0.1 * (name != "none")}, ["b", "a"], Y)
    assert result.winner.name == "b"


def test_no_gain_needs_no_confirmation():
    judge = Scores({"same": 0.5, "less": 0.49}, spread=0.0)
    result = race(judge, ["same", "less"], Y)
    assert (result.verdict, result.winner, result.confirmation) == ("no gain", None, None)
    assert judge.asked["none"] == 10


def test_harm_to_one_estimator():
    """A gain on average that one estimator pays for is no gain."""
    means = {"none": {"a": 0.5, "b": 0.5}, "new": {"a": 0.8, "b": 0.4}}
    result = race(Scores(means), ["new"], Y)
    assert result.verdict == "no gain"
    # Harmless in the screening, harmful in the confirmation.
    later = {"a": 0.8, "b": 0.55}

    def judge(name, train, test, number):
        if name == "none":
            return {"a": 0.5, "b": 0.5 + 0.001 * (number % 3)}
        return later if number < 10 else {"a": 0.8, "b": 0.45}

    result = race(judge, ["new"], Y)
    assert result.verdict == "harm"
    assert result.confirmation.harmed == ["b"]
    assert result.winner.status == "not confirmed"


def test_failures_are_the_candidates_own():
    def judge(name, train, test, number):
        if name == "broken" or (name == "late" and number >= 10):
            raise ValueError("no rows\nmore lines")
        return {"model": {"none": 0.5, "late": 0.9, "odd": np.nan}[name]}

    result = race(judge, ["broken", "odd"], Y)
    assert result.verdict == "failed"
    assert [r.status for r in result.runners] == ["failed", "failed"]
    assert result.runners[0].reason == "ValueError: no rows"
    assert "finite" in result.runners[1].reason
    result = race(judge, ["late"], Y)
    assert (result.verdict, result.winner.status, result.winner.reason) == ("failed", "failed", "ValueError: no rows")
    with pytest.raises(ValueError, match="out of order"):
        race(lambda *_: (_ for _ in ()).throw(ValueError("out of order")), ["any"], Y)


class Clock:
    """A clock that a judge moves on by one second for every score."""

    def __init__(self, monkeypatch):
        self.now = 0.0
        monkeypatch.setattr("oversmith.selection.racing.time.perf_counter", lambda: self.now)

    def judge(self, name, train, test, number):
        self.now += 1
        return {"model": 0.5 + (0.1 + 0.01 * (number % 2)) * (name != "none")}


@pytest.mark.parametrize(
    "seconds, verdict, statuses",
    [
        # Half of the time screens. Five scores of nothing, five of the first, the second never gets its five.
        (22, "kept", ["chosen", "not tried"]),
        # Time for the screening of the first, none for five and five scores to confirm it.
        (19, "no time", ["not confirmed", "not tried"]),
        (8, "no time", ["not tried", "not tried"]),
        (1000, "kept", ["chosen", "screened"]),
    ],
)
def test_time(monkeypatch, seconds, verdict, statuses):
    clock = Clock(monkeypatch)
    result = race(clock.judge, ["first", "second"], Y, n_repeats=2, max_seconds=seconds)
    assert (result.verdict, [runner.status for runner in result.runners]) == (verdict, statuses)
    if "not tried" in statuses:
        assert result.runners[1].reason == "time"
        assert result.runners[1].scores == []


def test_time_runs_out_between_repeats(monkeypatch):
    """What was screened before counts; the leading one may have fewer scores than those before it."""
    clock = Clock(monkeypatch)
    result = race(clock.judge, ["first", "second", "third"], Y, n_repeats=9, max_seconds=62)
    assert [len(runner.scores) for runner in result.runners] == [10, 5, 5]
    assert result.winner.name == "first"


def test_nobody_runs():
    assert race(Scores({}), [], Y).verdict == "no candidate"


def test_bad_arguments():
    with pytest.raises(InputError, match="n_repeats: 1 found"):
        race(Scores({"a": 0.5}), ["a"], Y, n_repeats=1)
    with pytest.raises(TooFewRowsError, match="fewer than 5 folds"):
        race(Scores({"a": 0.5}), ["a"], [0] * 10 + [1] * 3)


def test_tells_how_candidates_fare():
    lines = []
    race(Scores({"new": 0.8, "bad": 0.1}), ["new", "bad"], Y, tell=lines.append)
    stages = ["screening 1/2: new +", "screening 1/2: bad -", "screening 2/2: new +"]
    stages += [f"confirmation {i}/4: new +" for i in range(1, 5)]
    assert len(lines) == len(stages)
    assert all(line.startswith(stage) for line, stage in zip(lines, stages, strict=True))


def test_luck_alone_is_rarely_kept():
    """200 races of twelve candidates that are as good as nothing: kept at most as often as one fixed candidate may be.

    All splits cut the same rows, so a part of a gain stays with the candidate on every split of a table. Here it has a
    sixteenth of the variance between splits, about what over-samplers show on noise (the correction of the t-test
    allows for a quarter). The best by the very splits that chose it would be kept more than twice as often.
    """
    chosen = fooled = 0
    names = [f"candidate {i}" for i in range(12)]
    for seed in range(200):
        rng = np.random.default_rng(seed)
        own = dict(zip(names, rng.normal(0, np.sqrt(2) * 0.05 / 4, 12), strict=True)) | {"none": 0.0}
        result = race(
            lambda name, train, test, number, own=own, rng=rng: {"model": own[name] + rng.normal(0, 0.05)}, names, Y
        )
        chosen += result.verdict == "kept"
        fooled += any(runner.against(result.nothing).effect.low > 0 for runner in result.runners)
    assert chosen / 200 <= 0.05
    assert fooled > 2 * chosen
