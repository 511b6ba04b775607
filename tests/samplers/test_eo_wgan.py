"""What makes EO-WGAN EO-WGAN: two stages, their shares, its critics, its preset."""

from __future__ import annotations

import numpy as np
import pytest
from games import ELSEWHERE
from imblearn.over_sampling import SMOTE, BorderlineSMOTE
from toys import build, leaves

from oversmith import EOWGAN, Critics, Network, ProgressBar, TableEncoder, WeightClip
from oversmith.exceptions import DivergedError, InputError
from oversmith.metrics import energy_distance


def blobs(n_majority=150, n_minority=30, seed=0):
    rng = np.random.default_rng(seed)
    X = np.concatenate([rng.normal(0, 1, (n_majority, 3)), rng.normal(3, 0.5, (n_minority, 3))])
    return X, np.repeat([0, 1], [n_majority, n_minority])


def made_by(X, y, **changes):
    sampler = build(EOWGAN, **({"max_steps": 2, "random_state": 0} | changes))
    X_resampled, _ = sampler.fit_resample(X, y)
    return X_resampled[len(X) :], sampler


def on_a_segment(made, rows):
    """Share of made rows that lie on a straight line between two rows: what SMOTE makes."""
    hits = np.zeros(len(made), dtype=bool)
    for i in range(len(rows)):
        for j in range(len(rows)):
            step = rows[j] - rows[i]
            if i != j and step @ step > 0:
                u = (made - rows[i]) @ step / (step @ step)
                hits |= np.abs(rows[i] + u[:, None] * step - made).max(axis=1) < 1e-6
    return hits.mean()


def test_smote_share_counts():
    X, y = blobs(n_minority=15)
    for share in (0.0, 0.4, 1.0):
        made, sampler = made_by(X, y, smote_share=share, encoder=TableEncoder(numeric="standard"))
        assert len(made) == 135
        assert on_a_segment(made, X[150:]) == pytest.approx(share, abs=0.01)
        assert bool(sampler.history_) == (share < 1)


def test_only_smote_trains_nothing():
    X, y = blobs()
    _, sampler = made_by(X, y, smote_share=1.0, stop__callbacks=[lambda event: pytest.fail("trained")])
    assert sampler.n_steps_ == {}


# What each parameter is changed to; the table has missing values and a categorical column, three classes, one small.
CHANGES = {
    "sampling_strategy": "minority",
    "fill": 0.5,
    "smote__sampler": BorderlineSMOTE(),
    "smote__k_neighbors": 1,
    "smote_share": 0.9,
    "critics__label_smoothing": 0.3,
    "critics__loss_clip": 1e-3,
    "guidance__weight": 1.0,
    "smote__clean": "enn",
    "lipschitz": WeightClip(0.01),
    "lipschitz__weight": 0.1,
    "critic_steps": 2,
    "critics__n": 2,
    "generator_widths": (64, 64),
    "critic_widths": (64, 64),
    "latent_dim": 16,
    "network__class_scaling": "whiten",
    "network__conditional": True,
    "learning_rate": 1e-2,
    "network__ema_decay": 0.5,
    "batch_size": 32,
    "max_steps": 5,
    "stop__max_epochs": 1,
    "stop__validation_fraction": 0.9,
    "random_state": 1,
    "encoder": TableEncoder(
        categorical_features=["level", "code"], numeric="minmax", missing="impute", only_seen_levels=True
    ),
}


def three_classes():
    import pandas as pd

    rng = np.random.default_rng(0)
    counts = [120, 35, 30]
    frame = pd.DataFrame(np.concatenate([rng.normal(i, 1, (n, 2)) for i, n in enumerate(counts)]), columns=list("ab"))
    frame["level"] = np.repeat(["x", "y", "z"], counts)
    frame["code"] = rng.integers(0, 4, len(frame))
    frame.loc[rng.random(len(frame)) < 0.3, "a"] = np.nan
    return frame, np.repeat([0, 1, 2], counts)


BASE = {"max_steps": 3, "learning_rate": 1e-3, "random_state": 0}


@pytest.fixture(scope="module")
def plain():
    return build(EOWGAN, **BASE).fit_resample(*three_classes())[0]


@pytest.mark.parametrize("name", CHANGES)
def test_every_parameter_changes_something(plain, name):
    changed = build(EOWGAN, **(BASE | {name: CHANGES[name]})).fit_resample(*three_classes())[0]
    assert not plain.equals(changed)


def test_parameters_that_need_company():
    X, y = three_classes()

    def rows(**changes):
        return build(EOWGAN, **(BASE | changes)).fit_resample(X, y)[0]

    assert not rows(lipschitz=WeightClip(0.01)).equals(rows(lipschitz=WeightClip(0.5)))
    two = {"critics__n": 2, "max_steps": 30}
    assert not rows(critics__reduce="mean", **two).equals(rows(critics__reduce="min", **two))
    # Changed where they act: hard rows in a refinement, the clamp with a guide.
    assert not rows(refinement__rounds=1, max_steps=40).equals(
        rows(refinement__rounds=1, max_steps=40, refinement__hard_weight=50.0)
    )
    assert not rows(guidance__weight=1.0).equals(rows(guidance__weight=1.0, guidance__clamp=3.0))
    company = {"critics__reduce", "refinement__rounds", "refinement__hard_weight", "guidance__clamp", "lipschitz__at"}
    assert leaves(EOWGAN()) == set(CHANGES) - {"lipschitz"} | company | ELSEWHERE


def test_synthetic_weight():
    X, y = blobs()
    _, sampler = made_by(X, y, output__weight=0.3)
    assert sampler.sample_weight_.tolist() == [1.0] * 180 + [0.3] * 120


