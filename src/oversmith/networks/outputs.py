"""What a generator's output columns mean, as traced arrays.

Levels, spikes and constants differ between folds, so the spans of a table are arrays of a bucketed size rather than
static data: two folds then share one compiled program.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple, Protocol

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from oversmith.exceptions import InputError

LINEAR, SIGMOID, SOFTMAX, TANH = 0, 1, 2, 3
CODES = {"linear": LINEAR, "sigmoid": SIGMOID, "softmax": SOFTMAX, "tanh": TANH}

# Logits beyond this say nothing more, and their exponentials would leave float32.
LOGIT_BOUND = 10.0


class ColumnSpan(Protocol):
    """A run of encoded columns that belong together."""

    @property
    def start(self) -> int:
        """First column."""

    @property
    def stop(self) -> int:
        """One past the last column."""

    @property
    def activation(self) -> str:
        """One of ``"linear"``, ``"sigmoid"``, ``"softmax"`` and ``"tanh"``."""


class Columns(NamedTuple):
    """The output columns of a generator, padded to a bucket.

    Attributes
    ----------
    mask : array of shape (width,)
        1 for a true column, 0 for padding.
    code : array of shape (width,)
        0 linear, 1 sigmoid, 2 softmax, 3 tanh.
    segments : array of shape (width, n_segments)
        One-hot membership of every softmax column in its segment; ``n_segments`` is bucketed (0, 8, 32, 128, ...) and
        0 where the table has no categorical column.
    """

    mask: Float[Array, " width"]
    code: Int[Array, " width"]
    segments: Float[Array, "width n_segments"]


def bucket(n: int, smallest: int, factor: int) -> int:
    """Round a size up to one of few, so that programs compiled for it are shared.

    Parameters
    ----------
    n : int
        The size.
    smallest : int
        The smallest bucket.
    factor : int
        Each bucket is so many times the one before.

    Returns
    -------
    int
        The bucket.

    Examples
    --------
    >>> bucket(33, smallest=32, factor=2)
    64
    """
    size = smallest
    while size < n:
        size *= factor
    return size


def segment_bucket(n: int) -> int:
    """Round a number of softmax segments up: 0, 8, 32, 128, 512, ...

    Parameters
    ----------
    n : int
        Number of softmax spans.

    Returns
    -------
    int
        The bucket.

    Examples
    --------
    >>> [segment_bucket(n) for n in (0, 1, 8, 9, 200)]
    [0, 8, 8, 32, 512]
    """
    return bucket(n, 8, 4) if n else 0


def column_arrays(spans: Iterable[ColumnSpan], width: int) -> Columns:
    """Turn column spans into arrays.

    Parameters
    ----------
    spans : iterable of objects with ``start``, ``stop`` and ``activation``
        The spans of the encoder; each softmax span is one segment.
    width : int
        Padded width.

    Returns
    -------
    Columns
        The arrays a compiled program takes.

    Raises
    ------
    InputError
        If a span ends past ``width`` or names an unknown activation.

    Examples
    --------
    >>> from types import SimpleNamespace as Span
    >>> spans = [Span(start=0, stop=1, activation="linear"), Span(start=1, stop=3, activation="softmax")]
    >>> columns = column_arrays(spans, 4)
    >>> columns.mask.tolist(), columns.code.tolist(), columns.segments.shape
    ([1.0, 1.0, 1.0, 0.0], [0, 2, 2, 0], (4, 8))
    """
    spans = list(spans)
    mask = np.zeros(width, np.float32)
    code = np.zeros(width, np.int32)
    softmax = [span for span in spans if span.activation == "softmax"]
    segments = np.zeros((width, segment_bucket(len(softmax))), np.float32)
    for span in spans:
        if span.activation not in CODES:
            raise InputError("spans", f"unknown activation {span.activation!r} found", f"use one of {', '.join(CODES)}")
        if span.stop > width:
            raise InputError("width", f"{width} found, but a span ends at column {span.stop}", "give a larger width")
        mask[span.start : span.stop] = 1
        code[span.start : span.stop] = CODES[span.activation]
    for number, span in enumerate(softmax):
        segments[span.start : span.stop, number] = 1
    return Columns(*jax.device_put((mask, code, segments)))


def _segment_softmax(
    logits: Float[Array, "batch width"], is_softmax: Array, segments: Float[Array, "width n_segments"]
) -> Float[Array, "batch width"]:
    # In logarithms: the quotient of the exponentials has a gradient that leaves float32.
    logits = jnp.where(is_softmax, logits, 0.0)
    sums = jnp.exp(logits) @ segments
    empty = 1.0 - segments.max(axis=0)
    return jnp.exp(logits - jnp.log(sums + empty) @ segments.T)


def _relaxed(
    raw: Float[Array, "batch width"], columns: Columns, key: Array | None, temperature: float | Array
) -> Float[Array, "batch width"]:
    """Replace the columns of indicators and levels by relaxed draws, or by chances where there is no key."""
    chance = level = LOGIT_BOUND * jnp.tanh(raw / LOGIT_BOUND)
    if key is not None:
        # The padded axis leads, so that its length leaves the numbers before it alone.
        noise = jax.random.uniform(key, raw.shape[::-1], minval=jnp.finfo(jnp.float32).tiny).T
        chance = (chance + jnp.log(noise) - jnp.log1p(-noise)) / temperature
        level = (level - jnp.log(-jnp.log(noise))) / temperature
    rows = jnp.where(columns.code == SIGMOID, jax.nn.sigmoid(chance), raw)
    if columns.segments.shape[1]:
        is_softmax = columns.code == SOFTMAX
        rows = jnp.where(is_softmax, _segment_softmax(level, is_softmax, columns.segments), rows)
    return rows


def activate(
    raw: Float[Array, "batch width"],
    columns: Columns,
    key: Array | None = None,
    temperature: float | Array = 0.5,
) -> Float[Array, "batch width"]:
    """Apply every column's activation, and zero the padding.

    Parameters
    ----------
    raw : array of shape (batch, width)
        Output of the generator's last layer.
    columns : Columns
        What the columns mean.
    key : jax.random.key, optional
        With a key, indicators are drawn from the binary-concrete and levels from the Gumbel-softmax distribution;
        without, they are the plain sigmoid and softmax. The noise of a column does not depend on the padded width.
    temperature : float, default=0.5
        Of the relaxed distributions; below 0.35 the exponentials leave float32.

    Returns
    -------
    array of shape (batch, width)
        The activated rows; the columns of a softmax span sum to one.

    Examples
    --------
    >>> from types import SimpleNamespace as Span
    >>> columns = column_arrays([Span(start=0, stop=2, activation="softmax")], 3)
    >>> activate(jnp.array([[1.0, 1.0, 9.0]]), columns).tolist()
    [[0.5, 0.5, 0.0]]
    """
    # A table of numeric columns alone, known only at run time, skips the noise and the exponentials.
    chances = jnp.any((columns.code == SIGMOID) | (columns.code == SOFTMAX))
    rows = jax.lax.cond(chances, _relaxed, lambda raw, *_: raw, raw, columns, key, temperature)
    rows = jax.lax.cond(jnp.any(columns.code == TANH), _tanh_columns, lambda rows, _: rows, rows, columns.code)
    return rows * columns.mask


def _tanh_columns(rows: Float[Array, "batch width"], code: Int[Array, " width"]) -> Float[Array, "batch width"]:
    """Bring columns of values in [-1, 1] there."""
    return jnp.where(code == TANH, jnp.tanh(rows), rows)


def with_tanh(columns: Columns) -> Columns:
    """End linear columns in a tanh, for data in [-1, 1].

    Examples
    --------
    >>> from types import SimpleNamespace as Span
    >>> columns = with_tanh(column_arrays([Span(start=0, stop=2, activation="linear")], 3))
    >>> activate(jnp.array([[9.0, -9.0, 9.0]]), columns).round(3).tolist()
    [[1.0, -1.0, 0.0]]
    """
    linear = (columns.code == LINEAR) & (columns.mask > 0)
    return columns._replace(code=jnp.where(linear, TANH, columns.code))
