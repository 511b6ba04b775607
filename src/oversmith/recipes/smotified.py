"""SMOTified-GAN (Sharma et al. 2022): the losses of the GAN, G(u) of rows u from SMOTE instead of noise z.

D minimises E[-log D(x*)] - E[log(1 - D(G(u)))] over the rows x* of the minority class and G minimises -E[log D(G(u))];
the paper does not number its equations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cache

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith.networks import MLP, activate, latent_noise, with_batch_norm
from oversmith.networks.outputs import LINEAR
from oversmith.recipes import gan
from oversmith.recipes.generator import (
    FakeRows,
    conditioned,
    fake_in_training,
    fake_rows,
    generator_loss,
    generator_network,
    refreshed,
    row_network,
)
from oversmith.recipes.sizes import Sizes
from oversmith.training import Recipe, class_bucket, draw_balanced, draw_weighted, pad_rows
from oversmith.training.recipe import Batch, Data, Draw, Hyper, Players, Sample

# A level or flag of a base row enters the residual form as a logit of this size: a probability of 99.5 per cent after
# the bound on logits, which the network can still change.
LEVEL_LOGIT = 6.0


@cache
def fake(latent: str, residual: bool, output: str) -> FakeRows:
    """Make the way rows are generated; they are in the class's own scale.

    Parameters
    ----------
    latent : {"smote", "noise"}
        What the generator reads: the base rows ``hyper["u"]``, one per label, or noise.
    residual : bool
        Whether the network's output is added to the base rows: u + f(u). Levels and flags enter the sum as logits and
        leave it without noise, so that f = 0 returns every base row.
    output : {"linear", "sigmoid"}
        What the last layer does in numeric columns.

    Returns
    -------
    callable
        ``(players, key, label, hyper) -> rows``; equal arguments give the same object, so that they share a compiled
        program; noise with a linear output gives the function of the GAN itself.
    """
    if (latent, output) == ("noise", "linear"):
        return fake_rows

    def rows(players: Players, key: Array, label: Array, hyper: Hyper) -> Array:
        noise_key, level_key = jax.random.split(key)
        columns = hyper["columns"]
        inputs = latent_noise(noise_key, len(label), len(hyper["latent"])) if latent == "noise" else hyper["u"]
        raw = players["generator"](conditioned(inputs, label, hyper))
        if residual:
            return activate(raw + jnp.where(columns.code == LINEAR, inputs, LEVEL_LOGIT * (2 * inputs - 1)), columns)
        if output == "sigmoid":
            raw = jnp.where(columns.code == LINEAR, jax.nn.sigmoid(raw), raw)
        return activate(raw, columns, level_key)

    return rows


# ---------------------------------------------------------------------- base rows beside the real ones


def base_data(base: np.ndarray, counts: Sequence[int]) -> Data:
    """Put base rows on the device, for the draws below.

    Parameters
    ----------
    base : array of shape (n, width)
        Rows in their classes' own scales, sorted by label.
    counts : sequence of int
        Rows of each label.

    Returns
    -------
    dict of arrays
        ``u`` (rows, width), ``u_start`` and ``u_count`` (classes,), padded to buckets.

    Examples
    --------
    >>> data = base_data(np.ones((7, 32)), [3, 4])
    >>> data["u"].shape, data["u_start"].tolist(), data["u_count"].tolist()
    ((1024, 32), [0, 3], [3, 4])
    """
    count = np.asarray(counts, np.int32)
    start = np.cumsum(count, dtype=np.int32) - count
    classes = class_bucket(len(count))
    arrays = {"u": pad_rows(base), "u_start": pad_rows(start, classes), "u_count": pad_rows(count, classes)}
    return jax.device_put(arrays)


def padded(rows: np.ndarray, width: int) -> np.ndarray:
    """Append columns of zeros, in float32.

    Examples
    --------
    >>> padded(np.ones((1, 2)), 3).tolist()
    [[1.0, 1.0, 0.0]]
    """
    wide = np.zeros((len(rows), width), np.float32)
    wide[:, : rows.shape[1]] = rows
    return wide


def _with_base(draw: Draw) -> Draw:
    def both(key: Array, data: Data, batch_size: int) -> Batch:
        row_key, base_key = jax.random.split(key)
        batch = draw(row_key, data, batch_size)
        label = batch["label"]
        index = jax.random.randint(base_key, label.shape, 0, data["u_count"][label])
        return {**batch, "u": data["u"][data["u_start"][label] + index]}

    return both


# Real rows as the draw inside gives them, each with a base row of its class, drawn uniformly.
draw_balanced_with_base = _with_base(draw_balanced)
draw_weighted_with_base = _with_base(draw_weighted)


# ---------------------------------------------------------------------- acceptance


@cache
def rated(fake: FakeRows) -> Sample:
    """Append the discriminator's log-odds of being real to each generated row."""

    def rows(players: Players, key: Array, label: Array, hyper: Hyper) -> Array:
        new = fake(players, key, label, hyper)
        logits = gan.discriminate(players["discriminator"], conditioned(new, label, hyper), key, hyper)
        return jnp.concatenate([new, logits[:, None]], axis=1)

    return rows


