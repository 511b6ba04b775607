"""How far generated series resemble real ones: distances with a stated pairing, each beside what real series reach.

A distance from generated to real series alone is won by a generator that makes one good series over and over. So every
distance comes as three numbers: from generated to real, from real to generated (which a generator without variety
loses), and between real series and others the generator has not seen (what can be reached).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.optimize import linear_sum_assignment
from scipy.stats import wasserstein_distance

from oversmith.exceptions import InputError
from oversmith.metrics.copies import copy_check

PAIRINGS = ("assignment", "nearest", "random")
_CHUNK = 256
# Below this, power says more about rounding than about a signal.
_FLOOR = 1e-12
ASSIGNED = 500
"""Series on either side up to which ``pairing="auto"`` assigns one to one."""

Distance = Callable[[np.ndarray, np.ndarray], np.ndarray]


@dataclass(frozen=True)
class PairedDistance:
    """A distance, three times.

    Parameters
    ----------
    generated_to_real : float
        Mean distance of each generated series to the real one it is paired with: fidelity.
    real_to_generated : float
        Mean distance of each real series to the generated one it is paired with: coverage.
    unseen_to_real : float
        Mean distance of unseen real series to the real ones they are paired with: what can be reached.
    pairing : {"assignment", "nearest", "random"}
        How series were paired.
    """

    generated_to_real: float
    real_to_generated: float
    unseen_to_real: float
    pairing: str


def prd_matrix(real: np.ndarray, generated: np.ndarray, *, normalised: bool = False) -> np.ndarray:
    """Percent root mean square difference of all pairs.

    Parameters
    ----------
    real : ndarray of shape (n, channels, length)
        Real series; they make the denominator.
    generated : ndarray of shape (m, channels, length)
        Series compared with them.
    normalised : bool, default=False
        Take each real series' mean over time, channel by channel, from the denominator (PRDN): an offset flatters PRD.

    Returns
    -------
    ndarray of shape (n, m)
        100 · √(Σ (x − g)² / Σ x²), sums over channels and time; infinite where the real series has no power.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import prd_matrix
    >>> x, g = np.array([[[3.0, 4.0]]]), np.array([[[3.0, 0.0]]])
    >>> prd_matrix(x, g).round(6).tolist()
    [[80.0]]
    """
    x, g = _checked(real, "real"), _checked(generated, "generated")
    _same_shape(x, g)
    power = ((x - x.mean(axis=2, keepdims=True)) if normalised else x) ** 2
    a, b = x.reshape(len(x), -1), g.reshape(len(g), -1)
    squared = np.maximum((a**2).sum(1)[:, None] + (b**2).sum(1) - 2 * a @ b.T, 0.0)
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = squared / power.sum(axis=(1, 2))[:, None]
    return 100 * np.sqrt(np.nan_to_num(ratio, nan=0.0, posinf=np.inf))


def dtw_matrix(a: np.ndarray, b: np.ndarray, *, window: float | None = None) -> np.ndarray:
    """Dynamic time warping distance of all pairs.

    Parameters
    ----------
    a, b : ndarray of shape (n, channels, length), (m, channels, length)
        Series of one length.
    window : float, optional
        Half width of the Sakoe–Chiba band as a share of the length, in [0, 1]: points further apart in time are never
        matched. None for no band.

    Returns
    -------
    ndarray of shape (n, m)
        Root of the summed squared differences along the best path. Channels are warped together; not divided by the
        length of the path. tslearn's convention; aeon reports the square.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import dtw_matrix
    >>> dtw_matrix(np.array([[[0.0, 1.0, 2.0]]]), np.array([[[0.0, 0.0, 2.0]]])).tolist()
    [[1.0]]
    """
    a, b = _checked(a, "a"), _checked(b, "b")
    _same_shape(a, b)
    if window is not None and not 0 <= window <= 1:
        raise InputError(f"window: {window!r} found; use a share of the length between 0 and 1, or None")
    length = a.shape[2]
    radius = length if window is None else int(window * length)
    # Time first, so that a diagonal is a run of rows; one of the two backwards, so that it is a run in both.
    first = np.ascontiguousarray(a.transpose(1, 2, 0), dtype=np.float32)
    second = np.ascontiguousarray(b.transpose(1, 2, 0)[:, ::-1], dtype=np.float32)
    left, right = np.divmod(np.arange(len(a) * len(b)), max(len(b), 1))
    found = np.empty(len(left), np.float32)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        found[part] = _dtw(first[:, :, left[part]], second[:, :, right[part]], radius)
    return np.sqrt(found.astype(np.float64)).reshape(len(a), len(b))


def _dtw(a: np.ndarray, b: np.ndarray, radius: int) -> np.ndarray:
    """Squared distances of pairs, by anti-diagonals; ``b`` runs backwards in time."""
    channels, length, pairs = a.shape
    # Row i + 1 holds point i of ``a``; row 0 is the border.
    before, last, now = (np.full((length + 2, pairs), np.inf, np.float32) for _ in range(3))
    before[0] = 0.0
    cost = np.empty((length, pairs), np.float32)
    step = np.empty((length, pairs), np.float32)
    for diagonal in range(2 * length - 1):
        low = max(0, diagonal - length + 1, (diagonal - radius + 1) // 2)
        high = min(diagonal, length - 1, (diagonal + radius) // 2)
        if low > high:
            now[:] = np.inf
        else:
            rows, other = slice(low, high + 1), slice(length - 1 - diagonal + low, length - diagonal + high)
            n = high + 1 - low
            np.subtract(a[0, rows], b[0, other], out=cost[:n])
            np.multiply(cost[:n], cost[:n], out=cost[:n])
            for channel in range(1, channels):
                np.subtract(a[channel, rows], b[channel, other], out=step[:n])
                np.multiply(step[:n], step[:n], out=step[:n])
                cost[:n] += step[:n]
            np.minimum(last[low : high + 1], last[low + 1 : high + 2], out=step[:n])
            np.minimum(step[:n], before[low : high + 1], out=step[:n])
            np.add(cost[:n], step[:n], out=now[low + 1 : high + 2])
            # The band moves by one row at most: what is left of older diagonals beside it must not be found.
            now[low] = np.inf
            now[high + 2 :][:1] = np.inf
        before, last, now = last, now, before
    return last[length].copy()


def paired_distance(
    distance: Distance,
    real: np.ndarray,
    generated: np.ndarray,
    unseen: np.ndarray,
    *,
    pairing: str = "auto",
    random_state: int = 0,
) -> PairedDistance:
    """Pair series and average a distance, three times.

    Parameters
    ----------
    distance : callable
        ``distance(real, other) -> (n, m)`` distances of all pairs, such as `prd_matrix` or `dtw_matrix`.
    real, generated, unseen : ndarray of shape (n, channels, length)
        Real series of a class, series generated for it, and real ones the generator has not seen.
    pairing : {"auto", "assignment", "nearest", "random"}, default="auto"
        One to one with the least total, each with its nearest, or one to one at random. ``"auto"`` assigns up to 500
        series on either side, else takes the nearest.
    random_state : int, default=0
        Of random pairs, and of which series are assigned where one side has more.

    Returns
    -------
    PairedDistance
        The three numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import paired_distance, prd_matrix
    >>> rng = np.random.default_rng(0)
    >>> real, unseen = rng.normal(size=(2, 20, 1, 8))
    >>> one_series = np.repeat(real[:1], 20, axis=0)
    >>> found = paired_distance(prd_matrix, real, one_series, unseen, pairing="nearest")
    >>> found.generated_to_real, found.real_to_generated > found.unseen_to_real
    (0.0, True)
    """
    if pairing not in ("auto", *PAIRINGS):
        raise InputError(f"pairing: {pairing!r} found; choose one of 'auto', {', '.join(map(repr, PAIRINGS))}")
    parts = [_checked(part, name) for part, name in ((real, "real"), (generated, "generated"), (unseen, "unseen"))]
    for part in parts[1:]:
        _same_shape(parts[0], part)
    if pairing == "auto":
        pairing = "assignment" if max(map(len, parts)) <= ASSIGNED else "nearest"
    real, generated, unseen = parts
    rng = np.random.default_rng(random_state)
    both = distance(real, generated)
    return PairedDistance(
        _paired(both.T, pairing, rng),
        _paired(both, pairing, rng),
        _paired(distance(real, unseen).T, pairing, rng),
        pairing,
    )


def _paired(matrix: np.ndarray, pairing: str, rng: np.random.Generator) -> float:
    """Mean distance of each row to the column it is paired with."""
    if pairing == "nearest":
        return float(matrix.min(axis=1).mean())
    n = min(matrix.shape)
    # As many on either side: a choice among more would find nearer ones.
    matrix = matrix[rng.permutation(len(matrix))[:n]][:, rng.permutation(matrix.shape[1])[:n]]
    if pairing == "random":
        return float(np.diag(matrix).mean())
    return float(matrix[linear_sum_assignment(np.nan_to_num(matrix, posinf=1e30))].mean())


@dataclass(frozen=True)
class TwoSampleMMD:
    """Maximum mean discrepancy with its permutation test.

    Parameters
    ----------
    mmd : float
        The unbiased estimate of the squared discrepancy; around 0 for equal distributions, also below.
    p_value : float
        Share of permutations that reach it.
    """

    mmd: float
    p_value: float


def mmd_test(
    real: np.ndarray, generated: np.ndarray, *, n_permutations: int = 200, random_state: int = 0
) -> TwoSampleMMD:
    """Ask whether two sets of series come from one distribution.

    Parameters
    ----------
    real, generated : ndarray of shape (n, channels, length), (m, channels, length)
        Series; at least two on either side.
    n_permutations : int, default=200
        Of the pooled series.
    random_state : int, default=0
        Of the permutations.

    Returns
    -------
    TwoSampleMMD
        Mean over three Gaussian kernels, as wide as half, once and twice the median distance of the pooled series,
        every channel in units of the real ones' standard deviation.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import mmd_test
    >>> a, b = np.random.default_rng(0).normal(size=(2, 30, 1, 8))
    >>> mmd_test(a, b).p_value > 0.05, mmd_test(a, b + 1).p_value < 0.05
    (True, True)
    """
    x, g = _checked(real, "real"), _checked(generated, "generated")
    _same_shape(x, g)
    if min(len(x), len(g)) < 2:
        raise InputError(f"real, generated: {len(x)} and {len(g)} series found; two of each are needed")
    spread = x.std(axis=(0, 2))
    pooled = np.concatenate([x, g]) / np.where(spread > 0, spread, 1.0)[:, None]
    rows = pooled.reshape(len(pooled), -1)
    squares = (rows**2).sum(axis=1)
    squared = np.maximum(squares[:, None] + squares - 2 * rows @ rows.T, 0.0)
    median = np.median(squared[np.triu_indices(len(rows), 1)])
    width = median if median > 0 else 1.0
    kernel = np.mean([np.exp(-squared / (2 * width * factor**2)) for factor in (0.5, 1.0, 2.0)], axis=0)
    np.fill_diagonal(kernel, 0.0)
    n = len(x)

    def estimate(order: np.ndarray) -> float:
        first, second = order[:n], order[n:]
        m = len(second)
        within = kernel[np.ix_(first, first)].sum() / (n * (n - 1)) + kernel[np.ix_(second, second)].sum() / (
            m * (m - 1)
        )
        return float(within - 2 * kernel[np.ix_(first, second)].mean())

    rng = np.random.default_rng(random_state)
    found = estimate(np.arange(len(rows)))
    reached = sum(estimate(rng.permutation(len(rows))) >= found for _ in range(n_permutations))
    return TwoSampleMMD(found, (1 + reached) / (1 + n_permutations))


def spectral_distance(real: np.ndarray, generated: np.ndarray) -> float:
    """Compare the distributions of power at every frequency.

    Parameters
    ----------
    real, generated : ndarray of shape (n, channels, length), (m, channels, length)
        Series.

    Returns
    -------
    float
        Wasserstein distance between the log powers (in decibels) of the two sets, mean over frequencies and channels.
        Powers below a millionth of the real ones' largest mean count as that much: noise floors are not compared.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import spectral_distance
    >>> a = np.random.default_rng(0).normal(size=(20, 1, 16))
    >>> spectral_distance(a, a), round(spectral_distance(a, 10 * a), 6)
    (0.0, 20.0)
    """
    x, g = _checked(real, "real"), _checked(generated, "generated")
    _same_shape(x, g)
    power = [np.abs(np.fft.rfft(part, axis=2)) ** 2 for part in (x, g)]
    floor = max(power[0].mean(axis=0).max() * 1e-6, _FLOOR)
    a, b = (10 * np.log10(np.maximum(part, floor)) for part in power)
    places = np.ndindex(a.shape[1:])
    return float(np.mean([wasserstein_distance(a[:, c, f], b[:, c, f]) for c, f in places]))


@dataclass(frozen=True)
class SeriesQuality:
    """What generated series of one class look like beside real ones; none of it says whether they help a classifier.

    Parameters
    ----------
    prd, prdn, dtw : PairedDistance
        Percent root mean square difference, without and with the mean taken off, and warping distance.
    mmd : TwoSampleMMD
        Against unseen real series.
    mmd_real : TwoSampleMMD
        Of the training series against the unseen ones: what can be reached.
    spectrum, spectrum_real : float
        Distance in decibels to the unseen series, of the generated and of the training ones.
    exact, near : float
        Share of generated series that equal a training one, and that are within 1 % of its range on average.
    too_near, too_near_unseen : float
        Share nearer to a training series than 95 % of these are to each other, of generated and of unseen ones.
    """

    prd: PairedDistance
    prdn: PairedDistance
    dtw: PairedDistance
    mmd: TwoSampleMMD
    mmd_real: TwoSampleMMD
    spectrum: float
    spectrum_real: float
    exact: float
    near: float
    too_near: float
    too_near_unseen: float

    def to_dict(self) -> dict[str, Any]:
        """Turn everything into plain values.

        Returns
        -------
        dict
            Names to numbers, pairs of numbers nested.
        """
        return asdict(self)

    @property
    def warnings(self) -> list[str]:
        """What is wrong with the series: empty where nothing was found."""
        found = []
        if self.exact > 0.01 or self.too_near > max(3 * self.too_near_unseen, 0.25):
            found.append("copies: the series repeat training series")
        worse = [
            name
            for name, told in (("PRDN", self.prdn), ("DTW", self.dtw))
            if told.real_to_generated > 1.5 * told.unseen_to_real
        ]
        if worse:
            found.append(f"coverage: real series have no like among the generated ones ({', '.join(worse)})")
        if self.mmd.p_value < 0.01 <= self.mmd_real.p_value:
            found.append("distribution: a two-sample test tells them from unseen real series")
        return found


def series_quality(
    train: np.ndarray,
    generated: np.ndarray,
    unseen: np.ndarray,
    *,
    window: float | None = 0.1,
    pairing: str = "auto",
    max_series: int = 200,
    random_state: int = 0,
) -> SeriesQuality:
    """Judge generated series of one class against unseen real ones, and against what real ones reach.

    Parameters
    ----------
    train, generated, unseen : ndarray of shape (n, channels, length)
        Series the generator was trained on (at least three), series it made, and real series of the same class it has
        not seen (at least two).
    window : float or None, default=0.1
        Band of the warping distance.
    pairing : str, default="auto"
        As `paired_distance` takes it.
    max_series : int, default=200
        A random sample of so many is compared on each side.
    random_state : int, default=0
        Of samples, pairs and permutations.

    Returns
    -------
    SeriesQuality
        All numbers.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import series_quality
    >>> rng = np.random.default_rng(0)
    >>> train, unseen = rng.normal(size=(2, 30, 1, 8))
    >>> series_quality(train, train, unseen).warnings
    ['copies: the series repeat training series']
    """
    rng = np.random.default_rng(random_state)
    parts = []
    for part, name, least in ((train, "train", 3), (generated, "generated", 2), (unseen, "unseen", 2)):
        checked = _checked(part, name)
        if len(checked) < least:
            raise InputError(f"{name}: {len(checked)} series found; {least} are needed")
        chosen = np.sort(rng.permutation(len(checked))[:max_series])
        parts.append(checked[chosen])
    train, generated, unseen = parts

    def normalised(real: np.ndarray, other: np.ndarray) -> np.ndarray:
        return prd_matrix(real, other, normalised=True)

    def warped(real: np.ndarray, other: np.ndarray) -> np.ndarray:
        return dtw_matrix(real, other, window=window)

    def told(distance: Distance) -> PairedDistance:
        return paired_distance(distance, train, generated, unseen, pairing=pairing, random_state=random_state)

    frames = [pd.DataFrame(part.reshape(len(part), -1)) for part in (train, generated, unseen)]
    copies = copy_check(*frames)
    return SeriesQuality(
        prd=told(prd_matrix),
        prdn=told(normalised),
        dtw=told(warped),
        mmd=mmd_test(unseen, generated, random_state=random_state),
        mmd_real=mmd_test(unseen, train, random_state=random_state),
        spectrum=spectral_distance(unseen, generated),
        spectrum_real=spectral_distance(unseen, train),
        exact=copies.exact,
        near=copies.near,
        too_near=copies.too_near,
        too_near_unseen=copies.too_near_unseen,
    )


def _checked(series: np.ndarray, name: str) -> np.ndarray:
    array = np.asarray(series, dtype=np.float64)
    if array.ndim != 3 or not len(array):
        raise InputError(f"{name}: shape {array.shape} found; give series of shape (n, channels, length), at least one")
    if not np.isfinite(array).all():
        raise InputError(f"{name}: NaN or infinite values found; give finite numbers")
    return array


def _same_shape(a: np.ndarray, b: np.ndarray) -> None:
    if a.shape[1:] != b.shape[1:]:
        raise InputError(f"series of shapes {a.shape[1:]} and {b.shape[1:]} found; give equal channels and lengths")
