"""Where a classifier takes the weights of its rows."""

from __future__ import annotations

from typing import Any

from sklearn.pipeline import Pipeline
from sklearn.utils.validation import has_fit_parameter


def weight_parameter(estimator: Any) -> str | None:
    """Name the fit parameter that takes row weights, through pipelines down to the last step.

    Parameters
    ----------
    estimator : classifier or Pipeline
        The classifier.

    Returns
    -------
    str or None
        ``"sample_weight"``, ``"step__sample_weight"`` for a pipeline, None for a classifier that takes no weights.

    Examples
    --------
    >>> from sklearn.linear_model import LogisticRegression
    >>> from sklearn.pipeline import make_pipeline
    >>> from sklearn.preprocessing import StandardScaler
    >>> from oversmith.selection import weight_parameter
    >>> weight_parameter(make_pipeline(StandardScaler(), LogisticRegression()))
    'logisticregression__sample_weight'
    """
    if isinstance(estimator, Pipeline):
        name, last = estimator.steps[-1]
        inner = weight_parameter(last)
        return None if inner is None else f"{name}__{inner}"
    return "sample_weight" if has_fit_parameter(estimator, "sample_weight") else None
