"""The page of a study: verdicts counted, Markdown that lets nothing through, figures of the house."""

from __future__ import annotations

from pathlib import Path

import pytest
from benches import make_store

from oversmith import Results
from oversmith.report import StudyPage, StudyPart, render, summarise_study
from oversmith.report.markdown import to_html


@pytest.mark.parametrize(
    ("verdicts", "tag"),
    [
        (("reproduced",) * 9 + ("not reproduced",), "Reproduced"),
        (("reproduced", "not reproduced"), "Partly reproduced"),
        (("reproduced",) + ("not reproduced",) * 9, "Not reproduced"),
        (("cannot be compared",), "No verdict"),
    ],
)
def test_the_verdict_counts_what_can_be_compared(verdicts: tuple[str, ...], tag: str) -> None:
    summary = summarise_study(StudyPage("toy", "A study", parts=(StudyPart("Table", (), verdicts),)))
    assert summary["verdict"]["tag"] == tag
    assert sum(summary["parts"][0]["counts"]) == len(verdicts)


def test_markdown_lets_no_markup_and_no_script_through() -> None:
    text = to_html(
        ["<script>alert(1)</script> [x](javascript:alert(1)) ![y](https://a.b/c.png) [z](https://a.b/)"],
        {},
        uid="m",
        label="text",
    )
    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "<img" not in text
    assert '<a href="https://a.b/">z</a>' in text


def test_tables_sort_and_name_their_rows(study: StudyPage) -> None:
    page = render(summarise_study(study))
    assert '<th scope="col" aria-sort="none" data-first="descending"><button type="button">published</button>' in page
    assert '<th scope="row">a</th>' in page
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page


def test_figures_follow_the_theme(study: StudyPage) -> None:
    page = render(summarise_study(study))
    assert "stroke: var(--blue)" in page
    assert "fill: #ffffff" not in page


def test_the_sound_comparison_stands_beside_it(tmp_path: Path) -> None:
    scores = make_store(("a", "b"), classifiers={"knn": 0.1}, folds=2, details=False).scores()
    page = Results(StudyPage("toy", "A study", scores=scores)).report(tmp_path / "a.html")
    again = Results(StudyPage("toy", "A study", scores=scores)).report(tmp_path / "b.html")
    assert page.read_bytes() == again.read_bytes()
    assert "Used soundly" in page.read_text(encoding="utf-8")


def test_a_tuned_threshold_that_stands_alone_is_compared_with_nothing(tmp_path: Path) -> None:
    scores = make_store(("a", "b"), classifiers={"knn": 0.1}, folds=2, details=False).scores()
    alone = scores[scores["contender"] == "none-tuned"]
    page = Results(StudyPage("toy", "A study", scores=alone)).report(tmp_path / "alone.html")
    assert "Used soundly" not in page.read_text(encoding="utf-8")
