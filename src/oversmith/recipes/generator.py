"""Generators, critics and the guide: the parts that all adversarial recipes share."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from oversmith.encoders import ClassScaler
from oversmith.networks import (
    MLP,
    ConvCritic,
    ConvGenerator,
    ConvMap,
    activate,
    in_training,
    latent_noise,
    with_batch_norm,
    with_condition,
)
from oversmith.networks.conv import stem_of
from oversmith.recipes.sizes import Sizes
from oversmith.training import Phase, Player, Turn, class_bucket
from oversmith.training.losses import cross_entropy
from oversmith.training.recipe import Batch, Draw, Hyper, Players

FakeRows = Callable[[Players, Array, Array, Hyper], Array]
Record = dict[str, Array]
# One of the modules of `oversmith.networks`; which one depends on the data.
Network = Any
# Units of the dense layer of a critic of images, which comes after the product with the class.
HEAD_UNITS = 64
# (players, generated rows, batch, hyper) → loss and what to record.
GeneratorTerm = Callable[[Players, Array, Batch, Hyper], tuple[Array, Record]]


def adversarial_phase(critic: Player, generator: Player, *, draw: Draw, batch_size: int, steps: int) -> Phase:
    """Update a critic (or discriminator) ``critic_steps`` times, then the generator once."""
    turns = (Turn(critic.name, "critic_steps"), Turn(generator.name))
    return Phase("adversarial", (critic, generator), turns, draw, batch_size, steps)


def fake_rows(players: Players, key: Array, label: Int[Array, " batch"], hyper: Hyper) -> Float[Array, "batch width"]:
    """Generate one row G(z, y) per label y from noise z, in the scale of its class."""
    noise_key, level_key = jax.random.split(key)
    noise = latent_noise(noise_key, label.shape[0], hyper["latent"].shape[0])
    raw = players["generator"](conditioned(noise, label, hyper))
    return activate(raw, hyper["columns"], level_key)


def conditioned(rows: Array, label: Array, hyper: Hyper) -> Array:
    """Put the one-hot class in front of rows, where the model serves several classes."""
    return with_condition(rows, label, hyper["condition"].shape[0])


def generator_network(
    key: Array,
    sizes: Sizes,
    latent_dim: int,
    widths: tuple[int, ...],
    activation: str = "relu",
    batch_norm: bool = False,
) -> Network:
    """Make the generator: noise and class in, one value per encoded column out."""
    shape = sizes.shape
    if shape is None:
        inputs = latent_dim + sizes.condition_width
        dense = MLP(inputs, widths, sizes.padded_width, (activation,) * len(widths), key=key, unit_spread=True)
        return with_batch_norm(dense) if batch_norm else dense
    if is_image(shape):
        gain = class_gain(latent_dim)
        return ConvGenerator(
            shape, sizes.condition_width, latent_dim, widths, key=key, class_gain=gain, batch_norm=batch_norm
        )
    return ConvGenerator(
        shape,
        sizes.condition_width,
        latent_dim,
        widths,
        key=key,
        smooth=True,
        stem=stem_of(shape),
        batch_norm=batch_norm,
    )


def class_gain(latent_dim: int) -> float:
    """Return the factor of the weights of a class that a generator reads beside the noise.

    One number among a hundred would hardly count: the class gets as much weight as all of the noise.
    """
    return latent_dim**0.5


def critic_network(
    key: Array, sizes: Sizes, widths: tuple[int, ...], activations: tuple[str, ...], batch_norm: bool = False
) -> Network:
    """Make a critic or discriminator: class and row in, one number out; dense layers have no batch norm."""
    condition, shape = sizes.condition_width, sizes.shape
    if shape is None:
        true_in = sizes.width + condition
        return MLP(sizes.padded_width + condition, widths, 1, activations, key=key, true_in=true_in)
    if is_image(shape):
        return ConvCritic(
            shape, condition, widths, key=key, head=(HEAD_UNITS,), condition="multiply", batch_norm=batch_norm
        )
    return ConvCritic(shape, condition, widths, key=key, stem=stem_of(shape), spread=1.0, batch_norm=batch_norm)


def row_network(
    key: Array,
    sizes: Sizes,
    before: int,
    widths: tuple[int, ...],
    activation: str,
    unit_spread: bool = False,
) -> Network:
    """Make a network from rows, with ``before`` numbers in front of them, to rows."""
    shape = sizes.shape
    if shape is None:
        return MLP(
            before + sizes.padded_width,
            widths,
            sizes.padded_width,
            (activation,) * len(widths),
            key=key,
            true_in=before + sizes.width,
            unit_spread=unit_spread,
        )
    return ConvMap(shape, before, widths, key=key)


def is_image(shape: tuple[int, ...]) -> bool:
    """Return whether rows of this shape are images: channels, height and width."""
    return len(shape) == 3


def shapes(sizes: Sizes, latent_dim: int) -> Hyper:
    """Return the columns and the lengths of noise and condition, which are part of the program's shape."""
    return {
        "columns": sizes.columns,
        "latent": jax.device_put(np.zeros(latent_dim, np.float32)),
        "condition": jax.device_put(np.zeros(sizes.condition_width, np.float32)),
    }


