"""The code of README and documentation runs as it stands; every command it shows can be parsed."""

from __future__ import annotations

import contextlib
import doctest
import io
import shlex

import pytest
from pages import PAGES, Block, commands, python_blocks

from oversmith.cli import app

# tests/preprocessing/test_spectra_page.py runs it, with a folder of measurements.
ELSEWHERE = {"docs/spectra.md"}
BLOCKS = {name: python_blocks(path.read_text(encoding="utf-8")) for name, path in PAGES.items()}
RUN = [name for name, blocks in BLOCKS.items() if name not in ELSEWHERE and any(not b.not_run for b in blocks)]
NOT_RUN = [(name, block) for name, blocks in BLOCKS.items() for block in blocks if block.not_run]
COMMANDS = {name: lines for name, path in PAGES.items() if (lines := commands(path.read_text(encoding="utf-8")))}
_MATCHES = doctest.OutputChecker().check_output


def run(name: str, block: Block, names: dict) -> str:
    printed = io.StringIO()
    # Lines are numbered as on the page, for tracebacks.
    code = compile("\n" * (block.line - 1) + block.code, name, "exec")
    with contextlib.redirect_stdout(printed):
        exec(code, names)
    return printed.getvalue()


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
@pytest.mark.parametrize("name", RUN)
def test_the_code_of_a_page_runs(name, tmp_path, monkeypatch):
    import matplotlib.pyplot as plt

    monkeypatch.chdir(tmp_path)
    before = plt.get_fignums()
    names: dict = {"__name__": "__main__"}
    for block in BLOCKS[name]:
        if block.not_run:
            continue
        printed = run(name, block, names)
        if block.output is not None:
            assert _MATCHES(block.output, printed, doctest.ELLIPSIS), f"{name}, line {block.line}:\n{printed}"
    for number in set(plt.get_fignums()) - set(before):
        plt.close(number)


@pytest.mark.parametrize(("name", "block"), NOT_RUN, ids=[f"{name}:{block.line}" for name, block in NOT_RUN])
def test_a_block_that_is_not_run(name, block):
    assert compile(block.code, name, "exec").co_code
    assert block.not_run.strip(), f"{name}, line {block.line}: left out without a reason"
    pytest.skip(block.not_run)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_of_a_page_can_be_parsed(name):
    wrong = {}
    for line in COMMANDS[name]:
        # N stands for a number.
        words = ["0" if word == "N" else word for word in shlex.split(line)]
        try:
            app.parse_args(words, exit_on_error=False, print_error=False)
        except Exception as error:
            wrong[line] = str(error)
    assert wrong == {}


def test_a_command_that_cannot_be_parsed_is_found():
    assert commands("```sh\noversmith bench status | resume | report FOLDER\n```") == [
        "bench status FOLDER",
        "bench resume FOLDER",
        "bench report FOLDER",
    ]
    (line,) = commands("```console\n$ oversmith compare A.csv [--dorp COL ...]  # a comment\n```")
    assert line == "compare A.csv --dorp COL"
    with pytest.raises(Exception, match="dorp"):
        app.parse_args(line.split(), exit_on_error=False, print_error=False)


def test_what_is_printed_is_compared():
    given, block = python_blocks(
        "<!-- given\nx = 2\n-->\n\n1. Text:\n\n    ```python\n    print(x)\n    ```\n\n    ```text\n    2\n    ```\n"
    )
    names: dict = {}
    run("page", given, names)
    assert run("page", block, names) == block.output == "2\n"
    assert not _MATCHES("3\n", "2\n", doctest.ELLIPSIS)
