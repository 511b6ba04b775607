"""The command line starts light, and its exit codes and streams are those of a good citizen."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys

import pytest

from oversmith import __version__
from oversmith.cli import main
from oversmith.cli.errors import explain, short_warnings

HEAVY = ("jax", "sklearn", "matplotlib", "pandas", "xgboost", "numpy", "scipy", "pyarrow")
MEASURE = """
import resource, sys
from oversmith.cli import main
code = main(sys.argv[1:])
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, sorted(set({heavy!r}) & set(sys.modules)), code, file=sys.stderr)
"""


# What printing a help text takes at least: the libraries that print it.
LIBRARIES = """
import resource, sys
import cyclopts, rich.markdown
used = resource.getrusage(resource.RUSAGE_SELF)
print(used.ru_utime + used.ru_stime, file=sys.stderr)
"""


def run(*words: str, **options: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "oversmith", *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=120, **options)


@pytest.mark.parametrize(
    "words", [["--help"], ["--version"], ["resample", "--help"], ["compare", "--help"], ["methods"]]
)
def test_light_commands_load_nothing_heavy(words: list[str]):
    command = [sys.executable, "-c", MEASURE.format(heavy=HEAVY), *words]
    result = subprocess.run(command, capture_output=True, text=True, timeout=60)
    seconds, loaded, code = re.fullmatch(r"(\S+) (\[.*\]) (\d)\n", result.stderr).groups()
    assert code == "0"
    assert loaded == "[]"
    # Half a second on an idle machine; as a ratio, it holds on a busy one too.
    libraries = subprocess.run([sys.executable, "-c", LIBRARIES], capture_output=True, text=True, timeout=60)
    assert float(seconds) < 2.3 * float(libraries.stderr)


def test_import_of_the_package_is_light():
    script = f"import sys, oversmith; print(sorted(set({HEAVY!r}) & set(sys.modules)))"
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert result.stdout == "[]\n"


def test_version_and_help(capsys: pytest.CaptureFixture[str]):
    assert main(["--version"]) == 0
    assert capsys.readouterr().out == f"{__version__}\n"
    assert main(["--help"]) == 0
    out = capsys.readouterr().out
    assert all(name in out for name in ("compare", "resample", "methods", "doctor", "--debug"))


def test_methods_lists_the_registry(capsys: pytest.CaptureFixture[str]):
    assert main(["methods", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    from oversmith._registry import METHODS

    assert [(entry["kebab"], entry["name"]) for entry in entries] == sorted((m.kebab, m.name) for m in METHODS.values())
    assert all(entry[name] for entry in entries for name in ("modality", "needs", "cost", "summary"))
    assert {entry["cost"] for entry in entries} <= {"low", "medium", "high"}


@pytest.mark.parametrize("columns", [100, 72, 250])
def test_methods_fit_the_terminal(columns: int, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    from oversmith._registry import METHODS, methods_by_data

    monkeypatch.setenv("COLUMNS", str(columns))
    assert main(["methods"]) == 0
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= min(columns, 100)
    listed = [line.split()[0] for line in out.splitlines() if re.match(r"  \S", line)]
    assert sorted(listed) == sorted(METHODS)
    for entries in methods_by_data().values():
        assert [bool(entry.recommended) for entry in entries] == [True] + [False] * (len(entries) - 1)
        assert f"  {entries[0].kebab} *" in out


def test_doctor(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OVERSMITH_DATA", "/no/such/folder")
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["oversmith"] == __version__
    assert found["packages"]["jax"]
    assert found["devices"]
    assert found["data"] == {"path": "/no/such/folder", "exists": False}
    assert main(["doctor"]) == 0
    out = capsys.readouterr().out
    assert "compilation cache" in out
    assert "(no such folder)" in out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["resampel"], 'Did you mean "resample"?'),
        (["methods", "--jsn"], "Did you mean --json?"),
        (["methods", "extra"], "extra"),
        (["resample"], "DATA"),
        (["resample", "a.csv", "--target", "y", "--target", "z"], "--target specified multiple times"),
        (
            ["resample", "a.csv", "--target", "y", "--method", "eo-wgan", "-o", "b.csv", "--sampling-ratio", "2"],
            "--sampling-ratio",
        ),
        (
            ["resample", "a.csv", "--method", "jitter", "-o", "b.csv", "--ratio", "0.5"],
            "--ratio: it is called --sampling-ratio now",
        ),
        (["compare", "--folds", "1"], "--folds"),
        (["compare", "--seed", "x"], "--seed"),
    ],
)
def test_wrong_words_are_one_line_and_code_2(words: list[str], message: str, capsys: pytest.CaptureFixture[str]):
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert message in err
    assert err.startswith("oversmith: ")
    assert err.count("\n") == 1


def test_debug_shows_the_traceback(capsys: pytest.CaptureFixture[str]):
    assert main(["methods", "--jsn", "--debug"]) == 2
    assert "Traceback" in capsys.readouterr().err


def test_entry_point_and_exit_code():
    result = run("compare", "no-such-file.csv", "--target", "y")
    assert result.returncode == 2
    assert result.stdout == ""
    assert result.stderr == "oversmith: DATA: there is no file 'no-such-file.csv'; check the path\n"


@pytest.mark.skipif(not os.path.exists("/dev/full"), reason="this system has no /dev/full")
def test_stdout_on_a_full_disk():
    with open("/dev/full", "w") as full:
        command = [sys.executable, "-m", "oversmith", "methods", "--json"]
        result = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, timeout=60)
    assert result.returncode == 1
    assert "the disk is full" in result.stderr
    assert result.stderr.count("\n") == 1


def test_closed_pipe_is_quiet():
    reader, writer = os.pipe()
    os.close(reader)
    command = [sys.executable, "-m", "oversmith", "methods"]
    result = subprocess.run(command, stdout=writer, stderr=subprocess.PIPE, text=True, timeout=60)
    os.close(writer)
    assert result.returncode == 1
    assert result.stderr == ""


def test_no_color_is_respected_on_a_terminal():
    pty = pytest.importorskip("pty")
    seen = {}
    for no_color in ("1", ""):
        parent, child = pty.openpty()
        environment = {**os.environ, "TERM": "xterm-256color", "NO_COLOR": no_color}
        command = [sys.executable, "-m", "oversmith", "--help"]
        with subprocess.Popen(command, stdout=child, env=environment) as process:
            os.close(child)
            seen[no_color] = b""
            while chunk := _read(parent):
                seen[no_color] += chunk
        os.close(parent)
        assert process.returncode == 0
        assert b"resample" in seen[no_color]
    colour = rb"\x1b\[[0-9;]*3[0-7]m"
    assert re.search(colour, seen[""])
    assert not re.search(colour, seen["1"])


def _read(descriptor: int) -> bytes:
    try:
        return os.read(descriptor, 4096)
    except OSError:
        return b""


def test_errors_in_words():
    assert explain(OSError(28, "No space left on device", "a.csv")) == (
        "a.csv: the disk is full (No space left on device); check the disk and the permissions",
        1,
    )
    assert explain(MemoryError("unable to allocate"))[1] == 1
    message, code = explain(ZeroDivisionError("two\nlines"))
    assert code == 1
    assert message == "unexpected error, ZeroDivisionError: two lines; run it again with --debug for the traceback"


def test_warnings_are_one_line_each(capsys: pytest.CaptureFixture[str]):
    import warnings

    with short_warnings():
        warnings.simplefilter("always")
        for _ in range(2):
            warnings.warn("did\nnot converge", stacklevel=1)
    assert capsys.readouterr().err == "oversmith: warning: did not converge\n"


LOST = """
import os, signal, sys
from oversmith import cli

