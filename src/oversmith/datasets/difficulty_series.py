"""Difficulty of series made to order: a kind of series against its own, shifted or warped."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from oversmith.datasets._difficulty import Difficult, Order, chosen, mixed, with_label_noise
from oversmith.exceptions import InputError


def make_shifted_series(
    series: ArrayLike,
    n_majority: int,
    ratio: float,
    *,
    shift: float = 0.0,
    warp: float = 0.0,
    length: int | None = None,
    label_noise: float = 0.0,
    n_test: int = 0,
    order: Order = "original",
    disjoint: bool = True,
    random_state: int = 0,
) -> Difficult:
    """Set series of one kind against shifted or warped series of the same kind: the rotated digits in one dimension.

    Parameters
    ----------
    series : array-like of shape (n_series, n_points) or (n_series, n_channels, n_points)
        Series of one kind.
    n_majority : int
        Series of the majority, left as they are.
    ratio : float
        Minority series to one of the majority, in (0, 1]; their number is rounded down.
    shift : float, default=0.0
        How far the minority comes later, as a share of the length, in (-1, 1); the first value is held meanwhile. A
        small one leaves the classes alike.
    warp : float, default=0.0
        How much the minority's time runs faster at its ends and slower in its middle, or the other way round below 0,
        in (-1, 1).
    length : int, optional
        Points that all series are brought to, by lines between those they have; their own by default.
    label_noise : float, default=0.0
        Share of the minority, rounded down, that changes labels with as many majority series, in [0, 1].
    n_test : int, default=0
        Series per class of a balanced test part, made of further series.
    order, disjoint, random_state
        As in :func:`make_rotated_digits`; here no series is used twice by default.

    Returns
    -------
    Difficult
        ``X`` of float64 and of the dimensions given.

    Raises
    ------
    InputError
        For series that are none, more asked than there are, or neither shift nor warp.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.datasets import make_shifted_series
    >>> rng = np.random.default_rng(0)
    >>> waves = np.sin(np.linspace(0, 6, 50)) + rng.normal(scale=0.1, size=(60, 50))
    >>> made = make_shifted_series(waves, 30, 0.2, shift=0.1, n_test=10)
    >>> made.X.shape, made.y.sum().item(), made.X_test.shape
    ((36, 50), 6, (20, 50))
    """
    original = np.asarray(series, dtype=np.float64)
    if original.ndim not in (2, 3) or not original.size or original.shape[-1] < 2:
        raise InputError(
            "series", f"shape {original.shape} found", "give (series, points) or (series, channels, points)"
        )
    if not np.isfinite(original).all():
        raise InputError(
            "series", f"{int((~np.isfinite(original)).sum())} values that are not finite found", "leave them out"
        )
    for name, value in (("shift", shift), ("warp", warp)):
        if not -1 < value < 1:
            raise InputError(name, f"{value} found", "give a share between -1 and 1")
    if length is not None and (isinstance(length, bool) or not isinstance(length, int) or length < 2):
        raise InputError("length", f"{length!r} found", "give whole points, at least 2")
    moved = _moved(original, shift, warp)
    if np.array_equal(moved, original):
        raise InputError(
            "shift",
            f"{shift:g}, with warp {warp:g}, leaves every series as it is, so that both classes are one",
            "move them further",
        )
    plain, other = chosen(len(original), n_majority, ratio, order, disjoint, random_state, "series", n_test)
    tested = np.setdiff1d(np.arange(len(original)), np.concatenate([plain, other]))[: 2 * n_test]
    if length is not None:
        original, moved = (_points(part, np.linspace(0, 1, length)) for part in (original, moved))
    data = mixed(np.concatenate([original[plain], moved[other]]), plain, other, random_state)
    X_test = np.concatenate([original[tested[:n_test]], moved[tested[n_test:]]]) if n_test else None
    return Difficult(
        data.X,
        with_label_noise(data.y, label_noise, random_state),
        data.groups,
        X_test,
        np.repeat([0, 1], n_test) if n_test else None,
    )


def _moved(series: np.ndarray, shift: float, warp: float) -> np.ndarray:
    """Read each series at other times: later by a share of the length, or along a bent clock."""
    time = np.linspace(0, 1, series.shape[-1])
    clock = time + warp * np.sin(2 * np.pi * time) / (2 * np.pi) - shift
    return series if not shift and not warp else _points(series, np.clip(clock, 0, 1))


def _points(series: np.ndarray, times: np.ndarray) -> np.ndarray:
    """Values at times from 0 to 1, by lines between the points."""
    known = np.linspace(0, 1, series.shape[-1])
    flat = series.reshape(-1, series.shape[-1])
    return np.stack([np.interp(times, known, row) for row in flat]).reshape(*series.shape[:-1], len(times))
