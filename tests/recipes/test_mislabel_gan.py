"""The losses of Chung et al. 2024 against numbers worked out by hand, on linear players."""

from __future__ import annotations

import equinox as eqx
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from games import Same, softplus, toy_hyper

from oversmith.recipes import bagan, mislabel_gan
from oversmith.recipes.bagan import class_gaussians, gaussians
from oversmith.samplers._labelled_sampler import TERMS

KEY = jax.random.key(0)


class LinearCritic(eqx.Module):
    """Score w · x, times what stands for the class."""

    w: jax.Array
    sign: jax.Array
    condition: int = eqx.field(static=True, default=2)

    def __call__(self, rows):
        return self.score(self.stack(rows[:, self.condition :]), rows[:, : self.condition])

    def stack(self, rows):
        return rows

    def score(self, features, told):
        return ((features @ self.w) * (told @ self.sign))[:, None]


class LinearClassifier(eqx.Module):
    w: jax.Array

    def __call__(self, rows):
        return rows @ self.w


REAL = jnp.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
LABEL = jnp.array([0, 0, 1])
BATCH = {"x": REAL, "label": LABEL, "natural_x": REAL, "natural_label": LABEL}
W = jnp.array([3.0, 4.0])


def hyper(**changes):
    given = {
        "n_classes": jnp.int32(2),
        "mislabel_weight": 1.0,
        "penalty_weight": 0.0,
        "coop_weight": 1.0,
        "terms": dict.fromkeys(TERMS, 1.0),
    }
    return toy_hyper(2, condition=2) | given | changes


def without(name):
    return {"terms": {term: float(term != name) for term in TERMS}}


def critic_value(mislabel="other", penalty=None, sign=(1.0, -1.0), made=((0.0, 0.0), (0.0, 0.0)), **changes):
    players = {"discriminator": LinearCritic(W, jnp.array(sign)), "generator": Same(jnp.array(made))}
    loss = mislabel_gan.discriminator_loss(mislabel, penalty)
    value, record = loss(players, BATCH, KEY, jnp.int32(0), hyper(**changes))
    return float(value), record


# Logits 3, 8 (class 0) and -7 (class 1); under the other label they change sign.
ON_REAL = np.mean([softplus(-3), softplus(-8), softplus(7)])
ON_WRONG = np.mean([softplus(-3), softplus(-8), softplus(7)])
ON_MADE = np.log(2)


def test_discriminator_by_hand():
    value, record = critic_value()
    assert value == pytest.approx(ON_REAL + ON_MADE + ON_WRONG, rel=1e-5)
    # Two real rows of three are told right; a logit of 0 is no verdict against a generated row.
    assert float(record["d_accuracy"]) == pytest.approx((2 / 3 + 0) / 2)
    assert float(record["d_fake"]) == pytest.approx(0.5)
    expected = np.mean(1 / (1 + np.exp(-np.array([-3.0, -8.0, 7.0]))))
    assert float(record["d_wrong"]) == pytest.approx(expected, rel=1e-4)


def test_discriminator_tells_generated_rows_by_their_class():
    # Both classes' rows have the logit 5 under the class they were asked for.
    value, record = critic_value(mislabel=None, made=((3.0, -1.0), (-3.0, 1.0)))
    assert value == pytest.approx(ON_REAL + softplus(5), rel=1e-5)
    assert "d_wrong" not in record


def test_terms_of_the_discriminator_one_by_one():
    assert critic_value(**without("discriminator_real"))[0] == pytest.approx(ON_MADE + ON_WRONG, rel=1e-5)
    assert critic_value(**without("discriminator_generated"))[0] == pytest.approx(ON_REAL + ON_WRONG, rel=1e-5)
    assert critic_value(mislabel=None)[0] == pytest.approx(ON_REAL + ON_MADE, rel=1e-5)
    assert critic_value(mislabel_weight=0.25)[0] == pytest.approx(ON_REAL + ON_MADE + ON_WRONG / 4, rel=1e-5)


