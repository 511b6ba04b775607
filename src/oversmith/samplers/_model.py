"""One model of a network sampler: its sizes, its trained networks as plain arrays, and the rows it generates."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from oversmith._fork import check_fork
from oversmith.encoders import ClassScaler, ImageEncoder
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes

if TYPE_CHECKING:
    from oversmith.networks import Columns
    from oversmith.samplers._training_run import Players
    from oversmith.training import Recipe, TrainResult

# Networks without their weights, by sampler: making a network takes longer than drawing rows from it. Beside them the
# encoder they belong to, because another fit has other shapes.
_OUTLINES: WeakKeyDictionary[Any, tuple[Any, dict[Any, Players]]] = WeakKeyDictionary()


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


def padded_width(width: int, shape: tuple[int, ...] | None) -> int:
    """Return the bucket of a width; series and images of all folds have one size and need none."""
    from oversmith.training import width_bucket

    return width_bucket(width) if shape is None else width


def columns_of(sampler: Any, padded: int) -> Columns:
    """Describe the encoded columns that a generator makes, with a tanh where the method ends in one."""
    from oversmith.networks import column_arrays, with_tanh

    columns = column_arrays(sampler.encoder_.spans_, padded)
    return with_tanh(columns) if sampler._ends_in_tanh and of_images(sampler) and within_one(sampler) else columns


def sizes_of(sampler: Any, n_rows: int, width: int, n_classes: int) -> Sizes:
    """Return the sizes of a training of so many rows and classes."""
    from oversmith.training import class_bucket

    shape = conv_shape(sampler)
    padded = padded_width(width, shape)
    condition = class_bucket(n_classes) if n_classes > 1 else 0
    return Sizes(width, padded, condition, columns_of(sampler, padded), steps_of(sampler, n_rows), shape, n_rows)


def steps_of(sampler: Any, n_rows: int) -> int:
    """Return the generator updates of a training on so many rows."""
    epochs = sampler._stopping().max_epochs
    return sampler.max_steps if epochs is None else epochs * math.ceil(n_rows / sampler.batch_size)


def stored_model(sampler: Any, result: TrainResult, sizes: Sizes, codes: list[int]) -> dict[str, Any]:
    """Describe a trained model in JSON values and arrays; `restored_model` undoes it.

    Parameters
    ----------
    sampler : NetworkSampler
        The sampler that trained it.
    result : TrainResult
        The training.
    sizes : Sizes
        Its sizes.
    codes : list of int
        Class codes, in the order of the model's labels.

    Returns
    -------
    dict
        For the sampler's state.
    """
    import jax

    _outlines(sampler)[_shaped_by(sampler, sizes)] = jax.tree.map(_outline, result.players)
    return {
        "codes": list(codes),
        "width": sizes.width,
        "padded_width": sizes.padded_width,
        "condition_width": sizes.condition_width,
        "players": {
            name: [np.asarray(leaf) for leaf in jax.tree.leaves(tree)] for name, tree in result.players.items()
        },
    }


def restored_model(sampler: Any, model: dict[str, Any]) -> tuple[Players, Sizes]:
    """Rebuild the networks of a stored model and the sizes it was trained with.

    Raises
    ------
    InputError
        When a parameter that shapes the networks was changed since.
    """
    check_fork()
    import jax

    sizes = Sizes(
        width=model["width"],
        padded_width=model["padded_width"],
        condition_width=model["condition_width"],
        columns=columns_of(sampler, model["padded_width"]),
        steps=0,
        shape=conv_shape(sampler),
    )
    outlines, key = _outlines(sampler), _shaped_by(sampler, sizes)
    if key not in outlines:
        outlines[key] = jax.tree.map(_outline, sampler._players(jax.random.key(0), sizes))
    players = {}
    for name, weights in model["players"].items():
        leaves, structure = jax.tree.flatten(outlines[key].get(name))
        if [leaf.shape for leaf in leaves] != [weight.shape for weight in weights]:
            raise InputError(
                type(sampler).__name__,
                "a parameter that shapes the networks was changed since fit, so the stored weights of the "
                f"{name} no longer match",
                "fit again",
            )
        players[name] = jax.tree.unflatten(structure, weights)
    return players, sizes


def generated_rows(
    sampler: Any,
    state: dict[str, Any],
    code: int,
    n: int,
    rng: np.random.Generator,
    inputs: dict[str, np.ndarray] | None = None,
) -> np.ndarray:
    """Draw rows of one class from its trained generator, in the table's scale."""
    players, sizes, recipe, label, key = drawing(sampler, state, code, rng)
    from oversmith.training import generate

    rows = generate(recipe, players, key, np.full(n, label), sampler._hyper(sizes), inputs=inputs)
    return ClassScaler.from_state(state["scalers"][code]).inverse(rows[:, : sizes.width].astype(np.float64))


def drawing(
    sampler: Any, state: dict[str, Any], code: int, rng: np.random.Generator
) -> tuple[Players, Sizes, Recipe, int, Any]:
    """Return networks, sizes, recipe, label and key for a draw of one class."""
    import jax

    number, label = state["model_of"][code]
    players, sizes = restored_model(sampler, state["models"][number])
    return players, sizes, sampler._recipe(sizes), label, jax.random.key(int(rng.integers(2**31)))


def _outline(leaf: Any) -> Any:
    """Shape and type of an array."""
    import jax

    return jax.ShapeDtypeStruct(leaf.shape, leaf.dtype)


def _outlines(sampler: Any) -> dict[Any, Players]:
    """Return the outlines of this fit; those of an earlier fit are dropped."""
    known = _OUTLINES.get(sampler)
    if known is None or known[0] is not sampler.encoder_:
        known = _OUTLINES[sampler] = sampler.encoder_, {}
    return known[1]


def _shaped_by(sampler: Any, sizes: Sizes) -> tuple[Any, ...]:
    """Return everything that shapes the networks within a fit."""
    return repr(sampler.get_params(deep=False)), sizes.width, sizes.padded_width, sizes.condition_width
