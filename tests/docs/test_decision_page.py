"""The decision page: its tables come from the raw scores, its words from its tables."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path

import pytest

DOCS = Path(__file__).resolve().parents[2] / "docs"
MADE_BY = importlib.util.spec_from_file_location("decision", DOCS / "decision.py")


@pytest.fixture(scope="module")
def decision():
    module = importlib.util.module_from_spec(MADE_BY)
    MADE_BY.loader.exec_module(module)
    return module


def test_tables_are_rebuilt_from_the_raw_scores(decision):
    above, mark, below = decision.PAGE.read_text(encoding="utf-8").partition(decision.MARK)
    assert mark
    assert below == "\n" + decision.tables()
    quoted = set(re.findall(r"[+−]\d\.\d{3} \[[^]]*\]", above))
    assert len(quoted) > 10
    # What the words quote stands in a table.
    texts = below.replace("\N{NO-BREAK SPACE}", " ")
    assert {number for number in quoted if number not in texts} == set()


def test_no_gain_is_claimed_where_the_tables_show_none(decision):
    below = decision.PAGE.read_text(encoding="utf-8").partition(decision.MARK)[2]
    for part in re.findall(r"F1, both thresholds tuned:\n\n(.*?)\n\n", below, re.DOTALL):
        assert re.findall(r"\*\*[+]", part) == []