@pytest.mark.parametrize("penalty", ["interpolate", "dragan"])
def test_penalty_of_a_linear_discriminator(penalty):
    # The slope is 5 everywhere, whatever the class and the place: (5 - 1)² = 16.
    value, record = critic_value(penalty=penalty, penalty_weight=10.0)
    assert float(record["penalty"]) == pytest.approx(16, rel=1e-5)
    assert value == pytest.approx(ON_REAL + ON_MADE + ON_WRONG + 160, rel=1e-5)
    _, record = critic_value(penalty=penalty, penalty_weight=10.0, sign=(0.2, 0.2))
    assert float(record["penalty"]) == pytest.approx(0, abs=1e-5)


def test_wrong_labels_are_never_right():
    label = jnp.arange(3000) % 3
    told = hyper(n_classes=jnp.int32(3))
    other = np.asarray(mislabel_gan.wrong_labels(KEY, label, told, "other"))
    assert (other != np.asarray(label)).all()
    # Either of the other two equally often.
    assert abs(np.mean((other - np.asarray(label)) % 3 == 1) - 0.5) < 0.05
    any_label = np.asarray(mislabel_gan.wrong_labels(KEY, label, told, "any"))
    assert abs(np.mean(any_label == np.asarray(label)) - 1 / 3) < 0.05
    two = np.asarray(mislabel_gan.wrong_labels(KEY, LABEL, hyper(), "other"))
    assert two.tolist() == [1, 1, 0]


def generator_value(cooperates=True, **changes):
    # Rows of class 0 have the logit 5, those of class 1 the logit -2.
    players = {
        "discriminator": LinearCritic(W, jnp.array([1.0, -1.0])),
        "generator": Same(jnp.array([[3.0, -1.0], [2.0, -1.0]])),
        "classifier": LinearClassifier(jnp.array([[1.0, 0.0], [0.0, 0.0]])),
    }
    loss = mislabel_gan.generator_loss(cooperates)
    value, record = loss(players, BATCH, KEY, jnp.int32(0), hyper(**changes))
    asked = np.asarray(mislabel_gan.random_labels(jax.random.split(KEY)[0], LABEL, hyper()))
    adversarial = np.mean(np.array([softplus(-5), softplus(2)])[asked])
    # The classifier's logits are (3, 0) and (2, 0).
    cooperative = np.mean(np.array([np.log1p(np.exp(-3)), np.log1p(np.exp(2))])[asked])
    return float(value), adversarial, cooperative, record


def test_generator_by_hand():
    value, adversarial, cooperative, record = generator_value()
    assert value == pytest.approx(adversarial + cooperative, rel=1e-5)
    assert float(record["cooperation"]) == pytest.approx(cooperative, rel=1e-5)
    value, adversarial, cooperative, _ = generator_value(coop_weight=3.0)
    assert value == pytest.approx(adversarial + 3 * cooperative, rel=1e-5)
    value, _, cooperative, _ = generator_value(**without("generator_adversarial"))
    assert value == pytest.approx(cooperative, rel=1e-5)
    value, adversarial, _, record = generator_value(cooperates=False)
    assert value == pytest.approx(adversarial, rel=1e-5)
    assert "cooperation" not in record


def test_diversity_of_a_generator_that_makes_one_row_is_nothing():
    assert float(generator_value()[3]["diversity"]) == 0
    rows = jnp.array([[0.0, 0.0], [2.0, 2.0], [5.0, 5.0], [5.0, 9.0]])
    per_class, overall = mislabel_gan.spread_of_classes(rows, jnp.array([0, 0, 1, 1]), hyper())
    np.testing.assert_allclose(per_class, [1, np.sqrt(2)], rtol=1e-5)
    assert float(overall) == pytest.approx(np.sqrt(1.5), rel=1e-5)
    # One row of a class tells nothing of its spread.
    per_class, _ = mislabel_gan.spread_of_classes(rows, jnp.array([0, 0, 0, 1]), hyper())
    assert np.isfinite(per_class).tolist() == [True, False]


def test_what_a_batch_lacks():
    asked, weight = mislabel_gan.deficit_labels(jnp.array([0, 0, 0, 1]), hyper())
    assert asked.tolist() == [1, 1, 1, 1]
    np.testing.assert_allclose(weight, 0.5)
    label = jnp.array([0] * 10 + [1] * 4 + [2] * 2)
    three = toy_hyper(2, condition=8) | {"n_classes": jnp.int32(3)}
    asked, weight = (np.asarray(part) for part in mislabel_gan.deficit_labels(label, three))
    assert set(asked) == {1, 2}
    np.testing.assert_allclose([weight[asked == c].sum() for c in (1, 2)], [6, 8], rtol=1e-5)
    _, weight = mislabel_gan.deficit_labels(jnp.array([0, 1, 0, 1]), hyper())
    np.testing.assert_array_equal(weight, 0)


