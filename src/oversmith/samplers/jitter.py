"""Smoothed bootstrap: rows of the class, each with a little noise; the simplest control."""

from __future__ import annotations

from typing import Any, ClassVar, Literal

import numpy as np
from sklearn.neighbors import NearestNeighbors

from oversmith._parameters import Positive
from oversmith.encoders import ClassScaler
from oversmith.samplers._controls import class_scaler, reflect
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._smote import discrete_columns
from oversmith.samplers.base import BaseSampler


class Jitter(BaseSampler):
    """Repeat rows of the class with noise on their numbers: a smoothed bootstrap.

    Each made row is a real row of its class, drawn at random, whose number columns get Gaussian noise in the class's
    own scale. Levels and flags stay those of the row, so that they always go with its numbers.

    Parameters
    ----------
    width : float or "nearest", default="nearest"
        Standard deviation of the noise in every number column, in standard deviations of the class (more than 0).
        With ``"nearest"`` each row has its own: noise about as long as the way to the nearest other row of the class,
        or as the median of these ways where that is shorter.

    See Also
    --------
    GaussianMixture : Leaves the single rows behind.

    Notes
    -----
    ``width="nearest"`` adapts to the class: groups of rows far apart stay apart, and no row is a mere copy. Rules that
    give one width to the whole class, such as Scott's ``n ** (-1 / (d + 4))``, fill the space between such groups; with
    few rows and many columns they come out near one standard deviation of the class.

    Rows are bounded by the class's range, a little widened (:class:`oversmith.encoders.ClassScaler`). A table without
    number columns gets its real rows repeated. Several classes are generated independently.

    References
    ----------
    .. [1] L. Breiman, W. Meisel, E. Purcell, "Variable kernel estimates of multivariate densities", Technometrics
       19(2), 1977; kernel widths in proportion to neighbour distances.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import Jitter
    >>> rng = np.random.default_rng(0)
    >>> X = np.concatenate([rng.normal(0, 1, (90, 2)), rng.normal(4, 1, (10, 2))])
    >>> y = np.repeat(["normal", "fault"], [90, 10])
    >>> X_resampled, y_resampled = Jitter(random_state=0).fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [90, 90]
    """

    _modalities: ClassVar[tuple[str, ...]] = ("table", "series", "image")

    width: Positive | Literal["nearest"] = "nearest"

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        continuous = ~discrete_columns(table.spans, table.pooled.shape[1])
        state: dict[str, Any] = {"continuous": continuous, "classes": {}}
        for code in classes:
            scaler = class_scaler(table, code)
            rows = scaler.transform(table.rows[code])
            x = rows[:, continuous]
            width = _nearest(x) if self.width == "nearest" else np.full(len(x), float(self.width))
            state["classes"][code] = {"scaler": scaler.to_state(), "rows": rows, "width": width}
        return state

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        known, continuous = state["classes"][code], state["continuous"]
        chosen = rng.integers(len(known["rows"]), size=n)
        generated = known["rows"][chosen]
        generated[:, continuous] += rng.normal(size=(n, continuous.sum())) * known["width"][chosen, None]
        scaler = ClassScaler.from_state(known["scaler"])
        return scaler.inverse(reflect(generated, scaler))


def _nearest(x: np.ndarray) -> np.ndarray:
    """Noise per column and row: of the length of the way to the nearest other point, at most the median way."""
    points, index = np.unique(x, axis=0, return_inverse=True)
    if len(points) < 2:
        # No second point tells how wide the class is: a standard deviation of the class does, as ClassScaler sees it.
        return np.ones(len(x))
    way = NearestNeighbors(n_neighbors=2).fit(points).kneighbors(points)[0][:, 1]
    return (np.minimum(way, np.median(way)) / np.sqrt(x.shape[1]))[index]
