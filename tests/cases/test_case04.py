"""Generated cells of a CSV are spelt as the file spells their column, so that the whole column can be read again."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import oversmith as om
from oversmith.io import read, write

START = dt.datetime(2024, 3, 1, 8)

# Spelling of a time, what every cell looks like, and how pandas reads the column.
TIMES = {
    "minutes": ("%Y-%m-%d %H:%M", r"\d{4}-\d\d-\d\d \d\d:\d\d", None),
    "T and minutes": ("%Y-%m-%dT%H:%M", r"\d{4}-\d\d-\d\dT\d\d:\d\d", None),
    "Z": ("%Y-%m-%dT%H:%M:%SZ", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", None),
    "zone": ("%Y-%m-%dT%H:%M:%S+02:00", r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+02:00", None),
    "zone without colon": ("%Y-%m-%d %H:%M:%S+0200", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+0200", None),
    "thousandths": ("%Y-%m-%d %H:%M:%S.250", r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.250", None),
    "time of day": ("%H:%M", r"\d\d:\d\d", "%H:%M"),
    "slashes": ("%Y/%m/%d %H:%M", r"\d{4}/\d\d/\d\d \d\d:\d\d", None),
    "points": ("%d.%m.%Y %H:%M", r"\d\d\.\d\d\.\d{4} \d\d:\d\d", "%d.%m.%Y %H:%M"),
    "twelve hours": ("%m/%d/%Y %I:%M %p", r"\d\d/\d\d/\d{4} \d\d:\d\d [AP]M", "%m/%d/%Y %I:%M %p"),
}
NUMBERS = {
    "hexadecimal": (lambda i: f"0x{37 * i:04X}", r"0x[0-9A-F]{4}"),
    "plus": (lambda i: f"{7 * i - 100:+d}", r"[+-]\d+"),
    "leading zeros": (lambda i: f"{i:05d}", r"\d{5}"),
    "filled": (lambda i: f"{i * 1.7:07.2f}", r"\d{4}\.\d\d"),
    "beyond 64 bits": (lambda i: str(10**19 + 10**17 * i), r"1\d{19}"),
    "trailing zeros": (lambda i: f"{i / 4:.3f}", r"\d+\.\d{3}"),
    "exponents": (lambda i: f"{1.5**i:.2E}", r"\d\.\d\dE\+\d\d"),
    "truth values": (lambda i: str(i % 3 == 0).upper(), r"TRUE|FALSE"),
}


def column(folder: Path, cells: list[str]) -> tuple[list[str], int]:
    """The column of an output with as many rows of both classes, and how many rows are real."""
    rows = "".join(f"{cell},{i},{int(i % 5 == 0)}\n" for i, cell in enumerate(cells))
    (folder / "t.csv").write_text("t,a,y\n" + rows)
    data = read(folder / "t.csv", "y")
    X, y = om.Jitter(random_state=0).fit_resample(data.X, data.labels)
    write(folder / "out.csv", data, X[len(cells) :], y[len(cells) :])
    out = pd.read_csv(folder / "out.csv", dtype=str, keep_default_na=False)
    return out["t"].tolist(), len(cells)


@pytest.mark.parametrize("style", TIMES)
def test_times(style: str, tmp_path: Path):
    spelling, pattern, reads = TIMES[style]
    cells = [(START + dt.timedelta(minutes=7 * i)).strftime(spelling) for i in range(60)]
    column_, n_real = column(tmp_path, cells)
    assert column_[:n_real] == cells
    assert len(column_) == 96
    assert all(re.fullmatch(pattern, cell) for cell in column_)
    times, real = pd.to_datetime(pd.Series(column_), format=reads), pd.to_datetime(pd.Series(cells), format=reads)
    assert times.dtype == real.dtype
    assert times.between(real.min(), real.max()).all()


@pytest.mark.parametrize("style", NUMBERS)
def test_numbers(style: str, tmp_path: Path):
    spelling, pattern = NUMBERS[style]
    cells = [spelling(i) for i in range(60)]
    column_, n_real = column(tmp_path, cells)
    assert column_[:n_real] == cells
    assert all(re.fullmatch(pattern, cell) for cell in column_)
    again = read(tmp_path / "out.csv", "y").X["t"]
    assert again.dtype == read(tmp_path / "t.csv", "y").X["t"].dtype
    if again.dtype.kind == "f":
        assert np.isfinite(again).all()
