"""The page without a browser: well-formed, self-contained, the same every time."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import html5lib
import pytest

from oversmith import Results
from oversmith.evaluation import Comparison
from oversmith.exceptions import WriteError
from oversmith.report import render, summarise

EMPTY = Comparison(data={"name": "toy"}, protocol={}, contenders=[], classifiers=[], scores=[])
KINDS = ["binary", "six_classes", "hostile", "large", "bench", "strange_bench", "study"]


@pytest.fixture(scope="session", params=KINDS)
def page(request: pytest.FixtureRequest, rendered: Callable[[str], str]) -> str:
    return rendered(request.param)


@cache
def _parsed(page: str) -> tuple[list[Any], list[Any]]:
    """Elements and errors of a page; a large one takes seconds."""
    parser = html5lib.HTMLParser(namespaceHTMLElements=False)
    return list(parser.parse(page).iter()), parser.errors


def _elements(page: str) -> list[Any]:
    return _parsed(page)[0]


def test_parses_without_errors(page: str) -> None:
    assert _parsed(page)[1] == []


def test_ids_are_unique_and_every_reference_hits_one(page: str) -> None:
    elements = _elements(page)
    ids = [element.get("id") for element in elements if element.get("id")]
    assert len(ids) == len(set(ids))
    wanted = set(re.findall(r'url\(#([^)"]+)\)', page))
    for element in elements:
        wanted |= set((element.get("aria-labelledby") or "").split())
        for name in ("href", "{http://www.w3.org/1999/xlink}href"):
            value = element.get(name) or ""
            wanted |= {value[1:]} if value.startswith("#") else set()
    assert wanted <= set(ids)


def test_nothing_is_loaded_from_elsewhere(page: str) -> None:
    for element in _elements(page):
        for name, value in element.attrib.items():
            local = str(name).rpartition("}")[2]
            if local in ("src", "href", "srcset", "data", "action", "poster"):
                assert value.startswith(("#", "data:")), (element.tag, value[:80])
    assert "@import" not in page
    assert "default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src 'unsafe-inline'" in page


def test_only_our_own_script_runs(page: str) -> None:
    elements = _elements(page)
    assert sum(str(element.tag) == "script" for element in elements) == 1
    assert not [name for element in elements for name in element.attrib if str(name).startswith("on")]


def test_every_figure_is_xml_with_title_and_description(page: str) -> None:
    figures = [text for text in re.findall(r"<svg .*?</svg>", page, re.S) if 'role="img"' in text]
    assert figures
    for text in figures:
        root = ElementTree.fromstring(text)
        titled = {element.get("id"): element.text for element in root if element.tag.endswith(("title", "desc"))}
        assert all(titled[name] for name in root.attrib["aria-labelledby"].split())
        assert not re.search(r'style="[^"]*#[0-9a-f]{6}', text), "a colour that does not follow the theme"


def test_every_figure_has_its_numbers_and_a_caption(page: str) -> None:
    figures = [element for element in _elements(page) if element.tag == "figure"]
    assert figures
    for figure in figures:
        assert figure.find("figcaption").text.strip()
        # A study's own figures are made from the tables they stand beside.
        if figure.get("id"):
            assert figure.find("details").find(".//tbody/tr") is not None


def test_tables_have_captions_and_scopes(page: str) -> None:
    tables = [element for element in _elements(page) if element.tag == "table"]
    assert tables
    for table in tables:
        assert table.find("caption") is not None
        assert all(cell.get("scope") in ("col", "row") for cell in table.iter("th"))


def test_headings_do_not_skip_a_level(page: str) -> None:
    levels = [int(e.tag[1]) for e in _elements(page) if re.fullmatch("h[1-6]", str(e.tag))]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(b - a <= 1 for a, b in pairwise(levels))


def test_size_budget(page: str) -> None:
    assert len(page.encode()) < 3_000_000


def test_typical_page_is_below_one_megabyte(rendered: Callable[[str], str]) -> None:
    assert len(rendered("binary").encode()) < 1_000_000


def test_same_comparison_same_bytes_and_json_rebuilds_the_page(
    six_classes: Comparison, rendered: Callable[[str], str], tmp_path: Path
) -> None:
    page = Results(six_classes).report(tmp_path / "a.html", tmp_path / "a.json").read_text(encoding="utf-8")
    assert page == rendered("six_classes")
    summary = json.loads((tmp_path / "a.json").read_text(encoding="utf-8"))
    assert summary["schema_version"] == 3
    assert summary == json.loads(json.dumps(Results(six_classes).to_dict()))
    assert render(summary) == page


def test_many_marks_become_tinted_images(rendered: Callable[[str], str]) -> None:
    page = rendered("large")
    assert page.count('filter="url(#embedding') == 18
    assert len(re.findall(r'<image [^>]*filter="url\(#embedding-\d-(?:pca|tsne)-\w+\)"', page)) == 18
    assert 'filter="url(#embedding' not in rendered("binary")


def test_a_file_is_replaced_whole_and_nothing_else_is_left(tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text("old", encoding="utf-8")
    assert Results(EMPTY).report(path) == path
    assert path.read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert [entry.name for entry in tmp_path.iterdir()] == ["report.html"]


def test_a_failed_write_leaves_nothing(tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(WriteError, match=r"^path: "):
        Results(EMPTY).report(tmp_path / "folder")
    with pytest.raises(WriteError, match=r"^path: .*missing"):
        Results(EMPTY).report(tmp_path / "missing" / "page.html")
    assert [entry.name for entry in tmp_path.iterdir()] == ["folder"]


def test_a_comparison_without_results_still_gives_a_page() -> None:
    page = render(summarise(EMPTY))
    assert _parsed(page)[1] == []
    assert "No verdict" in page
