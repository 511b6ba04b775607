"""Folds share compiled programs: other levels, another width and another learning rate compile nothing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from oversmith import EOWGAN, GradientPenalty, Network
from oversmith.training import count_compilations


@pytest.mark.data
def test_two_folds_of_adult_share_one_program(data_dir):
    frame = pd.read_parquet(data_dir / "tabular" / "adult.parquet").sample(4000, random_state=0)
    X, y = frame.drop(columns="target"), frame["target"]
    half = np.arange(len(frame)) % 2 == 0
    first = EOWGAN(max_steps=5, random_state=0).fit(X[half], y[half])
    first.sample(10, ">50K")
    with count_compilations() as count:
        second = EOWGAN(max_steps=7, learning_rate=3e-4, random_state=1).fit(X[~half], y[~half])
        second.sample(10, ">50K")
    assert first.encoder_.width_ != second.encoder_.width_
    assert set(X["native_country"][half]) != set(X["native_country"][~half])
    assert count.programs == 0


def test_numbers_are_arguments_not_code():
    """Every numeric setting that the paper tunes is traced; only shapes and names compile."""
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(90, 3)), np.repeat([0, 1], [70, 20])
    EOWGAN(max_steps=2, random_state=0).fit_resample(X, y)
    with count_compilations() as count:
        EOWGAN(
            max_steps=3,
            learning_rate=1e-4,
            critic_steps=3,
            random_state=1,
            network=Network(ema_decay=0.9),
            lipschitz=GradientPenalty(5.0),
        ).fit_resample(X[5:], y[5:])
    assert count.programs == 0
