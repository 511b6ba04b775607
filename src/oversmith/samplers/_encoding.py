"""The encoder of a sampler: the one it is given, or the one that goes with what X holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from sklearn.base import clone

from oversmith._adapter import take_rows
from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder, modality_of
from oversmith.exceptions import InputError, TooFewRowsError
from oversmith.samplers._encoded import POOLED_ROWS, EncodedTable

Encoder = TableEncoder | SeriesEncoder | ImageEncoder
ENCODERS: Mapping[str, type[TableEncoder] | type[SeriesEncoder] | type[ImageEncoder]] = {
    "table": TableEncoder,
    "series": SeriesEncoder,
    "image": ImageEncoder,
}
# What "auto" stands for in the encoders, where a method has no choice of its own.
_OWN: Mapping[str, Mapping[str, Any]] = {
    "table": {"numeric": "quantile"},
    "series": {"scaling": "standard"},
    "image": {"scaling": "minmax"},
}


def modality_for(sampler: Any, X: Any) -> str:
    """Say how a sampler reads its input.

    Parameters
    ----------
    sampler : estimator
        The sampler, with its ``encoder``.
    X : array-like
        The input.

    Returns
    -------
    {"table", "series", "image"}
        What its encoder is for; without one, see :func:`oversmith.encoders.modality_of`.

    Raises
    ------
    InputError
        When the sampler does not take what X holds.
    """
    encoder = getattr(sampler, "encoder", None)
    if not isinstance(encoder, Encoder | None):
        raise InputError(
            "encoder", f"{encoder!r} found", "give a TableEncoder, a SeriesEncoder, an ImageEncoder or None"
        )
    return modality_of(
        X,
        "auto" if encoder is None else next(name for name, kind in ENCODERS.items() if isinstance(encoder, kind)),
        getattr(encoder, "input_shape", None),
        getattr(sampler, "_modalities", ("table",)),
        type(sampler).__name__,
        argument="encoder",
    )


def new_encoder(sampler: Any, modality: str) -> Encoder:
    """Make the encoder of a sampler, not fitted.

    Parameters
    ----------
    sampler : estimator
        The sampler, with its ``encoder`` and, in ``_encoding``, the method's own defaults.
    modality : {"table", "series", "image"}
        What X holds.

    Returns
    -------
    TableEncoder, SeriesEncoder or ImageEncoder
        A copy of the one given, or a new one; the method's own choices stand in the place of ``"auto"``.
    """
    encoder: Encoder = ENCODERS[modality]() if sampler.encoder is None else clone(sampler.encoder)
    params = encoder.get_params()
    for name, value in (_OWN[modality] | getattr(sampler, "_encoding", {}).get(modality, {})).items():
        if params[name] == "auto":
            encoder.set_params(**{name: value})
    return encoder


def with_shape(sampler: Any, shape: tuple[int, ...] | None, **parameters: Any) -> Any:
    """Tell a sampler the shape of series or images that come as flat rows.

    Parameters
    ----------
    sampler : estimator
        A sampler; one without ``encoder`` stays as it is. Its encoder is replaced by one with this ``input_shape``.
    shape : tuple of int or None
        Channels and time points, or channels, height and width; None changes nothing.
    **parameters : object
        Further parameters of the encoder, such as ``bounds``.

    Returns
    -------
    estimator
        The sampler itself.

    Examples
    --------
    >>> from oversmith import GAN
    >>> from oversmith.samplers._encoding import with_shape
    >>> with_shape(GAN(), (1, 8, 8)).encoder
    ImageEncoder(input_shape=(1, 8, 8))
    """
    known = sampler.get_params(deep=False) if hasattr(sampler, "get_params") else {}
    if shape is None or "encoder" not in known:
        return sampler
    options = {"input_shape": tuple(shape), **parameters}
    encoder = SeriesEncoder() if len(shape) == 2 else ImageEncoder()
    if known["encoder"] is not None:
        encoder = clone(known["encoder"])
    return sampler.set_params(encoder=encoder.set_params(**options))


def encoded_table(
    encoder: Encoder,
    X: Any,
    codes: np.ndarray,
    usable: np.ndarray,
    trained: Sequence[int],
    classes: np.ndarray,
    seed: int,
    weights: np.ndarray | None = None,
) -> EncodedTable:
    """Encode the rows of the trained classes, and a bounded sample of all rows.

    Parameters
    ----------
    encoder : TableEncoder, SeriesEncoder or ImageEncoder
        Fitted.
    X : table
        The rows.
    codes : ndarray of int, shape (n_rows,)
        Class codes.
    usable : ndarray of bool, shape (n_rows,)
        Which rows take part.
    trained : sequence of int
        Codes of the classes that are trained.
    classes : ndarray
        Class labels, for messages.
    seed : int
        Source of the sample.
    weights : ndarray of shape (n_rows,), optional
        How often each row is to be drawn.

    Returns
    -------
    EncodedTable
        Without the rows to add.

    Raises
    ------
    TooFewRowsError
        When no row of a class is usable.
    """
    rows, drawn = {}, {}
    for code in trained:
        index = np.flatnonzero((codes == code) & usable)
        if not len(index):
            raise TooFewRowsError(
                "encoder",
                f"every row of class {classes[code]!s} has a missing value, so missing='drop' leaves none",
                "use TableEncoder(missing='encode') or 'impute'",
            )
        rows[code] = encoder.transform(take_rows(X, index))
        if weights is not None:
            drawn[code] = weights[index]
    pooled = np.flatnonzero(usable)
    if len(pooled) > POOLED_ROWS:
        rng = np.random.default_rng([seed, 0])
        pooled = np.sort(rng.choice(pooled, POOLED_ROWS, replace=False))
    return EncodedTable(
        rows=rows,
        pooled=encoder.transform(take_rows(X, pooled)),
        pooled_codes=codes[pooled],
        spans=encoder.spans_,
        deficit={},
        weights=drawn,
    )
