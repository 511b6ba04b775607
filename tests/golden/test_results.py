"""Scores and conclusions of one comparison, one benchmark and one study stay what they are."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import results

from oversmith.evaluation.comparison import jsonable

STORED = json.loads((Path(__file__).parent / "results.json").read_text())


@pytest.mark.parametrize("name", STORED)
def test_results(name: str) -> None:
    assert results.rounded(jsonable(getattr(results, name)())) == STORED[name]
