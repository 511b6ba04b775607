"""The whole preparation of Riaz et al. 2025 as one pipeline: the code of the documentation, on simulated bearings."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from sklearn.metrics import average_precision_score

PAGE = Path(__file__).resolve().parents[2] / "docs" / "preprocessing.md"


def bearings(seed: int, n_healthy: int = 160, n_faulty: int = 20):
    """Two channels of noise; a fault adds a hum of period 8 to the second one."""
    rng = np.random.default_rng(seed)
    x = rng.normal(size=(n_healthy + n_faulty, 2, 64))
    x[n_healthy:, 1] += 1.2 * np.sin(np.arange(64) * 2 * np.pi / 8 + rng.uniform(0, 6, (n_faulty, 1)))
    return x.reshape(len(x), -1), np.repeat([0, 1], [n_healthy, n_faulty])


# One chance in nine: the average precision of chance is 0.11. Fences of 1.5 ranges mark more rows than may go.
@pytest.mark.filterwarnings("ignore:class")
def test_the_documented_pipeline_runs_and_finds_the_fault():
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL).group(1)
    windows, faults = bearings(0)
    names: dict = {"windows": windows, "faults": faults}
    exec(
        compile(code.replace("EOWGAN(random_state=0)", "EOWGAN(max_steps=20, random_state=0)"), str(PAGE), "exec"),
        names,
    )
    fresh, labels = bearings(1)
    assert average_precision_score(labels, names["model"].predict_proba(fresh)[:, 1]) > 0.8
