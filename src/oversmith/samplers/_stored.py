"""Trained models as plain arrays, and the rows that stored models generate."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

import numpy as np

from oversmith.encoders import ClassScaler
from oversmith.exceptions import InputError
from oversmith.recipes.sizes import Sizes
from oversmith.samplers._sizes import conv_shape

if TYPE_CHECKING:
    from oversmith.samplers._training_run import Players
    from oversmith.training import Recipe, TrainResult

# Networks without their weights, by sampler: making a network takes longer than drawing rows from it. Beside them the
# encoder they belong to, because another fit has other shapes.
_OUTLINES: WeakKeyDictionary[Any, tuple[Any, dict[Any, Players]]] = WeakKeyDictionary()


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
    import jax

    sizes = Sizes(
        width=model["width"],
        padded_width=model["padded_width"],
        condition_width=model["condition_width"],
        columns=sampler._columns(model["padded_width"]),
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
