"""GANs whose discriminator also sees real rows with wrong labels: the three-player GAN (Chung et al. 2024) and others.

The discriminator D minimises Eq. 3 of the paper (real, generated and mislabelled rows, gradient penalty), the generator
G Eq. 4 (adversarial, and cooperative with the classifier C), and C Eq. 5 (real and generated rows). BAGAN-GP and
CDRAGAN have no classifier; `oversmith.recipes.cooperative` has another cooperative loss.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from oversmith.networks import ConvCritic, ConvGenerator, full, latent_noise
from oversmith.recipes import classifier as softmax_classifier
from oversmith.recipes.bagan import autoencoder_loss, autoencoder_refreshed, from_autoencoder
from oversmith.recipes.generator import Record, class_gain, conditioned, shapes
from oversmith.recipes.sizes import Sizes
from oversmith.training import Optimiser, Phase, Player, Recipe, Turn, draw_weighted
from oversmith.training.losses import around_real, cross_entropy, gradient_penalty, interpolate
from oversmith.training.recipe import Batch, Data, Draw, Hyper, Loss, Players

# (the classifier's scores, labels, step, hyper) → what the generator minimises, row by row.
Cooperation = Callable[[Array, Array, Array, Hyper], Array]
# Rows generated at once when they are drawn.
BLOCK = 256

# ---------------------------------------------------------------------- rows


def random_labels(key: Array, like: Array, hyper: Hyper) -> Array:
    """Draw as many classes as there are labels in ``like``, each equally likely."""
    return jax.random.randint(key, like.shape, 0, hyper["n_classes"])


def wrong_labels(key: Array, label: Array, hyper: Hyper, among: str) -> Array:
    """Draw another class for each row (``"other"``), or any class, its own included (``"any"``)."""
    if among == "any":
        return random_labels(key, label, hyper)
    step = jax.random.randint(key, label.shape, 1, jnp.maximum(hyper["n_classes"], 2))
    return (label + step) % hyper["n_classes"]


def noise_for(players: Players, key: Array, label: Array, hyper: Hyper) -> Array:
    """Draw the generator's noise: standard normal, or from the Gaussian of the class where there is one."""
    noise = latent_noise(key, label.shape[0], hyper["latent"].shape[0])
    # In training they are in hyper: not every loss reads all players.
    own = hyper.get("class_latent", players.get("latent"))
    if own is None:
        return noise
    return own["mean"][label] + jnp.einsum("bi,bji->bj", noise, own["root"][label])


def generated_rows(players: Players, key: Array, label: Array, hyper: Hyper) -> Array:
    """Generate one row per label, in inference mode."""
    return players["generator"](conditioned(noise_for(players, key, label, hyper), label, hyper))


def random_rows(players: Players, batch: Batch, key: Array, hyper: Hyper) -> tuple[Array, Any, Array]:
    """Generate rows of random classes by the batch's statistics; also return the updated generator and the classes."""
    label_key, noise_key = jax.random.split(key)
    label = random_labels(label_key, batch["label"], hyper)
    inputs = conditioned(noise_for(players, noise_key, label, hyper), label, hyper)
    rows, moved = players["generator"].in_training(inputs)
    return rows, moved, label


# ---------------------------------------------------------------------- losses


def real_loss(logits: Array) -> Array:
    """Return -log D from log-odds: small where rows are taken for real."""
    return jnp.mean(jax.nn.softplus(-logits))


def generated_loss(logits: Array) -> Array:
    """Return -log(1 - D) from log-odds: small where rows are taken for generated ones."""
    return jnp.mean(jax.nn.softplus(logits))


def discriminator_outputs(on_real: Array, on_fake: Array) -> Record:
    """Return the mean D of real and of generated rows, and the discriminator's accuracy, from log-odds."""
    return {
        "d_real": jax.nn.sigmoid(on_real).mean(),
        "d_fake": jax.nn.sigmoid(on_fake).mean(),
        "d_accuracy": (jnp.mean(on_real > 0) + jnp.mean(on_fake < 0)) / 2,
    }


