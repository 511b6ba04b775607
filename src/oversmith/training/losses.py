"""Losses and penalties as pure functions of scores and row weights."""

from __future__ import annotations

from collections.abc import Callable

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int


def _mean(value: Float[Array, " batch"], weight: Float[Array, " batch"]) -> Float[Array, ""]:
    return jnp.sum(value * weight) / jnp.sum(weight)


def wasserstein_critic(
    real_scores: Float[Array, " batch"], fake_scores: Float[Array, " batch"], weight: Float[Array, " batch"]
) -> Float[Array, ""]:
    """Mean score of the generated rows minus that of the real ones, to be minimised (Riaz et al. 2025, Eq. 6).

    Parameters
    ----------
    real_scores, fake_scores : array of shape (batch,)
        The critic's scores.
    weight : array of shape (batch,)
        Weight of each row pair.

    Returns
    -------
    scalar
        E[C(G(z))] − E[C(x)].

    Examples
    --------
    >>> float(wasserstein_critic(jnp.array([3.0, 1.0]), jnp.array([0.0, 1.0]), jnp.array([1.0, 1.0])))
    -1.5
    """
    return _mean(fake_scores, weight) - _mean(real_scores, weight)


def wasserstein_generator(fake_scores: Float[Array, " batch"], weight: Float[Array, " batch"]) -> Float[Array, ""]:
    """Minus the mean score of the generated rows, to be minimised (Riaz et al. 2025, Eq. 7).

    Parameters
    ----------
    fake_scores : array of shape (batch,)
        The critic's scores.
    weight : array of shape (batch,)
        Weight of each row.

    Returns
    -------
    scalar
        −E[C(G(z))].

    Examples
    --------
    >>> float(wasserstein_generator(jnp.array([0.0, 4.0]), jnp.array([1.0, 3.0])))
    -3.0
    """
    return -_mean(fake_scores, weight)


def gan_discriminator(
    real_logits: Float[Array, " batch"], fake_logits: Float[Array, " batch"], weight: Float[Array, " batch"]
) -> Float[Array, ""]:
    """Binary cross-entropy of a discriminator, from logits.

    Parameters
    ----------
    real_logits, fake_logits : array of shape (batch,)
        Log-odds of being real.
    weight : array of shape (batch,)
        Weight of each row pair.

    Returns
    -------
    scalar
        −E[log D(x)] − E[log(1 − D(G(z)))].

    Examples
    --------
    >>> round(float(gan_discriminator(jnp.zeros(2), jnp.zeros(2), jnp.ones(2))), 4)
    1.3863
    """
    return _mean(jax.nn.softplus(-real_logits), weight) + _mean(jax.nn.softplus(fake_logits), weight)


def gan_generator(fake_logits: Float[Array, " batch"], weight: Float[Array, " batch"]) -> Float[Array, ""]:
    """Non-saturating loss of a generator, from the discriminator's logits.

    Parameters
    ----------
    fake_logits : array of shape (batch,)
        Log-odds of being real.
    weight : array of shape (batch,)
        Weight of each row.

    Returns
    -------
    scalar
        −E[log D(G(z))].

    Examples
    --------
    >>> round(float(gan_generator(jnp.zeros(2), jnp.ones(2))), 4)
    0.6931
    """
    return _mean(jax.nn.softplus(-fake_logits), weight)


