"""Diffusion: a U-Net that learns to remove noise (Nichol & Dhariwal 2021), and DDIM steps back from noise to rows."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from oversmith.networks import UNet, one_hot
from oversmith.networks.inputs import TIME_FEATURES, time_features
from oversmith.recipes.generator import Record
from oversmith.recipes.sizes import Sizes
from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_balanced
from oversmith.training.recipe import Batch, Hyper, Players

# Keeps the first noise step above zero, and the share of noise that one step adds below one.
_OFFSET = 0.008
_LARGEST_STEP = 0.999
# Rows drawn at once: each costs as many passes as there are sampling steps.
_BLOCK = 128


def signal_levels(n_noise_steps: int) -> np.ndarray:
    """Return the share of a row's variance that is left after each noise step: the cosine schedule.

    Parameters
    ----------
    n_noise_steps : int
        Number of steps from rows to noise, T.

    Returns
    -------
    ndarray of float32, shape (n_noise_steps + 1,)
        From 1 at step 0 to nearly 0 at step T.

    Examples
    --------
    >>> levels = signal_levels(1000)
    >>> levels[[0, 500, 1000]].round(2).tolist(), len(levels)
    ([1.0, 0.49..., 0.0], 1001)
    """
    angle = (np.arange(n_noise_steps + 1) / n_noise_steps + _OFFSET) / (1 + _OFFSET) * np.pi / 2
    share = np.cos(angle) ** 2
    added = np.minimum(1 - share[1:] / share[:-1], _LARGEST_STEP)
    return np.concatenate([[1.0], np.cumprod(1 - added)]).astype(np.float32)


def predicted(
    network: UNet,
    rows: Float[Array, "batch width"],
    step: Array,
    condition: Float[Array, "batch classes"],
    hyper: Hyper,
) -> Float[Array, "batch width"]:
    """Return the velocity of noisy rows at a noise step, under a class; zeros stand for no class."""
    time = step / (hyper["signal"].shape[0] - 1)
    return network(jnp.concatenate([time_features(time), condition, rows], axis=1))


def noise_losses(players: Players, x: Array, condition: Array, key: Array, hyper: Hyper) -> Float[Array, " batch"]:
    """Squared distance of the network's velocity from √s ε − √(1 − s) x at random noise steps, mean over points.

    ``s`` is the signal level of the step and ``ε`` the noise; the network sees √s x + √(1 − s) ε.
    """
    step_key, noise_key = jax.random.split(key)
    step = jax.random.randint(step_key, (len(x),), 1, hyper["signal"].shape[0])
    signal = hyper["signal"][step][:, None]
    noise = jax.random.normal(noise_key, x.shape)
    noisy = jnp.sqrt(signal) * x + jnp.sqrt(1 - signal) * noise
    target = jnp.sqrt(signal) * noise - jnp.sqrt(1 - signal) * x
    return jnp.mean((predicted(players["denoiser"], noisy, step, condition, hyper) - target) ** 2, axis=1)


def denoiser_loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Mean loss of a batch; a share of the rows comes without its class."""
    drop_key, row_key = jax.random.split(key)
    condition = one_hot(batch["label"], hyper["condition"].shape[0])
    with_class = jax.random.uniform(drop_key, (len(condition), 1)) >= hyper["class_dropout"]
    return noise_losses(players, batch["x"], condition * with_class, row_key, hyper).mean(), {}


def row_losses(players: Players, x: Array, label: Array, key: Array, hyper: Hyper) -> Float[Array, " batch"]:
    """Loss of each row under its class, to score a checkpoint."""
    return noise_losses(players, x, one_hot(label, hyper["condition"].shape[0]), key, hyper)


def diffusion_rows(players: Players, key: Array, label: Array, hyper: Hyper) -> Float[Array, "batch width"]:
    """Remove the noise in few steps that add none (DDIM), under the class."""
    return _denoised(players["denoiser"], key, label, hyper, guided=False)


def guided_rows(players: Players, key: Array, label: Array, hyper: Hyper) -> Float[Array, "batch width"]:
    """Remove the noise, further away from the network's output without a class (Ho & Salimans 2022)."""
    return _denoised(players["denoiser"], key, label, hyper, guided=True)


def _denoised(network: UNet, key: Array, label: Array, hyper: Hyper, guided: bool) -> Array:
    condition, signal = one_hot(label, hyper["condition"].shape[0]), hyper["signal"]
    n_steps, n_noise_steps = hyper["n_sampling_steps"], hyper["signal"].shape[0] - 1

    def noise_step(number: Array) -> Array:
        return jnp.round(n_noise_steps * (1 - number / n_steps)).astype(jnp.int32)

    def ddim_step(number: Array, rows: Array) -> Array:
        step = jnp.full(len(rows), noise_step(number))
        velocity = predicted(network, rows, step, condition, hyper)
        if guided:
            unconditional = predicted(network, rows, step, jnp.zeros_like(condition), hyper)
            velocity = unconditional + hyper["guidance"] * (velocity - unconditional)
        now, later = signal[noise_step(number)], signal[noise_step(number + 1)]
        clean = jnp.sqrt(now) * rows - jnp.sqrt(1 - now) * velocity
        clean = jnp.clip(clean, -hyper["bound"], hyper["bound"])
        noise = (rows - jnp.sqrt(now) * clean) / jnp.sqrt(1 - now)
        return jnp.sqrt(later) * clean + jnp.sqrt(1 - later) * noise

    start = jax.random.normal(key, (len(label), hyper["columns"].mask.shape[0]))
    return jax.lax.fori_loop(0, n_steps, ddim_step, start)


def recipe(*, steps: int, batch_size: int, ema: bool, guided: bool, betas: tuple[float, float]) -> Recipe:
    """Name the player, its loss and the schedule."""
    phase = Phase(
        "diffusion",
        players=(Player("denoiser", denoiser_loss, Optimiser("adam", b1=betas[0], b2=betas[1]), ema=ema),),
        schedule=(Turn("denoiser"),),
        draw=draw_balanced,
        batch_size=batch_size,
        steps=steps,
    )
    return Recipe((phase,), sample=guided_rows if guided else diffusion_rows, block=_BLOCK)


def players(key: Array, sizes: Sizes, shape: tuple[int, ...], widths: tuple[int, ...], patch: int) -> Players:
    """Make the network: noise step, class and noisy row in, velocity out."""
    return {"denoiser": UNet(shape, TIME_FEATURES + sizes.condition_width, widths, patch, key=key)}


def hyper(
    sizes: Sizes,
    *,
    learning_rate: float,
    ema_decay: float,
    class_dropout: float,
    guidance: float,
    n_sampling_steps: int,
    n_noise_steps: int,
    bound: float,
) -> dict[str, Any]:
    """Gather what the compiled program takes as arguments: changing a value, but the noise steps, compiles nothing."""
    return {
        "learning_rate": {"denoiser": learning_rate},
        "ema_decay": ema_decay,
        "class_dropout": class_dropout,
        "guidance": guidance,
        "n_sampling_steps": n_sampling_steps,
        "signal": signal_levels(n_noise_steps),
        "bound": bound,
        "columns": sizes.columns,
        # Only its length is read: it is part of the program's shape, not of its data.
        "condition": np.zeros(sizes.condition_width, np.float32),
    }