@cache
def discriminator_loss(mislabel: str | None, penalty: str | None) -> Loss:
    """Make the discriminator's loss (Chung et al. 2024, Eq. 3): real, generated and mislabelled rows, and the penalty.

    Parameters
    ----------
    mislabel : {"other", "any"} or None
        Where wrong labels come from; None leaves the term out.
    penalty : {"interpolate", "dragan"} or None
        Where the slope is held at one; None leaves the term out.

    Returns
    -------
    callable
        The loss; equal arguments give the same object, so that they share a compiled program.
    """

    def loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
        label_key, noise_key, wrong_key, mix_key = jax.random.split(key, 4)
        critic, real, label, n = players["discriminator"], batch["x"], batch["label"], len(batch["x"])
        fake_label = random_labels(label_key, label, hyper)
        fake = generated_rows(players, noise_key, fake_label, hyper)
        # One pass over real and generated rows; the features of a real row serve its label and the wrong one.
        features = critic.stack(jnp.concatenate([real, fake]))
        labels = [label, fake_label]
        if mislabel is not None:
            features = jnp.concatenate([features, features[:n]])
            labels.append(wrong_labels(wrong_key, label, hyper, mislabel))
        condition = conditioned(jnp.zeros((len(features), 0)), jnp.concatenate(labels), hyper)
        logits = critic.score(features, condition)[:, 0]
        on_real, on_fake, on_wrong = logits[:n], logits[n : 2 * n], logits[2 * n :]
        terms = hyper["terms"]
        value = terms["discriminator_real"] * real_loss(on_real)
        value += terms["discriminator_generated"] * generated_loss(on_fake)
        record = discriminator_outputs(on_real, on_fake)
        if mislabel is not None:
            value += hyper["mislabel_weight"] * generated_loss(on_wrong)
            record["d_wrong"] = jax.nn.sigmoid(on_wrong).mean()
        if penalty is not None:
            at = interpolate(mix_key, real, fake) if penalty == "interpolate" else around_real(mix_key, real)
            own = condition[:n]
            slopes = gradient_penalty(
                lambda rows: critic.score(critic.stack(rows), own)[:, 0], at, jnp.ones(real.shape[1])
            )
            record["penalty"] = slopes.mean()
            value += hyper["penalty_weight"] * record["penalty"]
        return value, record

    return loss


def spread_of_classes(rows: Array, label: Array, hyper: Hyper) -> tuple[Array, Array]:
    """Return the root mean square distance to the class mean, per class (inf below two rows) and over all."""
    classes = jnp.arange(max(hyper["condition"].shape[0], 1))
    member = (label[:, None] == classes).astype(rows.dtype)
    count = member.sum(axis=0)
    mean = member.T @ rows / jnp.maximum(count, 1)[:, None]
    distance = jnp.mean((rows - mean[label]) ** 2, axis=1)
    per_class = jnp.sqrt(distance @ member / jnp.maximum(count, 1))
    return jnp.where(count > 1, per_class, jnp.inf), jnp.sqrt(distance.mean())


def diversity(rows: Array, label: Array, batch: Batch, hyper: Hyper) -> Array:
    """Return the spread of generated rows within a class, the least of all classes, relative to real rows."""
    _, of_real = spread_of_classes(batch["x"], batch["label"], hyper)
    per_class, of_all = spread_of_classes(rows, label, hyper)
    return jnp.minimum(per_class.min(), of_all) / jnp.maximum(of_real, 1e-6)


def own_class(scores: Array, label: Array, step: Array, hyper: Hyper) -> Array:
    """Cross-entropy of the classifier's scores for the classes that rows were generated for, row by row."""
    return cross_entropy(scores, label, hyper["n_classes"])


@cache
def generator_loss(cooperates: bool, cooperation: Cooperation = own_class) -> Loss:
    """Make the generator's loss (Chung et al. 2024, Eq. 4): adversarial, and cooperative where there is a classifier.

    Parameters
    ----------
    cooperates : bool
        Whether there is a classifier.
    cooperation : callable
        ``(scores, label, step, hyper) -> losses`` of each row, a module-level function.

    Returns
    -------
    callable
        The loss; equal arguments give the same object, so that they share a compiled program.
    """

    def loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
        rows, _, label = random_rows(players, batch, key, hyper)
        logits = players["discriminator"](conditioned(rows, label, hyper))[:, 0]
        value = hyper["terms"]["generator_adversarial"] * real_loss(logits)
        record = {"diversity": diversity(rows, label, batch, hyper)}
        if cooperates:
            record["cooperation"] = cooperation(players["classifier"](rows), label, step, hyper).mean()
            value += hyper["coop_weight"] * record["cooperation"]
        return value, record

    return loss


