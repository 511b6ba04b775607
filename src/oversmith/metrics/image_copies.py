"""How near generated images come to training images, beside what held-out images reach."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike
from sklearn.neighbors import NearestNeighbors

from oversmith.exceptions import InputError

# Training images compared with each other, to define what near means; more give the same answer and take longer.
_COMPARED = 2000


@dataclass(frozen=True, eq=False)
class NearestImages:
    """The nearest training image of every image.

    Parameters
    ----------
    index : ndarray of int, shape (n,)
        Its position among the training images.
    distance : ndarray of shape (n,)
        Root mean square difference of their pixels, in parts of the range of values: 0 for a copy, 1 for black
        against white.
    """

    index: np.ndarray
    distance: np.ndarray


@dataclass(frozen=True, eq=False)
class ImageCopies:
    """Whether generated images are training images, beside how near held-out images come by themselves.

    Parameters
    ----------
    generated, unseen : NearestImages
        Nearest training image of each generated image, and of each held-out one.
    limit : float
        Distance within which only 5 % of the distinct training images have another one.
    too_near, too_near_unseen : float
        Share within that distance.
    exact, exact_unseen : float
        Share equal to a training image.
    """

    generated: NearestImages
    unseen: NearestImages
    limit: float
    too_near: float
    too_near_unseen: float
    exact: float
    exact_unseen: float


def nearest_images(train: ArrayLike, images: ArrayLike, value_range: tuple[float, float]) -> NearestImages:
    """Find the training image nearest to each image.

    Parameters
    ----------
    train : array-like of shape (n, ...)
        Training images, at least one.
    images : array-like of shape (m, ...)
        Images of the same shape.
    value_range : (float, float)
        Smallest and largest value a pixel can have.

    Returns
    -------
    NearestImages
        Positions and distances.

    Raises
    ------
    InputError
        For images of another shape, no training image, or an empty range.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import nearest_images
    >>> train = np.array([[[0, 0], [0, 0]], [[255, 255], [255, 255]]])
    >>> found = nearest_images(train, train[:1] + 51, (0, 255))
    >>> found.index.tolist(), found.distance.tolist()
    ([0], [0.2])
    """
    base, rows = _flat(train, images, value_range)
    if not len(rows):
        return NearestImages(np.zeros(0, dtype=np.intp), np.zeros(0))
    search = NearestNeighbors(n_neighbors=1, algorithm="brute").fit(base)
    index = search.kneighbors(rows, return_distance=False)[:, 0]
    # Again, pixel by pixel: the search multiplies matrices, and a copy would be a ten-millionth away.
    return NearestImages(index, _apart(rows, base[index]))


def image_copy_check(
    train: ArrayLike, generated: ArrayLike, unseen: ArrayLike, value_range: tuple[float, float]
) -> ImageCopies:
    """Look for copies of training images among generated ones.

    A check for copies, not a proof of privacy. Held-out real images are the control: a generator that has learnt the
    class comes about as near to the training images as they do.

    Parameters
    ----------
    train : array-like of shape (n, ...)
        Training images, at least three.
    generated, unseen : array-like of shape (m, ...), (k, ...)
        Generated images, and real images that were not used for training.
    value_range : (float, float)
        Smallest and largest value a pixel can have.

    Returns
    -------
    ImageCopies
        Neighbours, distances and shares; a share of no images is NaN.

    Raises
    ------
    InputError
        For fewer than three training images, or training images that are all equal.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.metrics import image_copy_check
    >>> train, unseen, made = np.random.default_rng(0).random((3, 20, 4, 4))
    >>> found = image_copy_check(train, train[:5], unseen, (0, 1))
    >>> found.exact, found.too_near, found.exact_unseen
    (1.0, 1.0, 0.0)
    """
    base, _ = _flat(train, train, value_range)
    if len(base) < 3:
        raise InputError("train", f"{len(base)} images found", "three are needed")
    distinct = np.unique(base, axis=0)
    if len(distinct) < 2:
        raise InputError("train", "all images are equal", "nothing can be nearer than they are")
    # Sorted rows: a regular cut through them is a sample.
    some = distinct[:: -(-len(distinct) // _COMPARED)]
    search = NearestNeighbors(n_neighbors=2, algorithm="brute").fit(distinct)
    others = search.kneighbors(some, return_distance=False)
    second = np.where((distinct[others[:, 0]] == some).all(axis=1), others[:, 1], others[:, 0])
    limit = float(np.quantile(_apart(some, distinct[second]), 0.05))
    of_generated, of_unseen = (nearest_images(train, part, value_range) for part in (generated, unseen))
    shares = [
        float(np.mean(hit)) if len(hit) else float("nan")
        for near in (of_generated, of_unseen)
        for hit in (near.distance < limit, near.distance == 0)
    ]
    return ImageCopies(of_generated, of_unseen, limit, shares[0], shares[2], shares[1], shares[3])


def _flat(train: ArrayLike, images: ArrayLike, value_range: tuple[float, float]) -> tuple[np.ndarray, np.ndarray]:
    """Both as rows, in parts of the range."""
    base, rows = np.asarray(train), np.asarray(images)
    if base.shape[1:] != rows.shape[1:] or base.ndim < 2:
        raise InputError(
            "images", f"shape {rows.shape} found for training images of shape {base.shape}", "give one shape"
        )
    if not len(base):
        raise InputError("train", "no image found", "give at least one")
    low, high = value_range
    if not low < high:
        raise InputError("value_range", f"{value_range!r} found", "give the smallest value and a larger one")
    width = math.prod(base.shape[1:])
    scaled = [(part.reshape(len(part), width).astype(np.float64) - low) / (high - low) for part in (base, rows)]
    return scaled[0], scaled[1]


def _apart(rows: np.ndarray, others: np.ndarray) -> np.ndarray:
    distances: np.ndarray = np.sqrt(np.mean((rows - others) ** 2, axis=1))
    return distances
