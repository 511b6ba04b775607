"""How far generated series resemble real ones: distances with a stated pairing, each beside what real series reach.

A generator that repeats one good series has the least distance from generated to real series. So every
distance comes as three numbers: from generated to real, from real to generated (which a generator without variety
loses), and between real series and others that were not used for training (the best that can be reached).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.optimize import linear_sum_assignment

from oversmith.exceptions import InputError

PAIRINGS = ("assignment", "nearest", "random")
_CHUNK = 256
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
        Real series, the denominator.
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
    x, g = checked_series(real, "real"), checked_series(generated, "generated")
    same_shape(x, g)
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
    a, b = checked_series(a, "a"), checked_series(b, "b")
    same_shape(a, b)
    if window is not None and not 0 <= window <= 1:
        raise InputError("window", f"{window!r} found", "use a share of the length between 0 and 1, or None")
    length = a.shape[2]
    radius = length if window is None else int(window * length)
    # Time first, so that a diagonal is a run of rows; one of the two backwards, so that it is a run in both.
    first = np.ascontiguousarray(a.transpose(1, 2, 0), dtype=np.float32)
    second = np.ascontiguousarray(b.transpose(1, 2, 0)[:, ::-1], dtype=np.float32)
    left, right = np.divmod(np.arange(len(a) * len(b)), max(len(b), 1))
    squared = np.empty(len(left), np.float32)
    for start in range(0, len(left), _CHUNK):
        part = slice(start, start + _CHUNK)
        squared[part] = _dtw(first[:, :, left[part]], second[:, :, right[part]], radius)
    return np.sqrt(squared.astype(np.float64)).reshape(len(a), len(b))


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
        Real series of a class, series generated for it, and real ones that were not used for training.
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
        raise InputError("pairing", f"{pairing!r} found", f"choose one of 'auto', {', '.join(map(repr, PAIRINGS))}")
    parts = [
        checked_series(part, name) for part, name in ((real, "real"), (generated, "generated"), (unseen, "unseen"))
    ]
    for part in parts[1:]:
        same_shape(parts[0], part)
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


def checked_series(series: np.ndarray, name: str) -> np.ndarray:
    """Refuse what is no set of finite series; give 64-bit numbers."""
    array = np.asarray(series, dtype=np.float64)
    if array.ndim != 3 or not len(array):
        raise InputError(name, f"shape {array.shape} found", "give series of shape (n, channels, length), at least one")
    if not np.isfinite(array).all():
        raise InputError(name, "NaN or infinite values found", "give finite numbers")
    return array


def same_shape(a: np.ndarray, b: np.ndarray) -> None:
    """Refuse sets whose channels or lengths differ."""
    if a.shape[1:] != b.shape[1:]:
        raise InputError("series", f"shapes {a.shape[1:]} and {b.shape[1:]} found", "give equal channels and lengths")