def classifier_value(**changes):
    players = {"generator": Same(jnp.eye(2)), "classifier": LinearClassifier(jnp.eye(2))}
    return float(mislabel_gan.classifier_loss(players, BATCH, KEY, jnp.int32(0), hyper(**changes))[0])


def test_classifier_by_hand():
    # Cross-entropies of the real rows (1, 0), (0, 2) of class 0 and (1, 1) of class 1, and of a made (0, 1) of class 1.
    real = np.array([softplus(-1), softplus(2), np.log(2)])
    made = softplus(-1)
    # The batch lacks one row of class 1.
    assert classifier_value() == pytest.approx((real.sum() + made) / 4, rel=1e-5)
    assert classifier_value(**without("classifier_generated")) == pytest.approx(real.mean(), rel=1e-5)
    assert classifier_value(**without("classifier_real")) == pytest.approx(made, rel=1e-5)


def test_autoencoder_by_hand():
    class Half(eqx.Module):
        def __call__(self, rows):
            return rows[:, :1]

    class Decoder(eqx.Module):
        def in_training(self, inputs):
            # One class, one code: the code itself and its double.
            code = inputs[:, 2:]
            return jnp.concatenate([code, 2 * code], axis=1), self

    codes = np.array([1.0, -1.0]) / (1 + 1e-3)
    batch = {"x": jnp.array([[4.0, 0.0], [2.0, 0.0]]), "label": jnp.array([0, 1])}
    pair = {"autoencoder": {"encoder": Half(), "generator": Decoder()}}
    value, _ = bagan.autoencoder_loss(pair, batch, KEY, jnp.int32(0), hyper())
    expected = np.mean(np.abs(np.column_stack([codes - [4, 2], 2 * codes])))
    assert float(value) == pytest.approx(expected, rel=1e-5)


def test_gaussians_of_the_classes():
    rng = np.random.default_rng(0)
    label = np.repeat([0, 1], [400, 1])
    mixed = np.array([[1.0, 0.8], [0.0, 0.6]])
    codes = np.concatenate([rng.normal(size=(400, 2)) @ mixed, [[5.0, -5.0]]])
    data = {"n_classes": 2, "class_count": np.array([400, 1])}
    found = gaussians(codes, label, data)
    np.testing.assert_allclose(found["mean"], [codes[:400].mean(axis=0), [5, -5]])
    cov = [root @ root.T for root in found["root"]]
    np.testing.assert_allclose(cov[0], mixed.T @ mixed, atol=0.15)
    # One row has no covariance: two thirds (d / (1 + d)) of that of all classes stand in for it.
    np.testing.assert_allclose(cov[1], 2 / 3 * cov[0], atol=0.05)


def test_noise_of_a_class_follows_its_gaussian():
    root = jnp.array([[[1.0, 0.0], [0.0, 1.0]], [[2.0, 0.0], [1.0, 0.5]]])
    own = {"mean": jnp.array([[0.0, 0.0], [3.0, -3.0]]), "root": root}
    label = jnp.ones(20_000, int)
    drawn = np.asarray(mislabel_gan.noise_for({"latent": own}, KEY, label, toy_hyper(2, latent=2)))
    np.testing.assert_allclose(drawn.mean(axis=0), [3, -3], atol=0.06)
    np.testing.assert_allclose(np.cov(drawn.T), [[4, 2], [2, 1.25]], atol=0.12)


def test_gaussians_know_rows_by_their_class():
    x = np.zeros((8, 3), np.float32)
    x[:5, 0] = np.random.default_rng(0).normal(-1, 0.1, 5)
    x[5:7, 0] = [1.0, 1.2]
    data = {
        "x": jnp.asarray(x),
        "label": jnp.array([0] * 5 + [1] * 2 + [0]),
        "count": 7,
        "n_classes": 2,
        "class_count": np.array([5, 2]),
    }
    found = class_gaussians(lambda rows: rows[:, :2], data)
    assert float(found["mean"][0, 0]) < -0.9 < 0.9 < float(found["mean"][1, 0])
    assert np.isfinite(np.asarray(found["root"])).all()
