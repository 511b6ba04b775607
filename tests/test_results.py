"""The committed tables are rebuilt, byte for byte, from the committed raw scores."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversmith.evaluation import Store, read_scores
from oversmith.evaluation.bench_report import report_markdown

RESULTS = Path(__file__).resolve().parents[1] / "docs" / "results"


@pytest.mark.parametrize("name", sorted(path.stem for path in (RESULTS / "raw").glob("*.parquet")))
def test_tables_are_rebuilt_from_their_raw_scores(name):
    store = Store(None)
    read, passed_over = read_scores(store, RESULTS / "raw" / f"{name}.parquet")
    assert read > 1000
    assert passed_over == 0
    written = (RESULTS / f"{name}.md").read_text(encoding="utf-8")
    # Below a line of its own stands what was made of the numbers by hand.
    tables = written.split("<!-- tables -->\n", 1)[1]
    assert tables == report_markdown(store.scores())


def test_there_are_results():
    assert list((RESULTS / "raw").glob("*.parquet"))
    assert list((RESULTS / "plans").glob("*.toml"))
