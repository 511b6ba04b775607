"""Saved samplers of changed values, checksum and all: an error of ours, at load or at the first draw, or rows."""

from __future__ import annotations

import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import oversmith
from oversmith.exceptions import InputError
from oversmith.samplers._saving import digest

VALUES: tuple[Any, ...] = (
    None, True, -1, 0, 3, 1e308, "x", "", [], {}, {"dict": []}, {"array": 0}, {"array": 1}, {"scalar": 0},
    {"tuple": [1]}, {"float": "nan"}, [[1]], 10**30,
)  # fmt: skip
CHANGES = 60
RNG = np.random.default_rng(0)
X = pd.DataFrame({"a": RNG.normal(size=40), "b": RNG.integers(0, 5, 40), "c": RNG.choice(["u", "v", "w"], 40)})
Y = np.repeat(["p", "q"], [30, 10])


def paths(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from paths(value, (*path, key))


def forged(members: dict[str, bytes], document: dict[str, Any], path: Path) -> None:
    document["sha256"] = digest(document)
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members.items():
            archive.writestr(name, json.dumps(document) if name == "sampler.json" else data)


def node_at(document: Any, path: tuple[Any, ...]) -> Any:
    for key in path:
        document = document[key]
    return document


@pytest.mark.parametrize("name", ["Jitter", "GaussianCopula", "SMOTE", "GaussianMixture"])
def test_changed_values(name: str, tmp_path: Path) -> None:
    saved, path = tmp_path / "saved.zip", tmp_path / "forged.zip"
    getattr(oversmith, name)(random_state=0).fit(X, Y).save(saved)
    with zipfile.ZipFile(saved) as archive:
        members = {member: archive.read(member) for member in archive.namelist()}
    document = json.loads(members["sampler.json"])
    everywhere = list(paths({key: value for key, value in document.items() if key not in ("sha256", "arrays")}))
    choice = random.Random(1)
    outcomes = set()
    for _ in range(CHANGES):
        changed = json.loads(members["sampler.json"])
        *above, last = choice.choice(everywhere)
        node = node_at(changed, tuple(above))
        if choice.random() < 0.2:
            del node[last]
        else:
            node[last] = choice.choice(VALUES)
        forged(members, changed, path)
        try:
            outcomes.add(len(oversmith.load(path).sample(3, "q")))
        except InputError as error:
            outcomes.add(error.argument)
    assert {3, "path"} <= outcomes


def test_an_error_of_the_file_is_no_error_of_the_next_fit(tmp_path: Path) -> None:
    path = tmp_path / "saved.zip"
    oversmith.Jitter(random_state=0).fit(X, Y).save(path)
    sampler = oversmith.load(path)
    sampler.state_.clear()
    with pytest.raises(InputError, match="do not fit each other") as raised:
        sampler.sample(3, "q")
    assert str(path) in str(raised.value)
    sampler.fit(X, Y)
    sampler.state_.clear()
    with pytest.raises(KeyError):
        sampler.sample(3, "q")
