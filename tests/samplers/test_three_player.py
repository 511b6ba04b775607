from __future__ import annotations

import jax
import numpy as np
import pytest
from games import score_of_made, session_of, updated
from scipy.special import softmax
from sklearn.exceptions import NotFittedError
from sklearn.linear_model import LogisticRegression
from toys import build, spectra

import oversmith
from oversmith import BAGANGP, CDRAGAN, DiscriminatorRows, SpectraNetwork, ThreePlayerGAN
from oversmith.encoders import ClassScaler
from oversmith.exceptions import InputError
from oversmith.samplers._labelled_sampler import _noticed
from oversmith.samplers._model import restored_model

NETWORKS = {
    "generator_widths": (8, 8),
    "critic_widths": (8, 8),
    "network__head_units": 8,
    "latent_dim": 6,
    "batch_size": 16,
    "random_state": 0,
}
SMALL = NETWORKS | {"max_steps": 3, "classifier_widths": (4, 8)}
RIVALS = NETWORKS | {"max_steps": 3}


def test_order_and_phases():
    session = session_of(build(ThreePlayerGAN, **SMALL), *spectra())
    start, game = session.recipe.phases
    assert [turn.player for turn in start.schedule] == ["autoencoder"]
    assert [turn.player for turn in game.schedule] == ["discriminator", "generator", "classifier"]
    # 46 rows are three batches of 16: 100 epochs would be 300 steps, but the game has three.
    assert (start.steps, game.steps) == (3, 3)
    by_epochs = build(ThreePlayerGAN, **(SMALL | {"stop__max_epochs": 4, "pretrain_epochs": 2}))
    assert [phase.steps for phase in session_of(by_epochs, *spectra()).recipe.phases] == [6, 12]
    for sampler, critic_steps in ((build(BAGANGP, **RIVALS), 5), (build(CDRAGAN, **RIVALS), 5)):
        session = session_of(sampler, *spectra())
        assert [turn.player for turn in session.recipe.phases[-1].schedule] == ["discriminator", "generator"]
        assert int(session.hyper["critic_steps"]) == critic_steps
        assert len(session.recipe.phases) == (2 if isinstance(sampler, BAGANGP) else 1)


def test_paper_settings():
    paper = ThreePlayerGAN.paper()
    assert (paper.stop.max_epochs, paper.pretrain_epochs, paper.batch_size) == (150, 100, 32)
    assert (paper.critic_widths, paper.classifier_widths) == ((64, 128, 128, 256), (32, 32, 128, 256))
    assert [kind.paper()._penalty().at for kind in (CDRAGAN, BAGANGP)] == ["dragan", "interpolate"]
    assert BAGANGP.paper(latent="class_gaussian").latent == "class_gaussian"


def test_generator_takes_over_the_autoencoders_half():
    session = session_of(build(ThreePlayerGAN, **SMALL), *spectra())
    (start, game), players = session.recipe.phases, session.players
    other = jax.tree.map(lambda leaf: leaf + 1, players["autoencoder"]["generator"])
    players = {**players, "autoencoder": {**players["autoencoder"], "generator": other}}
    entered, _, _ = game.on_enter(players, session.data, session.hyper)
    assert entered["generator"] is other
    assert "autoencoder" not in entered
    assert start.on_enter is None


def test_autoencoder_learns():
    sampler = build(ThreePlayerGAN, **(SMALL | {"max_steps": 300, "learning_rate": 2e-3})).fit(*spectra())
    start = [row for row in sampler.history_ if row["phase"] == "autoencoder"]
    assert start[-1]["loss_autoencoder"] < 0.6 * start[0]["loss_autoencoder"]
    assert sampler.n_steps_ == {"mix": 600} or sampler.n_steps_ == {"sol": 600}


@pytest.mark.parametrize("sampler", [build(ThreePlayerGAN, pretrain_epochs=0, **SMALL), build(CDRAGAN, **RIVALS)])
def test_step_of_the_generator_raises_what_the_discriminator_thinks(sampler):
    session = session_of(sampler, *spectra())
    players = updated(session, session.players, "discriminator", 10)
    after = updated(session, players, "generator", 5)
    assert score_of_made(session, after, "discriminator") > score_of_made(session, players, "discriminator")


def made_right(coop_weight, seed):
    """How often the classifier takes generated rows for the class they were asked for.

    It learns from real rows alone, or it would know every generated row by having been told.
    """
    sampler = build(
        ThreePlayerGAN,
        coop_weight=coop_weight,
        without=("classifier_generated",),
        pretrain_epochs=0,
        learning_rate=2e-3,
        network=SpectraNetwork(ema_decay=None),
        **SMALL | {"max_steps": 200, "random_state": seed},
    )
    sampler.fit(*spectra((60, 12), apart=1.0, seed=seed))
    return (sampler.classifier_.predict(sampler.sample(200, "sol")) == "sol").mean()