# ---------------------------------------------------------------------- recipe and networks


def recipe(
    *, steps: int, batch_size: int, ema: bool, latent: str, residual: bool, output: str, batch_norm: bool
) -> Recipe:
    """Name the players, their losses and the schedule; from noise, in the linear form, it is the GAN's recipe.

    Parameters
    ----------
    steps : int
        Generator updates.
    batch_size : int
        Rows per update.
    ema : bool
        Whether rows are drawn from the moving average of the generator's weights.
    latent, residual, output : str, bool, str
        As `fake` takes them.
    batch_norm : bool
        Whether the generator has batch norm. The discriminator then sees rows generated in inference mode, as they are
        drawn later.

    Returns
    -------
    Recipe
        One phase: the discriminator ``critic_steps`` times, then the generator once.
    """
    rows = fake(latent, residual, output)
    draw = draw_balanced if latent == "noise" else draw_balanced_with_base
    plain = gan.recipe(steps=steps, batch_size=batch_size, ema=ema, fake=rows, draw=draw)
    (phase,) = plain.phases
    if latent != "noise":
        phase = replace(phase, weighted_draw=draw_weighted_with_base)
    if not batch_norm:
        return replace(plain, phases=(phase,))
    discriminator, generator = phase.players
    loss = generator_loss(gan.generator_term, fake_in_training(rows))
    generator = replace(generator, loss=loss, refresh=refreshed(rows))
    return replace(plain, phases=(replace(phase, players=(discriminator, generator)),))


def players(
    key: Array,
    sizes: Sizes,
    *,
    latent: str,
    latent_dim: int,
    residual: bool,
    batch_norm: bool,
    generator_widths: tuple[int, ...],
    critic_widths: tuple[int, ...],
) -> Players:
    """Make the networks; the discriminator is that of a GAN with the same key.

    In the residual form the generator's last layer starts at zero, so that it starts by returning its input.
    """
    generator_key, discriminator_key = jax.random.split(key)
    if latent == "noise":
        generator = generator_network(generator_key, sizes, latent_dim, generator_widths)
    else:
        widths = generator_widths
        generator = row_network(generator_key, sizes, sizes.condition_width, widths, "relu", unit_spread=True)
    if residual:
        generator = eqx.tree_at(lambda net: (net.weights[-1], net.biases[-1]), generator, replace_fn=jnp.zeros_like)
    return {
        "generator": with_batch_norm(generator) if batch_norm and isinstance(generator, MLP) else generator,
        "discriminator": gan.discriminator_network(discriminator_key, sizes, critic_widths),
    }
