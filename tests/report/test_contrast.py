"""Contrast of every pair of colours that meets, in both themes, from the variables themselves."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import oversmith.report
from oversmith.plot import PALETTE

CSS = (Path(oversmith.report.__file__).parent / "templates" / "variables.css").read_text(encoding="utf-8")
PAIRS = {
    name: (light, dark)
    for name, light, dark in re.findall(r"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);", CSS)
}
PAPERS = ["paper", "paper-raised", "paper-sunk"]
TEXTS = [
    *((ink, paper) for ink in ("ink", "muted", "accent") for paper in PAPERS),
    *((tone, f"{tone}-paper") for tone in ("helps", "harms", "undecided", "warning")),
]
MARKS = [
    (mark, "paper-raised")
    for mark in ("blue", "green", "orange", "vermillion", "purple", "sky", "helps", "harms", "undecided")
]


def luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


def test_formula_on_known_values() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


def test_every_palette_colour_has_a_variable() -> None:
    assert set(PALETTE) <= set(PAIRS)


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("text", "paper"), TEXTS)
def test_text(text: str, paper: str, theme: int) -> None:
    assert contrast(PAIRS[text][theme], PAIRS[paper][theme]) >= 4.5


@pytest.mark.parametrize("theme", [0, 1], ids=["light", "dark"])
@pytest.mark.parametrize(("mark", "paper"), MARKS)
def test_marks(mark: str, paper: str, theme: int) -> None:
    assert contrast(PAIRS[mark][theme], PAIRS[paper][theme]) >= 3


def test_pure_orange_where_it_is_seen() -> None:
    assert contrast(PALETTE["orange"], PAIRS["paper-raised"][0]) < 3
    assert PAIRS["orange"][1] == PALETTE["orange"].lower()
