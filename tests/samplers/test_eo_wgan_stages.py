"""EO-WGAN's guidance, refinement, noise filter and softened critic: each does what it says."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.linear_model import LogisticRegression
from toys import build

from oversmith import EOWGAN, Critics, Guidance, Network, Refinement, SmoteStage, Stop
from oversmith.exceptions import InputError

TINY = {"max_steps": 2, "random_state": 0}


def overlapping(seed: int, n_majority: int = 300, n_minority: int = 60):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(0, 1, (n_majority, 3)), rng.normal(0.8, 1, (n_minority, 3))])
    return X, np.repeat([0, 1], [n_majority, n_minority])


@pytest.mark.slow
def test_guidance_moves_rows_across_the_boundary():
    """Overlapping classes: guided rows lie on their side of an independent classifier more often (5 of 5 seeds).

    The classifier is a class-weighted logistic regression on fresh rows; the share of generated rows it calls minority
    rises by 0.05 or more on average.
    """
    gains = []
    for seed in range(5):
        X, y = overlapping(seed)
        fresh, label = overlapping(100 + seed, 2000, 2000)
        judge = LogisticRegression().fit(fresh, label)
        shares = [
            judge.predict(
                EOWGAN(
                    smote_share=0.0,
                    max_steps=300,
                    random_state=seed,
                    stop=Stop(patience=None),
                    guidance=Guidance(guidance),
                )
                .fit(X, y)
                .sample(600, 1)
            ).mean()
            for guidance in (0.0, 5.0)
        ]
        gains.append(shares[1] - shares[0])
    assert binomtest(sum(gain > 0 for gain in gains), 5, alternative="greater").pvalue < 0.05
    assert np.mean(gains) > 0.05


def test_a_clamp_above_every_loss_switches_guidance_off():
    """Rows whose cross-entropy lies below the clamp have no gradient: the guide then changes nothing."""
    X, y = overlapping(0)

    def rows(**changes):
        return build(EOWGAN, **TINY, smote_share=0.0, **changes).fit(X, y).sample(20, 1)

    assert np.array_equal(
        rows(guidance__weight=1.0, guidance__clamp=100.0), rows(guidance__weight=3.0, guidance__clamp=100.0)
    )
    assert not np.array_equal(
        rows(guidance__weight=1.0, guidance__clamp=0.0), rows(guidance__weight=3.0, guidance__clamp=0.0)
    )


def test_the_guide_loss_by_hand():
    """A linear guide, two classes, scaled rows: the loss is max(cross-entropy, clamp), weighted."""
    import equinox as eqx
    import jax
    import jax.numpy as jnp

    from oversmith.networks import MLP
    from oversmith.recipes.generator import guide_loss

    weights = (jnp.array([[0.0, 1.0]]),), (jnp.zeros(2),)
    guide = MLP(1, (), 2, (), key=jax.random.key(0))
    guide = eqx.tree_at(lambda net: (net.weights, net.biases), guide, weights)
    hyper = {
        "affine_scale": jnp.array([[2.0], [1.0]]),
        "affine_shift": jnp.array([[1.0], [0.0]]),
        "guide_class": jnp.array([1, 0]),
        "guide_classes": jnp.int32(2),
        "guidance_clamp": jnp.float32(0.3),
    }
    batch = {"label": jnp.array([0, 0, 1]), "weight": jnp.array([1.0, 1.0, 2.0])}
    rows = jnp.array([[0.0], [1.0], [0.5]])
    # In the table's scale the rows are 1, 3 and 0.5; the logit of class 1 is the row itself.
    losses = [np.log1p(np.exp(-1.0)), max(np.log1p(np.exp(-3.0)), 0.3), np.log1p(np.exp(0.5))]
    expected = np.average(losses, weights=[1, 1, 2])
    assert float(guide_loss(guide, rows, batch, hyper)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("mode", ["standard", "whiten", None])
def test_the_table_scale_is_the_scalers_own(mode):
    """What the guide sees is what the scaler gives back, up to its bounds."""
    import jax.numpy as jnp

    from oversmith.encoders import ClassScaler, Span
    from oversmith.recipes.generator import affine, to_table

    rng = np.random.default_rng(0)
    table = rng.normal(size=(200, 3)) @ rng.normal(size=(3, 3))
    spans = [
        Span("a", 0, 1, "linear", "numeric"),
        Span("b", 1, 2, "sigmoid", "boolean"),
        Span("c", 2, 3, "linear", "n"),
    ]
    scalers = [ClassScaler(mode).fit(table[part], table, spans) for part in (slice(0, 40), slice(40, 60))]
    rows = np.zeros((40, 32), np.float32)
    rows[:, :3] = scalers[0].transform(table[:40])
    seen = to_table(jnp.asarray(rows), jnp.zeros(40, int), affine(scalers, 32))
    assert np.allclose(seen[:, :3], table[:40], atol=1e-5)


def test_refinement_draws_hard_rows_more_often():
    """What the engine draws: a row with weight 4 comes four times as often as its neighbours."""
    import jax

    from oversmith.training import draw_weighted, table_data

    x = np.arange(20.0)[:, None]
    frequency = np.where(np.arange(20) < 5, 4.0, 1.0)
    data = table_data(x, np.zeros(20, int), frequency=frequency, n_classes=1)
    drawn = np.asarray(draw_weighted(jax.random.key(0), data, 7000)["x"][:, 0])
    counts = np.bincount(drawn.astype(int), minlength=20)
    assert counts[:5].mean() / counts[5:].mean() == pytest.approx(4.0, rel=0.1)


def far_island(seed: int):
    """Fifty minority rows away from the majority and ten inside it, which a classifier gets wrong."""
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(0, 1, (400, 2)), rng.normal(5, 0.5, (50, 2)), rng.normal([0, 1.5], 0.3, (10, 2))])
    return X, np.repeat([0, 1], [400, 60])


def test_hard_rows_are_those_inside_the_majority():
    from oversmith.samplers import eo_wgan

    X, y = far_island(0)
    seen = {}
    original = eo_wgan.refine

    def spy(sampler, session, result, **options):
        from oversmith.samplers._refinement import score

        seen["verdict"] = score(session, result.players)
        return original(sampler, session, result, **options)

    eo_wgan.refine = spy
    try:
        EOWGAN(max_steps=100, random_state=0, refinement=Refinement(1)).fit(X, y)
    finally:
        eo_wgan.refine = original
    # Those of the class to be generated come first.
    hard = seen["verdict"].hard[:60]
    assert hard[50:].mean() > 0.5
    assert hard[:50].mean() < 0.1
    assert 0.5 < seen["verdict"].score <= 1.0


@pytest.mark.slow
def test_rows_drawn_more_often_bring_more_rows_like_them():
    """Five seeds: fine-tuned with weight 20 on the hard island, the generator puts more rows near it in 5 of 5.

    Their share rises by more than 0.01 on average.
    """
    gains = []
    for seed in range(5):
        X, y = far_island(seed)
        options = {"max_steps": 400, "stop__patience": None, "smote_share": 0.0, "smote": "none", "random_state": seed}
        plain = build(EOWGAN, **options).fit(X, y)
        weight = np.ones(len(X))
        weight[-10:] = 20.0
        tuned = build(EOWGAN, **options).fit(X, y).set_params(max_steps=100).partial_fit(X, y, sample_weight=weight)
        near = [(np.linalg.norm(s.sample(1000, 1) - [0, 1.5], axis=1) < 1.5).mean() for s in (plain, tuned)]
        gains.append(near[1] - near[0])
    assert binomtest(sum(gain > 0 for gain in gains), 5, alternative="greater").pvalue < 0.05
    assert np.mean(gains) > 0.01


def test_refinement_is_kept_only_when_the_inner_score_rises():
    X, y = overlapping(1)
    sampler = EOWGAN(max_steps=120, random_state=0, refinement=Refinement(3)).fit(X, y)
    rounds = [row for row in sampler.history_ if "hard_rows" in row]
    assert 1 <= len(rounds) <= 3
    assert all(row["kept"] == (row["score_after"] > row["score_before"]) for row in rounds)
    # The first round that does not help is the last one.
    assert all(row["kept"] for row in rounds[:-1])
    assert sampler.n_steps_ == {1: 120}
    trained = [row for row in sampler.history_ if row["phase"].startswith("refinement") and "step" in row]
    assert {row["step"] for row in trained} == {30}


def test_no_refinement_below_three_rows():
    X, y = overlapping(0, 40, 2)
    sampler = build(EOWGAN, refinement=Refinement(1), **TINY).fit(X, y)
    assert sampler.history_[-1]["skipped"] == "a class has fewer than 3 rows"


def test_clean_leaves_noise_out():
    """Mislabelled rows do not spread: fewer generated rows lie among the majority, by 0.05 or more in 5 of 5 seeds."""
    shares = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        X = np.concatenate([rng.normal(0, 1, (300, 2)), rng.normal(8, 1, (36, 2)), rng.normal(0, 0.5, (4, 2))])
        y = np.repeat([0, 1], [300, 40])
        found = []
        for clean in (None, "enn"):
            sampler = EOWGAN(smote_share=1.0, random_state=seed, smote=SmoteStage(clean=clean)).fit(X, y)
            found.append((np.linalg.norm(sampler.sample(500, 1), axis=1) < 6).mean())
        assert sampler.n_cleaned_ == {1: 4}
        shares.append(found[0] - found[1])
    assert min(shares) > 0.05


def test_label_smoothing_and_loss_clip_by_hand():
    import jax.numpy as jnp

    from oversmith.recipes.wasserstein import _softened

    gap = jnp.array([-3.0, 0.5])
    plain = {"label_smoothing": jnp.float32(0.0), "loss_clip": jnp.float32(jnp.inf)}
    assert _softened(gap, plain).tolist() == [-3.0, 0.5]
    soft = {"label_smoothing": jnp.float32(0.25), "loss_clip": jnp.float32(1.0)}
    assert _softened(gap, soft).tolist() == [-1.0, 0.25]


def test_without_smote_the_networks_see_real_rows_alone():
    X, y = overlapping(0)
    seen = []

    class Spy(EOWGAN):
        """EO-WGAN that tells what its networks see."""

        def _data(self, state, rows, sizes, rng):
            seen.append(len(rows.x))
            return super()._data(state, rows, sizes, rng)

    Spy(**TINY, smote="none", smote_share=0.0).fit(X, y)
    Spy(**TINY, smote_share=0.0).fit(X, y)
    assert seen == [60, 300]
    with pytest.raises(InputError, match=r"smote: 'none' leaves no SMOTE rows, found smote_share=0\.5"):
        build(EOWGAN, **TINY, smote="none").fit(X, y)


def test_every_stage_together_on_three_classes():
    rng = np.random.default_rng(0)
    counts = [120, 20, 8]
    X = np.concatenate([rng.normal(4 * i, 1, (n, 2)) for i, n in enumerate(counts)])
    y = np.repeat(["a", "b", "c"], counts)
    sampler = EOWGAN.paper(
        random_state=0,
        stop=Stop(max_epochs=1),
        network=Network(conditional=True),
        smote=SmoteStage(clean="tomek"),
        critics=Critics(label_smoothing=0.1),
    )
    _, y_resampled = sampler.fit_resample(X, y)
    assert [(y_resampled == label).sum() for label in "abc"] == [120, 120, 120]
    assert set(sampler.n_cleaned_) == {"b", "c"}
