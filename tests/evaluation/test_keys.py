"""Names of results: what came later leaves them alone where it changes nothing."""

from __future__ import annotations

from typing import Any

import pytest

from oversmith import CGAN, DCGAN, Auto
from oversmith.evaluation.keys import as_before, describe


def parameters(sampler: Any, modality: str) -> dict[str, Any]:
    return as_before(describe(sampler), modality)["parameters"]


def test_parameters_that_came_later_are_left_out_at_their_defaults():
    table, series = parameters(DCGAN(), "table"), parameters(DCGAN(), "series")
    assert not {"modality", "channels"} & (set(table) | set(series))
    assert not {"scaling", "input_shape", "bounds", "backbone"} & set(table)
    assert series["scaling"] == "standard"
    assert series["input_shape"] is None
    assert "input_shape" not in parameters(Auto(), "series")


@pytest.mark.parametrize("changes", [{"scaling": "minmax"}, {"bounds": "observed"}, {"modality": "image"}])
def test_other_values_stand(changes):
    (name, value), *_ = changes.items()
    for modality in ("table", "series"):
        assert parameters(CGAN(**changes), modality)[name] == value
        assert parameters(CGAN(**changes), modality) != parameters(CGAN(), modality)


def test_nested_samplers_too():
    described = as_before({"class": "x.Pipeline", "parameters": {"steps": [["s", describe(CGAN())]]}})
    assert "modality" not in described["parameters"]["steps"][0][1]["parameters"]
