"""Series and images as a caller gives them: whether an array holds any, in which shape, and what cannot be read."""

from __future__ import annotations

from numbers import Integral
from typing import Any

import numpy as np

from oversmith.encoders.container import Container, check_unmasked
from oversmith.exceptions import InputError

# What an array of each kind is called in messages, and along which axes its values lie.
_AXES = {3: ("series", "channel", "time point"), 4: ("image", "channel", "row", "column")}


def is_series(X: Any) -> bool:
    """Tell whether an array has three dimensions: cases, channels, time points.

    Examples
    --------
    >>> import numpy as np
    >>> is_series(np.zeros((2, 1, 5))), is_series(np.zeros((2, 5)))
    (True, False)
    """
    return getattr(X, "ndim", 2) == 3


def stacked(X: Any, modality: str = "auto") -> Any:
    """Make one array of a list of arrays, such as series or images that were read one by one.

    Parameters
    ----------
    X : array-like
        Anything; a list of 2-D or 3-D arrays, or an array that holds arrays, is put together.
    modality : {"auto", "table", "series", "image"}, default="auto"
        What the caller says they are.

    Returns
    -------
    array-like
        One array, or ``X`` itself.

    Raises
    ------
    InputError
        For series of unequal lengths, images of unequal size, and masked values.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders.reading import stacked
    >>> stacked([np.ones((2, 5)), np.ones((2, 5))]).shape
    (2, 2, 5)
    """
    check_unmasked(X)
    loose = isinstance(X, (list, tuple)) or (isinstance(X, np.ndarray) and X.dtype == object and X.ndim == 1)
    if not loose or not len(X) or not all(isinstance(item, np.ndarray) and item.ndim for item in X):
        return X
    shapes = sorted({item.shape for item in X})
    if len(shapes) > 1:
        first = " and ".join(str(shape) for shape in shapes[:2])
        if modality == "image" or any(len(shape) == 3 for shape in shapes):
            raise InputError(
                "X", f"images of unequal size found, of shapes {first}", "cut, pad or resize them to one size"
            )
        raise InputError(
            "X",
            f"series of unequal lengths found, of shapes {first}",
            "cut or pad them to one length, for example with oversmith.preprocessing.windows",
        )
    # A list of rows is a table, and is given back as a list.
    return X if isinstance(X, (list, tuple)) and len(shapes[0]) == 1 else np.stack(list(X))


def container_of(X: Any) -> Container:
    """Remember the kind of array, of two dimensions or more.

    Parameters
    ----------
    X : array-like
        Series or images.

    Returns
    -------
    Container
        One without column names for three dimensions or four.
    """
    if getattr(X, "ndim", 2) > 2:
        return Container("numpy", (), None, (np.asarray(X).dtype,))
    return Container.of(X)


def as_numbers(X: Any, container: Container) -> np.ndarray:
    """Turn series into float64.

    Parameters
    ----------
    X : array-like
        Series, of two dimensions or three.
    container : Container
        What kind of array it is.

    Returns
    -------
    ndarray of float64
        The values.

    Raises
    ------
    InputError
        For text, and for series of unequal lengths.
    TypeError
        For objects that are no numbers at all.
    """
    return np.asarray(as_array(X, container), dtype=np.float64)


def as_array(X: Any, container: Container) -> np.ndarray:
    """Take the numbers out of their container; those of whole numbers stay as they are, the others become float64.

    Parameters
    ----------
    X : array-like
        Series or images, of two dimensions to four.
    container : Container
        What kind of array it is.

    Returns
    -------
    ndarray
        The values.

    Raises
    ------
    InputError
        For text, and for series of unequal lengths.
    TypeError
        For objects that are no numbers at all.
    """
    if container.kind == "sparse":
        raise InputError(
            "X", "found a sparse matrix", "series and images have a value at every point, give X.toarray()"
        )
    array = X.to_numpy() if container.kind in ("pandas", "polars") else np.asarray(X)
    if array.dtype == object and array.ndim <= 2 and array.size and np.ndim(array.flat[0]) > 0:
        raise InputError(
            "X",
            "series of unequal lengths found",
            "cut or pad them to one length, for example with oversmith.preprocessing.windows",
        )
    if array.dtype.kind == "c":
        raise InputError("X", "Complex data not supported", "give real and imaginary parts as two channels")
    if array.dtype.kind in "biu":
        return array
    try:
        return np.asarray(array, dtype=np.float64)
    except ValueError as error:
        raise InputError(
            "X", f"values that are no numbers found ({error})", "series and images hold numbers alone"
        ) from error


def shape_of(values: np.ndarray, input_shape: Any) -> tuple[int, int]:
    """Find channels and time points, and check them against ``input_shape``.

    Parameters
    ----------
    values : ndarray of shape (n, channels, length) or (n, columns)
        Series.
    input_shape : (int, int) or None
        What the caller says.

    Returns
    -------
    (int, int)
        Channels and time points.

    Raises
    ------
    InputError
        When the two disagree.

    Examples
    --------
    >>> import numpy as np
    >>> shape_of(np.zeros((5, 12)), (3, 4)), shape_of(np.zeros((5, 12)), None)
    ((3, 4), (1, 12))
    """
    if input_shape is None:
        return (int(values.shape[1]), int(values.shape[2])) if values.ndim == 3 else (1, int(values.shape[1]))
    pair = tuple(input_shape) if isinstance(input_shape, tuple | list) else ()
    if len(pair) != 2 or not all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) > 0 for n in pair):
        raise InputError("input_shape", f"found {input_shape!r}", "give two whole numbers (channels, time points)")
    shape = int(pair[0]), int(pair[1])
    if values.ndim == 3 and values.shape[1:] != shape:
        raise InputError(
            "input_shape",
            f"found {shape}, but X has shape {values.shape} (cases, channels, time points)",
            "leave input_shape out",
        )
    if values.ndim == 2 and values.shape[1] != shape[0] * shape[1]:
        raise InputError(
            "input_shape",
            f"{shape} makes {shape[0]} x {shape[1]} = {shape[0] * shape[1]} columns, but X has {values.shape[1]}",
            "give channels and time points of your series",
        )
    return shape


def check_finite(values: np.ndarray) -> None:
    """Refuse NaN and infinite values, and say where they are.

    Parameters
    ----------
    values : ndarray of shape (n, channels, length) or (n, channels, height, width)
        Series or images.

    Raises
    ------
    InputError
        With case, channel and place of the first one.
    """
    if values.dtype.kind in "biu":
        return
    bad = ~np.isfinite(values)
    if bad.any():
        kind, *axes = _AXES[values.ndim]
        many = "images" if kind == "image" else kind
        row, *position = np.argwhere(bad)[0]
        n_bad = int(bad.any(axis=tuple(range(1, values.ndim))).sum())
        what = "NaN" if np.isnan(values[(row, *position)]) else "infinity"
        where = ", ".join(f"{axis} {at}" for axis, at in zip(axes, position, strict=True))
        raise InputError(
            "X",
            f"{what} found in {kind} {row}, {where} ({n_bad} {many} are affected)",
            f"Input contains NaN or infinity, fill the gaps or leave these {many} out",
        )
