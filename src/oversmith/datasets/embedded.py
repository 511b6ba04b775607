"""The table of the demonstration: it needs neither a file nor a network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np

if TYPE_CHECKING:
    import pandas as pd

_SEED = 20_240_229


@overload
def load_demo(return_X_y: Literal[False] = False) -> tuple[pd.DataFrame, str, str]: ...
@overload
def load_demo(return_X_y: Literal[True]) -> tuple[pd.DataFrame, pd.Series]: ...
def load_demo(return_X_y: bool = False) -> Any:
    """Breast-cancer table of scikit-learn with the malignant rows thinned to one in ten benign.

    569 rows become 393: all 357 benign ones and 36 of 212 malignant ones, in their original order. Always the
    same.

    Parameters
    ----------
    return_X_y : bool, default=False
        Return ``(X, y)`` instead: the 30 columns, and the target as a series.

    Returns
    -------
    frame : DataFrame
        30 numeric columns and the target.
    target : str
        Name of the target column.
    positive : str
        The minority.

    Examples
    --------
    >>> from oversmith.datasets import load_demo
    >>> frame, target, positive = load_demo()
    >>> frame.shape, target, positive
    ((393, 31), 'diagnosis', 'malignant')
    >>> frame[target].value_counts().to_dict()
    {'benign': 357, 'malignant': 36}
    """
    from sklearn.datasets import load_breast_cancer

    source = load_breast_cancer(as_frame=True)
    frame = source.data.copy()
    frame["diagnosis"] = source.target_names.astype(object)[source.target]
    malignant = np.flatnonzero(frame["diagnosis"] == "malignant")
    benign = np.flatnonzero(frame["diagnosis"] == "benign")
    sampled = np.random.default_rng(_SEED).choice(malignant, round(len(benign) / 10), replace=False)
    frame = frame.iloc[np.sort(np.concatenate([benign, sampled]))].reset_index(drop=True)
    if return_X_y:
        return frame.drop(columns="diagnosis"), frame["diagnosis"]
    return frame, "diagnosis", "malignant"
