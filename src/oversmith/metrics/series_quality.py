"""What generated series of a class look like beside real ones: every distance, a two-sample test, spectra, copies."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from scipy.stats import wasserstein_distance

from oversmith._card import card
from oversmith.exceptions import InputError
from oversmith.metrics.copies import copy_check
from oversmith.metrics.series import (
    Distance,
    PairedDistance,
    checked_series,
    dtw_matrix,
    paired_distance,
    prd_matrix,
    same_shape,
)

# Below this, power is rounding error and no signal.
_FLOOR = 1e-12


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
    x, g = checked_series(real, "real"), checked_series(generated, "generated")
    same_shape(x, g)
    if min(len(x), len(g)) < 2:
        raise InputError("generated", f"{len(g)} series found, and {len(x)} real ones", "give two of each at least")
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
    observed = estimate(np.arange(len(rows)))
    reached = sum(estimate(rng.permutation(len(rows))) >= observed for _ in range(n_permutations))
    return TwoSampleMMD(observed, (1 + reached) / (1 + n_permutations))


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
    x, g = checked_series(real, "real"), checked_series(generated, "generated")
    same_shape(x, g)
    power = [np.abs(np.fft.rfft(part, axis=2)) ** 2 for part in (x, g)]
    floor = max(power[0].mean(axis=0).max() * 1e-6, _FLOOR)
    a, b = (10 * np.log10(np.maximum(part, floor)) for part in power)
    points = np.ndindex(a.shape[1:])
    return float(np.mean([wasserstein_distance(a[:, c, f], b[:, c, f]) for c, f in points]))


@dataclass(frozen=True)
class SeriesQuality:
    """Compare generated series of one class with real ones; no number here measures whether they help a classifier.

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

    def _repr_html_(self) -> str:
        """Card for a notebook."""
        rows = [
            (name, pair.real_to_generated, pair.unseen_to_real)
            for name, pair in (("PRD", self.prd), ("PRDN", self.prdn), ("DTW", self.dtw))
        ]
        rows += [
            ("spectrum, dB", self.spectrum, self.spectrum_real),
            ("MMD", self.mmd.mmd, self.mmd_real.mmd),
            ("too near to a training series", self.too_near, self.too_near_unseen),
        ]
        return card(
            "Quality of generated series",
            ["Nothing is clearly worse than unseen real series are."] if not self.warnings else [],
            columns=("", "generated", "real ones, for comparison"),
            rows=rows,
            caption="None of these numbers says whether the series help a classifier",
            notes=self.warnings,
        )

    @property
    def warnings(self) -> list[str]:
        """What is wrong with the series: empty where nothing was found."""
        texts = []
        if self.exact > 0.01 or self.too_near > max(3 * self.too_near_unseen, 0.25):
            texts.append("copies: the series repeat training series")
        worse = [
            name
            for name, distances in (("PRDN", self.prdn), ("DTW", self.dtw))
            if distances.real_to_generated > 1.5 * distances.unseen_to_real
        ]
        if worse:
            texts.append(f"coverage: real series have no like among the generated ones ({', '.join(worse)})")
        if self.mmd.p_value < 0.01 <= self.mmd_real.p_value:
            texts.append("distribution: a two-sample test tells them from unseen real series")
        return texts


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
        Training series (at least three), generated series, and real series of the same class that were not used for
        training (at least two).
    window : float or None, default=0.1
        Band of the warping distance.
    pairing : str, default="auto"
        As `paired_distance` takes it.
    max_series : int, default=200
        Size of the random sample that is compared on each side.
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
        checked = checked_series(part, name)
        if len(checked) < least:
            raise InputError(name, f"{len(checked)} series found", f"{least} are needed")
        chosen = np.sort(rng.permutation(len(checked))[:max_series])
        parts.append(checked[chosen])
    train, generated, unseen = parts

    def normalised(real: np.ndarray, other: np.ndarray) -> np.ndarray:
        return prd_matrix(real, other, normalised=True)

    def warped(real: np.ndarray, other: np.ndarray) -> np.ndarray:
        return dtw_matrix(real, other, window=window)

    def paired(distance: Distance) -> PairedDistance:
        return paired_distance(distance, train, generated, unseen, pairing=pairing, random_state=random_state)

    frames = [pd.DataFrame(part.reshape(len(part), -1)) for part in (train, generated, unseen)]
    copies = copy_check(*frames)
    return SeriesQuality(
        prd=paired(prd_matrix),
        prdn=paired(normalised),
        dtw=paired(warped),
        mmd=mmd_test(unseen, generated, random_state=random_state),
        mmd_real=mmd_test(unseen, train, random_state=random_state),
        spectrum=spectral_distance(unseen, generated),
        spectrum_real=spectral_distance(unseen, train),
        exact=copies.exact,
        near=copies.near,
        too_near=copies.too_near,
        too_near_unseen=copies.too_near_unseen,
    )
