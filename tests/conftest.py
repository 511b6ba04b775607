"""Shared fixtures: where the real data are, and one compilation cache for the whole suite."""

from __future__ import annotations

import gc
import itertools
import os
import sys
from pathlib import Path

import pytest

_BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
if "OVERSMITH_DATA" not in os.environ and _BESIDE.is_dir():
    os.environ["OVERSMITH_DATA"] = str(_BESIDE)


def pytest_configure(config: pytest.Config) -> None:
    from oversmith.training.compilation import enable_persistent_cache

    enable_persistent_cache()
    # Tracing makes objects by the million that live as long as their programs: looking through them all the time is a
    # seventh of the suite.
    gc.set_threshold(50_000, 20, 20)


_TESTS = itertools.count(1)


@pytest.fixture(autouse=True)
def _room_for_programs() -> None:
    """Drop compiled programs between tests, so that none is dropped within one that counts compilations."""
    if next(_TESTS) % 10 == 0 and "jax" in sys.modules:
        from oversmith.training.compilation import make_room

        make_room(limit=20_000)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real data sets; tests that need it skip where it is missing."""
    folder = os.environ.get("OVERSMITH_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("set OVERSMITH_DATA to the folder of the real data sets (README: Data for the tests)")
    return Path(folder)
