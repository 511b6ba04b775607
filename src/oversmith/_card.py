"""A result as a card for a notebook: self-contained HTML that follows the theme of the page around it."""

from __future__ import annotations

import html
import math
from collections.abc import Mapping, Sequence
from typing import Any

# The page's own colour and a shade of it: readable on light and dark, whoever decides which it is.
_STYLE = (
    ".oversmith-card{color:inherit;background:transparent;border:1px solid;border-color:color-mix(in srgb,currentColor "
    "30%,transparent);border-radius:6px;padding:.7em 1em;max-width:60em;overflow-x:auto;font-size:.95em}"
    ".oversmith-card .title{font-weight:600;margin:0 0 .3em}.oversmith-card p{margin:.3em 0}"
    ".oversmith-card table{border-collapse:collapse;margin:.5em 0;color:inherit;background:transparent}"
    ".oversmith-card caption{text-align:left;opacity:.75;padding:.2em 0}"
    ".oversmith-card th,.oversmith-card td{padding:.15em .9em .15em 0;text-align:right;background:transparent;"
    "border-bottom:1px solid;border-color:color-mix(in srgb,currentColor 15%,transparent);"
    "font-variant-numeric:tabular-nums}"
    ".oversmith-card tr>*:first-child{text-align:left;font-weight:inherit}.oversmith-card thead th{font-weight:600}"
)
_LONGEST = 120


def card(
    title: str,
    sentences: Sequence[str] = (),
    *,
    columns: Sequence[str] = (),
    rows: Sequence[Sequence[Any]] = (),
    caption: str = "",
    notes: Sequence[str] = (),
) -> str:
    """Build a card.

    Parameters
    ----------
    title : str
        What it is about.
    sentences : sequence of str
        What it says, the verdict first.
    columns : sequence of str
        Headings of the table.
    rows : sequence of sequences
        Its cells; numbers are rounded to three digits after the point.
    caption : str
        What the table shows.
    notes : sequence of str
        What a reader must know, below the table.

    Returns
    -------
    str
        HTML without scripts, links or requests; every text in it is escaped, a long one cut.

    Examples
    --------
    >>> from oversmith._card import card
    >>> "&lt;b&gt;" in card("<b>", ["fine"], columns=["a"], rows=[[1.23456]])
    True
    """
    parts = [f"<style>{_STYLE}</style>", f'<div class="title">{_text(title)}</div>']
    parts += [f"<p>{html.escape(sentence)}</p>" for sentence in sentences]
    if rows:
        heads = "".join(f'<th scope="col">{_text(name)}</th>' for name in columns)
        body = "".join(
            "<tr>"
            + "".join(
                f'<th scope="row">{_text(cell)}</th>' if not index else f"<td>{_text(cell)}</td>"
                for index, cell in enumerate(row)
            )
            + "</tr>"
            for row in rows
        )
        heading = f"<caption>{_text(caption)}</caption>" if caption else ""
        parts.append(f"<table>{heading}<thead><tr>{heads}</tr></thead><tbody>{body}</tbody></table>")
    parts += [f"<p>{html.escape(note)}</p>" for note in notes]
    return f'<div class="oversmith-card">{"".join(parts)}</div>'


def facts(values: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Rows of a table of two columns, those without a value left out."""
    return [(name, value) for name, value in values.items() if value is not None]


def _text(value: Any) -> str:
    if isinstance(value, float):
        return "–" if not math.isfinite(value) else f"{value:.3f}".replace("-", "−")
    text = "–" if value is None else str(value)
    return html.escape(text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…")
