"""Over-sampling among principal components, decoded back into the table's columns (Riaz et al. 2025)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from numbers import Integral
from typing import Any, ClassVar

import numpy as np
from sklearn.decomposition import PCA

from oversmith._parameters import InnerShare, PositiveInt
from oversmith.encoders import ClassScaler, Span
from oversmith.exceptions import InputError
from oversmith.samplers._encoding import EncodedTable, Target
from oversmith.samplers._members import member_from
from oversmith.samplers._smote import discrete_columns
from oversmith.samplers.base import BaseSampler
from oversmith.samplers.settings import OverSampler


@dataclass(frozen=True)
class _Components:
    """The encoding a member sees: what `BaseSampler._join` asks of a host."""

    classes_: np.ndarray
    encoder_: _Spans


@dataclass(frozen=True)
class _Spans:
    spans_: tuple[Span, ...]
    width_: int

    def reach(self, Z_class: np.ndarray, Z_table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Leave components unbounded: rows are bounded in the table's own columns when they are decoded."""
        return np.full(self.width_, -np.inf), np.full(self.width_, np.inf)


class PCASampler(BaseSampler):
    """Let any over-sampler work on principal components, and decode its rows.

    Parameters
    ----------
    sampler : str or over-sampler, default="eo-wgan"
        A method's name, or an over-sampler of Oversmith or imbalanced-learn; it is cloned, never changed.
    n_components : int or float, default=0.95
        Number of components, or the share of variance, in (0, 1), they must explain.
    encoder : TableEncoder or None, default=None
        How the table is encoded before the components are found. None is ``TableEncoder(numeric="standard")``: ranks
        (``"quantile"``) bend straight lines.

    Attributes
    ----------
    n_components_ : int
        Components kept.

    Notes
    -----
    The components are those of all classes' encoded numeric columns (at most 10,000 rows of them), which are
    standardised or normal by then; levels and flags pass by unchanged. Synthetic rows are decoded by the inverse
    transform and bounded by the range of their class. What lies outside the components is not generated: each row
    takes it from a real row of its class, so that classes that differ there stay apart. Real rows are never touched.
    What concerns the table (strategy, encoding, filters) and ``random_state`` are set here, not on ``sampler``.

    To train a classifier on the components themselves, put scikit-learn's ``PCA`` before the sampler in the pipeline.

    References
    ----------
    .. [1] R. Riaz, G. Han, K. Shaukat, N. U. Khan, H. Zhu, L. Wang, "A novel ensemble Wasserstein GAN framework for
       effective anomaly detection in industrial internet of things environments", Scientific Reports 15, 2025; "Data
       preprocessing and feature extraction": PCA before over-sampling.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import PCASampler
    >>> rng = np.random.default_rng(0)
    >>> z = rng.normal(size=(60, 1))
    >>> X = np.column_stack([z, 2 * z, -z]) + rng.normal(0, 0.01, (60, 3))
    >>> sampler = PCASampler(sampler="jitter", random_state=0)
    >>> X_resampled, _ = sampler.fit_resample(X, [0] * 45 + [1] * 15)
    >>> X_resampled.shape, sampler.n_components_
    ((90, 3), 1)
    """

    _encoding: ClassVar[Mapping[str, Mapping[str, Any]]] = {"table": {"numeric": "standard"}}

    sampler: str | OverSampler = "eo-wgan"
    n_components: PositiveInt | InnerShare = 0.95

    def _fit(self, X: Any, y: Any, classes: Iterable[Any] | None) -> tuple[Any, Target]:
        self._min_rows = self._member()._min_rows
        return super()._fit(X, y, classes)

    def _member(self) -> BaseSampler:
        return member_from(self.sampler, "sampler")

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        discrete = discrete_columns(table.spans, table.pooled.shape[1])
        numbers = table.pooled[:, ~discrete]
        if isinstance(self.n_components, Integral) and self.n_components > min(numbers.shape):
            raise InputError(
                "n_components",
                f"found {self.n_components}",
                f"the encoded table has {numbers.shape[1]} numeric columns and {numbers.shape[0]} rows, so "
                f"give at most {min(numbers.shape)}",
            )
        if min(numbers.shape) > 1:
            pca = PCA(n_components=self.n_components, svd_solver="full").fit(numbers)
            components, mean = pca.components_, pca.mean_
        else:
            # One numeric column is its own component; none needs none.
            components, mean = np.eye(numbers.shape[1]), np.zeros(numbers.shape[1])
        rest = {code: _outside(rows[:, ~discrete] - mean, components) for code, rows in table.rows.items()}
        bounds = {
            code: ClassScaler().fit(rows, table.pooled, table.spans, self.encoder_.reach(rows, table.pooled)).to_state()
            for code, rows in table.rows.items()
        }
        state: dict[str, Any] = {
            "components": components,
            "mean": mean,
            "discrete": discrete,
            "rest": rest,
            "bounds": bounds,
        }
        self.n_components_ = len(components)

        def reduced(rows: np.ndarray) -> np.ndarray:
            return np.column_stack([(rows[:, ~discrete] - mean) @ components.T, rows[:, discrete]])

        host = self._host(state)
        member = self._member()
        member._join(host)
        inner = replace(
            table,
            rows={code: reduced(rows) for code, rows in table.rows.items()},
            pooled=reduced(table.pooled),
            spans=host.encoder_.spans_,
        )
        state["member"] = member._train(inner, classes, seed)
        self.history_ += member.history_
        self.best_step_, self.n_steps_ = member.best_step_, member.n_steps_
        self.stopped_because_ = member.stopped_because_
        return state

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        member = self._member()
        member._join(self._host(state))
        generated = member._generate(state["member"], code, n, rng)
        components, discrete = state["components"], state["discrete"]
        rows = np.empty((n, len(discrete)))
        rest = state["rest"][code]
        rows[:, ~discrete] = (
            generated[:, : len(components)] @ components + state["mean"] + rest[rng.integers(len(rest), size=n)]
        )
        rows[:, discrete] = generated[:, len(components) :]
        scaler = ClassScaler.from_state(state["bounds"][code])
        return scaler.inverse(scaler.transform(rows))

    def _host(self, state: dict[str, Any]) -> Any:
        """Describe the columns a member sees: one number per component, then levels and flags as they were."""
        at = len(state["components"])
        spans = [Span(f"component {i}", i, i + 1, "linear", "numeric") for i in range(at)]
        for span in self.encoder_.spans_:
            if state["discrete"][span.start]:
                width = span.stop - span.start
                spans.append(Span(span.name, at, at + width, span.activation, span.kind))
                at += width
        return _Components(self.classes_, _Spans(tuple(spans), at))


def _outside(centred: np.ndarray, components: np.ndarray) -> np.ndarray:
    return centred - centred @ components.T @ components
