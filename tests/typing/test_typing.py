"""Type checkers see the public names: code of a user passes, and every mistake in it is reported."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import oversmith
from oversmith._registry import public_names

HERE = Path(__file__).parent
SOURCE = Path(oversmith.__file__).parents[1]
# Text files: pytest looks for doctests in every module, and would run the mistakes.
CODE = {name: (HERE / f"{name}.txt").read_text() for name in ("correct", "mistakes")}
WRONG = {number for number, line in enumerate(CODE["mistakes"].splitlines(), 1) if line.endswith("# wrong")}
REVEALED = ["DataFrame", "int", "EOWGAN", "Any", "BaseSampler"]


def mypy(folder: Path) -> Iterator[tuple[str, int, str, str]]:
    """File, line, severity and message of everything that mypy --strict says."""
    pytest.importorskip("mypy")
    config = folder / "mypy.ini"
    config.write_text(f"[mypy]\nmypy_path = {SOURCE}\nfollow_imports = silent\nignore_missing_imports = true\n")
    command = [sys.executable, "-m", "mypy", "--strict", "--config-file", config, "--cache-dir", folder / "cache"]
    files = [folder / f"{name}.py" for name in CODE]
    out = subprocess.run([*command, *files], capture_output=True, text=True, cwd=folder).stdout
    for name, line, severity, message in re.findall(r"^.*?(\w+\.py):(\d+): (\w+): (.*)$", out, re.MULTILINE):
        yield name, int(line), severity, message


def pyright(folder: Path) -> Iterator[tuple[str, int, str, str]]:
    """The same of pyright in its standard mode."""
    pytest.importorskip("basedpyright")
    config = folder / "pyright.json"
    settings = {"include": [str(folder)], "extraPaths": [str(SOURCE)], "typeCheckingMode": "standard"}
    config.write_text(json.dumps(settings))
    command = [sys.executable, "-m", "basedpyright", "-p", config, "--pythonpath", sys.executable, "--outputjson"]
    out = json.loads(subprocess.run(command, capture_output=True, text=True, cwd=folder).stdout)
    for entry in out["generalDiagnostics"]:
        name, line = Path(entry["file"]).name, entry["range"]["start"]["line"] + 1
        yield name, line, entry["severity"], entry["message"]


@pytest.mark.parametrize("checker", [mypy, pyright])
def test_a_users_code(checker, tmp_path):
    for name, code in CODE.items():
        (tmp_path / f"{name}.py").write_text(code)
    found = list(checker(tmp_path))
    errors = [entry for entry in found if entry[2] == "error"]
    assert [entry for entry in errors if entry[0] == "correct.py"] == []
    assert {line for name, line, *_ in errors if name == "mistakes.py"} == WRONG
    assert any("max_stepz" in message for *_, message in errors)
    types = [message for name, _, severity, message in found if name == "correct.py" and severity != "error"]
    assert len(types) == len(REVEALED)
    assert all(kind in message for kind, message in zip(REVEALED, types, strict=True))


def test_every_public_name_is_typed():
    stub = (SOURCE / "oversmith" / "__init__.pyi").read_text()
    assert {name: module for module, name in re.findall(r"^from (\S+) import (\w+) as \2$", stub, re.MULTILINE)} == (
        public_names()
    )
