"""A small convolutional network for images."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from oversmith.classifiers.series import SeriesCNN
from oversmith.encoders.image import image_shape_of
from oversmith.encoders.modality import modality_of
from oversmith.encoders.reading import as_array, channels_first, check_finite, container_of, stacked

if TYPE_CHECKING:
    from jax import Array


class ImageCNN(SeriesCNN):
    """A small convolutional network: convolutions that halve the size and a linear layer, softmax on top.

    Trained with Adam on the same engine as the samplers. Channels are standardised inside, by mean and standard
    deviation over all pixels of the training images.

    Parameters
    ----------
    hidden_widths : tuple of int, default=(32, 64)
        Channels of each convolution, of kernel 4 and stride 2, with LeakyReLU.
    input_shape : (int, int, int) or None, default=None
        Channels, height and width of images that come as flat rows; not needed for arrays of four dimensions, nor of
        three, which are grey images here. Flat rows without it are images of one row of pixels.
    channels : {"first", "last"}, default="first"
        Where the channels are: before height and width, or after them.

    See Also
    --------
    SeriesCNN : The same for series.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith import ImageCNN
    >>> rng = np.random.default_rng(0)
    >>> y = np.repeat(["across", "down"], 40)
    >>> X = rng.integers(0, 60, (80, 8, 8)).astype(np.uint8)
    >>> X[:40, 3:5, :] += 180
    >>> X[40:, :, 3:5] += 180
    >>> classifier = ImageCNN(hidden_widths=(8, 8), max_steps=100, random_state=0).fit(X, y)
    >>> float((classifier.predict(X) == y).mean())
    1.0
    """

    hidden_widths: tuple[int, ...] = (32, 64)
    input_shape: tuple[int, int, int] | None = None  # type: ignore[assignment]
    channels: Literal["first", "last"] = "first"

    def _read(self, X: Any) -> tuple[Any, tuple[int, ...] | None]:
        X = stacked(X, "image")
        if getattr(X, "ndim", 2) == 2 and self.input_shape is None:
            return X, None
        modality_of(X, "image", self.input_shape, ("image",), type(self).__name__)
        values = as_array(X, container_of(X))
        shape = image_shape_of(values, self.input_shape, self.channels)
        images = channels_first(values, shape, self.channels)
        check_finite(images)
        return np.ascontiguousarray(images).reshape(len(images), -1), shape

    def _shape(self, width: int) -> tuple[int, ...]:
        return self.shape_ or (1, 1, width)

    @staticmethod
    def _network(key: Array, shape: tuple[int, ...], widths: tuple[int, ...], n_classes: int) -> Any:
        from oversmith.networks import ConvCritic
        from oversmith.training import class_bucket

        return ConvCritic(shape, 0, widths, key=key, n_out=class_bucket(n_classes))
