"""The worked example of CONTRIBUTING is a method: it passes the main checks of the contract. Paths it names exist."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import Any

import pandas as pd
import pytest
from imblearn.utils.estimator_checks import estimator_checks_generator
from toys import mixed_table

import oversmith
from oversmith._registry import METHODS, Method

ROOT = Path(__file__).parent.parent.parent
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def example() -> Iterator[Method]:
    """The method of the page, in a module of its own and in the registry."""
    code, entry = re.findall(r"```python\n(.*?)```", PAGE, flags=re.DOTALL)
    names: dict[str, Any] = {}
    exec(entry, names)
    method = names["entry"]
    module = sys.modules[method.module] = ModuleType(method.module)
    exec(code, module.__dict__)
    METHODS[method.kebab] = method
    yield method
    del METHODS[method.kebab], sys.modules[method.module]


def test_the_example_passes_the_contract(example: Method, tmp_path: Path):
    sampler = getattr(sys.modules[example.module], example.name)(random_state=0)
    for estimator, check in estimator_checks_generator(sampler):
        check(estimator)
    X, y = mixed_table(0)
    X_resampled, y_resampled = sampler.fit_resample(X, y)
    pd.testing.assert_frame_equal(X_resampled.iloc[: len(X)], X)
    assert len(set(pd.Series(y_resampled).value_counts())) == 1
    label = "rare"
    sampler.fit(X, y).save(tmp_path / "between.npz")
    rows = sampler.sample(7, label)
    assert len(rows) == 7
    pd.testing.assert_frame_equal(oversmith.load(tmp_path / "between.npz").sample(7, label), rows)


def test_every_path_of_the_page_exists():
    paths = re.findall(r"`((?:src|tests|benchmarks|docs)/[\w./]*)`", PAGE)
    packages = re.findall(r"`(\w+/|\w+\.py)`", PAGE)
    assert len(paths) > 6
    assert [path for path in paths if not (ROOT / path).exists()] == []
    missing = [
        name for name in packages if not (ROOT / "src" / "oversmith" / name).exists() and not (ROOT / name).exists()
    ]
    assert missing == ["base.py"]


def test_the_glossary_is_short():
    assert len(re.findall(r"^\| ", PAGE.partition("## Glossary")[2].partition("##")[0], flags=re.MULTILINE)) <= 15 + 2
