"""Forests of scikit-learn as plain arrays, which are stored without pickle and predict without scikit-learn."""

from __future__ import annotations

from typing import Any

import numpy as np

Forest = dict[str, np.ndarray]


def forest_arrays(estimators: Any) -> Forest:
    """Flatten the trees of a multi-output forest.

    Parameters
    ----------
    estimators : sequence of DecisionTreeRegressor
        ``forest.estimators_``.

    Returns
    -------
    dict of arrays
        ``feature``, ``threshold`` (float32, rounded down, which changes no comparison with float32 rows), ``left`` and
        ``right`` (a leaf points to itself), ``value`` of shape (nodes, outputs), ``root`` of each tree, ``depth``.
    """
    parts: dict[str, list[np.ndarray]] = {name: [] for name in ("feature", "threshold", "left", "right", "value")}
    roots, at = [], 0
    for estimator in estimators:
        tree = estimator.tree_
        itself = np.arange(tree.node_count)
        leaf = tree.children_left < 0
        parts["feature"].append(np.where(leaf, 0, tree.feature).astype(np.int32))
        parts["threshold"].append(_rounded_down(np.where(leaf, 0.0, tree.threshold)))
        parts["left"].append((np.where(leaf, itself, tree.children_left) + at).astype(np.int32))
        parts["right"].append((np.where(leaf, itself, tree.children_right) + at).astype(np.int32))
        parts["value"].append(tree.value[:, :, 0].astype(np.float32))
        roots.append(at)
        at += tree.node_count
    arrays = {name: np.concatenate(arrays_of_trees) for name, arrays_of_trees in parts.items()}
    depth = max(estimator.tree_.max_depth for estimator in estimators)
    return arrays | {"root": np.array(roots, np.int32), "depth": np.array(depth, np.int32)}


def predict(forest: Forest, x: np.ndarray) -> np.ndarray:
    """Predict as the forest does: every tree's leaf value, and their mean.

    Parameters
    ----------
    forest : dict of arrays
        From `forest_arrays`.
    x : ndarray of float32, shape (n, features)
        Rows.

    Returns
    -------
    ndarray of float32, shape (n, outputs)
        Predictions.
    """
    node = np.tile(forest["root"], (len(x), 1))
    rows = np.arange(len(x))[:, None]
    for _ in range(int(forest["depth"])):
        goes_left = x[rows, forest["feature"][node]] <= forest["threshold"][node]
        node = np.where(goes_left, forest["left"][node], forest["right"][node])
    return forest["value"][node].mean(axis=1)


def _rounded_down(threshold: np.ndarray) -> np.ndarray:
    near = threshold.astype(np.float32)
    return np.where(near > threshold, np.nextafter(near, np.float32(-np.inf)), near)
