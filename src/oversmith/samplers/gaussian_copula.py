"""Gaussian copulas per class: each column's own distribution, one dependence among them; a control."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy.special import eval_hermitenorm, factorial, ndtr, ndtri
from scipy.stats import rankdata
from threadpoolctl import threadpool_limits

from oversmith.encoders import ClassScaler, Span
from oversmith.samplers._controls import class_scaler
from oversmith.samplers._encoding import EncodedTable
from oversmith.samplers.base import BaseSampler

# Points of a number column's distribution that are kept; fewer rows are kept as they are.
MAX_KNOTS = 1_000
# Rows of a class that are looked at: enough for a correlation to 1 %.
MAX_ROWS = 10_000
# A number column of the class with at most this many values, each seen this often on average, has levels.
FEW_VALUES, FEW_REPEATS = 20, 3
# Terms of the series that ties the correlation of two variables' scores to that of the normal numbers behind them.
TERMS = 12
# Correlations stay below this in size; they are found by so many halvings, to one part in a million.
LARGEST = 0.99
HALVINGS = 20
SMALLEST_EIGENVALUE = 1e-6


class GaussianCopula(BaseSampler):
    """Draw each column from its own distribution in the class, tied together by a Gaussian copula.

    Behind every column stands a standard normal number. For a number column its probability is looked up in the
    quantiles of the class's values; for levels and flags it is cut where the level shares of the class say. The
    correlations of these normal numbers are estimated per class and shrunk towards none by the rule of Ledoit and Wolf.

    See Also
    --------
    GaussianMixture : Several groups of rows in one class, each with its own dependence.

    Notes
    -----
    - Quantiles are interpolated between the class's values, and reach past the smallest and the largest one by the
      bounds of :class:`oversmith.encoders.ClassScaler`. A number column with few values in the class has levels.
    - Levels have no order of their own. Column after column, they are put in the order of their means along the
      direction in which the other columns' means differ most between levels; one normal number can carry no other link
      of a nominal column.
    - Scores of levels are the mean normal number between two cuts. That weakens their correlations, which is undone:
      the correlation of the normal numbers is the one whose Hermite series gives the correlation seen.
    - Where a number is missing, or a spike, only its flag is looked at: correlations use the rows that have both.
    - The rule keeps of a correlation the share signal / (signal + noise): noise is its variance were the columns
      independent, 1/n over the rows that have both; signal is the mean of the squared correlations less their noise.
      With equal noise this is the weight of Ledoit and Wolf [1]_ in the form for correlations [2]_.
    - A class of more than 10,000 rows is judged by 10,000 random ones.

    Several classes are generated independently.

    References
    ----------
    .. [1] O. Ledoit, M. Wolf, "A well-conditioned estimator for large-dimensional covariance matrices", Journal of
       Multivariate Analysis 88(2), 2004.
    .. [2] J. Schäfer, K. Strimmer, "A shrinkage approach to large-scale covariance matrix estimation", Statistical
       Applications in Genetics and Molecular Biology 4(1), 2005.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import GaussianCopula
    >>> rng = np.random.default_rng(0)
    >>> few = rng.exponential(size=(50, 1)) * [1.0, -1.0]
    >>> X, y = np.concatenate([rng.normal(0, 1, (250, 2)), few]), np.repeat(["normal", "fault"], [250, 50])
    >>> made = GaussianCopula(random_state=0).fit(X, y).sample(1000, "fault")
    >>> bool((made[:, 0] > 0).mean() > 0.98), bool(np.corrcoef(made.T)[0, 1] < -0.7)
    (True, True)
    """

    def _train(self, table: EncodedTable, classes: list[int], seed: int) -> dict[str, Any]:
        state: dict[str, Any] = {"classes": {}}
        for code in classes:
            rows = table.rows[code]
            bounds = class_scaler(table, code)
            if len(rows) > MAX_ROWS:
                rng = np.random.default_rng([seed, 2, code])
                rows = rows[rng.choice(len(rows), MAX_ROWS, replace=False)]
            variables = _variables(rows, table.spans, bounds)
            # Small matrices: threads cost more than they bring.
            with threadpool_limits(1):
                factor = _factor([variable for variable in variables if not variable.constant])
            state["classes"][code] = {"marginals": [variable.marginal for variable in variables], "factor": factor}
        return state

    def _generate(self, state: dict[str, Any], code: int, n: int, rng: np.random.Generator) -> np.ndarray:
        marginals, factor = state["classes"][code]["marginals"], state["classes"][code]["factor"]
        u = ndtr(rng.normal(size=(n, len(factor))) @ factor.T)
        rows = np.empty((n, marginals[-1]["stop"]))
        index = 0
        for marginal in marginals:
            values, upto = marginal["values"], marginal["upto"]
            columns = slice(marginal["start"], marginal["stop"])
            if len(upto) == 1:
                rows[:, columns] = values
                continue
            p = u[:, index]
            index += 1
            if marginal["levels"]:
                rows[:, columns] = values[np.searchsorted(upto[:-1], p, side="right")]
            else:
                rows[:, columns] = np.interp(p, upto, values[:, 0])[:, None]
        return rows


@dataclass(frozen=True)
class _Variable:
    """One span of one class: its distribution, and where its rows lie on the normal number behind it.

    ``marginal`` holds ``values`` (n, width) and ``upto``, the probability up to and including each of them. ``scores``
    are the rows' normal scores, zero where the variable says nothing (``given`` is False there). ``hermite`` are the
    coefficients of the score as a function of the normal number.
    """

    marginal: dict[str, Any]
    scores: np.ndarray
    given: np.ndarray
    hermite: np.ndarray

    @property
    def constant(self) -> bool:
        return len(self.marginal["upto"]) == 1


def _variables(rows: np.ndarray, spans: Sequence[Span], bounds: ClassScaler) -> list[_Variable]:
    low, high = np.zeros((2, rows.shape[1]))
    low[bounds.linear_], high[bounds.linear_] = bounds.low_, bounds.high_
    spread = rows.std(axis=0)
    seen = (rows - rows.mean(axis=0)) / np.where(spread > 0, spread, 1.0)
    variables = []
    for span, given in zip(spans, _given(rows, spans), strict=True):
        variables.append(_variable(rows, span, given, (low[span.start], high[span.start]), seen))
        # Levels are ordered one column after the other, each by the order those before it have got.
        seen[:, span.start : span.stop] = variables[-1].scores[:, None]
    return variables


def _given(rows: np.ndarray, spans: Sequence[Span]) -> list[np.ndarray]:
    """Per span, the rows in which it says something: a number that is missing or a spike does not."""
    given: list[np.ndarray] = []
    rest = np.ones(len(rows), dtype=bool)
    for span in spans:
        given.append(rest)
        block = rows[:, span.start : span.stop]
        if span.kind == "missing":
            rest = block[:, 0] < 0.5
        elif span.kind == "spike":
            rest = rest & ((block[:, 0] < 0.5) if block.shape[1] == 1 else (block[:, 0] > 0.5))
        else:  # the last span of its column
            rest = np.ones(len(rows), dtype=bool)
    return given


def _variable(
    rows: np.ndarray, span: Span, given: np.ndarray, bounds: tuple[float, float], others: np.ndarray
) -> _Variable:
    """Describe a span of the class; ``others`` are the standardised columns its levels are ordered by."""
    block = rows[:, span.start : span.stop]
    # Where nothing is given, anything may be made.
    seen = block[given] if given.any() else block[:1]
    values, codes, counts = np.unique(seen, axis=0, return_inverse=True, return_counts=True)
    few = len(values) <= FEW_VALUES and len(values) * FEW_REPEATS <= len(seen)
    scores = np.zeros(len(rows))
    if span.kind == "numeric" and given.any() and not few:
        scores[given] = ndtri((rankdata(seen[:, 0]) - 0.5) / len(seen))
        values, upto = _quantiles(np.sort(seen, axis=0), bounds)
        hermite = np.eye(TERMS)[0]
    elif len(values) == 1:
        upto, hermite = np.ones(1), np.zeros(TERMS)
    else:
        if len(values) > 2 and span.kind != "numeric":
            others = np.delete(others[given], np.s_[span.start : span.stop], axis=1)
            values, codes, counts = _reordered(others, values, codes, counts)
        upto = np.cumsum(counts) / counts.sum()
        per_level, hermite = _level_scores(upto)
        scores[given] = per_level[codes]
    marginal = {"start": span.start, "stop": span.stop, "levels": few or span.kind != "numeric"}
    return _Variable(marginal | {"values": values, "upto": upto}, scores, given, hermite)


def _quantiles(ordered: np.ndarray, bounds: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Values and the probability up to each: the middle of its rank, and the bounds at 0 and 1."""
    n = len(ordered)
    knots = np.unique(np.linspace(0, n - 1, min(n, MAX_KNOTS)).round().astype(int))
    values = np.concatenate([[[bounds[0]]], ordered[knots], [[bounds[1]]]])
    return values, np.concatenate([[0.0], (knots + 0.5) / n, [1.0]])


