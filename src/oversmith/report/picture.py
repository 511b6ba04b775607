"""One figure of the page, and how its numbers and words are written."""

from __future__ import annotations

from dataclasses import dataclass, field

from oversmith.plot._style import signed


@dataclass(frozen=True)
class Picture:
    """One figure of the page.

    Parameters
    ----------
    uid : str
        Prefix of its ids.
    svg : str
        Our own SVG: the only text the page takes unescaped.
    caption : str
        What is seen.
    columns, rows : list
        The numbers behind it.
    wide : bool
        Whether it takes the whole width of the page.
    """

    uid: str
    svg: str
    caption: str
    columns: list[str] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    wide: bool = False


def first_upper(text: str) -> str:
    """Begin a text with a capital.

    Examples
    --------
    >>> from oversmith.report.picture import first_upper
    >>> first_upper("bands of ECG")
    'Bands of ECG'
    """
    return text[:1].upper() + text[1:]


def signed_number(value: float | None) -> str:
    """Write a number with its sign, or a dash for none.

    Examples
    --------
    >>> from oversmith.report.picture import signed_number
    >>> signed_number(0.5), signed_number(None)
    ('+0.500', '–')
    """
    return "–" if value is None else signed(value)


def plain_number(value: float | None) -> str:
    """Write a number with four digits, or a dash for none.

    Examples
    --------
    >>> from oversmith.report.picture import plain_number
    >>> plain_number(-0.00123456), plain_number(float("nan"))
    ('−0.001235', '–')
    """
    return "–" if value is None or value != value else f"{value:.4g}".replace("-", "−")
