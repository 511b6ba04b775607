"""Simulated hydrogels: counts and ranges of the paper, the same bits, labels by the paper's rules."""

from __future__ import annotations

import numpy as np
import pytest
from sklearn.metrics import f1_score
from sklearn.neighbors import KNeighborsClassifier

from oversmith.datasets import dataset_info, label_dilution, load_dataset, make_hydrogel_spectra, spectrum_response
from oversmith.exceptions import InputError

COUNTS = {"f127": (181, 107), "alpha-cd": (94, 194)}
RULES = {"f127": "sigmoid", "alpha-cd": "lines"}


@pytest.mark.parametrize("system", COUNTS)
def test_counts_wells_and_sensors_are_those_of_the_paper(system):
    generated = make_hydrogel_spectra(system)
    assert generated.X.shape == (288, 1, 800)
    assert ((generated.y == "solution").sum(), (generated.y == "gel").sum()) == COUNTS[system]
    assert [int((generated.group == name).sum()) for name in generated.transitions] == [96] * 3
    below = generated.concentration < [generated.transitions[name] for name in generated.group]
    assert np.array_equal(below, generated.y == "solution")
    assert generated.axis.points.tolist() == list(range(1, 801))
    # A capacitance alone has -90 degrees; a resonance lifts the phase, and never beyond +90.
    assert -92 < generated.X.min() < -85
    assert generated.X.max() < 0


def test_the_same_seed_gives_the_same_spectra():
    one, same, other = (make_hydrogel_spectra(n_points=64, random_state=seed).X for seed in (1, 1, 2))
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)


@pytest.mark.parametrize("system", COUNTS)
def test_the_rule_of_the_paper_gives_the_labels(system):
    for noise, share in ((0.0, 0.99), (1.0, 0.97)):
        generated = make_hydrogel_spectra(system, noise=noise)
        response = spectrum_response(generated.X, "position")
        y, _ = label_dilution(generated.concentration, response, rule=RULES[system], series=generated.group)
        assert (y == generated.y).mean() >= share


def test_sensors_resonate_elsewhere():
    generated = make_hydrogel_spectra("f127", noise=0.0)
    first = [int(generated.X[generated.group == name][0, 0].argmax()) for name in generated.transitions]
    assert min(abs(a - b) for a, b in zip(first, [*first[1:], first[0]], strict=True)) > 20


def few_shot(system: str, majority: str, rows: int, minority: int) -> float:
    generated = make_hydrogel_spectra(system)
    X, scores = generated.X[:, 0, ::4], []
    for seed in range(5):
        rng = np.random.default_rng(seed)
        many, few = (rng.permutation(np.flatnonzero((generated.y == majority) == side)) for side in (True, False))
        train, test = np.r_[many[:rows], few[:minority]], np.r_[many[rows:], few[minority:]]
        guess = KNeighborsClassifier(1).fit(X[train], generated.y[train]).predict(X[test])
        scores.append(f1_score(generated.y[test], guess, average="macro"))
    return float(np.mean(scores))


def test_the_second_overlaps_more():
    easy, hard = few_shot("f127", "solution", 150, 6), few_shot("alpha-cd", "gel", 120, 6)
    assert easy > hard + 0.1
    # Neither is out of reach: with many rows of both, neighbours tell them apart.
    assert few_shot("alpha-cd", "gel", 120, 60) > 0.8


@pytest.mark.parametrize(
    "options, message",
    [({"system": "agar"}, "system: 'agar'"), ({"n_points": 8}, "n_points: 8"), ({"noise": -1.0}, "noise: -1.0")],
)
def test_impossible_numbers(options, message):
    with pytest.raises(InputError, match=message):
        make_hydrogel_spectra(**options)


@pytest.mark.parametrize("name, positive", [("hydrogel_f127_simulated", "gel"), ("hydrogel_acd_simulated", "solution")])
def test_the_registry_makes_them_and_says_what_they_are(name, positive):
    info = dataset_info(name)
    assert info.simulated
    assert not info.downloadable
    assert "SIMULATED" in info.about
    assert "simulated" in info.origin
    data = load_dataset(name, download=False)
    assert data.positive == positive
    assert data.axis is not None
    assert (data.y == positive).sum() == info.classes[positive]
