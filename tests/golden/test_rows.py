"""Generated rows of every method, bit for bit; ``python tests/golden/renew.py`` renews them."""

from __future__ import annotations

import json
from pathlib import Path

import fixtures
import numpy as np
import pytest

STORED = json.loads((Path(__file__).parent / "rows.json").read_text())


@pytest.mark.parametrize(("kebab", "modality"), fixtures.CASES)
def test_rows(kebab: str, modality: str) -> None:
    stored = STORED["rows"][f"{kebab} {modality}"]
    rows = fixtures.generated(kebab, modality)
    assert len(rows) == stored["n"]
    if fixtures.machine() == STORED["machine"]:
        assert fixtures.digest(rows) == stored["digest"]
    else:
        # Another processor rounds differently, and a training carries that on.
        found, expected = np.array(fixtures.summary(rows)), np.array(stored["summary"])
        assert np.all(np.abs(found - expected) <= 0.35 * np.maximum(expected[:, 1:], 0.1) + 0.02 * np.abs(expected))


def test_every_method_is_here() -> None:
    assert set(STORED["rows"]) == {" ".join(case) for case in fixtures.CASES}
