"""Distances of series by hand, against other implementations, and against generators that try to win them."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.optimize import linear_sum_assignment

from oversmith.exceptions import InputError
from oversmith.metrics import dtw_matrix, mmd_test, paired_distance, prd_matrix, series_quality, spectral_distance


def beats(n, seed, kind="a"):
    """Bumps with a random place, height and width; two kinds."""
    rng = np.random.default_rng(seed)
    when = np.linspace(0, 1, 48)
    index = rng.normal(0.35 if kind == "a" else 0.65, 0.05, size=(n, 1))
    height = rng.normal(1.0, 0.2, size=(n, 1)) * (1 if kind == "a" else -1)
    bump = height * np.exp(-(((when - index) / 0.06) ** 2))
    return (bump + rng.normal(scale=0.05, size=bump.shape))[:, None]


def test_prd_by_hand():
    x = np.array([[[1.0, 2.0], [2.0, 4.0]], [[0.0, 0.0], [0.0, 0.0]]])
    g = np.array([[[1.0, 2.0], [2.0, 3.0]]])
    assert prd_matrix(x, g)[0, 0] == pytest.approx(100 * np.sqrt(1 / 25))
    # Channel by channel, the means 1.5 and 3 are taken off the denominator alone.
    assert prd_matrix(x, g, normalised=True)[0, 0] == pytest.approx(100 * np.sqrt(1 / 2.5))
    assert prd_matrix(x, g)[1, 0] == np.inf
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 5, 3, 7))
    slow = [[100 * np.sqrt(((p - q) ** 2).sum() / (p**2).sum()) for q in b] for p in a]
    np.testing.assert_allclose(prd_matrix(a, b), slow)
    # An offset flatters PRD and leaves PRDN alone.
    assert (prd_matrix(a + 100, b + 100) < prd_matrix(a, b) / 10).all()
    np.testing.assert_allclose(
        prd_matrix(a + 100, b + 100, normalised=True), prd_matrix(a, b, normalised=True), rtol=1e-6
    )


def slow_dtw(x, y, radius):
    length = x.shape[1]
    table = np.full((length + 1, length + 1), np.inf)
    table[0, 0] = 0
    for i in range(length):
        for j in range(length):
            if abs(i - j) <= radius:
                cost = ((x[:, i] - y[:, j]) ** 2).sum()
                table[i + 1, j + 1] = cost + min(table[i, j], table[i, j + 1], table[i + 1, j])
    return np.sqrt(table[length, length])


@pytest.mark.parametrize(
    "length, window", [(1, None), (2, None), (9, None), (9, 0.2), (10, 0.25), (10, 0.0), (11, 0.5)]
)
def test_dtw_is_the_plain_recurrence(length, window):
    a, b = np.random.default_rng(length).normal(size=(2, 20, 2, length))
    radius = length if window is None else int(window * length)
    slow = [[slow_dtw(x, y, radius) for y in b] for x in a]
    np.testing.assert_allclose(dtw_matrix(a, b, window=window), slow, rtol=1e-5)


# Computed with tslearn 0.10.0 (`dtw`, a radius of int(window · length) points) and aeon 1.6.0 (`dtw_distance`), which
# reports the square: (channels, length, window, tslearn, aeon) for the series of `formula`.
OTHERS = [
    (1, 12, None, [[0.916273, 1.615984], [1.575535, 0.889672]], [[0.839557, 2.611404], [2.48231, 0.791516]]),
    (1, 12, 0.1, [[0.916273, 1.703787], [1.575535, 0.889672]], [[0.839557, 2.902889], [2.48231, 0.791516]]),
    (1, 12, 0.25, [[0.916273, 1.615984], [1.575535, 0.889672]], [[0.839557, 2.611404], [2.48231, 0.791516]]),
    (1, 12, 0.5, [[0.916273, 1.615984], [1.575535, 0.889672]], [[0.839557, 2.611404], [2.48231, 0.791516]]),
    (2, 25, None, [[1.878799, 4.122087], [4.533042, 1.946663]], [[3.529884, 16.991598], [20.548472, 3.789498]]),
    (2, 25, 0.1, [[1.878799, 4.122087], [4.533042, 1.946663]], [[3.529884, 16.991598], [20.548472, 3.789498]]),
    (2, 25, 0.25, [[1.878799, 4.122087], [4.533042, 1.946663]], [[3.529884, 16.991598], [20.548472, 3.789498]]),
    (2, 25, 0.5, [[1.878799, 4.122087], [4.533042, 1.946663]], [[3.529884, 16.991598], [20.548472, 3.789498]]),
    (3, 40, None, [[2.964241, 6.552897], [5.872675, 2.727932]], [[8.786722, 42.940461], [34.488317, 7.441613]]),
    (3, 40, 0.1, [[2.964241, 6.552897], [5.872675, 2.727932]], [[8.786722, 42.940461], [34.488317, 7.441613]]),
    (3, 40, 0.25, [[2.964241, 6.552897], [5.872675, 2.727932]], [[8.786722, 42.940461], [34.488317, 7.441613]]),
    (3, 40, 0.5, [[2.964241, 6.552897], [5.872675, 2.727932]], [[8.786722, 42.940461], [34.488317, 7.441613]]),
]


def formula(seed, channels, length):
    i = np.arange(2 * channels * length).reshape(2, channels, length)
    return np.sin(0.37 * seed + 1.7 * i + 0.05 * (i % 11) ** 2) + 0.3 * np.cos(0.9 * i)


@pytest.mark.parametrize("channels, length, window, tslearn, aeon", OTHERS)
def test_dtw_has_the_values_of_other_libraries(channels, length, window, tslearn, aeon):
    result = dtw_matrix(formula(1, channels, length), formula(2, channels, length), window=window)
    np.testing.assert_allclose(result, tslearn, rtol=1e-5)
    np.testing.assert_allclose(result**2, aeon, rtol=1e-5)


def test_dtw_warps_what_the_band_allows():
    flat = np.zeros((1, 1, 40))
    early, late = flat.copy(), flat.copy()
    early[0, 0, 10:13], late[0, 0, 16:19] = 1.0, 1.0
    assert dtw_matrix(early, late)[0, 0] == 0
    assert dtw_matrix(early, late, window=0.2)[0, 0] == 0
    assert dtw_matrix(early, late, window=0.1)[0, 0] > 0
    assert dtw_matrix(early, late, window=0.0)[0, 0] == pytest.approx(np.sqrt(6))


def test_pairings_by_hand():
    real, generated, unseen = (np.array(v, float).reshape(-1, 1, 1) for v in ([0, 10], [1, 1, 9], [2, 4]))

    def gap(a, b):
        return np.abs(a[:, 0] - b[:, 0].T)

    nearest = paired_distance(gap, real, generated, unseen, pairing="nearest")
    assert nearest.generated_to_real == pytest.approx(1)
    assert nearest.real_to_generated == pytest.approx(1)
    assert nearest.unseen_to_real == pytest.approx((2 + 4) / 2)
    one_to_one = paired_distance(gap, real, generated[1:], unseen, pairing="assignment")
    assert one_to_one.generated_to_real == pytest.approx(1)
    assert one_to_one.unseen_to_real == pytest.approx((2 + 6) / 2)
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 12, 1, 3))
    result = paired_distance(prd_matrix, a, b, b, pairing="assignment").generated_to_real
    matrix = prd_matrix(a, b).T
    assert result == pytest.approx(matrix[linear_sum_assignment(matrix)].mean())
    by_chance = [
        paired_distance(prd_matrix, a, b, b, pairing="random", random_state=s).generated_to_real for s in (0, 1)
    ]
    assert by_chance[0] != by_chance[1]
    assert min(by_chance) > result
    assert paired_distance(gap, real, generated, unseen).pairing == "assignment"
    many = np.zeros((501, 1, 1))
    assert paired_distance(gap, many, generated, unseen).pairing == "nearest"


def test_mmd_has_its_level_and_finds_a_shift():
    rejected = [
        mmd_test(*np.random.default_rng(s).normal(size=(2, 20, 1, 6)), n_permutations=99).p_value for s in range(40)
    ]
    assert np.mean(np.array(rejected) < 0.05) < 0.2
    a, b = np.random.default_rng(0).normal(size=(2, 30, 2, 6))
    assert mmd_test(a, b + 0.7).p_value < 0.02
    assert abs(mmd_test(a, b).mmd) < 0.05 < mmd_test(a, b + 2).mmd


def test_spectral_distance():
    rng = np.random.default_rng(0)
    a, b = rng.normal(size=(2, 50, 1, 32))
    smooth = (a + np.roll(a, 1, axis=2)) / 2
    assert spectral_distance(a, b) < 1.5 < spectral_distance(a, smooth)
    # The mean spectrum alone is not enough: all at the same power misses its spread.
    power = np.sqrt((np.abs(np.fft.rfft(a, axis=2)) ** 2).mean(axis=0, keepdims=True))
    single = np.repeat(np.fft.irfft(power, n=32, axis=2), 50, axis=0)
    assert spectral_distance(a, single) > 2 * spectral_distance(a, b)


def generators():
    train, rng = beats(60, 0), np.random.default_rng(5)
    return {
        "constant": np.repeat(train.mean(axis=0, keepdims=True), 60, axis=0),
        "copies": train[rng.permutation(60)],
        "copies with dust": train + rng.normal(scale=1e-6, size=train.shape),
        "single mode": np.repeat(train[:1], 60, axis=0) + rng.normal(scale=0.05, size=train.shape),
        "other class": beats(60, 9, "b"),
    }


CAUGHT = {
    "constant": "coverage",
    "copies": "copies",
    "copies with dust": "copies",
    "single mode": "coverage",
    "other class": "distribution",
}


@pytest.mark.parametrize("name", list(CAUGHT))
def test_no_collapsed_generator_goes_unnoticed(name):
    quality = series_quality(beats(60, 0), generators()[name], beats(60, 1))
    assert any(texts.startswith(CAUGHT[name]) for texts in quality.warnings), quality.warnings


def test_an_honest_generator_is_let_through():
    for seed in range(5):
        quality = series_quality(beats(60, 10 + seed), beats(60, 20 + seed), beats(60, 30 + seed))
        assert quality.warnings == []
    assert set(quality.to_dict()["dtw"]) == {"generated_to_real", "real_to_generated", "unseen_to_real", "pairing"}


@pytest.mark.parametrize(
    "call, message",
    [
        (lambda x: prd_matrix(x[0], x), "real: shape"),
        (lambda x: dtw_matrix(x, x[:, :, :5]), "shapes"),
        (lambda x: dtw_matrix(x, x, window=2), "window: 2 found"),
        (lambda x: dtw_matrix(x * np.nan, x), "NaN"),
        (lambda x: paired_distance(prd_matrix, x, x, x, pairing="best"), "pairing: 'best' found"),
        (lambda x: mmd_test(x[:1], x), "two of each"),
        (lambda x: series_quality(x[:2], x, x), "train: 2 series found; 3 are needed"),
    ],
)
def test_bad_input(call, message):
    with pytest.raises(InputError, match=message):
        call(np.random.default_rng(0).normal(size=(6, 1, 8)))
