"""Labels of the rows of a lengthened pandas table."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd


def extended_index(index: pd.Index, n_new: int, keep: bool) -> pd.Index:
    """Label the rows of a lengthened table.

    Parameters
    ----------
    index : pandas.Index
        Labels of the real rows.
    n_new : int
        How many rows were appended.
    keep : bool
        Whether the real rows keep their labels.

    Returns
    -------
    pandas.Index
        One label per row; numbers from 0 unless ``keep``.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.encoders._index import extended_index
    >>> extended_index(pd.Index([7, 3]), 2, keep=True).tolist()
    [7, 3, 8, 9]
    >>> extended_index(pd.Index(["a", "b"]), 1, keep=True).tolist()
    ['a', 'b', 'synthetic 0']
    >>> extended_index(pd.Index([2**63 - 1, 0]), 2, keep=True).tolist()
    [9223372036854775807, 0, 1, 2]
    """
    if not keep:
        return pd.RangeIndex(len(index) + n_new)
    if not n_new:
        return index
    if index.nlevels > 1:
        rest = ("",) * (index.nlevels - 1)
        new: pd.Index = pd.MultiIndex.from_tuples([(f"synthetic {i}", *rest) for i in range(n_new)], names=index.names)
    elif pd.api.types.is_integer_dtype(index.dtype) and not index.hasnans:
        new = pd.Index(_labels_after(index, n_new), name=index.name)
    else:
        new = pd.Index([f"synthetic {i}" for i in range(n_new)], name=index.name)
    return index.append(new)


def _labels_after(index: pd.Index, n_new: int) -> np.ndarray:
    """Whole numbers that no row has: from the largest on, or the smallest free ones where 64 bits end before."""
    kind: Any = np.uint64 if str(index.dtype).lower().startswith("uint64") else np.int64
    first, end = int(index.max()) + 1 if len(index) else 0, int(np.iinfo(kind).max)
    if first + n_new - 1 <= end:
        return np.arange(n_new, dtype=kind) + kind(first)
    free = np.setdiff1d(np.arange(len(index) + n_new, dtype=kind), index.to_numpy(dtype=kind))
    return free[:n_new]
