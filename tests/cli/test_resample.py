"""``oversmith resample``, run for real on small tables with few training steps."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from decimal import Decimal
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from oversmith._registry import METHODS, load_class
from oversmith.cli import main

STEPS = ("--method", "eo-wgan", "--max-steps", "3")


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """60 rows: 40 a, 12 b, 8 c."""
    rng = np.random.default_rng(0)
    label = np.repeat(["a", "b", "c"], [40, 12, 8])[rng.permutation(60)]
    return pd.DataFrame(
        {
            "id": np.arange(60),
            "code": [f"{i:04d}" for i in rng.integers(0, 3, 60)],
            "size": (rng.normal(size=60) + 2 * (label == "b")).round(3),
            "target": label,
            "hits": pd.array(np.where(np.arange(60) % 7, rng.poisson(3, 60), -1), "Int64"),
            "kind": pd.Categorical(rng.choice(["x", "y"], 60), categories=["x", "y", "z"]),
        }
    ).assign(hits=lambda f: f["hits"].mask(f["hits"] == -1))


@pytest.fixture
def csv(frame: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "in.csv"
    frame.to_csv(path, index=False)
    return path


@pytest.fixture
def parquet(frame: pd.DataFrame, tmp_path: Path) -> Path:
    path = tmp_path / "in.parquet"
    frame.astype({"size": "float32"}).to_parquet(path)
    return path


def test_csv_in_csv_out(csv: Path, capsys: pytest.CaptureFixture[str]):
    out = csv.with_name("out.csv")
    assert main(["resample", str(csv), "--target", "target", "--drop", "id", *STEPS, "-o", str(out)]) == 0
    stdout, stderr = capsys.readouterr()
    assert stdout == f"{out}\n"
    assert "eo-wgan, seed 0" in stderr
    assert "3 steps (max_steps)" in stderr
    lines, real = out.read_text().splitlines(), csv.read_text().splitlines()
    assert lines[:61] == [line.split(",", 1)[1] for line in real]
    assert len(lines) == 1 + 3 * 40
    text = pd.read_csv(out, dtype=str, keep_default_na=False)
    assert text["target"].value_counts().to_dict() == {"a": 40, "b": 40, "c": 40}
    assert set(text["code"]) == {"0000", "0001", "0002"}
    assert text["hits"].str.fullmatch(r"\d*").all()
    assert set(text["kind"]) == {"x", "y"}
    assert sorted(path.name for path in csv.parent.iterdir()) == ["in.csv", "out.csv"]


def test_one_class_against_the_rest_keeps_the_classes(parquet: Path, capsys: pytest.CaptureFixture[str]):
    out = parquet.with_name("out.parquet")
    words = ["resample", str(parquet), "--target", "target", "--positive", "c", "--drop", "id", *STEPS]
    assert main([*words, "-o", str(out), "--flag-column", "--json"]) == 0
    summary = json.loads(capsys.readouterr().out)
    assert summary["counts_before"] == {"a": 40, "b": 12, "c": 8}
    assert summary["counts_after"] == {"a": 40, "b": 12, "c": 52}
    assert (summary["rows_synthetic"], summary["rows_written"]) == (44, 104)
    assert summary["stopped_because"] == {"c": "max_steps"}
    real, result = pq.read_table(parquet).drop(["id"]), pq.read_table(out)
    assert result.column_names == [*real.column_names, "is_synthetic"]
    assert result.drop(["is_synthetic"]).slice(0, 60).equals(real)
    assert [field.type for field in result.schema][:-1] == [field.type for field in real.schema]
    assert result["is_synthetic"].to_pylist() == [False] * 60 + [True] * 44
    assert set(result["target"].to_pylist()[60:]) == {"c"}
    again = pd.read_parquet(out)
    assert again["kind"].cat.categories.tolist() == ["x", "y", "z"]
    assert str(again["hits"].dtype) == "Int64"


def test_same_seed_same_bytes_and_force(parquet: Path, capsys: pytest.CaptureFixture[str]):
    contents = []
    for seed in ("1", "1", "2"):
        out = parquet.with_name("out.parquet")
        words = ["resample", str(parquet), "--target", "target", *STEPS, "--seed", seed, "--synthetic-only"]
        assert main([*words, "-o", str(out), "--force"]) == 0
        contents.append(out.read_bytes())
    assert contents[0] == contents[1] != contents[2]
    assert pq.read_table(out)["target"].value_counts().to_pylist() == [
        {"values": "b", "counts": 28},
        {"values": "c", "counts": 32},
    ]
    capsys.readouterr()
    assert main([*words, "-o", str(out)]) == 2
    assert "--force" in capsys.readouterr().err
    assert out.read_bytes() == contents[2]


@pytest.mark.parametrize(
    ("options", "added"), [(["--sampling-ratio", "0.5"], 12), (["--fill", "0.25"], 8), (["--sampling-ratio", "1"], 32)]
)
def test_counts_are_as_asked(frame: pd.DataFrame, tmp_path: Path, options: list[str], added: int):
    two = frame[frame["target"] != "b"].drop(columns=["kind", "code"])
    path, out = tmp_path / "two.parquet", tmp_path / "out.csv"
    two.to_parquet(path)
    assert main(["resample", str(path), "--target", "target", *STEPS, *options, "-o", str(out)]) == 0
    assert pd.read_csv(out)["target"].value_counts().to_dict() == {"a": 40, "c": 8 + added}


def test_npz_in_npz_out(tmp_path: Path):
    rng = np.random.default_rng(1)
    x, y = rng.normal(size=(50, 4)).astype(np.float32), np.repeat([0, 1], [40, 10]).astype(np.uint8)
    path, out = tmp_path / "in.npz", tmp_path / "out.npz"
    np.savez(path, X=x, label=y)
    words = ["resample", str(path), "--target", "label", *STEPS, "--flag-column", "made", "-o", str(out)]
    assert main(words) == 0
    with np.load(out, allow_pickle=False) as result:
        assert result["X"].dtype == np.float32
        assert result["label"].dtype == np.uint8
        assert np.array_equal(result["X"][:50], x)
        assert np.bincount(result["label"]).tolist() == [40, 40]
        assert result["made"].tolist() == [False] * 50 + [True] * 30
        assert np.isfinite(result["X"]).all()


def test_balanced_input_is_copied(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path, out = tmp_path / "in.csv", tmp_path / "out.csv"
    path.write_text("a,y\n1.50,0\n2,1\n3,0\n4,1\n")
    assert main(["resample", str(path), "--target", "y", *STEPS, "-o", str(out)]) == 0
    assert out.read_text() == path.read_text()
    assert "nothing to generate" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--target", "targt"], "--target: 'in.csv' has no column 'targt'; did you mean 'target'?"),
        (["--target", "target", "--method", "eo-wgn"], "--method: 'eo-wgn' is not a method"),
        (["--target", "target", "-o", "out.xls"], "--output: 'out.xls' has the suffix '.xls'"),
        (["--target", "target", "-o", "no/out.csv"], "--output: the folder 'no' does not exist"),
        (["--target", "target", "-o", "in.csv"], "--output: 'in.csv' exists"),
        (["--target", "target", "-o", "out.npz"], "--output: 'in.csv' cannot be written as .npz"),
        (["--target", "target", "--positive", "d"], "--positive: 'd' is not a class of 'target'"),
        (
            ["--target", "target", "--positive", "a"],
            "--positive: class 'a' has 40 rows, all others together 20",
        ),
        (["--target", "target", "--drop", "ID"], "--drop: 'in.csv' has no column 'ID'; did you mean 'id'?"),
        (["--target", "target", "--drop", "target"], "--drop: 'target' is the target"),
        (
            ["--target", "target", "--flag-column", "size"],
            "--flag-column: 'in.csv' already has a column 'size'",
        ),
        (["--target", "target", "--sampling-ratio", "0.5"], "--sampling-ratio: it is for two classes"),
        (
            ["--target", "target", "--positive", "c", "--sampling-ratio", "0.1"],
            "--sampling-ratio: 0.1 is below",
        ),
        (
            ["--target", "target", "--sampling-ratio", "0.5", "--fill", "0.5"],
            "--sampling-ratio: it was given together with fill",
        ),
        (["--target", "id"], "--target: "),
    ],
)
def test_bad_requests_are_usage_errors(
    csv: Path,
    options: list[str],
    message: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
):
    monkeypatch.chdir(csv.parent)
    words = ["resample", "in.csv", *options]
    words += [] if "--method" in options else ["--method", "eo-wgan"]
    words += [] if "-o" in options else ["-o", "out.csv"]
    assert main(words) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith(f"oversmith: {message}")
    assert err.count("\n") == 1
    assert [path.name for path in csv.parent.iterdir()] == ["in.csv"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("a,y\n1,p\n2,p\n", "'y' has one class only"),
        ("a,y\n1,p\n2,n\n3,p\n", "class 'n' of 'y' has one row"),
        ("a,y\n1,p\n2,\n3,p\n", "1 of 3 rows have no value in 'y'"),
        ("a,b,y\n1,2,p\n2,inf,n\n3,4,p\n4,5,p\n5,6,n\n", "'b'"),
    ],
)
def test_bad_tables_are_usage_errors(tmp_path: Path, text: str, message: str, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "in.csv"
    path.write_text(text)
    assert main(["resample", str(path), "--target", "y", *STEPS, "-o", str(tmp_path / "out.csv")]) == 2
    err = capsys.readouterr().err
    assert message in err
    assert err.count("\n") == 1
    assert list(tmp_path.iterdir()) == [path]


LIMITED = """
import resource, sys
from oversmith.cli import main
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, resource.RLIM_INFINITY))
sys.exit(main(sys.argv[1:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs a limit on file sizes")
def test_a_disk_that_takes_no_more_leaves_everything_as_it_was(tmp_path: Path):
    data, out = tmp_path / "in.csv", tmp_path / "out.csv"
    # Balanced, so that nothing is trained and the limit meets this file alone, not the compilation cache.
    data.write_text("a,y\n" + "".join(f"{i * 7919 % 100_003},{i % 2}\n" for i in range(1000)))
    out.write_text("old")
    words = ["resample", str(data), "--target", "y", *STEPS, "-o", str(out), "--force"]
    result = subprocess.run([sys.executable, "-c", LIMITED, *words], capture_output=True, text=True, timeout=120)
    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert f"--output: {str(out)!r} cannot be written, the limit on the size of a file" in result.stderr
    assert "nothing was written" in result.stderr
    assert out.read_text() == "old"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.csv", "out.csv"]


INTERRUPTED = """
import os, sys, threading
import oversmith.samplers.eo_wgan
from oversmith.cli import main
threading.Timer(0.5, os.kill, (os.getpid(), int(sys.argv[1]))).start()
sys.exit(main(sys.argv[2:]))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="needs POSIX signals")
@pytest.mark.parametrize(
    ("number", "code", "message"),
    [
        (signal.SIGINT, 130, "oversmith: interrupted; nothing was written, go on with: oversmith resample "),
        (signal.SIGTERM, 143, "oversmith: terminated; nothing was written, go on with: oversmith resample "),
    ],
)
def test_interrupt_leaves_nothing(parquet: Path, number: int, code: int, message: str):
    words = ["resample", str(parquet), "--target", "target", "--method", "eo-wgan", "--max-steps", "1000000"]
    command = [
        sys.executable,
        "-c",
        INTERRUPTED,
        str(int(number)),
        *words,
        "-o",
        str(parquet.with_name("o.csv")),
    ]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120)
    assert result.returncode == code
    assert result.stderr.startswith(message)
    assert result.stderr.count("\n") == 1
    assert [path.name for path in parquet.parent.iterdir()] == ["in.parquet"]


def test_the_command_itself(csv: Path):
    out = csv.with_name("out.parquet")
    command = [sys.executable, "-m", "oversmith", "resample", str(csv), "--target", "target", *STEPS]
    result = subprocess.run([*command, "-o", str(out)], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0
    assert result.stdout == f"{out}\n"
    assert "\x1b" not in result.stderr
    table = pq.read_table(out)
    assert table.num_rows == 120
    assert table.schema.field("hits").type == pa.int64()


@pytest.mark.data
def test_network_flows_with_one_class_against_the_rest(data_dir: Path, tmp_path: Path):
    data, out = data_dir / "tabular" / "unsw_nb15_82k.parquet", tmp_path / "out.parquet"
    words = ["resample", str(data), "--target", "target", "--positive", "Worms", *STEPS, "-o", str(out)]
    assert main([*words, "--drop", "id", "--drop", "label_binary"]) == 0
    real, result = pq.read_table(data).drop(["id", "label_binary"]), pq.read_table(out)
    assert result.schema.equals(real.schema)
    assert result.slice(0, len(real)).equals(real)
    before = {row["values"]: row["counts"] for row in real["target"].value_counts().to_pylist()}
    after = {row["values"]: row["counts"] for row in result["target"].value_counts().to_pylist()}
    assert after == before | {"Worms": len(real) - before["Worms"]}


def test_every_kind_of_arrow_column_and_target(tmp_path: Path):
    rng = np.random.default_rng(3)
    n = 60
    gaps = rng.random(n) < 0.1
    cents = [None if gap else Decimal(int(v)) / 100 for v, gap in zip(rng.integers(0, 999, n), gaps, strict=True)]
    columns = {
        "decimal": pa.array(cents, pa.decimal128(9, 2)),
        "date": pa.array(rng.integers(15_000, 20_000, n).astype(np.int32), pa.date32()),
        "clock": pa.array(rng.integers(0, 86_400, n).astype(np.int32), pa.time32("s")),
        "stamp": pa.array(rng.integers(0, 2**40, n), pa.timestamp("ms", tz="Europe/Zurich")),
        "lasts": pa.array(rng.integers(0, 1000, n), pa.duration("s"), mask=gaps),
        "half": pa.array(rng.normal(size=n).astype(np.float16)),
        "gappy": pa.array(rng.integers(0, 200, n).astype(np.uint8), mask=gaps),
        "yes": pa.array(rng.random(n) < 0.3, mask=gaps),
        "level": pa.array(rng.choice(["low", "mid", "high"], n)).dictionary_encode(),
        "text": pa.array(rng.choice(["ä", "b"], n), pa.string(), mask=gaps),
    }
    many = np.repeat([0, 1], [45, 15])[rng.permutation(n)]
    for kind, target in {
        "bool": pa.array(many == 1),
        "dictionary": pa.array(np.array(["n", "y"])[many]).dictionary_encode(),
        "float": pa.array(many.astype(np.float32)),
        "int8": pa.array(many.astype(np.int8)),
    }.items():
        data, out = tmp_path / f"{kind}.parquet", tmp_path / f"{kind}_out.parquet"
        pq.write_table(pa.table(columns | {"y": target}), data)
        table = pq.read_table(data)
        assert main(["resample", str(data), "--target", "y", *STEPS, "-o", str(out)]) == 0
        result = pq.read_table(out)
        assert result.schema.equals(table.schema)
        assert result.slice(0, n).equals(table)
        assert sorted(row["counts"] for row in result["y"].value_counts().to_pylist()) == [45, 45]
        assert result["text"].null_count >= table["text"].null_count
        assert set(result["level"].to_pylist()) == {"low", "mid", "high"}


# Auto decides by itself whether it adds rows: it is not for a file that must be balanced, and has no --fill.
BALANCING = [kebab for kebab in METHODS if kebab != "auto" and "table" in METHODS[kebab].modality]


@pytest.mark.parametrize("method", BALANCING)
def test_every_method_of_the_registry(csv: Path, method: str, capsys: pytest.CaptureFixture[str]):
    out = csv.with_name("out.csv")
    steps = ("--max-steps", "2") if "max_steps" in load_class(method)().get_params(deep=False) else ()
    words = ("--target", "target", "--drop", "id", "--method", method, *steps, "--fill", "0.5")
    assert main(["resample", str(csv), *words, "-o", str(out)]) == 0, capsys.readouterr().err
    counts = pd.read_csv(out)["target"].value_counts().to_dict()
    assert counts == {"a": 40, "b": 12 + 14, "c": 8 + 16}


def test_a_setting_the_method_lacks_is_refused(csv: Path, capsys: pytest.CaptureFixture[str]):
    words = ("--target", "target", "--method", "jitter", "--max-steps", "2", "-o", str(csv.with_name("out.csv")))
    assert main(["resample", str(csv), *words]) == 2
    assert "--max-steps: method 'jitter' has no such setting" in capsys.readouterr().err
    assert not csv.with_name("out.csv").exists()


@pytest.mark.slow
def test_auto_says_what_it_decided(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """On noise Auto leaves the table as it is, and the command line says so instead of calling it balanced."""
    rng = np.random.default_rng(0)
    frame = pd.DataFrame(rng.normal(size=(80, 2)), columns=["a", "b"]).assign(target=np.repeat(["no", "yes"], [64, 16]))
    frame.to_csv(tmp_path / "in.csv", index=False)
    words = ("--target", "target", "--method", "auto", "--max-steps", "2", "-o", str(tmp_path / "out.csv"))
    assert main(["resample", str(tmp_path / "in.csv"), *words]) == 0
    err = capsys.readouterr().err
    assert "no rows added" in err
    assert "classes are as asked" not in err
    assert len(pd.read_csv(tmp_path / "out.csv")) == 80
