"""Difficulty of images made to order, after Nazari et al. 2021: a kind of images against its own, rotated."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from oversmith.datasets._difficulty import Difficult, Order, chosen, mixed
from oversmith.exceptions import InputError


def make_rotated_digits(
    images: ArrayLike | Sequence[ArrayLike],
    angle: float,
    n_majority: int,
    ratio: float,
    size: int | None = None,
    *,
    value_range: tuple[float, float] = (0.0, 255.0),
    order: Order = "original",
    disjoint: bool = False,
    random_state: int = 0,
) -> Difficult:
    """Set images of one kind against rotated images of the same kind.

    The four factors of Nazari et al. 2021: ``n_majority`` is the sample size, ``ratio`` the imbalance, ``angle`` the
    overlap of the classes (a small one leaves them alike), ``size`` the number of features. There the images are fours,
    the angles 30, 45 and 90, the counts 1,000, 400, 200 and 100, the ratios 0.4, 0.2 and 0.1, the sizes 28, 14, 8 and
    4.

    Parameters
    ----------
    images : array-like of shape (n_images, height, width), or sequence of images
        Grey images of one size.
    angle : float
        Degrees, counterclockwise.
    n_majority : int
        Images of the majority, left as they are.
    ratio : float
        Rotated images to one of the majority, in (0, 1]; their number is rounded down.
    size : int, optional
        Height and width that the images are brought to after the rotation; their own by default.
    value_range : (float, float), default=(0, 255)
        Values of black and white, which become -1 and 1.
    order : {"original", "shuffled"}, default="original"
        Which images are taken: the first ones as they come, as the paper says, or the first ones of each class
        after one shuffle of originals and rotated ones together, as its published code does.
    disjoint : bool, default=False
        Whether no image is used twice. Otherwise, as in the paper, a minority image may be a rotated majority one.
    random_state : int, default=0
        Seed of the shuffles.

    Returns
    -------
    Difficult
        ``X`` of float64, shape (n, height, width), in [-1, 1] and in shuffled order; ``groups`` are positions in
        ``images``. Fewer images are a part of more, at either ratio.

    Raises
    ------
    InputError
        For images of unequal size, values outside the range, more images asked than there are, a rotation that
        leaves every image as it is, or a size beyond that of the images.

    Notes
    -----
    Rotation is Pillow's, nearest neighbour, with black corners. The resize is that of areas: each new pixel is the mean
    of the area it covers, as ``A @ image @ B.T`` with two small matrices (:func:`area_weights`).

    References
    ----------
    .. [1] E. Nazari, P. Branco, G.-V. Jourdan, "Exploring GAN-Based Oversampling across Varied Data Difficulty
       Factors", project page of two papers, 2021.
    .. [2] E. Nazari, P. Branco, "On Oversampling via Generative Adversarial Networks under Different Data Difficulty
       Factors", LIDTA, PMLR 154, 2021; its published code.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.datasets import make_rotated_digits
    >>> bars = np.zeros((40, 8, 8), dtype=np.uint8)
    >>> bars[:, :, 3:5] = 255
    >>> made = make_rotated_digits(bars, 90, n_majority=20, ratio=0.4, size=4)
    >>> made.X.shape, made.y.sum().item(), made.X.min().item()
    ((28, 4, 4), 8, -1.0)
    """
    pixels = _images(images, value_range)
    side = pixels.shape[1:]
    if size is not None and (isinstance(size, bool) or not isinstance(size, int) or not 1 <= size <= min(side)):
        raise InputError(
            "size", f"{size!r} found for images of {side[0]} x {side[1]}", f"give whole pixels, 1 to {min(side)}"
        )
    plain, turned = chosen(len(pixels), n_majority, ratio, order, disjoint, random_state, "images")
    sources = _scaled(pixels[turned], value_range)
    rotated = _rotated(sources, angle)
    if np.array_equal(rotated, sources):
        raise InputError(
            "angle", f"{angle:g} degrees leave every image as it is, so that both classes are one", "turn further"
        )
    X = np.concatenate([_scaled(pixels[plain], value_range), rotated]).astype(np.float64)
    if size is not None:
        X = area_weights(side[0], size) @ X @ area_weights(side[1], size).T
    return mixed(X, plain, turned, random_state)


def area_weights(length: int, size: int) -> np.ndarray:
    """Weights of old pixels in new ones, for a resize by areas along one side.

    Parameters
    ----------
    length : int
        Pixels there are.
    size : int
        Pixels wanted, at most as many.

    Returns
    -------
    ndarray of shape (size, length)
        Rows add up to one: the share of each old pixel in the area of a new one.

    Examples
    --------
    >>> from oversmith.datasets.difficulty import area_weights
    >>> area_weights(3, 2).round(3).tolist()
    [[0.667, 0.333, 0.0], [0.0, 0.333, 0.667]]
    """
    edges = np.arange(size + 1) * (length / size)
    pixels = np.arange(length)
    covered = np.minimum(edges[1:, None], pixels + 1) - np.maximum(edges[:-1, None], pixels)
    weights = np.clip(covered, 0.0, None)
    return np.asarray(weights / weights.sum(axis=1, keepdims=True))


def _images(images: Any, value_range: tuple[float, float]) -> np.ndarray:
    """Check images and their values."""
    if not isinstance(images, np.ndarray) or images.dtype == object:
        shapes = sorted({np.shape(image) for image in images})
        if len(shapes) > 1:
            sizes = " and ".join(" x ".join(map(str, shape)) for shape in shapes[:2])
            raise InputError("images", f"images of unequal size found, {sizes}", "cut or resize them to one size")
    pixels = np.asarray(images)
    if pixels.ndim != 3 or not pixels.size or pixels.dtype.kind not in "biuf":
        raise InputError(
            "images", f"shape {pixels.shape} of {pixels.dtype} found", "give grey images (n, height, width)"
        )
    low, high = value_range
    if not low < high:
        raise InputError("value_range", f"{value_range} found", "give black and white, the lower value first")
    if not (pixels.min() >= low and pixels.max() <= high):
        outside = pixels[~((pixels >= low) & (pixels <= high))]
        raise InputError(
            "images",
            f"{len(outside)} values outside {low:g} to {high:g} found, such as {outside[0]:g}",
            "name their range in value_range",
        )
    return pixels


def _scaled(images: np.ndarray, value_range: tuple[float, float]) -> np.ndarray:
    """Bring images to [-1, 1], as Pillow reads them."""
    low, high = value_range
    return np.asarray((images.astype(np.float64) - low) / (high - low) * 2 - 1).astype(np.float32)


def _rotated(images: np.ndarray, angle: float) -> np.ndarray:
    from PIL import Image

    if not np.isfinite(angle):
        raise InputError("angle", f"{angle} found", "give degrees")
    return np.stack([np.asarray(Image.fromarray(image).rotate(angle, fillcolor=-1)) for image in images])