class Finalised:
    def __del__(self):
        os.kill(os.getpid(), {number})
        for _ in range(1000):
            pass

def command() -> None:
    finalised = Finalised()
    del finalised
    while True:
        pass

cli.app.command(command, name="spin")
sys.exit(cli.main(["spin"]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize(("name", "code"), [("SIGINT", 130), ("SIGTERM", 143)])
def test_signals_are_not_lost_in_finalisers(name: str, code: int):
    script = LOST.format(number=int(getattr(signal, name)))
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60)
    assert result.returncode == code
    assert result.stderr.endswith("nothing was written, go on with: oversmith spin\n")
    assert result.stderr.count("\n") == 1


SLOW_IMPORT = """
import os, signal, sys
from oversmith.cli.errors import unwinding_signals

try:
    with unwinding_signals():
        import slow
        os.kill(os.getpid(), {number})
        print("not interrupted")
except BaseException as error:
    print(type(error).__name__, slow.whole)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize(("name", "error"), [("SIGINT", "KeyboardInterrupt"), ("SIGTERM", "Terminated")])
def test_a_signal_waits_for_the_end_of_an_import(tmp_path, name: str, error: str):
    """Half an import of JAX crashed the process when it ended."""
    number = int(getattr(signal, name))
    (tmp_path / "slow.py").write_text(
        f"import os, time\nos.kill(os.getpid(), {number})\ntime.sleep(0.2)\nwhole = True\n"
    )
    script = SLOW_IMPORT.format(number=number)
    result = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert (result.stdout, result.returncode) == (f"{error} True\n", 0), result.stderr
