"""Samplers and classifiers that misbehave, and small data, for the tests of runner and store."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

import cloudpickle
import numpy as np
from imblearn.base import BaseSampler
from sklearn.base import BaseEstimator, ClassifierMixin

from oversmith.evaluation import Classifier, Contender

# Child processes cannot import this file by name.
cloudpickle.register_pickle_by_value(sys.modules[__name__])


def table(name="toy", n=60, positives=15, seed=0):
    rng = np.random.default_rng([seed, *name.encode()])
    y = np.repeat([0, 1], [n - positives, positives])
    return name, rng.normal(size=(n, 3)) + y[:, None], y


class Misbehaving(BaseSampler):
    """Returns its input, or does what it must not."""

    _sampling_type = "over-sampling"

    def __init__(self, what="nothing", note=None):
        self.what = what
        self.note = note

    def fit_resample(self, X, y):
        if self.note is not None:
            with Path(self.note).open("a") as file:
                file.write(f"{len(y)}\n")
        match self.what:
            case "nan":
                X = X.copy()
                X.iloc[-1, 0] = np.nan
            case "tell":
                raise RuntimeError(f"process {os.getpid()}, threads {os.environ.get('NPROC')}")
            case "raise":
                raise RuntimeError("it broke\nin the middle")
            case "sleep":
                time.sleep(60)
            case "grow":
                kept = []
                for _ in range(100):
                    kept.append(np.ones(3_000_000))
                    time.sleep(0.02)
            case "memory error":
                raise MemoryError
            case "abort":
                os.abort()
            case "die":
                os._exit(7)
            case "killed":
                os.kill(os.getpid(), 9)
            case "steal":
                import pandas as pd

                rows = pd.DataFrame(STOLEN, columns=X.columns)
                return pd.concat([X, rows], ignore_index=True), np.concatenate([y, np.ones(len(rows), dtype=int)])
        return X, y

    def _fit_resample(self, X, y):
        return X, y


STOLEN = table()[1]


def misbehaving(what, note=None):
    def build(situation):
        return Misbehaving(what, note)

    return Contender(what, what.title(), what, build)


class Slow(ClassifierMixin, BaseEstimator):
    """Never gets done."""

    def fit(self, X, y):
        time.sleep(60)


SLOW = Classifier("slow", "Slow", lambda seed: Slow())
