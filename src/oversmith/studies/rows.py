"""Published numbers beside ours: what a row holds, and how its verdict follows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from scipy import stats

from oversmith.statistics import corrected_resampled_t

REPRODUCED = "reproduced"
NOT_REPRODUCED = "not reproduced"
CANNOT = "cannot be compared"
ELSEWHERE = "reported elsewhere"
PENDING = "pending"
VERDICTS = (REPRODUCED, NOT_REPRODUCED, CANNOT, ELSEWHERE, PENDING)

WIDEST = 0.25
"""A published value within an interval wider than this shows nothing."""
_TOO_WIDE = "the interval is too wide to tell"


@dataclass(frozen=True)
class Measured:
    """A number of ours with its interval.

    Parameters
    ----------
    value, low, high : float
        Mean and ends of its 95 % interval; NaN where there is none.
    n : int
        Number of values behind it; 0 where nothing was run.
    """

    value: float
    low: float
    high: float
    n: int


NOTHING = Measured(np.nan, np.nan, np.nan, 0)


def exact(value: float | None, n: int = 1) -> Measured:
    """Return a number without an interval; nothing for None, NaN and n = 0.

    Examples
    --------
    >>> from oversmith.studies.rows import exact
    >>> exact(3).value, exact(None).n
    (3.0, 0)
    """
    return NOTHING if value is None or np.isnan(value) or not n else Measured(float(value), np.nan, np.nan, n)


def mean_of(values: Sequence[float] | np.ndarray, test_share: float = 0.0) -> Measured:
    """Mean and 95 % interval of scores that may share training rows.

    Parameters
    ----------
    values : array-like of shape (J,)
        Scores of folds and seeds; NaN are left out.
    test_share : float, default=0.0
        Test rows to training rows, by which Nadeau and Bengio's variance is larger; Student's interval for 0.

    Returns
    -------
    Measured
        Without an interval for a single value.

    Examples
    --------
    >>> from oversmith.studies.rows import mean_of
    >>> mean = mean_of([0.8, 0.9, 1.0])
    >>> round(mean.low, 3), round(mean.high, 3), mean_of([0.8, 0.9, 1.0], test_share=0.25).n
    (0.652, 1.148, 3)
    """
    known = np.asarray(values, dtype=np.float64)
    known = known[np.isfinite(known)]
    if len(known) < 2:
        return exact(float(known[0])) if len(known) else NOTHING
    effect = corrected_resampled_t(known, test_share)
    return Measured(effect.difference, effect.low, effect.high, len(known))


def ratio(measured: Measured, base: Measured) -> Measured:
    """Divide a number and its interval by another number, taken as exact."""
    if not measured.n or not base.n:
        return NOTHING
    return Measured(measured.value / base.value, measured.low / base.value, measured.high / base.value, measured.n)


def slope(rows: Sequence[Mapping[str, Any]], axis: str) -> Measured:
    """Exponent of time in a size: the slope of a line through the logarithms.

    Examples
    --------
    >>> from oversmith.studies.rows import slope
    >>> rows = [{"axis": "n", "value": n, "seconds": 1e-6 * n**2} for n in (100, 200, 400)]
    >>> round(slope(rows, "n").value, 6)
    2.0
    """
    chosen = [row for row in rows if row["axis"] == axis]
    line = stats.linregress(np.log([row["value"] for row in chosen]), np.log([row["seconds"] for row in chosen]))
    half = float(stats.t.ppf(0.975, len(chosen) - 2) * line.stderr) if len(chosen) > 2 else np.nan
    return Measured(float(line.slope), float(line.slope) - half, float(line.slope) + half, len(chosen))


@dataclass(frozen=True)
class Row:
    """One number of a paper.

    Parameters
    ----------
    table : str
        Table or figure of the paper, or "text".
    row, quantity : str
        What the number is.
    published : float or None
        The paper's value; None where its text has none.
    ours : Measured
        Ours under the paper's protocol.
    verdict : str
        One of `VERDICTS`.
    others : tuple of (str, Measured)
        Ours under other protocols, by name.
    note : str
        Why something cannot be compared, or what else is to be known.
    form : str
        Format of the numbers.
    """

    table: str
    row: str
    quantity: str
    published: float | None
    ours: Measured
    verdict: str
    others: tuple[tuple[str, Measured], ...] = ()
    note: str = ""
    form: str = ".3f"


def verdict_of(published: float | None, ours: Measured, tolerance: float = 0.0) -> str:
    """Say whether a published value is reproduced: it lies within our interval.

    Parameters
    ----------
    published : float or None
        The paper's value.
    ours : Measured
        Ours.
    tolerance : float, default=0.0
        Half a unit of the paper's last digit, by which the interval is widened.

    Returns
    -------
    str
        One of `VERDICTS`.

    Examples
    --------
    >>> from oversmith.studies.rows import Measured, verdict_of
    >>> verdict_of(0.95, Measured(0.93, 0.91, 0.96, 5)), verdict_of(0.99, Measured(0.93, 0.91, 0.96, 5))
    ('reproduced', 'not reproduced')
    """
    if not ours.n:
        return PENDING
    if published is None or np.isnan(published) or np.isnan(ours.low):
        return CANNOT
    return REPRODUCED if ours.low - tolerance <= published <= ours.high + tolerance else NOT_REPRODUCED


def against(
    table: str,
    row: str,
    quantity: str,
    published: float | None,
    ours: Measured,
    *,
    tolerance: float = 0.0005,
    note: str = "",
    **more: Any,
) -> Row:
    """Make a row whose verdict follows from the interval; one wider than `WIDEST` cannot reproduce anything."""
    verdict = verdict_of(published, ours, tolerance)
    if verdict == REPRODUCED and ours.high - ours.low > WIDEST:
        verdict, note = CANNOT, f"{note}; {_TOO_WIDE}" if note else _TOO_WIDE
    return Row(table, row, quantity, published, ours, verdict, note=note, **more)


def judged(
    table: str, row: str, quantity: str, published: float | None, ours: Measured, holds: bool | None, **more: Any
) -> Row:
    """Make a row whose verdict is known: True if it is reproduced, None if it cannot be compared.

    Examples
    --------
    >>> from oversmith.studies.rows import exact, judged
    >>> judged("1", "a", "ratio", 0.04, exact(0.04), True).verdict
    'reproduced'
    """
    verdict = CANNOT if holds is None else REPRODUCED if holds else NOT_REPRODUCED
    return Row(table, row, quantity, published, ours, verdict if ours.n else PENDING, **more)


def count_row(
    table: str, row: str, quantity: str, published: float, of: int, ours: Measured, note: str = "", **more: Any
) -> Row:
    """Make a row of a count: reproduced if our share is the paper's within one, of five or fewer exactly.

    Parameters
    ----------
    table, row, quantity, note : str
        As in :class:`Row`.
    published, of : float, int
        The paper's count, and out of how many.
    ours : Measured
        Our count; its ``n`` says out of how many.
    **more : object
        Further fields of the row.

    Returns
    -------
    Row
        Pending where nothing was counted.

    Examples
    --------
    >>> from oversmith.studies.rows import count_row, exact
    >>> [count_row("3", "best", "sets", 10, 11, exact(count, 10)).verdict for count in (9, 3)]
    ['reproduced', 'not reproduced']
    """
    more = {"form": ".0f"} | more
    if not ours.n:
        return judged(table, row, quantity, published, ours, None, note=note, **more)
    # Of five or fewer, one more or less is another result.
    holds = abs(ours.value - published * ours.n / of) <= (1 if ours.n > 5 else 0)
    words = f"of {of}, ours of {ours.n}"
    return judged(table, row, quantity, published, ours, holds, note=f"{note}; {words}" if note else words, **more)
