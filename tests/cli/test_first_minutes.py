"""Mistakes of the first five minutes: each message names the argument, what was found and the cure."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import oversmith
from oversmith.cli import main
from oversmith.exceptions import InputError


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("first")
    y = np.where(np.arange(40) % 8 == 0, "yes", "no")
    frame = pd.DataFrame({"serial": np.arange(40), "size": np.arange(40) % 7, "site": "Süd", "fault": y})
    frame.to_csv(place / "machines.csv", index=False)
    # Neither UTF-8 nor what Windows writes, which has no character for this byte.
    (place / "other.csv").write_bytes(frame.to_csv(index=False).replace("Süd", "S?d").encode().replace(b"?", b"\x81"))
    (place / "headless.csv").write_text(frame.to_csv(index=False, header=False).replace("Süd", "0"))
    frame.assign(fault=["yes"] + ["no"] * 39).to_csv(place / "one.csv", index=False)
    X = np.zeros((20, 3))
    np.savez(place / "no_y.npz", X=X)
    np.savez(place / "objects.npz", X=np.array([["a", 1]] * 20, dtype=object), y=np.arange(20) % 2)
    np.savez(place / "wide_y.npz", X=X, y=np.eye(2)[np.arange(20) % 2])
    (place / "results.csv").mkdir()
    return place


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("compare machines.csv", "--target: it is missing; name the column of the classes; choose from serial,"),
        ("compare machines.csv --target falt", "--target: 'machines.csv' has no column 'falt'; did you mean 'fault'?"),
        (
            "compare machines.csv --target serial",
            "--target: 'serial' holds 40 different values in 40 rows, such as '0'",
        ),
        ("compare one.csv --target fault", "y: class 'yes' has 1 row, fewer than 5 folds; add rows of it"),
        ("compare machine.csv --target fault", "DATA: there is no file 'machine.csv'; check the path; did you mean"),
        ("compare results.csv --target fault", "DATA: 'results.csv' is a folder; name one file in it"),
        ("compare https://a.org/b.csv --target fault", "DATA: 'https:/a.org/b.csv' is an address, and nothing is"),
        ("compare other.csv --target fault", "DATA: 'other.csv' is not UTF-8 text (byte 28); save it as UTF-8, 'iconv"),
        ("compare headless.csv --target fault", "DATA: 'headless.csv' has two columns named '0'; rename one, or where"),
        ("compare no_y.npz", "DATA: 'no_y.npz' holds X and no classes; save them in it as array y"),
        (
            "compare objects.npz",
            "DATA: 'objects.npz' holds Python objects, which can run code when they are read; save",
        ),
        ("compare wide_y.npz", "--target: array 'y' in 'wide_y.npz' has shape (20, 2); one class for each of the 20"),
        ("compare machines.csv --target fault --positive Yes", "--positive: 'Yes' is not a class of 'fault'; did you"),
        ("compare machines.csv --target fault --dorp serial", "Unknown option: --dorp. Did you mean --drop?"),
        (
            "resample machines.csv --target fault --method smotenc -o o.csv",
            "--method: 'smotenc' is imbalanced-learn's;",
        ),
        (
            "resample machines.csv --target fault --method EOWGAN -o o.csv",
            "--method: 'EOWGAN' is not a method of Overs",
        ),
        ("resample machines.csv --target fault --method jitter -o results.csv", "--output: 'results.csv' is a folder;"),
        ("bench run machines.csv -o out", "PLAN: 'machines.csv' holds data; name it with --dataset"),
    ],
)
def test_on_the_command_line(
    folder: Path, line: str, message: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
):
    monkeypatch.chdir(folder)
    assert main(line.split()) == 2
    out, err = capsys.readouterr()
    assert out == ""
    *notes, error = err.splitlines()
    assert error.startswith(f"oversmith: {message}")
    # What is said of the file's columns comes before what is wrong with the call.
    assert all(note.startswith("oversmith: column ") for note in notes)


def test_in_python(tmp_path: Path):
    with pytest.raises(AttributeError, match="no attribute 'EOWGan'") as caught:
        oversmith.EOWGan  # noqa: B018
    assert (caught.value.name, caught.value.obj) == ("EOWGan", oversmith)
    X, y = np.random.default_rng(0).normal(size=(20, 2)), np.repeat([0, 1], [15, 5])
    with pytest.raises(InputError, match=r"y: Expected array-like .* got None; pass every row's class"):
        oversmith.Jitter().fit_resample(X, None)
    with pytest.raises(FileNotFoundError, match="there is no such folder; create it first") as missing:
        oversmith.Jitter().fit(X, y).save(tmp_path / "none" / "sampler.zip")
    assert missing.value.filename == str(tmp_path / "none")
