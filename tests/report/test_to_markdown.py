"""A benchmark as Markdown: every cell against the analysis, tables whole, names from data as text."""

from __future__ import annotations

import pytest
from benches import make_store

from oversmith import Results
from oversmith.evaluation import Store
from oversmith.exceptions import InputError


@pytest.fixture(scope="module")
def small() -> Results:
    """Four data sets, one of a name that would break a table; one contender fails in both folds."""
    names = {"none-tuned": 0.0, "smote": 0.05, "jitter": 0.02, "<script>|`x`\n# Heading": 0.1}
    store = make_store(
        ("<b>a|b</b>", "two", "three", "four"),
        contenders=names,
        classifiers={"knn": 0.3, "logistic-regression": 0.1},
        folds=2,
        details=False,
        lost=("smote", "RuntimeError: it broke"),
    )
    return Results(store, name="small")


def row_of(text: str, start: str) -> list[str]:
    line = next(line for line in text.splitlines() if line.startswith(f"| {start} |"))
    return [cell.strip() for cell in line.strip("|").split("|")]


def test_cells_are_those_of_the_results(small: Results) -> None:
    text = small.to_markdown()
    board = small.leaderboard.set_index("contender").loc["jitter"]
    assert row_of(text, "`jitter`")[1:3] == [f"{board['rank']:.2f}", f"{board['average_precision']:.3f}"]
    assert row_of(text, "`smote`")[1:3] == ["–", "failed in 8 of 8 folds"]
    effect = small.effects.query("contender == 'jitter' and metric == 'average_precision'").iloc[0]
    cells = row_of(text[text.index("### Average precision against `none-tuned`") :], "`jitter`")
    assert cells[1:4] == [
        f"{effect['difference']:+.3f}",
        f"[{effect['low']:+.3f}, {effect['high']:+.3f}]",
        f"{effect['wins']} / {effect['ties']} / {effect['losses']}",
    ]
    assert cells[-1] == f"{effect['p_holm']:.3f}"
    assert "4 comparisons, one family for Holm's correction." in text
    assert "| failed | SMOTE | k nearest neighbours | RuntimeError: it broke | 8 |" in text


def test_every_table_has_as_many_cells_as_heads(small: Results) -> None:
    lines = small.to_markdown().splitlines()
    # A vertical bar in a name is escaped.
    bars = [line.replace("\\|", "").count("|") if line.startswith("|") else 0 for line in lines]
    rulers = [index for index, line in enumerate(lines) if line.startswith("| ---")]
    assert len(rulers) > 5
    for index in rulers:
        assert bars[index - 1] == bars[index] == bars[index + 1]


def test_differences_by_classifier_by_hand(small: Results) -> None:
    text = small.to_markdown()
    means = small.scores.groupby(["contender", "classifier"])["average_precision"].mean()
    d = means["jitter"] - means["none-tuned"]
    cells = row_of(text[text.index("### Average precision by classifier") :], "`jitter`")
    assert [cell.split()[0] for cell in cells[1:]] == [f"{d['knn']:+.3f}", f"{d['logistic-regression']:+.3f}"]
    assert "### Average precision by minority rows of the training part" not in text, "all sets are of one size"


def test_names_from_data_are_text(small: Results) -> None:
    text = small.to_markdown()
    assert "<script>" not in text
    assert "\n# Heading" not in text
    assert "`&lt;script&gt;\\|'x' # Heading`" in text


def test_what_was_not_measured_has_no_column(small: Results) -> None:
    scores = small.scores.assign(f1_tuned=float("nan"))
    text = Results(scores, name="x").to_markdown()
    assert "F1 at the tuned threshold" not in text
    assert "F1 at 0.5" in text


def test_what_cannot_be_reported(small: Results) -> None:
    with pytest.raises(InputError, match="results: no result found"):
        Results(Store(None)).to_markdown()
    with pytest.raises(InputError, match="control: 'smot' is not among the contenders"):
        Results(small.scores, control="smot").to_markdown()
