"""What the control samplers share: a class's scale, with bounds that respect the gaps between classes."""

from __future__ import annotations

import numpy as np

from oversmith.encoders import ClassScaler
from oversmith.encoders.scaling import whole
from oversmith.samplers._encoding import EncodedTable


def class_scaler(table: EncodedTable, code: int) -> ClassScaler:
    """Fit a class's scaler and draw its bounds in where the class lies apart.

    The bounds of :class:`ClassScaler` reach past the class's observed range by the table's spread over the root of
    ``n``. With quantile-encoded numbers, which close the gaps between classes, that can reach across a gap into
    another class. Here the class is widened only into the ranges of classes it shares its own range with: by as many
    rows of another class as lie within the class's range, over ``n`` and at most 1, of the way to where that class
    or the reach ends. A column that tells the class from all others is bounded by what the class shows.

    Parameters
    ----------
    table : EncodedTable
        The encoded rows.
    code : int
        The class.

    Returns
    -------
    ClassScaler
        The fitted scaler.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.encoders import Span
    >>> z = np.array([[-1.0], [0.0], [1.0], [2.0], [2.5], [3.0]])
    >>> codes = np.array([0, 0, 0, 1, 1, 1])
    >>> table = EncodedTable({1: z[3:]}, z, codes, (Span("a", 0, 1, "linear", "numeric"),), {1: 3})
    >>> scaler = class_scaler(table, 1)
    >>> scaler.low_.tolist(), scaler.high_.tolist()
    ([2.0], [3.0])
    """
    rows = table.rows[code]
    scaler = ClassScaler().fit(rows, table.pooled, table.spans)
    if whole(table.spans):
        return scaler
    own = rows[:, scaler.linear_]
    low, high = own.min(axis=0), own.max(axis=0)
    down, up = np.zeros_like(low), np.zeros_like(high)
    for other in np.unique(table.pooled_codes[table.pooled_codes != code]):
        theirs = table.pooled[table.pooled_codes == other][:, scaler.linear_]
        shared = np.minimum(((theirs >= low) & (theirs <= high)).sum(axis=0) / len(own), 1.0)
        down = np.maximum(down, shared * (low - np.maximum(scaler.low_, theirs.min(axis=0))))
        up = np.maximum(up, shared * (np.minimum(scaler.high_, theirs.max(axis=0)) - high))
    scaler.low_, scaler.high_ = low - down, high + up
    return scaler


def reflect(rows: np.ndarray, scaler: ClassScaler) -> np.ndarray:
    """Fold rows of the class's space back at the class's bounds, so that none piles up there.

    Parameters
    ----------
    rows : ndarray of shape (n, width)
        Rows in the class's space.
    scaler : ClassScaler
        The class's scaler.

    Returns
    -------
    ndarray of shape (n, width)
        Rows within the bounds, still in the class's space; those of series and images, which have none, as they are.
    """
    low, high = ((bound - scaler.mean_) / scaler.spread_ for bound in (scaler.low_, scaler.high_))
    width = high - low
    if not np.isfinite(width).all():
        return rows
    # A column without width has nothing to fold: everything lands on its one value.
    turn = np.where(width > 0, 2 * width, 1.0)
    past = np.mod(rows[:, scaler.linear_] - low, turn)
    folded = rows.copy()
    folded[:, scaler.linear_] = low + np.clip(np.minimum(past, turn - past), 0.0, width)
    return folded
