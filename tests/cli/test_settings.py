"""Options from a file and from the environment: what comes first, and what is wrong with them."""

from __future__ import annotations

import json
import shlex
from pathlib import Path

import pytest

from oversmith.cli import main
from oversmith.cli.invocation import command_again, invoked


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    rows = "".join(f"{i},{i % 7},{'yes' if i % 4 == 0 else 'no'}\n" for i in range(40))
    (tmp_path / "in.csv").write_text(f"id,size,fault\n{rows}")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def counts(capsys: pytest.CaptureFixture[str], *words: str) -> dict[str, int]:
    """What ``resample --dry-run`` would make."""
    assert main(["resample", *words, "--dry-run", "--json"]) == 0
    return json.loads(capsys.readouterr().out)["rows_synthetic"]


def test_the_line_comes_before_the_environment_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (folder / "oversmith.toml").write_text(
        '[resample]\ndata = "in.csv"\ntarget = "fault"\nmethod = "jitter"\noutput = "out.csv"\nfill = 0.1\n'
        'drop = ["id"]\n'
    )
    assert counts(capsys) == {"yes": 2}
    monkeypatch.setenv("OVERSMITH_RESAMPLE_FILL", "0.5")
    assert counts(capsys) == {"yes": 10}
    assert counts(capsys, "--fill", "1") == {"yes": 20}
    (folder / "other.toml").write_text("[resample]\nfill = 0.2\n")
    monkeypatch.delenv("OVERSMITH_RESAMPLE_FILL")
    words = ("in.csv", "--target", "fault", "--method", "jitter", "-o", "out.csv", "--config", "other.toml")
    assert counts(capsys, *words) == {"yes": 4}
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv", "other.toml", "oversmith.toml"]


def test_underscores_nested_commands_and_flags(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "oversmith.toml").write_text(
        '[bench.run]\ndataset = ["in.csv"]\ntarget = "fault"\ncontender = ["none-tuned"]\nclassifier = ["knn"]\n'
        'max_steps = 3\noutput = "runs"\nseed = [1, 2]\njson = true\n[methods]\njson = true\n'
    )
    assert main(["bench", "run", "--dry-run"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["fits"], told["results"]) == (10, 10)
    assert main(["methods"]) == 0
    assert json.loads(capsys.readouterr().out)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[compare]\nsed = 3", "--config: [compare] of 'bad.toml' sets 'sed'; did you mean 'seed'?"),
        ("[comapre]\nseed = 3", "--config: no command is called 'comapre'; did you mean 'compare'?"),
        ("seed = 3", "--config: 'seed' stands outside a section in 'bad.toml'"),
        ("[bench.rnu]\njobs = 1", "--config: [bench] has no command 'rnu'; did you mean 'run'?"),
        ("[bench]\nrun = 1", "--config: [bench] 'run' is 1; write options under [bench.run]"),
        ("[compare", "--config: 'bad.toml' is not TOML"),
        ('[compare]\nseed = "x"', "[seed]: 'x' found in bad.toml; give a whole number"),
        ("[compare]\nfolds = 1", 'Invalid value "1" for [folds] provided by bad.toml. Must be >= 2.'),
    ],
)
def test_slips_in_the_file(folder: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]):
    (folder / "bad.toml").write_text(text)
    assert main(["compare", "--config", "bad.toml", "--dry-run"]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"oversmith: {message}")


def test_no_such_file_and_slips_in_the_environment(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    assert main(["compare", "--config", "nope.toml"]) == 2
    assert "--config: there is no file 'nope.toml'" in capsys.readouterr().err
    monkeypatch.setenv("OVERSMITH_METHODS_JSN", "1")
    monkeypatch.setenv("OVERSMITH_CHECK_LEAKAGE_SEEDS", "x")
    assert main(["methods"]) == 0
    assert capsys.readouterr().err == (
        "oversmith: warning: OVERSMITH_METHODS_JSN sets no option; did you mean 'OVERSMITH_METHODS_JSON'?\n"
    )
    assert main(["check-leakage", "a.py:f", "b.csv", "--target", "y"]) == 2
    assert capsys.readouterr().err == "oversmith: OVERSMITH_CHECK_LEAKAGE_SEEDS: 'x' found; give a whole number\n"


def test_doctor_tells_what_applies(folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    (folder / "oversmith.toml").write_text("[compare]\nseed = 3\n")
    monkeypatch.setenv("OVERSMITH_COMPARE_FOLDS", "3")
    assert main(["doctor", "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert found["config"] == str(folder / "oversmith.toml")
    assert found["option_variables"] == {"OVERSMITH_COMPARE_FOLDS": "3"}
    assert set(found["extras"]) == {"boost", "tune", "excel"}


def test_the_command_again_is_literal(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("OVERSMITH_COMPARE_SEED", "4")
    monkeypatch.setenv("OVERSMITH_RESAMPLE_SEED", "5")
    with invoked(["compare", "a b.csv", "--positive", "it's", "--config", "x.toml"]):
        text = command_again("--store", "kept")
    assert shlex.split(text) == [
        *("OVERSMITH_COMPARE_SEED=4", "oversmith", "compare", "a b.csv", "--positive", "it's"),
        *("--config", "x.toml", "--store", "kept"),
    ]


RESAMPLE = '[resample]\ndata = "in.csv"\ntarget = "fault"\nmethod = "jitter"\n'


def test_a_file_that_nobody_named_replaces_nothing(folder: Path, capsys: pytest.CaptureFixture[str]):
    (folder / "oversmith.toml").write_text(RESAMPLE + 'output = "out.csv"\nforce = true\n')
    (folder / "out.csv").write_text("mine")
    assert main(["resample"]) == 2
    assert capsys.readouterr().err == (
        "oversmith: --config: [resample] of 'oversmith.toml' sets 'force', and nobody named this file; "
        "write it on the command line, or name the file with --config oversmith.toml\n"
    )
    assert (folder / "out.csv").read_text() == "mine"
    assert main(["resample", "--config", "oversmith.toml"]) == 0
    assert (folder / "out.csv").read_text() != "mine"


def test_a_file_that_nobody_named_writes_into_its_folder_only(
    folder: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    (folder / "inner").mkdir()
    (folder / "inner" / "link").symlink_to(folder)
    config = folder / "inner" / "oversmith.toml"
    monkeypatch.chdir(folder / "inner")
    for outside in ("../out.csv", str(folder / "out.csv"), "link/out.csv"):
        config.write_text(RESAMPLE.replace("in.csv", "../in.csv") + f"output = {outside!r}\n")
        assert main(["resample"]) == 2
        assert "outside of the working folder; write it on the command line" in capsys.readouterr().err
    config.write_text(RESAMPLE.replace("in.csv", "../in.csv") + f'output = "{folder}/inner/out.csv"\n')
    assert main(["resample"]) == 0
    assert (folder / "inner" / "out.csv").exists()
    config.write_text('[compare]\nstore = "../kept"\n[bench.run]\nout = "../scores"\n')
    for words in (["compare", "../in.csv", "--target", "fault"], ["bench", "run", "--dataset", "../in.csv"]):
        assert main(words) == 2
        assert "outside of the working folder" in capsys.readouterr().err
    assert sorted(path.name for path in folder.iterdir()) == ["in.csv", "inner"]
