"""Panels of images for a report: real and generated ones, nearest training images, snapshots of a training.

Plain values throughout: an image is a list of lines of hexadecimal digits, one byte per pixel.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy.stats import mannwhitneyu

from oversmith.metrics import image_copy_check, nearest_images

# Bytes of one sheet, and of the pictures of one training, with up to three classes that were made; with more of them
# each has less, so that a page of several contenders stays near three megabytes even where nothing can be compressed.
SHEET_BYTES, TRAINING_BYTES = 24_576, 40_960
MOST_IMAGES, MOST_PAIRS, MOST_CLASSES = 30, 12, 6
_SHARED_BY = 3
# Larger images are shown smaller: pixels along a side, and bytes.
MOST_PIXELS, MOST_BYTES = 64, 4096
# Generated and held-out images that are looked at for copies.
CHECKED = 2000
# A class with fewer training images is too small for a meaningful distance.
FEWEST = 3
_QUANTILES = 101

Image = list[str]


def image_panels(
    train: tuple[np.ndarray, np.ndarray],
    generated: tuple[np.ndarray, np.ndarray],
    unseen: tuple[np.ndarray, np.ndarray],
    *,
    shape: tuple[int, ...],
    classes: Sequence[str],
    value_range: tuple[float, float],
    snapshots: Sequence[Mapping[str, Any]] = (),
) -> dict[str, Any]:
    """Gather the panels of the images of one sampler.

    Parameters
    ----------
    train, generated, unseen : (ndarray of shape (n, width), ndarray of int)
        Flat images with their class codes: of the training part, of the sampler, of the test part.
    shape : (int, int, int)
        Channels, height and width.
    classes : sequence of str
        Names of the classes in code order.
    value_range : (float, float)
        Smallest and largest value of a pixel.
    snapshots : sequence of mapping, default=()
        What a training went through: ``code``, ``steps``, ``images`` (an array of flat images per step) and ``kept``,
        the step of the networks that were kept.

    Returns
    -------
    dict
        ``shape`` and ``shrunk`` (how many pixels of the data one pixel stands for along each side), and ``classes``,
        one entry for each class, those that were made first: ``class``, ``real`` and ``generated`` (``n``, ``images``,
        ``mean`` and ``diversity``), ``pairs`` and ``control`` (generated and held-out images, each with the nearest
        training image of the class and the ``distance``, from the nearest of all to the farthest), ``distances``
        (quantiles of both), ``copies`` (numbers, shares and ``p``, that of a rank-sum test of the distances), and
        ``training`` (``steps``, ``kept``, ``images``, ``distance``).
    """
    shown = _Shown(shape, value_range)
    share = min(1.0, _SHARED_BY / max(len(np.unique(generated[1])), 1))
    per_sheet = int(np.clip(share * SHEET_BYTES // shown.size, 4, MOST_IMAGES))
    per_row = int(np.clip(share * SHEET_BYTES // (2 * shown.size), 2, MOST_PAIRS))
    codes = [int(code) for code in np.unique(train[1])]
    codes = sorted(codes, key=lambda code: (code not in generated[1], -int((train[1] == code).sum()), code))[
        :MOST_CLASSES
    ]
    entries = []
    for code in codes:
        real, new, held = (rows[label == code] for rows, label in (train, generated, unseen))
        entry: dict[str, Any] = {
            "class": classes[code],
            "real": shown.group(real, _spread(len(real), per_sheet)),
            "generated": shown.group(new, np.arange(min(len(new), per_sheet))),
        }
        if len(new) and len(real) >= FEWEST and len(np.unique(real, axis=0)) > 1:
            entry |= _copies(shown, real, new[:CHECKED], held[:CHECKED], value_range, per_row)
        trained = next((snapshot for snapshot in snapshots if snapshot["code"] == code), None)
        if trained is not None:
            entry["training"] = _training(shown, trained, real, value_range, share)
        entries.append(entry)
    return {"shape": list(shown.shape), "shrunk": shown.factor, "classes": entries}


def pixels(image: Sequence[str], shape: Sequence[int]) -> np.ndarray:
    """Decode an image of the panels.

    Parameters
    ----------
    image : sequence of str
        Its lines.
    shape : (int, int, int)
        Channels, height and width.

    Returns
    -------
    ndarray of uint8, shape (channels, height, width)
        The pixels.

    Raises
    ------
    ValueError
        For anything else.

    Examples
    --------
    >>> from oversmith.evaluation.image_panels import pixels
    >>> pixels(["00ff", "8000"], (1, 2, 2)).tolist()
    [[[0, 255], [128, 0]]]
    """
    return np.frombuffer(bytes.fromhex("".join(image)), dtype=np.uint8).reshape(tuple(shape))


class _Shown:
    """Images as they are shown: small, in bytes."""

    def __init__(self, shape: tuple[int, ...], value_range: tuple[float, float]) -> None:
        self.given, self.range = shape, value_range
        # Channels that are no colours are shown by their mean.
        channels = shape[0] if shape[0] in (1, 3) else 1
        self.factor = max(-(-max(shape[1:]) // MOST_PIXELS), 1)
        while channels * math.prod(-(-side // self.factor) for side in shape[1:]) > MOST_BYTES:
            self.factor += 1
        self.shape = (channels, *(-(-side // self.factor) for side in shape[1:]))
        self.size = math.prod(self.shape)

    def images(self, rows: np.ndarray) -> list[Image]:
        values = self._scaled(rows)
        if self.shape[0] != self.given[0]:
            values = values.mean(axis=1, keepdims=True)
        values = _shrunk(values, self.factor)
        return [
            [line.tobytes().hex() for line in image.reshape(-1, self.shape[2])]
            for image in np.round(values * 255).astype(np.uint8)
        ]

    def group(self, rows: np.ndarray, some: np.ndarray) -> dict[str, Any]:
        """Images of a class, and two numbers about all of them."""
        values = self._scaled(rows)
        return {
            "n": len(rows),
            "images": self.images(rows[some]),
            "mean": float(values.mean()) if len(rows) else None,
            "diversity": float(values.std(axis=0).mean()) if len(rows) > 1 else None,
        }

    def _scaled(self, rows: np.ndarray) -> np.ndarray:
        low, high = self.range
        values = (rows.reshape(-1, *self.given).astype(np.float64) - low) / (high - low)
        clipped: np.ndarray = np.clip(values, 0.0, 1.0)
        return clipped


def _shrunk(images: np.ndarray, factor: int) -> np.ndarray:
    """Mean of squares of pixels; those at the far edges may be smaller."""
    if factor == 1:
        return images
    for axis in (2, 3):
        starts = np.arange(0, images.shape[axis], factor)
        counts = np.diff(np.r_[starts, images.shape[axis]])
        images = np.add.reduceat(images, starts, axis=axis) / counts.reshape((-1, 1) if axis == 2 else -1)
    return images


def _spread(n: int, wanted: int) -> np.ndarray:
    """So many positions among ``n``, evenly spread, the first and the last among them."""
    return np.unique(np.linspace(0, n - 1, min(n, wanted)).round().astype(np.intp)) if n else np.zeros(0, np.intp)


def _copies(
    shown: _Shown,
    real: np.ndarray,
    generated: np.ndarray,
    held: np.ndarray,
    value_range: tuple[float, float],
    per_row: int,
) -> dict[str, Any]:
    check = image_copy_check(real, generated, held, value_range)
    panel: dict[str, Any] = {}
    for name, rows, near, wanted in (
        ("pairs", generated, check.generated, per_row),
        ("control", held, check.unseen, max(per_row // 2, 2)),
    ):
        order = np.argsort(near.distance, kind="stable")
        some = order[_spread(len(order), wanted)]
        mine, nearest = shown.images(rows[some]), shown.images(real[near.index[some]])
        panel[name] = [
            {"distance": float(near.distance[index]), "images": [image, other]}
            for index, image, other in zip(some, mine, nearest, strict=True)
        ]
    panel["distances"] = {
        name: np.quantile(near.distance, np.linspace(0, 1, _QUANTILES)).round(5).tolist() if len(near.distance) else []
        for name, near in (("generated", check.generated), ("unseen", check.unseen))
    }
    shares = ("limit", "too_near", "too_near_unseen", "exact", "exact_unseen")
    panel["copies"] = {
        "n_train": len(real),
        "n_generated": len(generated),
        "n_unseen": len(held),
        "p": float(mannwhitneyu(check.generated.distance, check.unseen.distance).pvalue) if len(held) else None,
        **{name: None if np.isnan(getattr(check, name)) else getattr(check, name) for name in shares},
    }
    return panel


def _training(
    shown: _Shown, trained: Mapping[str, Any], real: np.ndarray, value_range: tuple[float, float], share: float
) -> dict[str, Any]:
    per_step = int(np.clip(share * TRAINING_BYTES // (len(trained["steps"]) * shown.size), 2, 6))
    return {
        "steps": [int(step) for step in trained["steps"]],
        "kept": int(trained["kept"]),
        "images": [shown.images(rows[:per_step]) for rows in trained["images"]],
        "distance": [
            float(np.median(nearest_images(real, rows, value_range).distance)) if len(real) else None
            for rows in trained["images"]
        ],
    }
