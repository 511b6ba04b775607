"""What results and samplers show in a notebook."""

from __future__ import annotations

from typing import Any

import html5lib
import numpy as np
import pandas as pd
import pytest
from sklearn.linear_model import LogisticRegression

import oversmith
from oversmith import Results, compare
from oversmith._card import card
from oversmith._registry import METHODS
from oversmith.evaluation import (
    Comparison,
    Finding,
    LeakageReport,
    NullCheck,
    SplitReport,
    check_split,
)

HOSTILE = "<script>alert('x')</script>"


def shown(html: str) -> str:
    """Text of a card, after checking that it is whole, self-contained and follows the page's theme."""
    parser = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False)
    tree = parser.parseFragment(html)
    tags = {element.tag for element in tree.iter()}
    assert not tags & {"script", "link", "img", "a"}
    assert "http" not in html
    assert "currentColor" in html
    assert "background:#" not in html
    for table in tree.iter("table"):
        assert all(th.get("scope") in ("col", "row") for th in table.iter("th"))
    for style in [element for element in tree.iter() if element.tag == "style"]:
        style.text = ""
    return " ".join("".join(tree.itertext()).split())


def test_text_is_escaped_cut_and_rounded():
    html = card(HOSTILE, [HOSTILE], columns=[HOSTILE, "n"], rows=[(HOSTILE, -0.12345), ("x" * 500, float("nan"))])
    text = shown(html)
    assert text.count(HOSTILE) == 4
    assert "−0.123" in text
    assert "–" in text
    assert "x" * 130 not in text


@pytest.fixture(scope="module")
def toy() -> tuple[pd.DataFrame, np.ndarray]:
    rng = np.random.default_rng(0)
    y = np.repeat(["no", "yes"], [45, 15])
    return pd.DataFrame(rng.normal(size=(60, 2)) + (y == "yes")[:, None], columns=["a", "b"]), y


def test_results(toy: Any):
    results = compare(
        *toy, name=HOSTILE, contenders=["none-tuned", "smote"], classifiers=["knn"], folds=3, inner_folds=2, n_jobs=1
    )
    text = shown(results._repr_html_())
    assert text.startswith(f"Results of {HOSTILE}")
    assert f"{results.verdict.effect:+.3f}".replace("-", "−") in text
    assert results.verdict.sentence.split("; ")[0].replace("\u00a0", " ") in text
    assert all(warning in text for warning in results.warnings)
    assert "Over 3 folds; differences from Nothing, tuned threshold" in text
    assert shown(Results(Comparison({"name": "toy"}, {}, [], [], []))._repr_html_()).startswith("Results of toy")


def test_leakage_and_split():
    checks = tuple(
        NullCheck(name, (0.5, 0.6), 0.55, 0.5, 0.6, 0.01, sound)
        for name, sound in (("permuted labels", True), ("noise", False))
    )
    text = shown(LeakageReport(False, "roc_auc", 0.5, checks, 0)._repr_html_())
    assert text.startswith("Leakage check: It leaks.")
    assert "Put it inside the folds" in text
    rows = pd.DataFrame({"a": np.arange(20.0), "b": np.arange(20.0) ** 2})
    y = np.repeat([0, 1], 10)
    found = check_split(rows, y, rows.iloc[:5], y[:5])
    assert "It leaks." in shown(found._repr_html_())
    sound = SplitReport(True, (Finding("exact", np.array([], int), 0, False, HOSTILE),))
    text = shown(sound._repr_html_())
    assert "not checked" in text
    assert f"exact: {HOSTILE}" in text


def test_quality_by_class():
    from oversmith.metrics import quality_report

    rng = np.random.default_rng(0)
    train, unseen, made = (pd.DataFrame(rng.normal(size=(40, 2))) for _ in range(3))
    y = np.repeat([0, 1], 20)
    found = quality_report(train, y, made.iloc[20:], np.full(20, 1), unseen, y)
    text = shown(found._repr_html_())
    assert text.startswith("1Quality of 20 synthetic rows, from 20 real ones")
    assert "coverage" in text
    assert len(found) == 1


def test_quality_of_series():
    from oversmith.metrics import series_quality

    rng = np.random.default_rng(0)
    found = series_quality(*(rng.normal(size=(8, 1, 12)) for _ in range(3)))
    text = shown(found._repr_html_())
    assert "Quality of generated series" in text
    assert "DTW" in text


@pytest.mark.parametrize("name", sorted(METHODS))
def test_samplers_show_scikit_learns_diagram(name: str):
    sampler = getattr(oversmith, METHODS[name].name)()
    html = sampler._repr_html_()
    assert "sk-estimator" in html
    assert METHODS[name].name in html


def test_a_pipeline_with_a_sampler_shows_both():
    from imblearn.pipeline import make_pipeline

    html = make_pipeline(oversmith.Jitter(), LogisticRegression())._repr_html_()
    assert "Jitter" in html
    assert "LogisticRegression" in html


def test_a_report_shows_itself_in_a_frame():
    from oversmith.report import render, summarise

    page = render(summarise(Comparison(data={"name": HOSTILE}, protocol={}, contenders=[], classifiers=[], scores=[])))
    assert page.startswith("<!DOCTYPE html>")
    frame = page._repr_html_()
    tree = html5lib.parseFragment(frame, namespaceHTMLElements=False)
    (iframe,) = tree
    assert iframe.get("srcdoc") == page
    assert iframe.get("sandbox") == "allow-scripts"
