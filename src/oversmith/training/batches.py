"""Rows on the device, padded to buckets, and the draws of batches from them.

A draw takes indices below the true number of rows, never a permutation of padded rows, so what is drawn does not depend
on the bucket.
"""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith.exceptions import InputError
from oversmith.networks.outputs import bucket

_LAST = np.iinfo(np.int32).max


def row_bucket(n: int) -> int:
    """Round a number of rows up: 1,024, 4,096, 16,384, ...

    Rows that no batch draws cost only memory, a program of its own costs seconds.

    Parameters
    ----------
    n : int
        Number of rows.

    Returns
    -------
    int
        The bucket.

    Examples
    --------
    >>> [row_bucket(n) for n in (1, 1024, 1025, 5000)]
    [1024, 1024, 4096, 16384]
    """
    return bucket(n, 1024, 4)


def width_bucket(n: int) -> int:
    """Round a number of encoded columns up: 32, 64, 128, 256, ...

    Parameters
    ----------
    n : int
        Number of columns.

    Returns
    -------
    int
        The bucket.

    Examples
    --------
    >>> [width_bucket(n) for n in (1, 32, 33, 200)]
    [32, 32, 64, 256]
    """
    return bucket(n, 32, 2)


def class_bucket(n: int) -> int:
    """Round a number of classes up: 2, 8, 32, 128, ...

    Parameters
    ----------
    n : int
        Number of classes.

    Returns
    -------
    int
        The bucket.

    Examples
    --------
    >>> [class_bucket(n) for n in (1, 3, 9)]
    [2, 8, 32]
    """
    return bucket(n, 2, 4)


def pad_rows(x: np.ndarray, bucket: int | None = None) -> np.ndarray:
    """Append rows of zeros.

    Parameters
    ----------
    x : array of shape (n, ...)
        Rows.
    bucket : int, optional
        Number of rows to reach; `row_bucket` of ``n`` by default.

    Returns
    -------
    array of shape (bucket, ...)
        The rows, then zeros.

    Examples
    --------
    >>> pad_rows(np.ones((2, 1)), 3).tolist()
    [[1.0], [1.0], [0.0]]
    """
    bucket = row_bucket(len(x)) if bucket is None else bucket
    padded = np.zeros((bucket, *x.shape[1:]), x.dtype)
    padded[: len(x)] = x
    return padded


def table_data(
    x: np.ndarray,
    label: np.ndarray,
    *,
    weight: np.ndarray | None = None,
    frequency: np.ndarray | None = None,
    n_classes: int,
    width: int | None = None,
) -> dict[str, Array]:
    """Put encoded rows on the device, sorted by class and padded to their buckets.

    Parameters
    ----------
    x : array of shape (n, d)
        Encoded rows.
    label : array of int of shape (n,)
        Class codes from 0.
    weight : array of shape (n,), optional
        Weights of the rows in the losses, not negative; ones by default.
    frequency : array of shape (n,), optional
        How often weighted draws take each row, not negative; ``weight`` by default.
    n_classes : int
        Number of classes; each must have a row.
    width : int, optional
        What the columns are padded to; their bucket by default.

    Returns
    -------
    dict of arrays
        ``x`` (rows, width) float32, ``label`` and ``weight`` (rows,), ``cumulative`` (rows,) for weighted
        draws, ``count``, ``n_classes``, and ``class_start`` and ``class_count`` (classes,).

    Raises
    ------
    InputError
        If a class has no row, or the weights do not fit.

    Examples
    --------
    >>> data = table_data(np.ones((3, 2)), np.array([1, 0, 1]), n_classes=2)
    >>> data["x"].shape, int(data["count"]), data["class_start"].tolist(), data["class_count"].tolist()
    ((1024, 32), 3, [0, 1], [1, 2])
    """
    x, label = np.asarray(x), np.asarray(label)
    weight = np.ones(len(x)) if weight is None else np.asarray(weight, float)
    frequency = weight if frequency is None else np.asarray(frequency, float)
    count = np.bincount(label, minlength=n_classes)
    if len(count) > n_classes or not count.all():
        raise InputError(
            "label",
            f"counts {count.tolist()} found for {n_classes} classes",
            f"give codes 0 to {n_classes - 1}, each with a row",
        )
    for name, value in (("weight", weight), ("frequency", frequency)):
        if value.shape != label.shape or not (value >= 0).all() or not value.sum() > 0:
            raise InputError(name, f"shape {value.shape} found", "give one number per row, none negative, not all zero")
    order = np.argsort(label, kind="stable")
    wide = np.zeros((len(x), width_bucket(x.shape[1]) if width is None else width), np.float32)
    wide[:, : x.shape[1]] = x[order]
    bucket, rows = class_bucket(n_classes), row_bucket(len(x))
    # Integers, because float32 cannot tell the rows of a large table apart.
    share = np.cumsum(frequency[order]) / frequency.sum()
    cumulative = np.full(rows, _LAST, np.int32)
    cumulative[: len(x)] = np.minimum(np.rint(share * _LAST), _LAST).astype(np.int32)
    cumulative[np.flatnonzero(frequency[order])[-1] : len(x)] = _LAST
    start = np.concatenate([[0], np.cumsum(count)[:-1]])
    arrays = {
        "x": pad_rows(wide, rows),
        "label": pad_rows(label[order].astype(np.int32), rows),
        "weight": pad_rows(weight[order].astype(np.float32), rows),
        "cumulative": cumulative,
        "count": np.int32(len(x)),
        "class_start": pad_rows(start.astype(np.int32), bucket),
        "class_count": pad_rows(count.astype(np.int32), bucket),
        "n_classes": np.int32(n_classes),
    }
    return jax.device_put(arrays)


