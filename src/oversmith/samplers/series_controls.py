"""Cheap controls for series: what a generative model has to beat.

Every class here makes a series from one or two real ones of its class, in milliseconds and at any number of rows.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Mapping
from numbers import Integral, Real
from typing import Annotated, Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from oversmith._parameters import InnerShare, Positive, PositiveShare
from oversmith.samplers import _warping
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers.base import BaseSampler


class SeriesControl(BaseSampler):
    """Base of the controls: they keep the real series of each class, every channel standardised."""

    _min_rows = 1
    _modalities: ClassVar[tuple[str, ...]] = ("series",)
    # Every channel is standardised, also that of images.
    _encoding: ClassVar[Mapping[str, Mapping[str, Any]]] = {"image": {"scaling": "standard"}}

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        return {"rows": {code: table.rows[code] for code in classes}}


class ChangedSeries(SeriesControl):
    """Base of the controls that change single series.

    A method says how series are changed; they are shaped (n, channels, length).
    """

    @abstractmethod
    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        """Change series, each in its own way."""

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        rows = state["rows"][code]
        chosen = rows[rng.integers(len(rows), size=n)].reshape(n, *self._points())
        return self._changed(chosen, rng).reshape(n, -1)


class Scaling(ChangedSeries):
    """Real series of the class, every channel made larger or smaller.

    Parameters
    ----------
    sigma : float, default=0.1
        Standard deviation of the logarithm of the factor (more than 0); each channel has its own.

    See Also
    --------
    TimeWarp : Changes when things happen, not how large they are.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Scaling
    >>> X, y = np.random.default_rng(0).normal(size=(12, 1, 20)), np.repeat([0, 1], [9, 3])
    >>> Scaling(random_state=0).fit_resample(X, y)[0].shape
    (18, 1, 20)
    """

    sigma: Positive = 0.1

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.scaled(series, self.sigma, rng)


class Rotation(ChangedSeries):
    """Real series of the class, their channels turned into one another: a sensor fixed at another angle.

    Parameters
    ----------
    angle : float, default=0.2
        Standard deviation of the angle in every plane of two channels, in radians (more than 0).

    Notes
    -----
    One channel alone has no other one to be turned into. It is turned in the plane of itself and its quadrature, the
    same waves a quarter of a period later: all its phases move by one angle; its mean and its power spectrum stay. In
    the literature a rotation of one channel turns it upside down or leaves it as it is. What stays is a copy, and
    :class:`Flip` makes the other.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Rotation
    >>> X, y = np.random.default_rng(0).normal(size=(12, 3, 20)), np.repeat([0, 1], [9, 3])
    >>> Rotation(random_state=0).fit_resample(X, y)[0].shape
    (18, 3, 20)
    """

    angle: Positive = 0.2

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.rotated(series, self.angle, rng)


class Slicing(ChangedSeries):
    """Windows of real series of the class, stretched to the full length.

    Parameters
    ----------
    share : float, default=0.9
        Length of the window, as a share of the series, in (0, 1).

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Slicing
    >>> X, y = np.random.default_rng(0).normal(size=(12, 1, 20)), np.repeat([0, 1], [9, 3])
    >>> Slicing(random_state=0).fit_resample(X, y)[0].shape
    (18, 1, 20)
    """

    share: InnerShare = 0.9

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.sliced(series, self.share, rng)


class TimeWarp(ChangedSeries):
    """Real series of the class whose time runs faster here and slower there; beginning and end stay.

    Parameters
    ----------
    sigma : float, default=0.2
        Standard deviation of the logarithm of the speed (more than 0).
    knots : int, default=5
        Speeds are drawn at so many places, at least 2.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import TimeWarp
    >>> X, y = np.random.default_rng(0).normal(size=(12, 1, 20)), np.repeat([0, 1], [9, 3])
    >>> TimeWarp(random_state=0).fit_resample(X, y)[0].shape
    (18, 1, 20)
    """

    sigma: Positive = 0.2
    knots: Annotated[int, Interval(Integral, 2, None, closed="left")] = 5

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.time_warped(series, self.sigma, self.knots, rng)


class WindowWarp(ChangedSeries):
    """Real series of the class in which a window runs at half or at double speed.

    Parameters
    ----------
    share : float, default=0.1
        Length of the window, as a share of the series, in (0, 1).
    factor : float, default=2.0
        The window is stretched or pressed together by it (more than 1).

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import WindowWarp
    >>> X, y = np.random.default_rng(0).normal(size=(12, 1, 20)), np.repeat([0, 1], [9, 3])
    >>> WindowWarp(random_state=0).fit_resample(X, y)[0].shape
    (18, 1, 20)
    """

    share: InnerShare = 0.1
    factor: Annotated[float, Interval(Real, 1, None, closed="neither")] = 2.0

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.window_warped(series, self.share, (1 / self.factor, self.factor), rng)


class PhaseSurrogate(ChangedSeries):
    """Real series of the class with other phases: the power spectrum stays, and what channels have to do with others.

    Parameters
    ----------
    share : float, default=1.0
        Largest turn of a phase, as a share of half a circle, in (0, 1].

    Notes
    -----
    For vibration, where the spectrum is what matters. Events such as heart beats lose their place and their shape at
    ``share=1``.

    References
    ----------
    .. [1] J. Theiler, S. Eubank, A. Longtin, B. Galdrikian, J. D. Farmer, "Testing for nonlinearity in time series: the
       method of surrogate data", Physica D 58, 1992.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import PhaseSurrogate
    >>> X, y = np.random.default_rng(0).normal(size=(12, 1, 20)), np.repeat([0, 1], [9, 3])
    >>> PhaseSurrogate(random_state=0).fit_resample(X, y)[0].shape
    (18, 1, 20)
    """

    share: PositiveShare = 1.0

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.phase_randomised(series, self.share, rng)
