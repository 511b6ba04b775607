"""From what a caller hands in to what a method trains on: checked input, the sampler's encoder, encoded rows."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from sklearn.base import clone

from oversmith._adapter import take_rows, validate_data
from oversmith.encoders import (
    Container,
    ImageEncoder,
    SeriesEncoder,
    Span,
    TableEncoder,
    TargetContainer,
    modality_of,
)
from oversmith.encoders.image import image_shape_of
from oversmith.encoders.labels import check_lengths
from oversmith.encoders.reading import as_array, channels_first, check_finite, container_of, shape_of, stacked
from oversmith.exceptions import ColumnWarning, InputError, TooFewRowsError

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
# Rows of the whole table that are encoded to know its spread: enough for a standard deviation to 1 %.
POOLED_ROWS = 10_000


@dataclass(frozen=True)
class EncodedTable:
    """What a method trains on: encoded rows and what they mean.

    Parameters
    ----------
    rows : dict of int to ndarray of shape (n_rows, width)
        Encoded rows of each class to be trained, by class code.
    pooled : ndarray of shape (n_pooled, width)
        Encoded rows of all classes, a bounded random sample.
    pooled_codes : ndarray of shape (n_pooled,)
        Class codes of ``pooled``.
    spans : tuple of Span
        What each run of encoded columns means.
    deficit : dict of int to int
        Rows to add per class code.
    weights : dict of int to ndarray of shape (n_rows,), optional
        How often each of ``rows`` is to be drawn, per class code; evenly where a class is missing.
    """

    rows: dict[int, np.ndarray]
    pooled: np.ndarray
    pooled_codes: np.ndarray
    spans: tuple[Span, ...]
    deficit: dict[int, int]
    weights: dict[int, np.ndarray] = field(default_factory=dict)


@dataclass(frozen=True)
class Target:
    """The containers of both inputs, and the validated labels.

    Parameters
    ----------
    table : Container
        What kind of table the caller uses.
    column : TargetContainer
        What kind of target the caller uses.
    labels : ndarray of shape (n_rows,)
        The labels; class numbers for a one-hot target.
    modality : {"table", "series", "image"}
        What the table holds.
    """

    table: Container
    column: TargetContainer
    labels: np.ndarray
    modality: str


def modality_for(sampler: Any, X: Any) -> str:
    """Return how a sampler reads its input.

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


def checked_input(sampler: Any, X: Any, y: Any, reset: bool = True) -> tuple[Any, Target]:
    """Check a table and its target, and note the columns on the sampler.

    Parameters
    ----------
    sampler : estimator
        Gets ``n_features_in_`` and ``feature_names_in_``.
    X, y : table and target
        As the caller gave them.
    reset : bool, default=True
        Whether the columns are new, or have to be those noted before.

    Returns
    -------
    X : table
        The table: frames as they are, arrays checked.
    target : Target
        The containers and the labels.

    Raises
    ------
    InputError
        When table or target cannot be used.
    """
    encoder = getattr(sampler, "encoder", None)
    X = stacked(X, "auto" if encoder is None else getattr(encoder, "_kind", "table"))
    modality = modality_for(sampler, X)
    whole = modality != "table"
    column = TargetContainer.of(y)
    labels = column.labels()
    container = container_of(X)
    if container.kind in {"pandas", "polars"}:
        validate_data(sampler, X=X, skip_check_array=True, reset=reset)
        if 0 in X.shape:
            raise InputError("X", f"found an empty table of shape {tuple(X.shape)}", "give it rows and columns")
        check_lengths(X, labels)
    else:
        # A list of mixed rows would become text, so it is checked value by value and used as it is.
        array = np.array(X, dtype=object) if container.kind == "list" else X
        check_lengths(array, labels)
        array, labels = validate_data(
            sampler,
            X=array,
            y=labels,
            reset=reset,
            dtype=None,
            accept_sparse=False if whole else ["csr", "csc"],
            ensure_all_finite=False,
            allow_nd=whole,
        )
        X = X if container.kind == "list" else array
    if whole:
        # Also when no row will be generated: input that cannot be read is always refused.
        values = as_array(X, container)
        channels = getattr(encoder, "channels", "auto" if modality == "series" else "first")
        read = shape_of if modality == "series" else image_shape_of
        shape: tuple[int, ...] = read(values, getattr(encoder, "input_shape", None), channels)
        check_finite(channels_first(values, shape, channels))
    return X, Target(container, column, labels, modality)


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


def warn_of_identifiers(encoder: TableEncoder) -> None:
    """Warn of columns that name rows, and say what generated rows get there.

    Parameters
    ----------
    encoder : TableEncoder
        Fitted.
    """
    if not encoder.identifiers_:
        return
    listed = ", ".join(map(repr, encoder.identifiers_))
    few = len(encoder.identifiers_) == 1
    warnings.warn(
        f"column{'' if few else 's'} {listed} {'names' if few else 'name'} rows: generated rows get "
        f"{'missing' if encoder.identifiers == 'missing' else 'new'} values there; drop {'it' if few else 'them'}, or "
        "set encoder=TableEncoder(identifiers='new', 'missing' or 'keep')",
        ColumnWarning,
        # Past the caller, the public method and scikit-learn's wrapper.
        stacklevel=5,
    )


def with_shape(sampler: Any, shape: tuple[int, ...] | None, **parameters: Any) -> Any:
    """Set the shape of series or images that come as flat rows in the encoder of a sampler.

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
        if getattr(encoder, "channels", None) == "last":
            # The flat rows of a comparison have their channels first.
            options.setdefault("channels", "first")
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
