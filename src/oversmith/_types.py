"""Names of the kinds of data that public functions take."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import pandas as pd
    import polars as pl
    from numpy.typing import ArrayLike
    from scipy import sparse

# Rows: arrays of two dimensions or more, frames, sparse matrices, lists.
Table: TypeAlias = "ArrayLike | pd.DataFrame | pl.DataFrame | sparse.spmatrix | sparse.sparray"
# Class labels, one per row.
Labels: TypeAlias = "ArrayLike | pd.Series | pl.Series"