def cross_entropy(
    logits: Float[Array, "batch classes"],
    label: Int[Array, " batch"],
    n_classes: int | Int[Array, ""],
) -> Float[Array, " batch"]:
    """Softmax cross-entropy of each row, from the logits of a classifier.

    Parameters
    ----------
    logits : array of shape (batch, classes)
        Scores of the classes, padded to any number of them.
    label : array of int of shape (batch,)
        Class codes, below ``n_classes``.
    n_classes : int
        True number of classes, traced or not; logits beyond it count as minus infinity.

    Returns
    -------
    array of shape (batch,)
        −log p(label), row by row.

    Examples
    --------
    >>> logits = jnp.log(jnp.array([[3.0, 1.0, 99.0], [1.0, 1.0, 99.0]]))
    >>> [round(float(loss), 4) for loss in cross_entropy(logits, jnp.array([0, 1]), 2)]
    [0.2877, 0.6931]
    """
    classes = jnp.arange(logits.shape[1])
    # Finite, so that neither the sums nor their gradients meet inf - inf.
    logits = jnp.where(classes < n_classes, logits, jnp.finfo(logits.dtype).min)
    own = jnp.sum(jnp.where(classes == label[:, None], logits, 0.0), axis=1)
    return jax.nn.logsumexp(logits, axis=1) - own


def interpolate(
    key: Array, real: Float[Array, "batch width"], fake: Float[Array, "batch width"]
) -> Float[Array, "batch width"]:
    """Draw a point on the line between each real row and a generated one, one share per row.

    Parameters
    ----------
    key : jax.random.key
        Source of the shares.
    real, fake : array of shape (batch, width)
        Row pairs.

    Returns
    -------
    array of shape (batch, width)
        ``real + share · (fake − real)``, the share uniform in [0, 1).

    Examples
    --------
    >>> x = interpolate(jax.random.key(0), jnp.zeros((1, 2)), jnp.ones((1, 2)))
    >>> bool(x[0, 0] == x[0, 1]), bool((x >= 0).all() and (x < 1).all())
    (True, True)
    """
    share = jax.random.uniform(key, (len(real), 1))
    return real + share * (fake - real)


def around_real(key: Array, real: Float[Array, "batch width"]) -> Float[Array, "batch width"]:
    """Draw a point near each real row: noise of up to half the batch's standard deviation, one share per row.

    Parameters
    ----------
    key : jax.random.key
        Source of noise and shares.
    real : array of shape (batch, width)
        Real rows.

    Returns
    -------
    array of shape (batch, width)
        ``real + share * 0.5 * std * noise``: ``std`` that of all numbers of the batch, the noise standard normal, the
        share uniform in [0, 1).

    Examples
    --------
    >>> around_real(jax.random.key(0), jnp.full((1, 2), 3.0)).tolist()
    [[3.0, 3.0]]
    """
    noise_key, share_key = jax.random.split(key)
    moved = real + 0.5 * jnp.std(real) * jax.random.normal(noise_key, real.shape)
    return interpolate(share_key, real, moved)


def gradient_penalty(
    critic: Callable[[Float[Array, "batch width"]], Float[Array, " batch"]],
    x: Float[Array, "batch width"],
    mask: Float[Array, " width"],
) -> Float[Array, " batch"]:
    """Squared distance of the critic's slope from one, row by row.

    The slope ‖∇C(x)‖ is written as the derivative of C along its own gradient direction, which is held constant: it has
    exactly the value and the parameter gradient of the norm, without differentiating a gradient a second time.

    Parameters
    ----------
    critic : callable
        Maps (batch, width) to (batch,), each row on its own.
    x : array of shape (batch, width)
        Where the slope is taken.
    mask : array of shape (width,)
        1 for the columns that count, 0 for padding.

    Returns
    -------
    array of shape (batch,)
        (‖mask · ∇C(x)‖ − 1)²; 1 without a NaN where the critic is flat.

    Examples
    --------
    >>> w = jnp.array([3.0, 4.0])
    >>> gradient_penalty(lambda rows: rows @ w, jnp.ones((2, 2)), jnp.ones(2)).tolist()
    [16.0, 16.0]
    """
    gradient = jax.grad(lambda rows: critic(rows).sum())(x)
    gradient = jax.lax.stop_gradient(gradient) * mask
    direction = gradient / jnp.sqrt(jnp.sum(gradient**2, axis=1, keepdims=True) + 1e-12)
    _, slope = jax.jvp(critic, (x,), (direction,))
    return (slope - 1) ** 2
