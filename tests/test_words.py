"""Plain names: no variable called by a word that says nothing about its value, no paper cited by a number."""

from __future__ import annotations

import ast
import importlib.util
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
SPEC = importlib.util.spec_from_file_location("house", ROOT / "benchmarks" / "house.py")
assert SPEC is not None
assert SPEC.loader is not None
house = importlib.util.module_from_spec(SPEC)
sys.modules["house"] = house
SPEC.loader.exec_module(house)


def test_every_variable_is_named_by_what_it_holds():
    empty = {
        str(path.relative_to(house.PACKAGE)): names
        for path in sorted(house.PACKAGE.rglob("*.py"))
        if (names := list(house.empty_names(ast.parse(path.read_text()))))
    }
    assert empty == {}


def test_no_paper_is_cited_by_a_number():
    files = [*house.PACKAGE.rglob("*.py"), *ROOT.joinpath("tests").rglob("*.py"), *ROOT.joinpath("docs").rglob("*.md")]
    files += [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
    assert [str(path.relative_to(ROOT)) for path in files if house.NUMBERED.search(path.read_text())] == []
