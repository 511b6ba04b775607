"""A fit that fails changes nothing."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from copy import copy
from typing import Any


@contextmanager
def unchanged_on_failure(sampler: Any) -> Iterator[None]:
    """Give a sampler back what an earlier fit left, where the new one fails: never half of each.

    Parameters
    ----------
    sampler : object
        Its attributes are put back when the block raises; lists and dictionaries among the fitted ones also where the
        block changed them in place.

    Examples
    --------
    >>> from types import SimpleNamespace
    >>> from oversmith.samplers._unchanged import unchanged_on_failure
    >>> sampler = SimpleNamespace(rows_=[1])
    >>> try:
    ...     with unchanged_on_failure(sampler):
    ...         sampler.rows_.append(2)
    ...         sampler.seed_ = 3
    ...         raise ValueError
    ... except ValueError:
    ...     print(sampler)
    namespace(rows_=[1])
    """
    before = {
        name: copy(value) if name.endswith("_") and isinstance(value, list | dict) else value
        for name, value in vars(sampler).items()
    }
    try:
        yield
    except BaseException:
        vars(sampler).clear()
        vars(sampler).update(before)
        raise