def test_two_critics_differ():
    """Critics of different initialisation: with one copied onto the other the training would be another one."""
    import jax

    sampler = EOWGAN(critics=Critics(2))
    from oversmith.networks import column_arrays
    from oversmith.recipes.sizes import Sizes

    training = Sizes(3, 32, 0, column_arrays((), 32), 1)
    first, second = sampler._players(jax.random.key(0), training)["critic"]
    differ = [
        not np.array_equal(a, b)
        for a, b in zip(jax.tree.leaves(first), jax.tree.leaves(second), strict=True)
        if a.size > 1
    ]
    assert any(differ)


def test_models_per_class_and_shared():
    X, y = three_classes()
    y = np.repeat([0, 1, 2, 3], [120, 35, 15, 15])
    for conditional, models in (
        ("auto", [["1"], ["2", "3"]]),
        (True, [["1", "2", "3"]]),
        (False, [["1"], ["2"], ["3"]]),
    ):
        sampler = build(EOWGAN, network=Network(conditional=conditional), **BASE).fit(X, y)
        assert [row["classes"] for row in sampler.history_] == models


def test_history_budgets_and_stops():
    X, y = blobs()
    _, sampler = made_by(X, y, max_steps=250, stop__patience=None)
    assert [row["step"] for row in sampler.history_] == [100, 200, 250]
    assert {"loss_critic", "loss_generator", "penalty", "wasserstein", "monitor"} <= set(sampler.history_[0])
    best = min(sampler.history_, key=lambda row: row["monitor"])
    assert sampler.best_step_ == {1: best["step"]}
    assert sampler.stopped_because_ == {1: "max_steps"}
    assert sampler.n_steps_ == {1: 250}
    # A fifth of 30 rows is too few to judge by; a fifth of 160 is not.
    assert {row["scored_on"] for row in sampler.history_} == {"training rows"}
    _, sampler = made_by(*blobs(n_majority=300, n_minority=160))
    assert {row["scored_on"] for row in sampler.history_} == {"held-out rows"}
    _, sampler = made_by(X, y, max_steps=10_000, stop__patience=1)
    assert sampler.stopped_because_ == {1: "patience"}
    _, sampler = made_by(X, y, max_steps=10**6, stop__patience=None, stop__max_seconds=0.05)
    assert sampler.stopped_because_ == {1: "max_seconds"}
    _, sampler = made_by(X, y, max_steps=1000, stop__callbacks=[lambda event: event.step >= 200])
    assert sampler.stopped_because_ == {1: "callback"}
    assert sampler.n_steps_ == {1: 200}


def test_epochs_are_converted():
    X, y = blobs()
    # 30 real rows and 120 SMOTE rows in batches of 64: three steps an epoch.
    _, sampler = made_by(X, y, stop__max_epochs=2, stop__validation_fraction=0.1)
    assert sampler.n_steps_ == {1: 6}


def test_verbose_goes_to_standard_error(capsys):
    made_by(*blobs(), stop__callbacks=[ProgressBar()])
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "EOWGAN" in captured.err


def test_divergence_is_reported():
    X, y = blobs()
    with pytest.raises(DivergedError, match=r"EOWGAN on class 1: .*learning_rate"):
        made_by(X, y, max_steps=200, learning_rate=1e6, lipschitz__weight=1e6)


def test_a_failing_smote_is_named():
    from imblearn.over_sampling import ADASYN

    X, y = blobs()
    with pytest.raises(InputError, match="smote: ADASYN failed"):
        made_by(X + 40 * y[:, None], y, smote=ADASYN(), encoder=TableEncoder(numeric="standard"))


def test_smote_object_is_not_changed():
    smote = SMOTE(k_neighbors=4, random_state=None)
    before = smote.get_params()
    made_by(*blobs(), smote=smote)
    assert smote.get_params() == before


def test_paper_preset():
    paper = EOWGAN.paper()
    told = {"critics__n": 2, "batch_size": 128, "learning_rate": 5e-5, "stop__max_epochs": 100, "critic_steps": 5}
    told |= {"lipschitz__weight": 10.0, "smote_share": 0.5, "generator_widths": (64, 128, 256)}
    assert {name: paper.get_params()[name] for name in told} == told
    # Generator of four linear layers, critic of five.
    assert len(paper.generator_widths) + 1 == 4
    assert len(paper.critic_widths) + 1 == 5
    X, y = blobs()
    sampler = EOWGAN.paper(random_state=0, stop__max_epochs=1)
    assert len(sampler.fit_resample(X, y)[0]) == 300


def test_only_seen_levels():
    X, y = three_classes()
    sampler = build(EOWGAN, smote_share=0.0, encoder=TableEncoder(only_seen_levels=True), **BASE)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    for label, level in ((1, "y"), (2, "z")):
        assert set(X_resampled["level"][y_resampled == label]) == {level}
    free = build(EOWGAN, **BASE, smote_share=0.0).fit_resample(X, y)[0]
    assert len(set(free["level"].iloc[185:])) == 3


@pytest.mark.slow
def test_training_brings_rows_nearer():
    """Five seeds: 1,000 steps end nearer to unseen rows of the class than 20 steps, on a curved minority."""
    nearer = []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        angle = rng.uniform(0, np.pi, 400)
        arc = np.column_stack([np.cos(angle), np.sin(angle)]) + rng.normal(0, 0.1, (400, 2))
        X = np.concatenate([rng.normal(0, 2, (800, 2)), arc[:100]])
        y = np.repeat([0, 1], [800, 100])
        distances = [
            energy_distance(EOWGAN(max_steps=n, smote_share=0.0, random_state=seed).fit(X, y).sample(300, 1), arc[100:])
            for n in (20, 1000)
        ]
        nearer.append(distances[1] < distances[0])
    # All five of five: p = 0.03 under a coin.
    assert all(nearer)
