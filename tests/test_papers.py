"""References in docstrings agree with the registry of papers."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import oversmith
from oversmith._registry import METHODS
from oversmith.exceptions import InputError
from oversmith.papers import PAPERS, STUDIED, paper

SOURCE = Path(oversmith.__file__).parent


def references(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """Every numbered entry of every References section: where it stands and its text on one line."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef):
            continue
        doc = inspect.cleandoc(ast.get_docstring(node) or "")
        _, _, section = doc.partition("References\n----------\n")
        section = re.split(r"\n\n\S.*\n-{3,}\n", section)[0]
        for entry in re.split(r"^\.\. \[\d+\] ", section, flags=re.MULTILINE)[1:]:
            yield getattr(node, "name", "module"), " ".join(entry.split())


def test_every_reference_is_one_of_the_registry():
    cited = [
        (f"{path.relative_to(SOURCE)}: {name}", entry)
        for path in sorted(SOURCE.rglob("*.py"))
        for name, entry in references(ast.parse(path.read_text()))
    ]
    assert len(cited) > 50
    known = tuple(paper.reference for paper in PAPERS.values())
    assert [item for item in cited if not item[1].startswith(known)] == []


def test_every_source_of_a_method_is_cited_in_its_docstring():
    for method in METHODS.values():
        if method.source:
            doc = " ".join((getattr(oversmith, method.name).__doc__ or "").split())
            assert PAPERS[method.source].reference in doc, f"{method.name} does not cite {method.source}"


def test_the_page_of_papers_names_every_source():
    page = (SOURCE.parent.parent / "docs" / "papers.md").read_text()
    for key in {*STUDIED, *(method.source for method in METHODS.values() if method.source)}:
        assert PAPERS[key].reference in page


def test_the_studied_papers_have_their_own_titles():
    assert [PAPERS[key].short for key in STUDIED] == [
        "Riaz et al. 2025",
        "Sharma et al. 2022",
        "Liu et al. 2023",
        "Chung et al. 2024",
        "Nazari et al. 2021",
    ]
    assert PAPERS["nadeau2003"].short == "Nadeau & Bengio 2003"
    with pytest.raises(
        InputError, match=r"^key: 'riaz2024' is not a paper of the registry; did you mean 'riaz2025'\?$"
    ):
        paper("riaz2024")