# ---------------------------------------------------------------------- guidance by a frozen classifier


@cache
def generator_loss(term: GeneratorTerm, fake: FakeRows = fake_rows, guided: bool = False) -> Any:
    """Make a generator's loss: an adversarial term on the generated rows, and the guide's where there is one.

    Parameters
    ----------
    term : callable
        ``(players, fake, batch, hyper) -> (loss, record)``, a module-level function.
    fake : callable
        ``(players, key, label, hyper) -> rows``, a module-level function.
    guided : bool
        Whether a frozen classifier adds its cross-entropy (Riaz et al. 2025, classifier-guided loss); ``hyper`` then
        holds ``guide``, ``guide_class``, ``guide_classes``, ``guidance``, ``guidance_clamp`` and what `to_table` reads.

    Returns
    -------
    callable
        The loss; equal arguments give the same object, so that they share a compiled program.
    """

    def loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
        rows = fake(players, key, batch["label"], batch_inputs(batch, hyper))
        value, record = term(players, rows, batch, hyper)
        if not guided:
            return value, record
        guidance = guide_loss(hyper["guide"], rows, batch, hyper)
        return value + hyper["guidance"] * guidance, {**record, "guidance": guidance}

    return loss


# ---------------------------------------------------------------------- batch norm


@cache
def fake_in_training(generate: FakeRows) -> FakeRows:
    """Return the way rows are generated with the statistics of the batch, for a generator with batch norm."""

    def rows(players: Players, key: Array, label: Array, hyper: Hyper) -> Array:
        run, _ = in_training(players["generator"])
        return generate({**players, "generator": run}, key, label, hyper)

    return rows


@cache
def refreshed(generate: FakeRows) -> Callable[[Any, Batch, Array, Hyper], Any]:
    """Return what moves a generator's running statistics towards those of the rows of its last loss."""

    def refresh(network: Any, batch: Batch, key: Array, hyper: Hyper) -> Any:
        run, moved = in_training(network)
        generate({"generator": run}, key, batch["label"], batch_inputs(batch, hyper))
        return moved[0]

    return refresh


def batch_inputs(batch: Batch, hyper: Hyper) -> Hyper:
    """Add what the generator reads of a batch besides the label, under the names `generate` uses."""
    return hyper | {name: value for name, value in batch.items() if name not in ("x", "label", "weight")}


def guide_loss(guide: MLP, rows: Array, batch: Batch, hyper: Hyper) -> Array:
    """Cross-entropy of a classifier on generated rows for the classes they were generated for, bounded below.

    A row below ``guidance_clamp`` has no gradient, so that not all rows move to the most typical row of their class.
    """
    logits = guide(to_table(rows, batch["label"], hyper))
    target = hyper["guide_class"][batch["label"]]
    losses = jnp.maximum(cross_entropy(logits, target, hyper["guide_classes"]), hyper["guidance_clamp"])
    return jnp.sum(losses * batch["weight"]) / jnp.sum(batch["weight"])


def to_table(rows: Array, label: Array, hyper: Hyper) -> Array:
    """Bring rows from the scales of their classes to the scale of the table, which classifiers of all classes read."""
    if "affine_rotation" in hyper:
        rows = jnp.einsum("bi,bij->bj", rows, hyper["affine_rotation"][label])
    return rows * hyper["affine_scale"][label] + hyper["affine_shift"][label]


def affine(scalers: Sequence[ClassScaler], width: int) -> Hyper:
    """Gather the classes' scales for `to_table`.

    Parameters
    ----------
    scalers : sequence of ClassScaler
        Fitted, in the order of the labels.
    width : int
        Padded width.

    Returns
    -------
    dict of arrays
        ``affine_scale`` and ``affine_shift`` of shape (classes, width), and ``affine_rotation`` where a scaler
        decorrelates.
    """
    n = class_bucket(len(scalers))
    scale, shift = np.ones((n, width), np.float32), np.zeros((n, width), np.float32)
    rotation = (
        np.tile(np.eye(width, dtype=np.float32), (n, 1, 1)) if any(s.rotation_ is not None for s in scalers) else None
    )
    for label, scaler in enumerate(scalers):
        scale[label, scaler.linear_], shift[label, scaler.linear_] = scaler.spread_, scaler.mean_
        if rotation is not None and scaler.rotation_ is not None:
            rotation[label][np.ix_(scaler.linear_, scaler.linear_)] = scaler.rotation_
    arrays = {"affine_scale": scale, "affine_shift": shift}
    return jax.device_put(arrays if rotation is None else arrays | {"affine_rotation": rotation})
