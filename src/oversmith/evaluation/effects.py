"""The result of an analysis as data: differences, means and mean ranks."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

PRIMARY = "average_precision"
"""The metric of the verdict and of mean ranks."""


@dataclass(frozen=True)
class Effect:
    """The difference between a contender and a control in one metric; positive is better, whatever the metric.

    Parameters
    ----------
    contender, control, metric : str
        The contender, the contender it is compared with, and the metric.
    difference, low, high : float
        Mean difference over data sets (over folds for a single data set) and the ends of its 95 % interval.
    wins, ties, losses : int
        Data sets, or folds of a single data set.
    p : float
        Wilcoxon's test over data sets, or the corrected resampled t-test over the folds of a single one.
    p_holm : float
        Corrected for the whole family of tests; NaN for a metric that is described and not tested.
    worse, equal, better : float
        Probability of each on one more data set of this kind; NaN for a single data set, and for all but the primary
        metric against the first control.
    """

    contender: str
    control: str
    metric: str
    difference: float
    low: float
    high: float
    wins: int
    ties: int
    losses: int
    p: float
    p_holm: float = math.nan
    worse: float = math.nan
    equal: float = math.nan
    better: float = math.nan


@dataclass(frozen=True)
class Mean:
    """Mean of a metric, its standard deviation (NaN for a single value) and the number of values.

    Parameters
    ----------
    mean, sd : float
        Over data sets, or over the folds of a single one.
    n : int
        How many of them.
    """

    mean: float
    sd: float
    n: int


@dataclass(frozen=True)
class Failure:
    """How often a contender has no result, and why.

    Parameters
    ----------
    folds, of : int
        Folds (over data sets and repeats) without a result under some classifier, and all folds.
    reason : str
        The most frequent reason, and how many others there are.

    Examples
    --------
    >>> from oversmith.evaluation.effects import Failure
    >>> str(Failure(1, 3, "ValueError: too few rows"))
    '1 of 3 folds (ValueError: too few rows)'
    """

    folds: int
    of: int
    reason: str

    def __str__(self) -> str:
        reason = f" ({self.reason})" if self.reason else ""
        return f"{self.folds} of {self.of} fold{'s' if self.of != 1 else ''}{reason}"


@dataclass(frozen=True)
class Analysis:
    """Analysis of the results of one protocol.

    Parameters
    ----------
    control : str or None
        The contender that all others are compared with; None where no control took part.
    unit : {"fold", "data set"}
        What wins, ranks and means are counted over: folds where there is a single data set.
    n : int
        How many of them.
    classifiers : tuple of str
        Those that all contenders have: means, differences and ranks are taken over them.
    lacking : dict of str to tuple of str
        Classifier that is left out to the contenders that have no results under it.
    left_out : dict of str to str
        Contender, data set or classifier that is left out, and why.
    failed : dict of str to Failure
        Contenders with folds that failed: they have no means, ranks or differences.
    incomplete : dict of str to dict of str to Failure
        Contender to tested metrics that some of its folds lack, such as those at a threshold that could not be tuned:
        it has no mean of them and no difference in them.
    effects : tuple of Effect
        By metric and control, the largest difference first.
    means : dict of str to dict of str to Mean
        Contender to metric to its mean; nothing where some of its folds have no value.
    ranks : dict of str to float
        Contender to its mean rank in average precision over data sets (over folds for a single data set), 1 the best;
        ties share. Nothing and its tuned twin have the same fits, and share a rank.
    critical_difference : float
        What separates two mean ranks by Nemenyi's test; NaN where there are no ranks.
    p_any : float
        Friedman's test with Iman and Davenport's correction: whether any contender differs; NaN for a single data set
        or fewer than three contenders.
    smallest_p : float
        The smallest p that Wilcoxon's test can give with so many data sets; 0 for folds.
    refusal : str or None
        Why there are no differences, where there are none.
    """

    control: str | None
    unit: Literal["fold", "data set"]
    n: int
    classifiers: tuple[str, ...] = ()
    lacking: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    left_out: Mapping[str, str] = field(default_factory=dict)
    failed: Mapping[str, Failure] = field(default_factory=dict)
    incomplete: Mapping[str, Mapping[str, Failure]] = field(default_factory=dict)
    effects: tuple[Effect, ...] = ()
    means: Mapping[str, Mapping[str, Mean]] = field(default_factory=dict)
    ranks: Mapping[str, float] = field(default_factory=dict)
    critical_difference: float = math.nan
    p_any: float = math.nan
    smallest_p: float = 0.0
    refusal: str | None = None

    @property
    def n_tests(self) -> int:
        """Tests in the family of Holm's correction."""
        return sum(not math.isnan(effect.p_holm) for effect in self.effects)

    def effect(self, contender: str, metric: str = PRIMARY, control: str | None = None) -> Effect | None:
        """Difference of a contender from a control, the first one by default; None where there is none."""
        wanted = (contender, metric, control or self.control)
        return next((e for e in self.effects if (e.contender, e.metric, e.control) == wanted), None)
