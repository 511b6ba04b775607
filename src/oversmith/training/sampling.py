"""Rows out of trained players, in blocks of one size."""

from __future__ import annotations

from typing import Any

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith._fork import check_fork
from oversmith.training.recipe import Recipe, Sample


def on_device(tree: Any) -> Any:
    """Turn numbers and NumPy arrays of a tree into float32 or int32 arrays on the device, and leave the rest.

    Parameters
    ----------
    tree : pytree
        Players or hyper-parameters.

    Returns
    -------
    pytree
        The same, without anything that would make two equal calls two programs.

    Examples
    --------
    >>> tree = on_device({"learning_rate": 1e-3, "critic_steps": 5})
    >>> tree["learning_rate"].dtype, tree["critic_steps"].dtype
    (dtype('float32'), dtype('int32'))
    """

    def convert(leaf: Any) -> Any:
        if isinstance(leaf, jax.Array):
            # Weakly typed arrays (from bare Python numbers) are other types to the compiler.
            return jnp.asarray(leaf, leaf.dtype) if leaf.aval.weak_type else leaf
        if not isinstance(leaf, (bool, int, float, np.ndarray, np.generic)):
            return leaf
        value = np.asarray(leaf)
        narrow = {"f": np.float32, "i": np.int32, "u": np.int32}.get(value.dtype.kind)
        return jax.device_put(value if narrow is None else value.astype(narrow))

    return jax.tree.map(convert, tree)


@eqx.filter_jit
def _block(sample: Sample, players: Any, key: Array, block: Array, label: Array, hyper: Any) -> Array:
    return sample(players, jax.random.fold_in(key, block), label, hyper)


def _padded(rows: np.ndarray, length: int) -> np.ndarray:
    return np.concatenate([rows, np.zeros((length - len(rows), *rows.shape[1:]), rows.dtype)])


def generate(
    recipe: Recipe,
    players: dict[str, Any],
    key: Array,
    labels: np.ndarray,
    hyper: dict[str, Any],
    inputs: dict[str, np.ndarray] | None = None,
) -> np.ndarray:
    """Draw one row per label.

    Parameters
    ----------
    recipe : Recipe
        Its ``sample`` generates the rows, ``block`` of them at once: one compiled program for any ``n``.
    players : dict
        Trained players; those ``sample`` does not read may be missing.
    key : jax.random.key
        Source of the rows. Each block has a key of its own, so the first rows do not depend on how many are drawn.
    labels : array of int of shape (n,)
        Class code of each row.
    hyper : dict
        Traced hyper-parameters, as given to `train`.
    inputs : dict of arrays of shape (n, ...), optional
        What ``sample`` needs per row beside the label; it finds each block under its name in ``hyper``.

    Returns
    -------
    array of float32 of shape (n, width)
        The rows, at the padded width.

    Examples
    --------
    >>> recipe = Recipe((), sample=lambda players, key, label, hyper: jax.random.normal(key, (len(label), 2)), block=4)
    >>> generate(recipe, {}, jax.random.key(0), np.zeros(5, int), {}).shape
    (5, 2)
    """
    check_fork()
    players, hyper, block = on_device(players), on_device(hyper), recipe.block
    labels = np.asarray(labels).astype(np.int32)
    blocks = []
    # At least one block, so that no rows still have a width.
    for number in range(max(-(-len(labels) // block), 1)):
        part = labels[number * block : (number + 1) * block]
        padded = np.zeros(block, np.int32)
        padded[: len(part)] = part
        part_inputs = {name: _padded(rows[number * block :][:block], block) for name, rows in (inputs or {}).items()}
        index, label = jax.device_put((np.int32(number), padded))
        rows = _block(recipe.sample, players, key, index, label, hyper | on_device(part_inputs))
        blocks.append(np.asarray(rows, np.float32)[: len(part)])
    return np.concatenate(blocks)
