"""Every section listed is in the pages of real results, with content, and in the documentation."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import html5lib
import pytest

from oversmith.evaluation import Comparison, Store
from oversmith.report.sections import SECTIONS, sections_of

DOCS = Path(__file__).resolve().parents[2] / "docs" / "report.md"
REAL = ["real_table", "real_series", "real_spectra", "real_images", "real_bench", "real_study"]


@pytest.mark.parametrize("name", REAL)
def test_every_section_is_in_the_page_with_content(
    name: str, rendered: Callable[[str], str], request: pytest.FixtureRequest
) -> None:
    results = request.getfixturevalue(name)
    data = results.data if isinstance(results, Comparison) else None
    kind = "comparison" if data is not None else "bench" if isinstance(results, Store) else "study"
    wanted = sections_of(kind, data=data)
    page = html5lib.parse(rendered(name), namespaceHTMLElements=False)
    main = page.find(".//main")
    there = {element.get("id"): element for element in main.findall("section")}
    assert list(there) == [section.name for section in wanted]
    for section in wanted:
        element = there[section.name]
        headings = ["".join(e.itertext()) for e in element.iter() if e.tag in ("h2", "h3")]
        assert headings[0] == section.title
        for part in section.parts:
            assert any(heading.startswith(part) for heading in headings), (section.name, part)
        pictures = [e for e in element.iter() if e.tag == "img" or e.get("role") == "img"]
        cells = [e for e in element.iter() if e.tag in ("td", "dd") and "".join(e.itertext()).strip(" –")]
        prose = [e for e in element.iter("div") if "prose" in e.get("class", "") and "".join(e.itertext()).strip()]
        assert pictures or cells or prose, section.name
    menu = [link.get("href") for link in page.find(".//nav").iter("a")]
    assert menu == [f"#{section.name}" for section in wanted if section.menu]


def test_generated_rows_of_a_benchmark_are_measured_on_every_data_set(rendered: Callable[[str], str]) -> None:
    page = html5lib.parse(rendered("real_bench"), namespaceHTMLElements=False)
    tables = [e for e in page.iter("div") if (e.get("aria-label") or "").startswith("Quality of the generated rows of")]
    names = [["".join(e.itertext()) for e in table.iter("th") if e.get("scope") == "row"] for table in tables]
    assert len(names) == 2
    assert all(any(name.startswith("EO-WGAN") for name in column) and len(column) == 2 for column in names)


def test_the_documentation_lists_every_section() -> None:
    lines = DOCS.read_text(encoding="utf-8").split("| section | pages | needs |")[1].splitlines()[2:]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("|")]
    assert [row[:3] for row in rows] == [[section.title, section.where, section.needs] for section in SECTIONS]
