"""Shared fixtures: where the real data are, and one compilation cache for the whole suite."""

from __future__ import annotations

import contextlib
import ctypes
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
# Megabytes from which a process lets its programs go: at the end of a file, whose programs are seldom those of the
# next one, and within a file.
_BETWEEN_FILES, _WITHIN = 1_400, 2_300


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item: pytest.Item, nextitem: pytest.Item | None) -> None:
    """Drop compiled programs between tests, so that none is dropped within one that counts compilations."""
    last = nextitem is not None and nextitem.path != item.path
    if "jax" in sys.modules and (last or next(_TESTS) % 10 == 0):
        from oversmith.evaluation.child import resident_mb
        from oversmith.training.compilation import make_room

        full = resident_mb(os.getpid()) > (_BETWEEN_FILES if last else _WITHIN)
        if make_room(limit=0 if full else 20_000):
            gc.collect()
            # The C library keeps what is freed; it gives it back when asked, on Linux.
            with contextlib.suppress(AttributeError, OSError):
                ctypes.CDLL(None).malloc_trim(0)


@pytest.fixture(scope="session")
def data_dir() -> Path:
    """Folder of the real data sets; tests that need it skip where it is missing."""
    folder = os.environ.get("OVERSMITH_DATA")
    if not folder or not Path(folder).is_dir():
        pytest.skip("set OVERSMITH_DATA to the folder of the real data sets (README: Data for the tests)")
    return Path(folder)
