"""Data of one class: rows and classes chosen, told and counted."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import oversmith as om
from oversmith.exceptions import InputError


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Sixty rows: 40 a, 12 b, 8 c; six people."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(
        {
            "who": np.arange(60) % 6,
            "size": rng.normal(size=60),
            "kind": np.where(np.arange(60) % 7, "x", None),
            "target": np.repeat(["a", "b", "c"], [40, 12, 8]),
        }
    )
    place = tmp_path_factory.mktemp("data") / "in.parquet"
    frame.to_parquet(place)
    return place


def test_one_class_against_all_others_or_some(path: Path):
    data = om.read(path, "target")
    assert (data.classes, data.positive, round(data.prevalence, 3)) == (("a", "b", "c"), None, 0.133)
    rest = data.against("c")
    assert rest.counts == {"rest": 52, "c": 8}
    assert rest.y.tolist() == ["rest"] * 52 + ["c"] * 8
    assert rest.labels is data.labels
    pair = data.against("c", ["b"])
    assert (pair.counts, len(pair)) == ({"b": 12, "c": 8}, 20)
    assert pair.y is pair.labels
    assert pair.rows.tolist() == list(range(40, 60))
    assert data.against("c", ["a", "b"]).counts == {"rest": 52, "c": 8}
    assert data.counts == {"a": 40, "b": 12, "c": 8}
    with pytest.raises(InputError, match="positive: 'd' is not a class of 'target'"):
        data.against("d")


def test_a_sample_keeps_shares(path: Path):
    data = om.read(path, "target", groups="who")
    part = data.sample(30, seed=1)
    assert part.counts == {"a": 20, "b": 6, "c": 4}
    assert part.X.index.tolist() == part.rows.tolist() == sorted(part.rows)
    assert np.array_equal(part.groups, data.groups[part.rows])
    assert data.sample(30, seed=1).rows.tolist() == part.rows.tolist() != data.sample(30, seed=2).rows.tolist()
    assert data.sample(2).counts == {"a": 2, "b": 2, "c": 2}
    assert data.sample(60) is data
    with pytest.raises(InputError, match="n: 1 found"):
        data.sample(1)


def test_the_positive_class_is_thinned(path: Path):
    data = om.read(path, "target")
    assert data.against("b").thin(8).counts == {"rest": 48, "b": 6}
    with pytest.raises(InputError, match="positive: 'target' has 3 classes and none is named"):
        data.thin(8)
    with pytest.raises(InputError, match=r"use at least 4\.0"):
        data.against("b").thin(2)


def test_columns_and_groups(path: Path):
    data = om.read(path, "target").drop(["size"]).with_groups("who")
    assert list(data.X) == ["kind"]
    assert (data.group_column, data.groups.tolist()[:3]) == ("who", [0, 1, 2])
    for call, message in (
        (lambda: data.drop("sise"), "drop: 'in.parquet' has no column 'sise'; did you mean 'size'?"),
        (lambda: data.drop("kind"), "drop: no column but the target"),
        (lambda: data.with_groups("target"), "groups: 'target' is no other column"),
    ):
        with pytest.raises(InputError, match=message):
            call()


def test_what_was_understood_is_told(path: Path):
    data = om.read(path, "target", groups="who").against("c")
    assert repr(data).splitlines() == [
        "Data 'in.parquet': 60 rows",
        "  table      2 columns: 1 numeric, 1 categorical",
        "  target     target: rest 52, c 8",
        "  positive   c, 13 % of the rows",
        "  missing    9 cells",
        "  groups     who: 6",
    ]
    facts = data.facts()
    assert facts["counts"] == {"rest": 52, "c": 8}
    assert facts["column_kinds"] == {"numeric": 1, "categorical": 1}
    assert (facts["modality"], facts["shape"], facts["groups"], facts["missing_cells"]) == ("table", [2], 6, 9)