def refreshed(network: Any, batch: Batch, key: Array, hyper: Hyper) -> Any:
    """Move the generator's running statistics towards those of rows of all classes alike."""
    return random_rows({"generator": network}, batch, key, hyper)[1]


def deficit_labels(label: Array, hyper: Hyper) -> tuple[Array, Array]:
    """Return the labels that balance a batch, as many as it has rows, and the weight of each.

    The weights of a class's rows add up to what it has fewer than the batch's largest class.
    """
    classes = jnp.arange(max(hyper["condition"].shape[0], 1))
    count = jnp.sum(label[:, None] == classes, axis=0)
    lacking = jnp.where(classes < hyper["n_classes"], count.max() - count, 0).astype(jnp.float32)
    upto = jnp.cumsum(lacking)
    at = (jnp.arange(len(label)) + 0.5) / len(label) * upto[-1]
    added = jnp.minimum(jnp.searchsorted(upto, at, side="right"), hyper["n_classes"] - 1)
    n_added = jnp.sum(added[:, None] == classes, axis=0)
    return added, lacking[added] / jnp.maximum(n_added[added], 1)


def classifier_loss(players: Players, batch: Batch, key: Array, step: Array, hyper: Hyper) -> tuple[Array, Record]:
    """Cross-entropy on a natural batch of real rows, balanced by generated ones (Chung et al. 2024, Eq. 5).

    The mean over real and generated rows together: the paper adds two means, which have the same gradients up to a
    factor where nearly all rows of the rare class are generated.
    """
    real, label = batch["natural_x"], batch["natural_label"]
    fake_label, weight = deficit_labels(label, hyper)
    fake = generated_rows(players, key, fake_label, hyper)
    scores = players["classifier"](jnp.concatenate([real, fake]))
    labels = jnp.concatenate([label, fake_label])
    losses = cross_entropy(scores, labels, hyper["n_classes"])
    terms = hyper["terms"]
    weights = jnp.concatenate([jnp.full(len(label), terms["classifier_real"]), terms["classifier_generated"] * weight])
    value = jnp.sum(losses * weights) / jnp.maximum(jnp.sum(weights), 1e-6)
    return value, {}


def _features(players: Players, key: Array, label: Array, hyper: Hyper) -> Array:
    return players["classifier"].stack(hyper["x"])


def features(classifier: Any, rows: np.ndarray) -> np.ndarray:
    """Return what the classifier's last layer reads of rows in the networks' scale, shape (n, features)."""
    return softmax_classifier.outputs(_features, classifier, rows, BLOCK)


# ---------------------------------------------------------------------- recipe, players, numbers


def draw_with_natural(key: Array, data: Data, batch_size: int) -> Batch:
    """Draw a batch for discriminator and generator, and one as the table is for the classifier."""
    key, other = jax.random.split(key)
    natural = draw_weighted(other, {**data, "cumulative": data["natural"]}, batch_size)
    return draw_weighted(key, data, batch_size) | {"natural_x": natural["x"], "natural_label": natural["label"]}


def recipe(
    *,
    steps: int,
    pretrain_steps: int,
    batch_size: int,
    ema: bool,
    mislabel: str | None,
    penalty: str | None,
    classifies: bool = False,
) -> Recipe:
    """Name the players, their losses and the schedule.

    Parameters
    ----------
    steps, pretrain_steps : int
        Generator updates, and updates of the autoencoder before them.
    batch_size : int
        Rows per update.
    ema : bool
        Whether rows are drawn from the moving average of the generator's weights.
    mislabel, penalty : str or None
        Of `discriminator_loss`.
    classifies : bool
        Whether there is a classifier, which cooperates with the generator.

    Returns
    -------
    Recipe
        The autoencoder, if it has steps; then the discriminator ``critic_steps`` times, generator and classifier.
    """
    adam = Optimiser("adam", b1=0.5, b2=0.9)
    draw: Draw = draw_with_natural if classifies else draw_weighted
    phases = []
    if pretrain_steps:
        pair = Player("autoencoder", autoencoder_loss, adam, refresh=autoencoder_refreshed)
        turns: tuple[Turn, ...] = (Turn("autoencoder"),)
        phases.append(Phase("autoencoder", (pair,), turns, draw_weighted, batch_size, pretrain_steps))
    players = [
        Player("discriminator", discriminator_loss(mislabel, penalty), adam),
        Player("generator", generator_loss(classifies), adam, ema=ema, refresh=refreshed),
    ]
    turns = (Turn("discriminator", "critic_steps"), Turn("generator"))
    if classifies:
        players.append(Player("classifier", classifier_loss, adam))
        turns = (*turns, Turn("classifier"))
    phases.append(Phase("adversarial", tuple(players), turns, draw, batch_size, steps, from_autoencoder))
    # A generator that is trained already goes on as it is, not from an autoencoder.
    return Recipe(tuple(phases), sample=generated_rows, block=BLOCK, first_resumed=len(phases) - 1)


