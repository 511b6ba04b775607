"""Series of one length ↔ flat rows of numbers in which every channel has one scale."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

import numpy as np

from oversmith._parameters import Parameters
from oversmith.encoders.channels import Bounds, ChannelEncoder
from oversmith.encoders.reading import Channels, channels_first, shape_of


class SeriesEncoder(Parameters, ChannelEncoder):
    """Encode series as flat float64 rows, channel after channel; decode generated rows into the same kind of array.

    The scale belongs to a channel, not to a time point, and is learnt from the rows ``fit`` sees: a series keeps its
    shape. A channel that never changes is copied.

    Parameters
    ----------
    input_shape : (int, int) or None, default=None
        Channels and time points of flat rows. Not needed for arrays of three dimensions; without it, rows of a 2-D
        array are series of one channel.
    channels : {"auto", "first", "last"}, default="auto"
        Where the axis of the channels is, in flat rows too: (cases, channels, time points), or (cases, time points,
        channels). ``"auto"`` is the first, and refuses series that look turned round: of one time point, of up to 16
        with five times as many channels, and of more with ten times as many. What is decoded has the same order.
    scaling : {"auto", "standard", "minmax"}, default="auto"
        Mean 0 and standard deviation 1, or the observed range to [-1, 1]. ``"auto"`` is the choice of the sampler that
        is given the encoder, and ``"standard"`` by itself.
    bounds : {"observed", "non-negative"}, (float, float) or None, default=None
        What decoded values keep to: each channel's observed range, zero, or two numbers.

    Attributes
    ----------
    shape_ : (int, int)
        Channels and time points.
    spans_ : tuple of Span
        One linear span: all columns are numbers.
    width_ : int
        Channels times time points.
    container_ : Container
        What kind of array comes back.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders import SeriesEncoder
    >>> X = np.arange(12.0).reshape(2, 2, 3)
    >>> encoder = SeriesEncoder().fit(X)
    >>> encoder.shape_, encoder.transform(X).shape
    ((2, 3), (2, 6))
    >>> bool(np.allclose(encoder.inverse_transform(encoder.transform(X)), X))
    True
    """

    _kind: ClassVar[str] = "series"
    _axes: ClassVar[str] = "channels, time points"
    _own_scaling: ClassVar[str] = "standard"

    input_shape: tuple[int, int] | None = None
    channels: Channels = "auto"
    scaling: Literal["auto", "standard", "minmax"] = "auto"
    bounds: Bounds = None

    def _read_shape(self, values: np.ndarray) -> tuple[int, ...]:
        return shape_of(values, self.input_shape, self.channels)

    def _laid_out(self, values: np.ndarray) -> np.ndarray:
        # Contiguous: sums in another order would give other bits for the same series turned round.
        return np.ascontiguousarray(channels_first(np.asarray(values, dtype=np.float64), self.shape_, self.channels))

    def _as_given(self, values: np.ndarray) -> np.ndarray:
        # Also for flat rows that come as a bare array: the container without names has three dimensions.
        return np.moveaxis(values, 1, 2) if self.channels == "last" else values

    def _own_range(self, dtype: Any, low: np.ndarray, high: np.ndarray) -> np.ndarray:
        return np.tile(np.array([[-np.inf], [np.inf]]), len(low))

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
        # Files from before series had an order do not say: they have their channels first.
        return super()._options(state) | {"channels": state.get("channels", "first")}
