"""Nothing that comes from data reaches the terminal as a command."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from oversmith._printable import printable
from oversmith.cli import main

EVIL = "\x1b[31mred\x1b[0m\x1b]0;title\x07\x9b2J\x1bc"


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        (EVIL, "red"),
        ("\x1b]8;;http://a\x1b\\link\x1b]8;;\x1b\\", "link"),
        ("\x1bPq...\x1b\\x", "x"),
        ("\x1b]0;no end", "0;no end"),
        ("a\tb\nc\rd\x00\x7f\x85", "a\tb\ncd"),
        ("\x1b", ""),
        ("Zürich ≥ 5 µm", "Zürich ≥ 5 µm"),
    ],
)
def test_escape_sequences(text: str, clean: str):
    assert printable(text) == clean


@pytest.fixture
def csv(tmp_path: Path) -> Path:
    rows = "".join(f"{i},{EVIL + 'rare' if i % 4 == 0 else 'often'}\n" for i in range(40))
    (tmp_path / "in.csv").write_text(f"{EVIL}size,y\n{rows}", encoding="utf-8")
    return tmp_path / "in.csv"


def clean(capsys: pytest.CaptureFixture[str]) -> str:
    printed = "".join(capsys.readouterr())
    assert printable(printed) == printed
    return printed


def test_labels_and_names_of_columns(csv: Path, capsys: pytest.CaptureFixture[str]):
    words = ["resample", str(csv), "--target", "y", "--method", "jitter", "-o", str(csv.with_name("out.csv"))]
    assert main([*words, "--dry-run"]) == 0
    assert "redrare" in clean(capsys)
    assert main([*words, "--dry-run", "--json"]) == 0
    assert EVIL + "rare" in json.loads(clean(capsys))["counts_before"]
    assert main(words) == 0
    clean(capsys)
    assert EVIL in csv.with_name("out.csv").read_text(encoding="utf-8")  # the file keeps them


def test_errors(csv: Path, capsys: pytest.CaptureFixture[str]):
    out = str(csv.with_name("out.csv"))
    for words in (
        ["resample", str(csv), "--target", EVIL, "-o", out],
        ["resample", str(csv), "--target", "y", "--method", EVIL, "-o", out],
        ["resample", str(csv), "--target", "y", "--drop", f"{EVIL}siz", "-o", out, "--debug"],
        [f"{EVIL}x"],
    ):
        assert main(words) == 2
        assert clean(capsys).startswith(("oversmith: ", "Traceback"))
