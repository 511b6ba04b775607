"""The basic changes of spectra: moved along their axis, tilted, turned round.

Each makes a series from a single real one of its class, as the controls of `series_controls` do. The axis is kept: made
series have the points of the real ones, so that the caller's frequencies or times hold for them too.
"""

from __future__ import annotations

from typing import Literal

import numpy as np

from oversmith._parameters import InnerShare, Positive
from oversmith.samplers import _warping
from oversmith.samplers.series_controls import ChangedSeries


class Shift(ChangedSeries):
    """Real series of the class, moved a little along their axis: a peak comes earlier or later.

    All channels of a series move alike, by a way drawn evenly between ``-share`` and ``share`` of the length; it need
    not be a whole number of points, between which values are interpolated linearly. Where nothing moves in, the value
    at that end is held; nothing comes back in at the other end.

    Parameters
    ----------
    share : float, default=0.05
        Longest way in either direction, as a share of the length, in (0, 1).

    See Also
    --------
    Slope : Changes the base line, not the places of peaks.
    TimeWarp : Moves some points more than others, and neither end.

    Notes
    -----
    Chung et al. 2024 names rotation and flipping as the basic augmentations of the field, without parameters. The
    default is ours. Where the place of a peak tells the classes apart, a shift as long as the way between them makes
    series of the other class.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; introduction.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Shift
    >>> X, y = np.random.default_rng(0).normal(size=(12, 1, 20)), np.repeat([0, 1], [9, 3])
    >>> Shift(random_state=0).fit_resample(X, y)[0].shape
    (18, 1, 20)
    """

    share: InnerShare = 0.05

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.shifted(series, self.share, rng)


class Slope(ChangedSeries):
    """Real series of the class on another base line: a straight line is added to every channel.

    The line is zero in the middle, so that a channel's mean stays. Its rise from the first point to the last is normal
    with mean zero, drawn for each channel of each series.

    Parameters
    ----------
    sigma : float, default=0.2
        Standard deviation of the rise, in standard deviations of the channel over all training series (more than 0).

    See Also
    --------
    Scaling : Makes channels larger or smaller.
    Shift : Moves peaks, not the base line.

    Notes
    -----
    After the slope that Bjerrum and others add to near-infrared spectra [1]_; their offset and factor are not part of
    it (`Scaling` is the factor), and the size of the line is ours.

    References
    ----------
    .. [1] E. J. Bjerrum, M. Glahder, T. Skov, "Data Augmentation of Spectral Data for Convolutional Neural Network
       (CNN) Based Deep Chemometrics", arXiv:1710.01927, 2017.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Slope
    >>> X, y = np.random.default_rng(0).normal(size=(12, 1, 20)), np.repeat([0, 1], [9, 3])
    >>> made = Slope(random_state=0).fit_resample(X, y)[0][12:]
    >>> means = made.mean(axis=2), X[y == 1].mean(axis=2).T
    >>> np.isclose(*means).any(axis=1).tolist()
    [True, True, True, True, True, True]
    """

    sigma: Positive = 0.2

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.sloped(series, self.sigma, rng)


class Flip(ChangedSeries):
    """Real series of the class, turned round: end for end, upside down, or either and both.

    Parameters
    ----------
    how : {"reverse", "negate", "any"}, default="reverse"
        ``"reverse"``: the value of the last point comes first, of all channels alike. ``"negate"``: every channel is
        turned upside down about its mean over all training series. ``"any"``: a third of the series are reversed, a
        third are turned upside down, a third are both.

    See Also
    --------
    Rotation : Turns several channels into one another.

    Notes
    -----
    There are as many different series to be made as the class has, with ``"any"`` three times as many: the same
    series comes up again and again. A flip belongs to pictures, whose sides mean the same; a spectrum that is reversed
    is that of no material. It is here because Chung et al. 2024 names it among the augmentations it is set against.

    References
    ----------
    .. [1] J. Chung, J. Zhang, A. I. Saimon, Y. Liu, B. N. Johnson, Z. Kong, "Imbalanced spectral data analysis using
       data augmentation based on the generative adversarial network", Scientific Reports 14, 2024,
       doi:10.1038/s41598-024-63285-4; introduction.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Flip
    >>> X, y = np.arange(12.0).reshape(3, 1, 4), np.array([0, 0, 1])
    >>> Flip(random_state=0).fit_resample(X, y)[0][3].round(6).tolist()
    [[11.0, 10.0, 9.0, 8.0]]
    """

    how: Literal["reverse", "negate", "any"] = "reverse"

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.flipped(series, self.how, rng)
