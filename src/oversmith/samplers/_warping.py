"""Changes of single series that keep them recognisable: scaling, turning, moving, tilting, slicing, warping, phases."""

from __future__ import annotations

import numpy as np

Series = np.ndarray


def scaled(series: Series, sigma: float, rng: np.random.Generator) -> Series:
    """Multiply every channel of every series by a number near one.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series, centred where their channels are.
    sigma : float
        Standard deviation of the factor's logarithm.
    rng : numpy.random.Generator
        Source of the factors.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Scaled series.
    """
    return series * np.exp(rng.normal(scale=sigma, size=(*series.shape[:2], 1)))


def rotated(series: Series, angle: float, rng: np.random.Generator) -> Series:
    """Turn the channels of every series by a random rotation near none; one channel alone with its quadrature.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series.
    angle : float
        Standard deviation of the angle in each plane of two channels, in radians.
    rng : numpy.random.Generator
        Source of the angles.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Series whose length at each time point, over channels, is unchanged; of one channel, series with the same mean
        and power spectrum, all phases of which are turned by one angle.
    """
    n, channels, length = series.shape
    if channels == 1:
        turned = np.fft.rfft(series, axis=2)
        turned[:, :, 1:] *= np.exp(1j * rng.normal(scale=angle, size=(n, 1, 1)))
        return np.fft.irfft(turned, n=length, axis=2)
    skew = rng.normal(scale=angle, size=(n, channels, channels))
    skew = np.triu(skew, 1)
    skew -= np.swapaxes(skew, 1, 2)
    # Cayley's map makes a rotation of every skew matrix: by about the angle, for small ones.
    unit = np.eye(channels)
    turn = np.linalg.solve(unit + skew / 2, unit - skew / 2)
    return turn @ series


def interpolated(series: Series, places: np.ndarray) -> Series:
    """Read series between their time points.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series.
    places : ndarray of shape (n, length)
        Where each point of each result is read, in [0, length - 1].

    Returns
    -------
    ndarray of shape (n, channels, length)
        Linear interpolation.
    """
    last = series.shape[2] - 1
    low = np.clip(np.floor(places).astype(int), 0, max(last - 1, 0))
    share = (places - low)[:, None]
    left = np.take_along_axis(series, low[:, None], axis=2)
    right = np.take_along_axis(series, np.minimum(low + 1, last)[:, None], axis=2)
    return (1 - share) * left + share * right


def shifted(series: Series, share: float, rng: np.random.Generator) -> Series:
    """Move every series along its axis, all its channels alike; the value at an end is held where nothing moves in.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series.
    share : float
        Longest way in either direction, as a share of the length; ways are uniform and need not be whole points.
    rng : numpy.random.Generator
        Source of the ways.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Moved series.
    """
    n, _, length = series.shape
    way = rng.uniform(-share, share, size=(n, 1)) * length
    return interpolated(series, np.clip(np.arange(length) - way, 0, length - 1))


def sloped(series: Series, sigma: float, rng: np.random.Generator) -> Series:
    """Add a straight line to every channel of every series, zero in the middle.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series.
    sigma : float
        Standard deviation of the rise from the first point to the last.
    rng : numpy.random.Generator
        Source of the rises.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Series with their channels' means.
    """
    n, channels, length = series.shape
    return series + rng.normal(scale=sigma, size=(n, channels, 1)) * np.linspace(-0.5, 0.5, length)


def flipped(series: Series, how: str, rng: np.random.Generator) -> Series:
    """Turn every series round: end for end, upside down, or one of the three ways at random.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series, centred where their channels are.
    how : {"reverse", "negate", "any"}
        The last point first; values times -1; or either or both of the two, each a third of the series.
    rng : numpy.random.Generator
        Source of the choice, for ``"any"``.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Turned series.
    """
    way = {"reverse": 0, "negate": 1}
    chosen = rng.integers(3, size=len(series)) if how == "any" else np.full(len(series), way[how])
    turned = np.where((chosen != 1)[:, None, None], series[:, :, ::-1], series)
    return np.where((chosen != 0)[:, None, None], -turned, turned)


def sliced(series: Series, share: float, rng: np.random.Generator) -> Series:
    """Cut a window out of every series and stretch it to the full length.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series.
    share : float
        Length of the window, in (0, 1).
    rng : numpy.random.Generator
        Source of where it begins.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Stretched windows.
    """
    n, _, length = series.shape
    last = length - 1
    begin = rng.random(n) * (1 - share) * last
    return interpolated(series, begin[:, None] + share * np.linspace(0, last, length))


def time_warped(series: Series, sigma: float, knots: int, rng: np.random.Generator) -> Series:
    """Let time run faster here and slower there, smoothly; beginning and end stay.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series.
    sigma : float
        Standard deviation of the speed's logarithm.
    knots : int
        Speeds are drawn at so many evenly spread places and are linear between them.
    rng : numpy.random.Generator
        Source of the speeds.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Warped series.
    """
    n, _, length = series.shape
    speeds = rng.normal(scale=sigma, size=(n, knots))
    at = np.linspace(0, knots - 1, length)
    low = np.minimum(at.astype(int), knots - 2)
    speed = np.exp(speeds[:, low] + (at - low) * (speeds[:, low + 1] - speeds[:, low]))
    passed = np.concatenate([np.zeros((n, 1)), np.cumsum((speed[:, 1:] + speed[:, :-1]) / 2, axis=1)], axis=1)
    whole = np.where(passed[:, -1:] > 0, passed[:, -1:], 1.0)
    return interpolated(series, passed / whole * (length - 1))


def window_warped(series: Series, share: float, factors: tuple[float, float], rng: np.random.Generator) -> Series:
    """Let time run at another speed in a window of every series; the rest makes up for it.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series.
    share : float
        Length of the window, in (0, 1).
    factors : (float, float)
        The window is stretched by one of the two.
    rng : numpy.random.Generator
        Source of window and factor.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Warped series.
    """
    n, _, length = series.shape
    last = length - 1
    begin = rng.random(n) * (1 - share)
    factor = rng.choice(factors, size=n)
    # Old time as a function of new time: straight in three parts, the middle one slower by the factor.
    whole = 1 - share + share * factor
    corners = np.stack([np.zeros(n), begin, begin + share * factor, whole], axis=1) / whole[:, None]
    values = np.stack([np.zeros(n), begin, begin + share, np.ones(n)], axis=1)
    new = np.linspace(0, 1, length)
    places = np.stack([np.interp(new, x, y) for x, y in zip(corners, values, strict=True)])
    return interpolated(series, np.clip(places, 0, 1) * last)


def phase_randomised(series: Series, share: float, rng: np.random.Generator) -> Series:
    """Turn the phases of the frequencies: the power spectrum and the relations between channels stay.

    Parameters
    ----------
    series : ndarray of shape (n, channels, length)
        Series.
    share : float
        Largest turn, as a share of half a circle, in (0, 1]; 1 gives surrogates of which nothing but the spectrum is
        left.
    rng : numpy.random.Generator
        Source of the phases; all channels of a series are turned alike, so that their relations stay.

    Returns
    -------
    ndarray of shape (n, channels, length)
        Surrogates with the mean and the power spectrum of their series.
    """
    n, _, length = series.shape
    spectrum = np.fft.rfft(series, axis=2)
    turn = rng.uniform(-np.pi * share, np.pi * share, size=(n, 1, spectrum.shape[2]))
    turn[:, :, 0] = 0
    if length % 2 == 0:
        # The highest frequency of an even length is real.
        turn[:, :, -1] = 0
    return np.fft.irfft(spectrum * np.exp(1j * turn), n=length, axis=2)
