"""Help, completion and the shape of the commands: one name, one meaning, examples that can be typed."""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import sys
from pathlib import Path
from typing import get_args

import pytest

from oversmith.cli import BELOW, app, main
from oversmith.cli.examples import COMMANDS, EXAMPLES
from oversmith.cli.output import print_table

LEAVES = [(name, *((part,) if part else ())) for name in COMMANDS for part in BELOW.get(name, ("",))]


def options(command: tuple[str, ...]) -> dict[str, object]:
    """Option to its type, of one command."""
    found = app
    for word in command:
        found = found[word]
    arguments = found.assemble_argument_collection()
    return {name: argument for argument in arguments for name in argument.names if name.startswith("-")}


@pytest.mark.parametrize("command", LEAVES, ids=" ".join)
def test_every_command_has_help_and_json(command: tuple[str, ...], capsys: pytest.CaptureFixture[str]):
    assert main([*command, "--help"]) == 0
    out = capsys.readouterr().out
    assert out.startswith(f"Usage: oversmith {' '.join(command)}")
    assert "--no-" not in out
    assert "Examples" in out
    if command != ("completion",):
        assert "--json" in options(command)


def test_a_name_means_the_same_everywhere():
    kinds: dict[str, dict[str, list[str]]] = {}
    for command in LEAVES:
        for name, argument in options(command).items():
            parts = [part for part in get_args(argument.hint) if part is not type(None)]
            optional = len(parts) < len(get_args(argument.hint))
            hint = str(parts[0] if optional else argument.hint)
            kinds.setdefault(name, {}).setdefault(hint, []).append(" ".join(command))
    # One seed, or several in a grid; one method, or several.
    several = {"--seed", "--method"}
    assert {name: found for name, found in kinds.items() if len(found) > 1 and name not in several} == {}
    assert "--out" in kinds
    assert kinds["--thin"].keys() == {"<class 'float'>"}
    long = set(COMMANDS) - {"methods", "doctor", "completion", "report", "datasets", "check-leakage"}
    assert {name.split()[0] for name in kinds["--dry-run"]["<class 'bool'>"]} == long


@pytest.mark.parametrize("line", [line for lines in EXAMPLES.values() for line in lines])
def test_examples_are_commands(line: str):
    words = shlex.split(line.split(" > ")[0])
    assert words[0] == "oversmith"
    app.parse_args(words[1:], exit_on_error=False, print_error=False)


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish", "powershell"])
def test_completion_scripts(shell: str, capsys: pytest.CaptureFixture[str]):
    assert main(["completion", shell]) == 0
    out, err = capsys.readouterr()
    assert err == ""
    assert all(word in out for word in ("compare", "check-leakage", "dry-run", "tuning"))


def test_completion_is_installed_in_the_home_folder(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.setenv("HOME", str(tmp_path))
    assert main(["completion", "bash", "--install"]) == 0
    path = Path(capsys.readouterr().out.strip())
    assert path.is_relative_to(tmp_path)
    assert "oversmith" in path.read_text()
    assert str(path) in (tmp_path / ".bashrc").read_text()


@pytest.mark.skipif(shutil.which("bash") is None, reason="needs bash")
@pytest.mark.parametrize(
    ("line", "offered"),
    [
        ("oversmith comp", {"compare", "completion"}),
        ("oversmith compare --method smot", {"smote", "smotified-gan"}),
        ("oversmith resample --bou", {"--bounds"}),
        ("oversmith datasets list --group j", {"judging"}),
        ("oversmith datasets info glass2", {"glass2"}),
    ],
)
def test_bash_completes(line: str, offered: set[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["completion", "bash"]) == 0
    script = tmp_path / "oversmith.bash"
    script.write_text(capsys.readouterr().out)
    ask = f"""
source {script}
COMP_LINE={shlex.quote(line)}; COMP_POINT=${{#COMP_LINE}}
read -ra COMP_WORDS <<< "$COMP_LINE"; COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1))
_oversmith; printf '%s\\n' "${{COMPREPLY[@]}}"
"""
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        ["bash", "-c", ask], capture_output=True, text=True, timeout=60, env={**os.environ, "PATH": path}
    )
    assert {word.strip() for word in done.stdout.split()} == offered, done.stderr


def test_tables_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    columns = [("contender", "left"), ("data set", "left"), ("classifiers", "left"), ("spare", "left")]
    rows = [("smotified-gan-0.33", "yeast_2_vs_4", "logistic-regression", "unneeded")]
    monkeypatch.setattr("oversmith.cli.output._WIDE", 66)
    print_table("Jobs", columns, rows, spare=["spare"])
    wide = capsys.readouterr().out
    assert "unneeded" not in wide
    assert any("smotified-gan-0.33" in line and "logistic-regression" in line for line in wide.splitlines())
    monkeypatch.setattr("oversmith.cli.output._WIDE", 40)
    print_table("Jobs", columns, rows, spare=["spare"])
    narrow = capsys.readouterr().out
    assert max(map(len, narrow.splitlines())) <= 40
    assert all(word in narrow for word in ("smotified-gan-0.33", "yeast_2_vs_4", "logistic-regression"))


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["resample"], "DATA: it is missing; 'oversmith resample --help' tells what it takes"),
        (["resample", "a.csv"], "--method: it is missing; 'oversmith resample --help' tells what it takes"),
        (["compare", "--seed"], "--seed: no value follows it; 'oversmith compare --help' tells what it takes"),
        (["compare", "a.csv", "b.csv"], "'b.csv': nothing is expected here; 'oversmith compare --help' tells what is"),
        (["compare", "--folds", "2.5"], "--folds: '2.5' found; give a whole number"),
        (["compare", "--thin", "x"], "--thin: 'x' found; give a number"),
        (["compare", "--json=x"], "--json: 'x' found; give true or false"),
        (["compare", "--zzzzzz"], "Unknown option: --zzzzzz. 'oversmith compare --help' lists the options"),
        (["bench", "run", "-o", "x", "--seed", "1.5"], "--seed: '1.5' found; give a whole number"),
    ],
)
def test_usage_errors_name_option_find_and_cure(words: list[str], message: str, capsys: pytest.CaptureFixture[str]):
    assert main(words) == 2
    assert capsys.readouterr().err == f"oversmith: {message}\n"


def test_json_is_one_document(capsys: pytest.CaptureFixture[str]):
    for words in (["methods"], ["datasets", "list"], ["datasets", "info", "glass2"]):
        assert main([*words, "--json"]) == 0
        out, err = capsys.readouterr()
        json.loads(out)
        assert err == ""
