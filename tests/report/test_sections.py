"""Sections of the page, in pages of real results."""

from __future__ import annotations

import real

from oversmith.report import render, summarise, summarise_bench


def test_generated_rows_of_tables_are_measured_beside_unseen_ones():
    """A comparison and a benchmark both show them, for every sampler."""
    page = render(summarise(comparison := real.of_table()))
    assert set(comparison.quality) == {"smotenc", "eo-wgan-0.33"}
    assert all(entry["n_unseen"] >= 10 and "quality" in entry for part in comparison.quality.values() for entry in part)
    bench = summarise_bench(real.benchmark())
    assert [{entry["contender"] for entry in part["quality"]} for part in bench["datasets"]] == [
        {"smotenc", "eo-wgan-0.33"}
    ] * 2
    for text in (page, render(bench)):
        assert "Quality of the generated rows" in text
