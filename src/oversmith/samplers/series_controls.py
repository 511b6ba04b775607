"""Cheap controls for series: what a generative model has to beat.

Every class here makes a series from one or two real ones of its class, in milliseconds and at any number of rows.
"""

from __future__ import annotations

from abc import abstractmethod
from numbers import Integral, Real
from typing import Any, ClassVar

import numpy as np
from sklearn.utils._param_validation import Interval

from oversmith.samplers import _warping
from oversmith.samplers._encoded import EncodedTable
from oversmith.samplers._smote import smote_rows
from oversmith.samplers.base import BaseSampler

_SHARE = Interval(Real, 0, 1, closed="neither")
_POSITIVE = Interval(Real, 0, None, closed="neither")


class SeriesControl(BaseSampler):
    """Base of the controls: they keep the real series of each class, every channel standardised."""

    _min_rows = 1
    _modalities: ClassVar[tuple[str, ...]] = ("series",)
    # What tables alone have.
    _fixed: ClassVar[dict[str, Any]] = {
        "categorical_features": "auto",
        "numeric": "standard",
        "missing": "encode",
        "only_seen_levels": False,
        "scaling": "standard",
    }

    def __init__(self, **common: Any) -> None:
        super().__init__(**self._fixed, **common)

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        return {"rows": {code: table.rows[code] for code in classes}}


class ChangedSeries(SeriesControl):
    """Base of the controls that change single series.

    A method says how series are changed; they are shaped (n, channels, length).
    """

    # What images alone have, too.
    _fixed: ClassVar[dict[str, Any]] = SeriesControl._fixed | {"modality": "auto", "channels": "first"}

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

    _parameter_constraints: dict = {**SeriesControl._parameter_constraints, "sigma": [_POSITIVE]}

    def __init__(self, *, sigma: float = 0.1, **common: Any) -> None:
        super().__init__(**common)
        self.sigma = sigma

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
    A series of one channel has one other direction, upside down about the channel's mean: half of them take it. Where
    up and down mean something, as in a heart beat, that makes another class.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Rotation
    >>> X, y = np.random.default_rng(0).normal(size=(12, 3, 20)), np.repeat([0, 1], [9, 3])
    >>> Rotation(random_state=0).fit_resample(X, y)[0].shape
    (18, 3, 20)
    """

    _parameter_constraints: dict = {**SeriesControl._parameter_constraints, "angle": [_POSITIVE]}

    def __init__(self, *, angle: float = 0.2, **common: Any) -> None:
        super().__init__(**common)
        self.angle = angle

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

    _parameter_constraints: dict = {**SeriesControl._parameter_constraints, "share": [_SHARE]}

    def __init__(self, *, share: float = 0.9, **common: Any) -> None:
        super().__init__(**common)
        self.share = share

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

    _parameter_constraints: dict = {
        **SeriesControl._parameter_constraints,
        "sigma": [_POSITIVE],
        "knots": [Interval(Integral, 2, None, closed="left")],
    }

    def __init__(self, *, sigma: float = 0.2, knots: int = 5, **common: Any) -> None:
        super().__init__(**common)
        self.sigma = sigma
        self.knots = knots

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

    _parameter_constraints: dict = {
        **SeriesControl._parameter_constraints,
        "share": [_SHARE],
        "factor": [Interval(Real, 1, None, closed="neither")],
    }

    def __init__(self, *, share: float = 0.1, factor: float = 2.0, **common: Any) -> None:
        super().__init__(**common)
        self.share = share
        self.factor = factor

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

    _parameter_constraints: dict = {
        **SeriesControl._parameter_constraints,
        "share": [Interval(Real, 0, 1, closed="right")],
    }

    def __init__(self, *, share: float = 1.0, **common: Any) -> None:
        super().__init__(**common)
        self.share = share

    def _changed(self, series: np.ndarray, rng: np.random.Generator) -> np.ndarray:
        return _warping.phase_randomised(series, self.share, rng)


class SeriesSMOTE(SeriesControl):
    """Series between a real one and one of its nearest neighbours in the class: SMOTE, for any channels and two rows.

    Parameters
    ----------
    k_neighbors : int, default=5
        Neighbours to choose among, at least 1; a class of fewer rows has fewer.

    Notes
    -----
    The share of the way is drawn once per series and holds for all channels and time points. Distances are those of the
    scaled channels.

    References
    ----------
    .. [1] N. V. Chawla, K. W. Bowyer, L. O. Hall, W. P. Kegelmeyer, "SMOTE: Synthetic Minority Over-sampling
       Technique", Journal of Artificial Intelligence Research 16, 2002.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import SeriesSMOTE
    >>> X, y = np.random.default_rng(0).normal(size=(12, 2, 20)), np.repeat([0, 1], [10, 2])
    >>> SeriesSMOTE(random_state=0).fit_resample(X, y)[0].shape
    (20, 2, 20)
    """

    _min_rows = 2
    _modalities: ClassVar[tuple[str, ...]] = ("series", "image")

    _parameter_constraints: dict = {
        **SeriesControl._parameter_constraints,
        "k_neighbors": [Interval(Integral, 1, None, closed="left")],
    }

    def __init__(self, *, k_neighbors: int = 5, **common: Any) -> None:
        super().__init__(**common)
        self.k_neighbors = k_neighbors

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        rows = state["rows"][code]
        return smote_rows(rows, np.zeros(rows.shape[1], dtype=bool), n, self.k_neighbors, rng)
