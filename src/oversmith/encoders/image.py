"""Images of one size ↔ flat rows of numbers in which every channel has one scale."""

from __future__ import annotations

from collections.abc import Mapping
from numbers import Integral
from typing import Any, ClassVar, Literal

import numpy as np

from oversmith._parameters import Parameters
from oversmith.encoders.channels import Bounds, ChannelEncoder
from oversmith.encoders.reading import channels_first
from oversmith.exceptions import InputError


class ImageEncoder(Parameters, ChannelEncoder):
    """Encode images as flat float64 rows, channel after channel; decode generated rows into the same kind of array.

    The scale belongs to a channel, not to a pixel, and is learnt from the rows ``fit`` sees: an image keeps its look. A
    channel that never changes is copied.

    Parameters
    ----------
    input_shape : (int, int, int) or None, default=None
        Channels, height and width of flat rows. Not needed for arrays of three dimensions (grey images) or four.
    channels : {"first", "last"}, default="first"
        Where the axis of the channels is, in flat rows too.
    scaling : {"auto", "minmax", "standard"}, default="auto"
        The range to [-1, 1], or mean 0 and standard deviation 1. ``"auto"`` is the choice of the sampler that is given
        the encoder, and ``"minmax"`` by itself.
    bounds : {"observed", "non-negative"}, (float, float) or None, default=None
        The range: two numbers declare it, and values outside are refused; ``"observed"`` is what each channel shows,
        and so is ``"non-negative"``, with no upper end for what is decoded. ``None`` is 0 to 255 for unsigned bytes and
        what each channel shows for everything else.

    Attributes
    ----------
    shape_ : (int, int, int)
        Channels, height and width.
    spans_ : tuple of Span
        One linear span: all columns are numbers.
    width_ : int
        Channels times height times width.
    container_ : Container
        What kind of array comes back.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders import ImageEncoder
    >>> X = np.array([0, 51, 255, 102], dtype=np.uint8).reshape(1, 2, 2)
    >>> encoder = ImageEncoder().fit(X)
    >>> encoder.shape_, encoder.transform(X).round(1).tolist()
    ((1, 2, 2), [[-1.0, -0.6, 1.0, -0.2]])
    >>> encoder.inverse_transform(np.array([[-1.5, 0.0, 0.5, 1.5]])).tolist()
    [[[0, 128], [191, 255]]]
    """

    _kind: ClassVar[str] = "image"
    _axes: ClassVar[str] = "channels, height, width"
    _own_scaling: ClassVar[str] = "minmax"

    input_shape: tuple[int, int, int] | None = None
    channels: Literal["first", "last"] = "first"
    scaling: Literal["auto", "minmax", "standard"] = "auto"
    bounds: Bounds = None

    def _read_shape(self, values: np.ndarray) -> tuple[int, ...]:
        return image_shape_of(values, self.input_shape, self.channels)

    def _laid_out(self, values: np.ndarray) -> np.ndarray:
        return channels_first(values, self.shape_, self.channels)

    def _as_given(self, values: np.ndarray) -> np.ndarray:
        if self.channels == "last":
            values = np.moveaxis(values, 1, 3)
        # Flat rows stay as they are laid out here; grey images lose the axis they were given.
        if self.ndim_ != 3:
            return values
        return values.squeeze(1 if self.channels == "first" else 3)

    def _own_range(self, dtype: Any, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        if dtype == np.uint8:
            return np.tile(np.array([[0.0], [255.0]]), len(low))
        return np.stack([low, high])

    def _check_values(self, channels: np.ndarray) -> None:
        super()._check_values(channels)
        if self.bounds is not None and not isinstance(self.bounds, str) and len(channels):
            axes = (0, *range(2, channels.ndim))
            self._check_range(self.range_[:, 0], channels.min(axis=axes), channels.max(axis=axes))

    def _centred(self, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        declared = np.isfinite(self.range_).all()
        return super()._centred(*self.range_) if declared else super()._centred(low, high)

    def to_state(self) -> dict[str, Any]:
        """Describe the fitted encoder in JSON values and plain arrays.

        Returns
        -------
        dict
            What :meth:`from_state` reads.
        """
        return super().to_state() | {"channels": self.channels}

    @classmethod
    def _options(cls, state: Mapping[str, Any]) -> dict[str, Any]:
        return super()._options(state) | {"channels": state["channels"]}


def image_shape_of(values: np.ndarray, input_shape: Any, channels: str = "first") -> tuple[int, int, int]:
    """Find channels, height and width, and check them against ``input_shape``.

    Parameters
    ----------
    values : ndarray of shape (n, channels, height, width), (n, height, width) or (n, columns)
        Images; of shape (n, height, width, channels) with ``channels="last"``.
    input_shape : (int, int, int) or None
        Channels, height and width, as the caller says; needed for flat rows.
    channels : {"first", "last"}, default="first"
        Where the axis of the channels is.

    Returns
    -------
    (int, int, int)
        Channels, height and width.

    Raises
    ------
    InputError
        When the two disagree, or flat rows have no ``input_shape``.

    Examples
    --------
    >>> import numpy as np
    >>> image_shape_of(np.zeros((5, 28, 28)), None), image_shape_of(np.zeros((5, 4, 6, 3)), None, "last")
    ((1, 28, 28), (3, 4, 6))
    """
    if channels not in ("first", "last"):
        raise InputError("channels", f"{channels!r} found", "choose 'first' or 'last'")
    if not len(values):
        raise InputError("X", f"no images found, shape {values.shape}", "give it rows (0 sample(s) found)")
    if values.ndim > 2 and 0 in values.shape[1:]:
        raise InputError("X", f"images without any pixel found, of shape {values.shape}", "give them height and width")
    given: tuple[int, ...] | None = None
    if values.ndim == 3:
        given = (1, *values.shape[1:])
    elif values.ndim == 4:
        given = values.shape[1:] if channels == "first" else (values.shape[3], *values.shape[1:3])
    if input_shape is None:
        if given is None:
            raise InputError(
                "input_shape",
                f"None found, but X has flat rows of {values.shape[1]} numbers",
                "say (channels, height, width) of your images",
            )
        return _three(given)
    three = tuple(input_shape) if isinstance(input_shape, tuple | list) else ()
    if len(three) != 3 or not all(isinstance(n, Integral) and not isinstance(n, bool) and int(n) > 0 for n in three):
        raise InputError("input_shape", f"found {input_shape!r}", "give three whole numbers (channels, height, width)")
    shape = _three(three)
    if given is not None and tuple(given) != shape:
        raise InputError(
            "input_shape",
            f"found {shape}, but X has images of {given[0]} channels and {given[1]} x {given[2]} pixels "
            f"(shape {values.shape}, channels {channels})",
            "leave input_shape out",
        )
    size = shape[0] * shape[1] * shape[2]
    if given is None and values.shape[1] != size:
        raise InputError(
            "input_shape",
            f"{shape} makes {shape[0]} x {shape[1]} x {shape[2]} = {size} columns, but X has {values.shape[1]}",
            "give channels, height and width of your images",
        )
    return shape


def _three(shape: tuple[int, ...]) -> tuple[int, int, int]:
    return int(shape[0]), int(shape[1]), int(shape[2])
