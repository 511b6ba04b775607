"""The code of the page on spectra runs as it stands."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from oversmith.datasets import make_hydrogel_spectra

PAGE = Path(__file__).resolve().parents[2] / "docs" / "spectra.md"


@pytest.mark.filterwarnings("ignore::sklearn.exceptions.ConvergenceWarning")
def test_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    generated = make_hydrogel_spectra(n_points=40)
    plate = tmp_path / "plate 7"
    plate.mkdir()
    rows = ["file,concentration,group"]
    for k in range(96):
        np.savetxt(plate / f"{k}.txt", np.column_stack([np.linspace(26013.75, 37000, 40), generated.X[k, 0]]))
        rows.append(f"{k}.txt,{generated.concentration[k]},a")
    (plate / "labels.csv").write_text("\n".join(rows))
    names: dict = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 3
    for block in blocks:
        exec(compile(block, str(PAGE), "exec"), names)
    assert names["pipeline"].score(names["X"][~names["train"]], names["y"][~names["train"]]) > 0.9
    with np.load("wells.npz", allow_pickle=False) as arrays:
        assert arrays["X"].shape == (96, 1, 40)
        assert arrays["axis_unit"] == "Hz"
