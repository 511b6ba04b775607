"""Filters of generated rows: what they keep by hand, and how samplers use them."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from sklearn.base import clone
from sklearn.utils._param_validation import InvalidParameterError
from toys import mixed_table, three_classes

import oversmith
from oversmith import BoundaryFilter, GaussianMixture, Jitter, NoveltyFilter, Output, TableEncoder
from oversmith.exceptions import InputError
from oversmith.samplers._filtered import MAX_REDRAWS, draw_filtered
from oversmith.selection import RowFilter, resolve_filters

NOBODY = np.empty((0, 1))


def column(*numbers: float) -> np.ndarray:
    return np.array(numbers, dtype=float)[:, None]


class Every:
    """Keeps every ``n``-th row it sees, and remembers what it saw."""

    def __init__(self, n: int) -> None:
        self.n = n
        self.seen: list[np.ndarray] = []

    def accept(self, generated, own, others):
        self.seen.append(generated)
        return np.arange(len(generated)) % self.n == 0


class Nothing(Every):
    """Keeps no row."""

    def accept(self, generated, own, others):
        self.seen.append(generated)
        return np.zeros(len(generated), dtype=bool)


# ---------------------------------------------------------------------- by hand


def test_novelty_by_hand():
    # Ways to the nearest other row: 1, 1, 2; median 1, so half of it is 0.5.
    own = column(0, 1, 3)
    generated = column(0, 0.4, 0.5, 1.49, 1.5, 9)
    assert NoveltyFilter(share=0.5).accept(generated, own, NOBODY).tolist() == [False, False, True, False, True, True]


def test_novelty_always_rejects_copies():
    own = column(0, 1, 3)
    generated = column(0, 1 + 1e-12, 0.001)
    assert NoveltyFilter(share=0).accept(generated, own, NOBODY).tolist() == [False, False, True]


def test_novelty_is_not_misled_by_repeated_rows():
    """With most rows repeated the median way is that between different rows, not nought."""
    own = column(0, 0, 0, 0, 10, 10, 20)
    assert NoveltyFilter(share=0.1).accept(column(0.9, 1.1), own, NOBODY).tolist() == [False, True]


def test_novelty_of_a_class_with_one_row_or_equal_rows():
    for own in (column(2), column(2, 2, 2)):
        assert NoveltyFilter().accept(column(2, 2.001), own, NOBODY).tolist() == [False, True]


def test_boundary_by_hand():
    own, others = column(0, 1, 2), column(3, 4, 5, 6)
    # Neighbours of 2.4: 2, 3 and 1; of 2.6: 3, 2 and 4.
    generated = column(0.5, 2.4, 2.6, 5)
    chosen = BoundaryFilter(n_neighbors=3, max_share=0.5).accept(generated, own, others)
    assert chosen.tolist() == [True, True, False, False]
    assert BoundaryFilter(n_neighbors=3, max_share=0.7).accept(generated, own, others).tolist() == [
        True,
        True,
        True,
        False,
    ]
    assert BoundaryFilter(n_neighbors=3, max_share=0).accept(generated, own, others).tolist() == [
        True,
        False,
        False,
        False,
    ]


def test_boundary_asks_no_more_neighbours_than_there_are():
    own, others = column(0, 1), column(5, 6)
    assert BoundaryFilter(n_neighbors=50, max_share=0.5).accept(column(0), own, others).tolist() == [True]
    assert BoundaryFilter(n_neighbors=50, max_share=0.4).accept(column(0), own, others).tolist() == [False]
    assert BoundaryFilter().accept(column(7), own, NOBODY).tolist() == [True]


@pytest.mark.parametrize(
    "filter_, name",
    [
        (NoveltyFilter(share=-0.1), "share"),
        (BoundaryFilter(n_neighbors=0), "n_neighbors"),
        (BoundaryFilter(max_share=1.5), "max_share"),
    ],
    ids=["share", "n_neighbors", "max_share"],
)
def test_bad_parameters_of_filters(filter_, name):
    with pytest.raises(InvalidParameterError, match=f"'{name}' parameter of {type(filter_).__name__}"):
        filter_.accept(column(0), column(0, 1), column(5))
    X, y = three_classes(0)
    with pytest.raises(InvalidParameterError, match=f"'{name}' parameter of {type(filter_).__name__}"):
        Jitter(output=Output(filters=[filter_])).fit_resample(X, y)


# ---------------------------------------------------------------------- names


def test_names_become_filters():
    own = NoveltyFilter(share=0.2)
    resolved = resolve_filters(["boundary", own])
    assert [name for name, _ in resolved] == ["BoundaryFilter", "NoveltyFilter"]
    assert resolved[1][1] is own
    assert [name for name, _ in resolve_filters("novelty")] == ["NoveltyFilter"]
    assert resolve_filters(None) == resolve_filters([]) == []
    assert isinstance(Every(2), RowFilter)


@pytest.mark.parametrize(
    "filters, message",
    [
        (["noveltie"], "filters: 'noveltie' is not known; choose from novelty, boundary"),
        ([NoveltyFilter], "filters: found <class .*NoveltyFilter'>; give 'novelty'"),
        ([3], "filters: found 3; give 'novelty', 'boundary'"),
    ],
    ids=["unknown", "a class", "a number"],
)
def test_what_is_no_filter_is_refused_before_the_training(filters, message):
    X, y = three_classes(0)
    sampler = Jitter(output=Output(filters=filters))
    sampler._train = lambda *args: pytest.fail("trained")
    with pytest.raises(InputError, match=message):
        sampler.fit(X, y)


# ---------------------------------------------------------------------- drawing again


def draw(filters, n=10, make=None):
    start = iter(range(10**6))
    make = make or (lambda missing: np.array([[next(start)] for _ in range(missing)], dtype=float))
    return draw_filtered(make, lambda rows: rows, resolve_filters(filters), column(-1), NOBODY, n, "rare")


def test_rejected_rows_are_drawn_again():
    every = Every(2)
    rows, counts = draw([every])
    # 10 drawn, 5 kept; at that rate another 10 bring the other 5.
    assert [len(seen) for seen in every.seen] == [10, 10]
    assert rows.ravel().tolist() == [0, 2, 4, 6, 8, 10, 12, 14, 16, 18]
    assert counts == {
        "phase": "filter",
        "classes": ["rare"],
        "asked": 10,
        "drawn": 20,
        "rejected": {"Every": 10},
    }


def test_rows_beyond_those_asked_for_are_left_out():
    # 7 drawn, 3 kept; at that rate 7 again bring one too few; 3 more bring one.
    every = Every(3)
    rows, counts = draw([every], n=7)
    assert [len(seen) for seen in every.seen] == [7, 7, 3]
    assert len(rows) == 7
    assert counts["drawn"] - counts["rejected"]["Every"] == 7
    # 4 of 5, then 2 asked for one.
    some = Every(1)
    some.accept = lambda generated, own, others: generated[:, 0] != 2
    rows, counts = draw([some], n=5)
    assert rows.ravel().tolist() == [0, 1, 3, 4, 5]
    assert (counts["drawn"], counts["rejected"]) == (7, {"Every": 1})


def test_one_accepted_row_in_ten_is_enough():
    """A filter that keeps a tenth: 500 rows in about 5,000, well within the bound, for each of five seeds."""
    for seed in range(5):
        rng = np.random.default_rng(seed)
        lucky = Every(1)
        lucky.accept = lambda generated, own, others, rng=rng: rng.random(len(generated)) < 0.1
        rows, counts = draw([lucky], n=500)
        assert len(rows) == 500
        assert 4_000 < counts["drawn"] < 6_500


def test_a_row_is_counted_by_the_filter_that_rejects_it():
    class Half(Every):
        pass

    first, second = Every(2), Half(2)
    rows, counts = draw([first, second], n=4)
    assert [len(seen) for seen in first.seen] == [4, 4, 4, 4]
    assert [len(seen) for seen in second.seen] == [2, 2, 2, 2]
    assert counts["rejected"] == {"Every": 8, "Half": 4}
    assert counts["drawn"] - sum(counts["rejected"].values()) == counts["asked"] == len(rows) == 4


def test_a_filter_without_work_is_not_asked():
    last = Every(1)
    with pytest.raises(InputError):
        draw([Nothing(0), last])
    assert last.seen == []


def test_draws_are_bounded():
    nothing = Nothing(0)
    with pytest.raises(
        InputError,
        match=rf"filters: class rare got 0 of 10 rows in {MAX_REDRAWS} draws, {10 * MAX_REDRAWS} rows in all "
        rf"\(Nothing rejected {10 * MAX_REDRAWS}\); loosen the filter, or leave it out",
    ):
        draw([nothing])
    assert len(nothing.seen) == MAX_REDRAWS


# ---------------------------------------------------------------------- in a sampler


def test_rejecting_everything_ends_in_an_error_with_the_counts():
    X, y = three_classes(0)
    with pytest.raises(InputError, match=r"class b got 0 of 180 rows in 20 draws, 3600 .*NoveltyFilter rejected 3600"):
        Jitter(width=1e-6, random_state=0, output=Output(filters="novelty")).fit_resample(X, y)


def test_each_draw_of_each_class_is_counted():
    X, y = three_classes(0, (60, 30, 20))
    sampler = Jitter(random_state=0, output=Output(filters=[Every(3)]))
    _, y_resampled = sampler.fit_resample(X, y)
    assert [(y_resampled == label).sum() for label in "abc"] == [60, 60, 60]
    assert [(row["classes"], row["asked"]) for row in sampler.history_] == [(["b"], 30), (["c"], 40)]
    assert all(row["drawn"] - row["rejected"]["Every"] >= row["asked"] for row in sampler.history_)
    assert len(sampler.sample(7, "c")) == 7
    assert sampler.history_[-1]["asked"] == 7


def test_a_filter_that_keeps_all_changes_nothing():
    X, y = mixed_table(0)
    plain = GaussianMixture(random_state=0).fit_resample(X, y)[0]
    pd.testing.assert_frame_equal(
        GaussianMixture(random_state=0, output=Output(filters=[Every(1)])).fit_resample(X, y)[0], plain
    )
    assert not plain.equals(GaussianMixture(random_state=0, output=Output(filters=[Every(2)])).fit_resample(X, y)[0])


def test_a_filter_sees_the_real_rows_of_both_sides():
    seen = {}

    class Spy(Every):
        def accept(self, generated, own, others):
            seen.update(own=own, others=others)
            return super().accept(generated, own, others)

    X, y = three_classes(0)
    sampler = Jitter(sampling_strategy={"c": 9}, random_state=0, output=Output(filters=[Spy(1)])).fit(X, y)
    sampler.sample(3, "c")
    np.testing.assert_allclose(seen["own"], sampler.encoder_.transform(X[y == "c"]))
    np.testing.assert_allclose(seen["others"], sampler.encoder_.transform(X[y != "c"]))


def test_integers_are_rounded_before_they_are_judged():
    """Noise of a third of a step rounds to copies: novel as numbers with decimals, not as whole numbers."""
    rng = np.random.default_rng(0)
    whole = np.concatenate([rng.integers(0, 90, 150), np.arange(3, 93, 3) + rng.integers(0, 2, 30)])
    y = np.repeat([0, 1], [150, 30])
    spread = whole[150:].std()
    sampler = Jitter(
        width=0.1 / spread,
        random_state=0,
        encoder=TableEncoder(numeric="standard"),
        output=Output(filters=[NoveltyFilter(share=0.005)]),
    )
    decimals = whole[:, None] + np.where(y == 0, rng.random(180), 0)[:, None]
    assert len(clone(sampler).fit(decimals, y).sample(50, 1)) == 50
    with pytest.raises(InputError, match=r"class 1 got 0 of 50 rows .*NoveltyFilter rejected 1000"):
        clone(sampler).fit(whole[:, None], y).sample(50, 1)
    spy = Every(1)
    fitted = clone(sampler).set_params(output__filters=[spy]).fit(whole[:, None], y)
    fitted.sample(50, 1)
    steps = fitted.encoder_.inverse_transform(spy.seen[0])
    np.testing.assert_allclose(fitted.encoder_.transform(steps), spy.seen[0])
    assert steps.dtype.kind == "i"


def test_novelty_keeps_away_from_the_rows_it_was_trained_on():
    X, y = three_classes(0, (100, 40, 30))
    close, far = (
        Jitter(
            width=0.05, random_state=0, encoder=TableEncoder(numeric="standard"), output=Output(filters=filters)
        ).fit(X, y)
        for filters in (None, [NoveltyFilter(share=0.3)])
    )

    def nearest(sampler):
        rows, own = (sampler.encoder_.transform(part) for part in (sampler.sample(200, "b"), X[y == "b"]))
        return np.linalg.norm(rows[:, None] - own, axis=2).min(axis=1)

    own = far.encoder_.transform(X[y == "b"])
    between = np.linalg.norm(own[:, None] - own, axis=2) + np.diag(np.full(len(own), np.inf))
    bound = 0.3 * np.median(between.min(axis=1))
    assert nearest(far).min() >= bound - 1e-9
    assert nearest(close).min() < bound / 2


def test_boundary_keeps_out_of_other_classes():
    """Overlapping classes: every kept row has most of its five neighbours in its class, others not."""
    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (200, 2)), rng.normal(1.5, 1, (60, 2))])
    y = np.repeat([0, 1], [200, 60])

    def foreign(filters):
        sampler = Jitter(random_state=0, encoder=TableEncoder(numeric="standard"), output=Output(filters=filters))
        generated = sampler.fit_resample(X, y)[0][260:]
        z = sampler.encoder_.transform(X)
        distance = np.linalg.norm(sampler.encoder_.transform(generated)[:, None] - z, axis=2)
        return (y[distance.argsort(axis=1)[:, :5]] == 0).mean(axis=1)

    assert foreign(["boundary"]).max() <= 0.5
    assert (foreign(None) > 0.5).mean() > 0.1


def test_rows_of_a_class_too_small_to_train_on_are_filtered_too():
    X, y = three_classes(0, (40, 20, 1))
    sampler = Jitter(random_state=0, output=Output(filters=[Every(2)], too_few="jitter"))
    with pytest.warns(UserWarning, match="class c has 1 usable row"):
        _, y_resampled = sampler.fit_resample(X, y)
    assert (y_resampled == "c").sum() == 40
    assert sampler.history_[-1]["classes"] == ["c"]
    assert sampler.history_[-1]["rejected"]["Every"] > 0


def test_filters_by_name_are_saved_and_their_rows_with_them(tmp_path):
    X, y = three_classes(0)
    sampler = Jitter(width=0.05, random_state=0, output=Output(filters=["novelty", "boundary"])).fit(X, y)
    sampler.save(tmp_path / "jitter.zip")
    twin = oversmith.load(tmp_path / "jitter.zip")
    assert np.array_equal(twin.sample(50, "b"), sampler.sample(50, "b"))
    assert twin.history_ == sampler.history_


def test_a_balanced_table_asks_no_filter():
    X = np.random.default_rng(0).normal(size=(20, 2))
    nothing = Nothing(0)
    sampler = Jitter(output=Output(filters=[nothing]))
    assert len(sampler.fit_resample(X, np.repeat([0, 1], 10))[0]) == 20
    assert nothing.seen == []
    assert sampler.history_ == []


def test_filters_are_saved_with_the_sampler(tmp_path):
    import oversmith

    rng = np.random.default_rng(0)
    X = np.concatenate([rng.normal(0, 1, (60, 2)), rng.normal(6, 1, (20, 2))])
    y = np.repeat([0, 1], [60, 20])
    filters = [oversmith.NoveltyFilter(share=0.2), oversmith.BoundaryFilter(n_neighbors=3)]
    sampler = oversmith.Jitter(random_state=0, output=Output(filters=filters)).fit(X, y)
    sampler.save(tmp_path / "jitter.zip")
    twin = oversmith.load(tmp_path / "jitter.zip")
    assert [each.get_params() for each in twin.output.filters] == [{"share": 0.2}, {"max_share": 0.5, "n_neighbors": 3}]
    assert np.array_equal(twin.sample(20, 1), sampler.sample(20, 1))
