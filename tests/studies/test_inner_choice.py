"""What a paper tunes is chosen without the test part; the classifier of a sampler is read from the same fit."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

import oversmith
from oversmith import SeriesEncoder, SpectraNetwork, ThreePlayerGAN
from oversmith.evaluation import Contender, Protocol
from oversmith.evaluation.classifiers import classifier_named
from oversmith.evaluation.job import Job
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.protocol import make_splits
from oversmith.evaluation.spec import describe_classifier
from oversmith.evaluation.task import prepare
from oversmith.studies.spectra import choice as inner_choice
from oversmith.studies.spectra.choice import OWN, Choice, ChosenInside, chosen, inner_split

POINTS = 16


def task(groups=None):
    rng = np.random.default_rng(0)
    y = np.repeat(["gel", "sol"], [60, 30])
    centre = np.where(y == "gel", 5, 10)[:, None, None]
    X = np.exp(-((np.arange(POINTS) - centre) ** 2) / 8) + rng.normal(scale=0.1, size=(90, 1, POINTS))
    return prepare(X, y, target="y", name="peaks", positive="sol", groups=groups)


def smote(situation):
    return oversmith.SMOTE(
        k_neighbors=3, random_state=situation.seed, encoder=SeriesEncoder(input_shape=situation.shape)
    )


def players(situation):
    return ThreePlayerGAN(
        generator_widths=(8, 8),
        critic_widths=(8, 8),
        classifier_widths=(8, 8),
        latent_dim=6,
        max_steps=situation.max_steps,
        pretrain_epochs=1,
        random_state=situation.seed,
        learning_rate=1e-2,
        encoder=SeriesEncoder(input_shape=situation.shape),
        network=SpectraNetwork(head_units=8),
    )


SMOTE = Contender("smote", "SMOTE", "series-smote", smote)
PLAYERS = Contender("players", "Players", "three-player-gan", players, trained=True)
CHOICE = Choice("smote", "k_neighbors", (1, 3, 5))


def job_of(contender, rare=6, procedure=None, judges=("knn",), groups=None):
    data = task(groups)
    split = make_splits(data, Protocol(folds=None, counts=(30, rare))).parts[0]
    classifiers = tuple(OWN if name == OWN.name else classifier_named(name) for name in judges)
    return Job(data, split, contender, (contender.name,), classifiers, 0, None, 1, 40, 0, None, False, procedure)


def test_the_inner_split_stays_inside_and_keeps_a_third():
    job = job_of(SMOTE)
    inner = inner_split(job)
    assert np.array_equal(np.union1d(inner.train, inner.test), job.split.train)
    assert not np.intersect1d(inner.train, inner.test).size
    assert np.bincount(job.task.y[inner.test]).tolist() == [10, 2]
    # Whoever chooses, chooses on the same rows.
    assert inner_split(job_of(PLAYERS)).sha256 == inner.sha256
    assert inner_split(job_of(SMOTE, rare=3)) is None


def test_groups_stay_whole_inside():
    groups = np.arange(90) % 6
    inner = inner_split(job_of(SMOTE, rare=8, groups=groups))
    assert not set(groups[inner.train]) & set(groups[inner.test])


def test_the_best_value_is_chosen_and_ties_go_to_the_middle(monkeypatch):
    seen = []

    def scored(told):
        def run(job):
            value = job.contender.build(type("S", (), {"shape": job.task.shape, "seed": 0, "max_steps": 1})).k_neighbors
            seen.append(value)
            assert not np.intersect1d(job.split.test, job_of(SMOTE).split.test).size
            outcome = inner_choice.Outcome()
            if told[value] is not None:
                outcome.more["judge"] = {"f1_macro": told[value]}
            return outcome

        monkeypatch.setattr(inner_choice, "_fit_and_score", run)
        return chosen(job_of(SMOTE), CHOICE)

    assert scored({1: 0.2, 3: 0.5, 5: 0.9}) == 5
    assert scored({1: 0.7, 3: 0.7, 5: 0.7}) == 3
    assert scored({1: 0.7, 3: 0.1, 5: None}) == 1
    assert seen == [1, 3, 5] * 3
    assert chosen(job_of(SMOTE, rare=3), CHOICE) == 3
    assert seen == [1, 3, 5] * 3


def test_the_job_is_done_with_the_value_chosen(monkeypatch):
    monkeypatch.setattr(inner_choice, "chosen", lambda job, choice: 1)
    outcome = run_job(job_of(SMOTE, procedure=ChosenInside((CHOICE,))))
    monkeypatch.undo()
    one = replace(SMOTE, build=lambda situation: smote(situation).set_params(k_neighbors=1))
    alone = run_job(job_of(one))
    drop = ("seconds_resample", "seconds_fit", "seconds_predict")
    same = [{k: v for k, v in found.scores[0].items() if k not in drop} for found in (outcome, alone)]
    assert same[0] == same[1]
    assert outcome.more["knn"]["chosen"] == 1.0
    assert "chosen" not in run_job(job_of(PLAYERS, procedure=ChosenInside((CHOICE,)))).more["knn"]


def test_the_players_own_classifier_is_that_of_the_same_fit():
    job = job_of(PLAYERS, procedure=ChosenInside(), judges=("knn", OWN.name))
    outcome = run_job(job)
    assert outcome.resampling is None
    rows = {row["classifier"]: row for row in outcome.scores}
    assert {row["status"] for row in rows.values()} == {"done"}
    assert rows[OWN.name]["seconds_resample"] == rows["knn"]["seconds_resample"] > 0
    assert (rows[OWN.name]["n_train"], rows[OWN.name]["n_synthetic"]) == (36, 24)
    assert set(outcome.more[OWN.name]) == set(outcome.more["knn"])
    # As trained alone, with the same seed.
    data, split = job.task, job.split
    told = {found["classifier"]: found["scores"] for found in outcome.predictions}
    situation = type("S", (), {"shape": data.shape, "max_steps": 40, "seed": seed_of(job)})
    alone = players(situation)
    alone.fit_resample(data.X.iloc[split.train], data.y[split.train])
    expected = alone.classifier_.predict_proba(data.X.iloc[split.test])
    np.testing.assert_allclose(told[OWN.name], expected[:, 1] if told[OWN.name].ndim == 1 else expected, atol=1e-6)


def seed_of(job):
    return int(job.seeds("sampler/outer").generate_state(1)[0] >> 1)


def test_a_sampler_that_fails_leaves_two_failures():
    def broken(situation):
        return players(situation).set_params(without=("nothing",))

    contender = replace(PLAYERS, build=broken, trained=False)
    outcome = run_job(job_of(contender, procedure=ChosenInside(), judges=("knn", OWN.name)))
    assert [(row["classifier"], row["status"]) for row in outcome.scores] == [("knn", "failed"), (OWN.name, "failed")]
    assert all("without: 'nothing' found" in row["error"] for row in outcome.scores)


def test_the_own_classifier_is_known_by_its_parameters():
    assert describe_classifier(OWN)["class"].endswith("ThreePlayerClassifier")


@pytest.mark.parametrize(("values", "middle"), [((1, 2, 3, 4, 5), 3), ((0.25, 0.5, 1.0), 0.5)])
def test_the_middle(values, middle):
    assert Choice("a", "b", values).middle == middle
