"""The README's one-liners run as they stand."""

from __future__ import annotations

import re
import shlex
from pathlib import Path

import pytest

from oversmith._registry import METHODS

README = Path(__file__).resolve().parents[1] / "README.md"
LINES = [line for line in README.read_text().splitlines() if line.startswith("python -c ")]


@pytest.mark.parametrize("number", range(len(LINES)))
def test_one_liner(number, capsys):
    """Run in this process, so that compiled programs are shared; a shell would pass the same text."""
    command, flag, code = shlex.split(LINES[number])
    assert (command, flag) == ("python", "-c")
    exec(compile(code, f"README one-liner {number}", "exec"), {})
    assert capsys.readouterr().out.strip()


def test_every_family_has_one():
    text = README.read_text()
    names = {entry.name for entry in METHODS.values()}
    shown = {name for line in LINES for name in re.findall(r"o\.(\w+)\(", line)}
    assert len(LINES) >= 9
    assert {"EOWGAN", "SMOTifiedGAN", "CGAN", "FlowMatching", "TreeFlow", "GaussianMixture", "Blend", "Auto"} <= shown
    pages = README.parent / "docs" / "methods"
    for entry in METHODS.values():
        # Controls of series share a page.
        page = pages / f"{entry.kebab}.md"
        page = page if page.exists() else pages / "series-controls.md"
        assert entry.name in page.read_text(encoding="utf-8"), names
        assert f"docs/methods/{page.name}" in text, names
