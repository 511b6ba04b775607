"""Series and images as a caller gives them: whether an array holds any, in which shape, and what cannot be read."""

from __future__ import annotations

from numbers import Integral
from typing import Any, Literal

import numpy as np

from oversmith.encoders.container import Container, check_unmasked
from oversmith.exceptions import InputError

# Where the axis of the channels is; "auto" takes the first one and refuses series that look turned round.
Channels = Literal["auto", "first", "last"]
# So many times as many channels as time points are refused: of few points, and of any number.
_FEW_POINTS, _TIMES_FEW, _TIMES_ANY = 16, 5, 10

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
        if len({np.shape(cell) for cell in array.flat}) == 1:
            raise InputError(
                "X",
                f"cells that hold series found ({type(array.flat[0]).__name__} of shape {np.shape(array.flat[0])})",
                "make one array (cases, channels, time points) of them, for example with numpy.stack",
            )
        raise InputError(
            "X",
            "series of unequal lengths found",
            "cut or pad them to one length, for example with oversmith.preprocessing.windows",
        )
    if array.dtype.kind == "c":
        raise InputError("X", "Complex data not supported", "give real and imaginary parts as two channels")
    if array.dtype.kind in "MmV":
        raise InputError("X", f"values of dtype {array.dtype} found", "series and images hold numbers alone")
    if array.dtype.kind in "biu":
        return array
    try:
        return np.asarray(array, dtype=np.float64)
    except ValueError as error:
        raise InputError(
            "X", f"values that are no numbers found ({error})", "series and images hold numbers alone"
        ) from error


def shape_of(values: np.ndarray, input_shape: Any, channels: str = "auto") -> tuple[int, int]:
    """Find channels and time points, and check them against ``input_shape``.

    Parameters
    ----------
    values : ndarray of shape (n, channels, length) or (n, columns)
        Series; of shape (n, length, channels) with ``channels="last"``.
    input_shape : (int, int) or None
        What the caller says.
    channels : {"auto", "first", "last"}, default="auto"
        Where the axis of the channels is. ``"auto"`` takes the first one, and refuses series that look turned round:
        of one time point, of up to 16 time points with five times as many channels, and of more with ten times as
        many.

    Returns
    -------
    (int, int)
        Channels and time points.

    Raises
    ------
    InputError
        When the two disagree, for series of no length, and for those that look turned round.

    Examples
    --------
    >>> import numpy as np
    >>> shape_of(np.zeros((5, 12)), (3, 4)), shape_of(np.zeros((5, 12)), None)
    ((3, 4), (1, 12))
    >>> shape_of(np.zeros((5, 12, 2)), None, "last")
    (2, 12)
    """
    if channels not in ("auto", "first", "last"):
        raise InputError("channels", f"{channels!r} found", "choose 'auto', 'first' or 'last'")
    if not len(values):
        raise InputError("X", f"no series found, shape {values.shape}", "give it rows (0 sample(s) found)")
    if values.ndim == 3 and 0 in values.shape[1:]:
        raise InputError(
            "X", f"series without any value found, of shape {values.shape}", "give one channel and two time points"
        )
    given: tuple[int, int] | None = None
    if values.ndim == 3:
        given = int(values.shape[1]), int(values.shape[2])
        given = given[::-1] if channels == "last" else given
    if input_shape is None:
        shape = given or (1, int(values.shape[1]))
        if channels == "auto":
            _check_order(values)
        return shape
    pair = tuple(input_shape) if isinstance(input_shape, tuple | list) else ()
    if len(pair) != 2 or not all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) > 0 for n in pair):
        raise InputError("input_shape", f"found {input_shape!r}", "give two whole numbers (channels, time points)")
    shape = int(pair[0]), int(pair[1])
    if given is not None and given != shape:
        order = "cases, time points, channels" if channels == "last" else "cases, channels, time points"
        raise InputError(
            "input_shape",
            f"found {shape}, but X has shape {values.shape} ({order})",
            "leave input_shape out",
        )
    if values.ndim == 2 and values.shape[1] != shape[0] * shape[1]:
        raise InputError(
            "input_shape",
            f"{shape} makes {shape[0]} x {shape[1]} = {shape[0] * shape[1]} columns, but X has {values.shape[1]}",
            "give channels and time points of your series",
        )
    return shape


def turned_round(shape: tuple[int, ...]) -> str | None:
    """Say why series of three dimensions look as if their time points stood where the channels belong.

    Parameters
    ----------
    shape : (int, int, int)
        Cases, channels and time points.

    Returns
    -------
    str or None
        What was found; None where nothing is odd.

    Examples
    --------
    >>> turned_round((60, 3, 100)), turned_round((60, 64, 30)), turned_round((60, 100, 3))[:50]
    (None, None, 'found series of 100 channels and 3 time points, of')
    """
    _, channels, points = shape
    times = _TIMES_FEW if points <= _FEW_POINTS else _TIMES_ANY
    if points > 1 and channels < times * points:
        return None
    return (
        f"found series of {channels} channels and {points} time point{'s' * (points > 1)}, of shape {shape}: read as "
        "(cases, channels, time points)"
    )


def _check_order(values: np.ndarray) -> None:
    """Refuse series in which the axis of time stands where that of the channels belongs."""
    if values.ndim == 2 and values.shape[1] == 1:
        raise InputError(
            "X",
            f"found rows of one value (n_features=1, shape {values.shape}), and a series has two time points or more",
            "give all values of a case in one row, or take a method for tables",
        )
    if values.ndim == 3 and (finding := turned_round(values.shape)):
        raise InputError(
            "X",
            finding,
            "say channels='last' if the channels come last (of a sampler: encoder=SeriesEncoder(channels='last')), and "
            "channels='first' if they are as they should be",
        )


def channels_first(values: np.ndarray, shape: tuple[int, ...], channels: str = "first") -> np.ndarray:
    """Lay series or images out with their channels first, whatever they come as; copies nothing where that can be.

    Parameters
    ----------
    values : ndarray of shape (n, ...)
        Series, images or flat rows.
    shape : tuple of int
        Channels and time points, or channels, height and width.
    channels : {"auto", "first", "last"}, default="first"
        Where the axis of the channels is, in flat rows too.

    Returns
    -------
    ndarray of shape (n, channels, time points) or (n, channels, height, width)
        The series or images.

    Examples
    --------
    >>> import numpy as np
    >>> channels_first(np.zeros((5, 12, 2)), (2, 12), "last").shape
    (5, 2, 12)
    """
    # Grey images of three dimensions have no axis of channels.
    if channels != "last" or (values.ndim == 3 and len(shape) == 3):
        return values.reshape(len(values), *shape)
    return np.moveaxis(values.reshape(len(values), *shape[1:], shape[0]), -1, 1)


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