def test_cooperation_makes_rows_the_classifier_knows():
    # Measured gains of five seeds: 0.30 to 0.65.
    gains = [made_right(10.0, seed) - made_right(0.0, seed) for seed in range(5)]
    assert min(gains) > 0
    assert np.mean(gains) > 0.2


def opinions_of_wrong_labels(weight, seed):
    # In one scale: where every point has its own, wrong labels lie so far off that little is left to find out.
    sampler = build(
        ThreePlayerGAN,
        pretrain_epochs=0,
        learning_rate=2e-3,
        network=SpectraNetwork(standardise_points=False),
        discriminator_rows=DiscriminatorRows(wrong_weight=weight),
        **SMALL | {"max_steps": 100, "random_state": seed},
    )
    X, y = spectra((60, 12), seed=seed)
    sampler.fit(X, y)
    players, training = restored_model(sampler, sampler.state_["models"][0])
    scaler = ClassScaler.from_state(sampler.state_["scalers"][0])
    rows = scaler.transform(sampler.encoder_.transform(X)).astype(np.float32)
    wrong = np.eye(training.condition_width, dtype=np.float32)[(y == "gel").astype(int)]
    return 1 / (1 + np.exp(-np.asarray(players["discriminator"](np.concatenate([wrong, rows], axis=1)), float))).mean()


def test_mislabelled_rows_are_found_out():
    # Measured over five seeds: 0.34 to 0.38 against 0.63 to 0.71.
    for seed in range(5):
        assert opinions_of_wrong_labels(1.0, seed) < opinions_of_wrong_labels(0.001, seed) - 0.1


@pytest.mark.slow
def test_class_beside_the_noise_is_learnt_first():
    def share_right(label_input, seed):
        X, y = spectra((150, 4), length=128, apart=13.0, seed=seed)
        unseen, label = spectra((200, 200), length=128, apart=13.0, seed=9 + seed)
        judge = LogisticRegression(max_iter=1000).fit(unseen[:, 0], label)
        document = {"learning_rate": 2e-4, "network__standardise_points": False}
        sampler = build(
            ThreePlayerGAN,
            max_steps=250,
            random_state=seed,
            network=SpectraNetwork(label_input=label_input),
            **document,
        ).fit(X, y)
        return (judge.predict(sampler.sample(200, "sol")[:, 0]) == "sol").mean()

    # Measured over five seeds: 1.00 against 0.37 to 0.52.
    for seed in range(5):
        assert share_right("concatenate", seed) > 0.9
        assert share_right("multiply", seed) < 0.75


def test_real_rows_are_drawn_balanced_or_naturally():
    X, y = spectra((90, 10))
    for how, share in (("balanced", 0.5), ("natural", 0.1)):
        session = session_of(build(ThreePlayerGAN, discriminator_rows=DiscriminatorRows(real=how), **SMALL), X, y)
        batch = session.recipe.phases[-1].draw(jax.random.key(0), session.data, 4000)
        assert float(batch["label"].mean()) == pytest.approx(share, abs=0.03)
        # The classifier's batch is natural either way, and comes from other draws.
        assert float(batch["natural_label"].mean()) == pytest.approx(0.1, abs=0.03)
        assert not np.array_equal(batch["label"], batch["natural_label"])


def test_classes_share_one_scale():
    X, y = spectra()
    for option in (False, True):
        session = session_of(build(ThreePlayerGAN, network=SpectraNetwork(standardise_points=option), **SMALL), X, y)
        rows = session.rows.x
        flat = X.reshape(len(X), -1).astype(float)
        if option:
            expected = (flat - flat.mean(axis=0)) / flat.std(axis=0)
        else:
            expected = (flat - (flat.max() + flat.min()) / 2) / (np.ptp(flat) / 2)
        np.testing.assert_allclose(rows, expected, atol=1e-4)
        assert session.players["generator"].with_tanh != option


CHANGES = {
    "discriminator_rows__wrong_weight": 0.5,
    "penalty__weight": 1.0,
    "coop_weight": 3.0,
    "critic_steps": 2,
    "discriminator_rows__real": "natural",
    "learning_rate": 2e-4,
    "network__standardise_points": False,
    "without": ("generator_adversarial",),
    "network__initial_sd": 0.02,
    "network__ema_decay": 0.5,
    "pretrain_epochs": 0,
    "network__label_input": "multiply",
}


@pytest.mark.parametrize("name", CHANGES)
def test_every_parameter_changes_the_rows(name):
    X, y = spectra()
    plain = build(ThreePlayerGAN, **SMALL).fit_resample(X, y)[0][46:]
    changed = build(ThreePlayerGAN, **(SMALL | {name: CHANGES[name]})).fit_resample(X, y)[0][46:]
    assert plain.shape == changed.shape
    assert not np.array_equal(plain, changed)