def _reordered(
    others: np.ndarray, values: np.ndarray, codes: np.ndarray, counts: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Put levels in the order of their means along the direction in which the other columns tell them apart best."""
    sums = np.zeros((len(values), others.shape[1]))
    np.add.at(sums, codes, others - others.mean(axis=0))
    means = sums / counts[:, None]
    _, _, directions = np.linalg.svd(means * np.sqrt(counts)[:, None], full_matrices=False)
    order = np.argsort(means @ directions[0], kind="stable") if len(directions) else np.arange(len(values))
    return values[order], np.argsort(order)[codes], counts[order]


def _level_scores(upto: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Mean of the normal number behind each level, at unit variance, and its Hermite coefficients."""
    cuts, shares = ndtri(upto[:-1]), np.diff(upto, prepend=0.0)
    density = np.exp(-(cuts**2) / 2) / np.sqrt(2 * np.pi)
    # The integral of He_k times the density, from one cut to the next, is a difference of He_(k-1) times the density.
    edges = np.zeros((TERMS, len(cuts) + 2))
    edges[:, 1:-1] = eval_hermitenorm(np.arange(TERMS)[:, None], cuts) * density
    integrals = edges[:, :-1] - edges[:, 1:]
    scores = integrals[0] / shares
    scores /= np.sqrt(shares @ scores**2)
    return scores, integrals @ scores / np.sqrt(factorial(np.arange(1, TERMS + 1)))


def _factor(variables: list[_Variable]) -> np.ndarray:
    """Return a square root of the correlations of the normal numbers behind the variables, with rows of length one."""
    if not variables:
        return np.zeros((0, 0))
    scores = np.column_stack([variable.scores for variable in variables])
    hermite = np.stack([variable.hermite for variable in variables])
    given = np.column_stack([variable.given for variable in variables]).astype(float)
    seen, variance = _pairwise_correlation(scores, given)
    low, high = np.full_like(seen, -LARGEST), np.full_like(seen, LARGEST)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        # Horner's rule for the sum of r^k h_ik h_jk, which rises with r.
        series = np.zeros_like(middle)
        for k in reversed(range(TERMS)):
            series = (series + np.outer(hermite[:, k], hermite[:, k])) * middle
        low, high = np.where(series < seen, middle, low), np.where(series < seen, high, middle)
    middle = (low + high) / 2
    # The correlation of the normal numbers is that of the scores over both first coefficients, and so is its error.
    correlation = _shrunk(middle, variance / np.maximum(np.outer(hermite[:, 0], hermite[:, 0]) ** 2, 1e-12))
    np.fill_diagonal(correlation, 1.0)
    # Pairs were looked at one by one: together they may be no correlation matrix, and the nearest root is taken.
    values, vectors = np.linalg.eigh(correlation)
    factor = vectors * np.sqrt(np.maximum(values, SMALLEST_EIGENVALUE))
    return factor / np.linalg.norm(factor, axis=1, keepdims=True)


def _shrunk(correlation: np.ndarray, noise: np.ndarray) -> np.ndarray:
    """Shrink correlations towards zero, each by its own variance; ``noise`` is zero where nothing was found."""
    noisy = (noise > 0) & ~np.eye(len(correlation), dtype=bool)
    if not noisy.any():
        return np.zeros_like(correlation)
    signal = max(float((correlation[noisy] ** 2 - noise[noisy]).mean()), 0.0)
    return correlation * np.divide(signal, signal + noise, out=np.zeros_like(correlation), where=noisy)


def _pairwise_correlation(scores: np.ndarray, given: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Correlation of each pair of columns over the rows that have both, and its variance were they independent."""
    n = np.maximum(given.T @ given, 1.0)
    mean = scores.T @ given / n
    spread = np.sqrt(np.maximum((scores**2).T @ given / n - mean**2, 0.0))
    covariance = scores.T @ scores / n - mean * mean.T
    scale = spread * spread.T
    # A pair in which one column does not move says nothing, and adds no noise.
    says = scale > 1e-12
    correlation = np.divide(covariance, scale, out=np.zeros_like(covariance), where=says)
    return np.clip(correlation, -1.0, 1.0), np.where(says, 1 / n, 0.0)