def _bits(keys: Array, size: int) -> Array:
    """Draw what `jax.random.randint` draws for each of several keys, two words per number, in two hashes for all."""
    halves = jax.vmap(jax.random.split)(keys)
    return jax.vmap(jax.vmap(lambda key: jax.random.bits(key, (size,))))(halves)


def _below(bits: Array, limit: Array | int) -> Array:
    """Bring two words per number, 64 bits, below a limit, as `jax.random.randint` does from 0."""
    high, low = bits
    span = jnp.maximum(jnp.asarray(limit, jnp.int32), 1).astype(jnp.uint32)
    half = jnp.uint32(2**16) % span
    return ((high % span * (half * half % span) + low % span) % span).astype(jnp.int32)


def _take(data: dict[str, Any], index: Array) -> dict[str, Array]:
    return {name: data[name][index] for name in ("x", "label", "weight")}


def draw_natural(key: Array, data: dict[str, Any], batch_size: int) -> dict[str, Array]:
    """Draw rows uniformly, with replacement.

    Parameters
    ----------
    key : jax.random.key
        Source of the draw.
    data : dict
        From `table_data`.
    batch_size : int
        Rows to draw.

    Returns
    -------
    dict of arrays
        ``x``, ``label`` and ``weight`` of the drawn rows.

    Examples
    --------
    >>> data = table_data(np.ones((3, 2)), np.array([1, 0, 1]), n_classes=2)
    >>> draw_natural(jax.random.key(0), data, 8)["x"].shape
    (8, 32)
    """
    return _take(data, _below(_bits(key[None], batch_size)[0], data["count"]))


def draw_balanced(key: Array, data: dict[str, Any], batch_size: int) -> dict[str, Array]:
    """Draw a class uniformly, then a row of that class uniformly, with replacement.

    Parameters
    ----------
    key : jax.random.key
        Source of the draw.
    data : dict
        From `table_data`.
    batch_size : int
        Rows to draw.

    Returns
    -------
    dict of arrays
        ``x``, ``label`` and ``weight`` of the drawn rows.

    Examples
    --------
    >>> data = table_data(np.ones((101, 2)), np.array([0] * 100 + [1]), n_classes=2)
    >>> float(draw_balanced(jax.random.key(0), data, 1000)["label"].mean())
    0.5...
    """
    # Both draws are hashed together: hashes are half of the program of a small step, and its many small kernels.
    for_class, for_row = _bits(jax.random.split(key), batch_size)
    label = _below(for_class, data["n_classes"])
    row = _below(for_row, data["class_count"][label])
    return _take(data, data["class_start"][label] + row)


def draw_weighted(key: Array, data: dict[str, Any], batch_size: int) -> dict[str, Array]:
    """Draw rows in proportion to their frequencies, with replacement.

    Parameters
    ----------
    key : jax.random.key
        Source of the draw.
    data : dict
        From `table_data`.
    batch_size : int
        Rows to draw.

    Returns
    -------
    dict of arrays
        ``x`` and ``label`` of the drawn rows, and a ``weight`` of ones: weights given as frequencies are spent in the
        draw.

    Examples
    --------
    >>> data = table_data(np.ones((2, 1)), np.array([0, 1]), weight=np.array([0.0, 2.0]), n_classes=2)
    >>> draw_weighted(jax.random.key(0), data, 4)["label"].tolist()
    [1, 1, 1, 1]
    """
    level = _below(_bits(key[None], batch_size)[0], _LAST)
    batch = _take(data, jnp.searchsorted(data["cumulative"], level, side="right"))
    return {**batch, "weight": jnp.ones_like(batch["weight"])}
