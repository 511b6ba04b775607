"""Outputs written whole or not at all, and paths refused before any work."""

from __future__ import annotations

from pathlib import Path

import pytest

import oversmith as om
from oversmith.exceptions import InputError, WriteError
from oversmith.io import write
from oversmith.io.write import check_output, replacing


def test_a_failed_write_leaves_the_old_file_and_no_other(tmp_path: Path):
    path = tmp_path / "out.csv"
    path.write_text("old")
    with pytest.raises(WriteError, match="the disk is full"), replacing(path, "output") as file:
        file.write(b"half")
        raise OSError(28, "No space left on device")
    with pytest.raises(KeyboardInterrupt), replacing(path, "output") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_replacing_follows_a_link(tmp_path: Path):
    real, link = tmp_path / "real.csv", tmp_path / "link.csv"
    real.write_text("old")
    link.symlink_to(real)
    with replacing(link, "output") as file:
        file.write(b"new")
    assert link.is_symlink()
    assert real.read_text() == "new"


def test_output_paths_are_checked_before_any_work(tmp_path: Path):
    path = tmp_path / "out.csv"
    check_output(path, "output", force=False)
    path.write_text("old")
    check_output(path, "output", force=True)
    for wrong, message in (
        (path, "exists; name another file, or add force="),
        (tmp_path / "no" / "out.csv", "does not exist"),
        (tmp_path, "is a folder"),
        (Path("/dev/full"), "not an ordinary file"),
    ):
        with pytest.raises(InputError, match=message):
            check_output(wrong, "output", force=False)
    with pytest.raises(InputError, match="named twice"):
        check_output(path, "json", force=True, others=[tmp_path / "." / "out.csv"])


def test_formats_and_flags_are_checked(tmp_path: Path):
    data = om.read("demo")
    data.check_output(tmp_path / "out.parquet", "is_new")
    for name, flag, message in (
        ("out.npz", None, "cannot be written as .npz; use .csv, .tsv or .parquet"),
        ("out.xlsx", None, "the suffix '.xlsx'; the suffix tells the format: .csv, .tsv, .parquet or .npz"),
        ("out", None, "no suffix"),
        ("out.csv", "diagnosis", "already has a column 'diagnosis'"),
        ("out.csv", "", "already has a column ''"),
    ):
        with pytest.raises(InputError, match=message):
            data.check_output(tmp_path / name, flag)


def test_a_part_of_the_data_is_written(tmp_path: Path):
    data = om.read("demo").thin(30).drop("mean radius")
    write(tmp_path / "out.parquet", data, data.X[:2], data.labels[:2], flag="new")
    again = om.read(tmp_path / "out.parquet", "diagnosis")
    assert len(again) == len(data) + 2
    assert "mean radius" not in again.X
    assert again.X["new"].sum() == 2
