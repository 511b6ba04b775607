"""Errors of other libraries in words."""

from __future__ import annotations

import pytest

from oversmith.cli.errors import explain
from oversmith.exceptions import is_memory_error


def chained(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "memory"),
    [
        (MemoryError(), True),
        (OSError(12, "Cannot allocate memory"), True),
        (ImportError("libjax_common.so: failed to map segment from shared object"), True),
        (RuntimeError("RESOURCE_EXHAUSTED: Out of memory allocating 3221226244 bytes."), True),
        (RuntimeError("std::bad_alloc"), True),
        (RuntimeError("can't start new thread"), True),
        (chained(ValueError("cannot train"), MemoryError()), True),
        (OSError(28, "No space left on device"), False),
        (ValueError("the text says out of memory"), False),
        (ImportError("no module named x"), False),
    ],
)
def test_want_of_memory(error: Exception, memory: bool):
    assert is_memory_error(error) is memory
    if memory:
        assert explain(error)[0].startswith("out of memory (")