def with_losses(recipe: Recipe, losses: Mapping[str, Loss]) -> Recipe:
    """Replace losses of players of the last phase, by the players' names."""
    *before, game = recipe.phases
    players = tuple(replace(player, loss=losses.get(player.name, player.loss)) for player in game.players)
    return replace(recipe, phases=(*before, replace(game, players=players)))


def discriminator(
    key: Array,
    shape: tuple[int, ...],
    condition: int,
    widths: tuple[int, ...],
    head_units: int,
    initial_sd: float | None,
) -> ConvCritic:
    """Make the discriminator (Chung et al. 2024, Table 6): features times their class, two dense layers, one score."""
    return ConvCritic(
        shape, condition, widths, key=key, head=(head_units,), condition="multiply", initial_sd=initial_sd
    )


def players(
    key: Array,
    sizes: Sizes,
    shape: tuple[int, ...],
    *,
    latent_dim: int,
    generator_widths: tuple[int, ...],
    critic_widths: tuple[int, ...],
    classifier_widths: tuple[int, ...] | None,
    head_units: int,
    initial_sd: float | None,
    squash: bool,
    pretrained: bool,
    label_input: str,
    class_latent: bool = False,
    critic: Callable[..., Any] | None = None,
) -> Players:
    """Make the networks; a pre-trained generator starts as the decoder of the autoencoder."""
    keys = jax.random.split(key, 4)
    condition = sizes.condition_width
    generator = ConvGenerator(
        shape,
        condition,
        latent_dim,
        generator_widths,
        key=keys[0],
        condition=label_input,
        class_gain=class_gain(latent_dim),
        with_tanh=squash,
        initial_sd=initial_sd,
        batch_norm=True,
    )
    networks: Players = {
        "generator": generator,
        "discriminator": (critic or discriminator)(keys[1], shape, condition, critic_widths, head_units, initial_sd),
    }
    if classifier_widths is not None:
        networks["classifier"] = ConvCritic(
            shape, 0, classifier_widths, key=keys[2], n_out=max(condition, 2), initial_sd=initial_sd
        )
    if pretrained:
        encoder = ConvCritic(shape, 0, critic_widths, key=keys[3], n_out=latent_dim, initial_sd=initial_sd)
        networks["autoencoder"] = {"encoder": encoder, "generator": generator}
    if class_latent:
        n = max(condition, 1)
        root = np.tile(np.eye(latent_dim, dtype=np.float32), (n, 1, 1))
        networks["latent"] = {"mean": full(0, n, latent_dim), "root": jax.device_put(root)}
    return networks


def hyper(
    sizes: Sizes,
    *,
    latent_dim: int,
    learning_rate: float,
    critic_steps: int,
    ema_decay: float,
    mislabel_weight: float,
    penalty_weight: float,
    coop_weight: float = 0.0,
    terms: Mapping[str, float],
) -> Hyper:
    """Gather what the compiled program takes as arguments: changing a value compiles nothing."""
    names = ("autoencoder", "discriminator", "generator", "classifier")
    return shapes(sizes, latent_dim) | {
        "learning_rate": dict.fromkeys(names, jnp.float32(learning_rate)),
        "critic_steps": jnp.int32(critic_steps),
        "ema_decay": jnp.float32(ema_decay),
        "mislabel_weight": jnp.float32(mislabel_weight),
        "penalty_weight": jnp.float32(penalty_weight),
        "coop_weight": jnp.float32(coop_weight),
        "terms": {name: jnp.float32(weight) for name, weight in terms.items()},
    }
