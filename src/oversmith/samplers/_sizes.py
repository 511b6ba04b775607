"""Sizes and scales that the parameters of a network sampler and its data give."""

from __future__ import annotations

import math
from typing import Any

from oversmith.encoders import ImageEncoder
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes


def of_images(sampler: Any) -> bool:
    """Return whether a fitted sampler works on images."""
    return isinstance(sampler.encoder_, ImageEncoder)


def class_scaling(sampler: Any) -> str | None:
    """Return how the networks see a class: the parameter, with its choice in place of ``"auto"``."""
    scaling = sampler._networks().class_scaling
    if scaling == "auto":
        return None if of_images(sampler) else "standard"
    return scaling


def within_one(sampler: Any) -> bool:
    """Return whether the networks see values in [-1, 1]."""
    return class_scaling(sampler) is None and getattr(sampler.encoder_, "scaling", None) == "minmax"


def conv_shape(sampler: Any) -> tuple[int, ...] | None:
    """Return channels and points along each axis, where the networks are convolutions.

    Raises
    ------
    InputError
        When the backbone does not suit the data.
    """
    shape: tuple[int, ...] | None = getattr(sampler.encoder_, "shape_", None)
    kind, able = {None: ("a table", "mlp"), 2: ("series", "conv1d"), 3: ("images", "conv2d")}[
        None if shape is None else len(shape)
    ]
    backbone = sampler._networks().backbone
    if backbone not in ("auto", "mlp", able):
        cure = "give series or images, or choose" if shape is None else f"choose {able!r},"
        raise InputError("network", f"backbone={backbone!r} found, but X is {kind}", f"{cure} 'mlp' or 'auto'")
    return None if backbone == "mlp" else shape


def padded_width(sampler: Any, width: int) -> int:
    """Return the bucket of a width; series and images of all folds have one size and need none."""
    from oversmith.training import width_bucket

    return width_bucket(width) if conv_shape(sampler) is None else width


def sizes_of(sampler: Any, n_rows: int, width: int, n_classes: int) -> Sizes:
    """Return the sizes of a training of so many rows and classes."""
    from oversmith.training import class_bucket

    padded, condition = padded_width(sampler, width), class_bucket(n_classes) if n_classes > 1 else 0
    steps, shape = steps_of(sampler, n_rows), conv_shape(sampler)
    return Sizes(width, padded, condition, sampler._columns(padded), steps, shape, n_rows)


def steps_of(sampler: Any, n_rows: int) -> int:
    """Return the generator updates of a training on so many rows."""
    epochs = sampler._stopping().max_epochs
    return sampler.max_steps if epochs is None else epochs * math.ceil(n_rows / sampler.batch_size)
