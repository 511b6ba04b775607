"""The kind of a column: numbers, times, truth values or levels."""

from __future__ import annotations

import pandas as pd
import pyarrow as pa


def column_kind(column: pd.Series) -> str:
    """Tell how a column is treated: by its type, and a column of objects by the objects.

    Parameters
    ----------
    column : Series
        The column.

    Returns
    -------
    str
        ``"numeric"``, ``"datetime"``, ``"boolean"`` or ``"categorical"``.

    Examples
    --------
    >>> import pandas as pd
    >>> from oversmith.io.kinds import column_kind
    >>> column_kind(pd.Series([1, None])), column_kind(pd.Series(["a", None]))
    ('numeric', 'categorical')
    """
    api = pd.api.types
    if isinstance(column.dtype, pd.CategoricalDtype):
        return "categorical"
    inferred = api.infer_dtype(column, skipna=True) if column.dtype == object else ""
    if api.is_bool_dtype(column.dtype) or inferred == "boolean":
        return "boolean"
    if api.is_datetime64_any_dtype(column.dtype) or api.is_timedelta64_dtype(column.dtype):
        return "datetime"
    if isinstance(column.dtype, pd.ArrowDtype) and pa.types.is_temporal(column.dtype.pyarrow_dtype):
        return "datetime"
    if inferred in ("datetime", "datetime64", "date", "timedelta"):
        return "datetime"
    if api.is_numeric_dtype(column.dtype) or inferred in ("integer", "floating", "mixed-integer-float", "decimal"):
        return "numeric"
    return "categorical"
