"""Gaussian mixtures per class, chosen by BIC: a control that any network must beat."""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from typing import Any

import numpy as np
from sklearn.exceptions import ConvergenceWarning
from sklearn.mixture import GaussianMixture as Mixture
from sklearn.neighbors import NearestNeighbors
from threadpoolctl import threadpool_limits

from oversmith._parameters import PositiveInt
from oversmith.encoders import ClassScaler
from oversmith.samplers._controls import class_scaler, reflect
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers._smote import discrete_columns
from oversmith.samplers.base import BaseSampler

# Rows of a class the mixture is fitted on, and levels are taken from: more change the choice of BIC very little.
MAX_ROWS = 5_000
# A mixture is a candidate when the class has this many numbers (rows times columns) for each of its parameters.
NUMBERS_PER_PARAMETER = 3
# Variance added to every column, in the class's own scale: no component shrinks to a point.
SMALLEST_VARIANCE = 1e-3
# A made row takes its levels and flags from one of this many real rows, the nearest ones.
DONORS = 5


class GaussianMixture(BaseSampler):
    """Draw from a Gaussian mixture fitted to each class.

    The number columns of a class are described by a mixture of Gaussians in the class's own scale; how many there are,
    and whether their columns are correlated, is chosen by the Bayesian information criterion. Levels and flags come
    from a real row near to the numbers drawn, so that they keep their shares and go with the numbers.

    Parameters
    ----------
    max_components : int, default=5
        Most components a class's mixture may have, at least 1.

    See Also
    --------
    GaussianCopula : Keeps each column's own shape, and one dependence for the whole class.

    Notes
    -----
    Candidates are mixtures of 1 to ``max_components`` components with full and with diagonal covariances. A candidate
    needs three numbers of the class (rows times columns) per free parameter, a single diagonal Gaussian needs nothing.
    ``history_`` has one row per class with what was chosen: ``phase`` ``"mixture"``, ``n_components``, ``covariance``
    (``"full"`` or ``"diag"``) and ``bic``. A class of more than 5,000 rows is described by 5,000 random ones of them.

    Levels and flags of a made row are those of one of the five real rows of its class with the nearest numbers. A table
    without number columns gets its real rows repeated.

    Several classes are generated independently.

    References
    ----------
    .. [1] G. Schwarz, "Estimating the dimension of a model", The Annals of Statistics 6(2), 1978.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import GaussianMixture
    >>> rng = np.random.default_rng(0)
    >>> few = np.concatenate([rng.normal(-4, 0.5, (30, 2)), rng.normal(4, 0.5, (30, 2))])
    >>> X, y = np.concatenate([rng.normal(0, 1, (140, 2)), few]), np.repeat(["normal", "fault"], [140, 60])
    >>> sampler = GaussianMixture(random_state=0)
    >>> X_resampled, y_resampled = sampler.fit_resample(X, y)
    >>> [int((y_resampled == label).sum()) for label in ("normal", "fault")]
    [140, 140]
    >>> sampler.history_[0]["n_components"]
    2
    """

    max_components: PositiveInt = 5

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        continuous = ~discrete_columns(table.spans, table.pooled.shape[1])
        state: dict[str, Any] = {"continuous": continuous, "classes": {}}
        for code in classes:
            rng = np.random.default_rng([seed, 2, code])
            scaler = class_scaler(table, code)
            rows = scaler.transform(table.rows[code])
            if len(rows) > MAX_ROWS:
                rows = rows[rng.choice(len(rows), MAX_ROWS, replace=False)]
            state["classes"][code] = {"scaler": scaler.to_state(), "rows": rows}
            if continuous.any():
                chosen, mixture = self._choose(rows[:, continuous], int(rng.integers(2**31)))
                state["classes"][code] |= mixture
                self.history_.append({"phase": "mixture", "classes": [str(self.classes_[code])], **chosen})
        return state

    def _choose(self, x: np.ndarray, seed: int) -> tuple[dict[str, Any], dict[str, np.ndarray]]:
        """Fit the candidates and describe the one with the lowest criterion."""
        fitted = []
        for n_components, covariance in self._candidates(*x.shape):
            mixture = Mixture(
                n_components,
                covariance_type=covariance,
                reg_covar=SMALLEST_VARIANCE,
                init_params="k-means++",
                random_state=seed,
            )
            # Small matrices: threads cost more than they bring.
            with warnings.catch_warnings(), threadpool_limits(1):
                # A mixture that is still improving after 100 rounds is a candidate like any other.
                warnings.simplefilter("ignore", ConvergenceWarning)
                fitted.append((mixture.fit(x).bic(x), mixture))
        bic, best = min(fitted, key=lambda pair: pair[0])
        full = best.covariance_type == "full"
        # Only the lower triangle of a Cholesky factor; a diagonal one is its root.
        factors = np.linalg.cholesky(best.covariances_) if full else np.sqrt(best.covariances_)
        chosen = {"n_components": best.n_components, "covariance": best.covariance_type, "bic": float(bic)}
        return chosen, {"weights": best.weights_, "means": best.means_, "factors": factors}

    def _candidates(self, n: int, d: int) -> Iterator[tuple[int, str]]:
        per_component = {"diag": 2 * d + 1, "full": d + d * (d + 1) // 2 + 1}
        for n_components in range(1, min(self.max_components, n) + 1):
            for covariance, size in per_component.items():
                enough = n * d >= NUMBERS_PER_PARAMETER * n_components * size
                if enough or (n_components, covariance) == (1, "diag"):
                    yield n_components, covariance

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        known, continuous = state["classes"][code], state["continuous"]
        rows = known["rows"]
        if not continuous.any():
            generated = rows[rng.integers(len(rows), size=n)]
        else:
            x = _draw(known["weights"], known["means"], known["factors"], n, rng)
            near = NearestNeighbors(n_neighbors=min(DONORS, len(rows))).fit(rows[:, continuous])
            donors = near.kneighbors(x, return_distance=False)
            generated = rows[donors[np.arange(n), rng.integers(donors.shape[1], size=n)]]
            generated[:, continuous] = x
        scaler = ClassScaler.from_state(known["scaler"])
        return scaler.inverse(reflect(generated, scaler))


def _draw(weights: np.ndarray, means: np.ndarray, factors: np.ndarray, n: int, rng: np.random.Generator) -> np.ndarray:
    component = rng.choice(len(weights), size=n, p=weights / weights.sum())
    noise = rng.normal(size=(n, means.shape[1]))
    if factors.ndim == 2:
        return means[component] + noise * factors[component]
    x = np.empty_like(noise)
    for number, (mean, factor) in enumerate(zip(means, factors, strict=True)):
        own = component == number
        x[own] = mean + noise[own] @ factor.T
    return x