@pytest.mark.parametrize("change", [{"discriminator_rows__wrong_label": "any"}, {"penalty__at": "dragan"}], ids=str)
def test_every_choice_changes_the_rows(change):
    X, y = spectra()
    plain = build(ThreePlayerGAN, pretrain_epochs=0, **SMALL).fit_resample(X, y)[0]
    assert not np.array_equal(plain, build(ThreePlayerGAN, pretrain_epochs=0, **(SMALL | change)).fit_resample(X, y)[0])


def test_ends():
    X, y = spectra()
    assert "monitor" not in build(ThreePlayerGAN, **SMALL).fit(X, y).history_[-1]
    watched = build(ThreePlayerGAN, stop="distance", **SMALL).fit(X, y)
    assert watched.history_[-1]["monitor"] > 0
    assert "monitor" not in watched.history_[0]


def test_what_goes_wrong_is_noticed():
    assert _noticed({"d_accuracy": 0.99, "diversity": 1.0}) == ["the discriminator is nearly always right"]
    assert _noticed({"d_accuracy": 0.7, "diversity": 0.01}) == ["generated rows of a class are nearly alike"]
    assert not _noticed({"loss_autoencoder": 1.0})
    # A generator that hardly moves from weights near nothing makes one row.
    still = build(
        ThreePlayerGAN, pretrain_epochs=0, network=SpectraNetwork(initial_sd=1e-6), **SMALL | {"learning_rate": 1e-12}
    ).fit(*spectra())
    assert still.history_[-1]["diversity"] < 0.05
    assert "nearly alike" in still.history_[-1]["notice"]


def test_partial_fit_goes_on_from_the_game():
    X, y = spectra()
    sampler = build(ThreePlayerGAN, **SMALL).fit(X, y)
    steps = len(sampler.history_)
    sampler.partial_fit(X[::2], y[::2])
    assert [row["phase"] for row in sampler.history_[steps:]] == ["adversarial"]


def test_classifier_is_kept_and_saved(tmp_path):
    X, y = spectra((30, 8, 5))
    sampler = build(ThreePlayerGAN, **SMALL).fit(X, y)
    chances = sampler.classifier_.predict_proba(X)
    assert chances.shape == (43, 3)
    np.testing.assert_allclose(chances.sum(axis=1), 1)
    assert sampler.classifier_.classes_.tolist() == ["gel", "mix", "sol"]
    # What the last layer sees, and does.
    network = restored_model(sampler, sampler.state_["models"][0])[0]["classifier"]
    logits = (sampler.classifier_.features(X) @ np.asarray(network.weights[-1]) + np.asarray(network.biases[-1]))[:, :3]
    np.testing.assert_allclose(softmax(logits, axis=1), chances, atol=1e-5)
    sampler.save(tmp_path / "players.zip")
    np.testing.assert_array_equal(oversmith.load(tmp_path / "players.zip").classifier_.predict_proba(X), chances)
    with pytest.raises(NotFittedError, match="nothing was trained"):
        _ = ThreePlayerGAN().classifier_


def test_class_latents():
    X, y = spectra()
    sampler = build(BAGANGP, latent="class_gaussian", **RIVALS)
    X_resampled, _ = sampler.fit_resample(X, y)
    assert X_resampled.shape == (80, 1, 24)
    players, _ = restored_model(sampler, sampler.state_["models"][0])
    means = np.asarray(players["latent"]["mean"])
    assert np.abs(means[0] - means[1]).max() > 0.1
    plain = build(BAGANGP, **RIVALS).fit_resample(X, y)[0]
    assert not np.array_equal(plain, X_resampled)


def test_bad_arguments():
    X, y = spectra()
    with pytest.raises(InputError, match=r"without: 'noise' found; choose among 'discriminator_real'"):
        build(ThreePlayerGAN, without=("noise",), **SMALL).fit(X, y)
    with pytest.raises(ValueError, match="critic_widths"):
        build(ThreePlayerGAN, **(SMALL | {"critic_widths": (4, 0)})).fit(X, y)
    with pytest.raises(InputError, match="give it at least one epoch"):
        build(BAGANGP, latent="class_gaussian", pretrain_epochs=0, **RIVALS).fit(X, y)


@pytest.mark.parametrize("sampler", [ThreePlayerGAN, BAGANGP, CDRAGAN])
def test_two_in_a_hundred_and_fifty(sampler):
    X, y = spectra((150, 2))
    options = SMALL if sampler is ThreePlayerGAN else RIVALS
    X_resampled, y_resampled = build(sampler, **options).fit_resample(X, y)
    assert (y_resampled == "sol").sum() == 150
    assert np.isfinite(X_resampled).all()
