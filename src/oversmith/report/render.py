"""From the summary to the page: Jinja templates with escaping always on."""

from __future__ import annotations

import html
import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from oversmith import __version__
from oversmith.report.bench_sets import SHOWN
from oversmith.report.definitions import definitions
from oversmith.report.names import COLUMNS, METRICS
from oversmith.report.picture import first_upper, signed_number
from oversmith.report.pictures import draw
from oversmith.report.sections import sections_of

if TYPE_CHECKING:
    from jinja2 import Environment
    from markupsafe import Markup


class Page(str):
    """A page as text; in a notebook it shows itself in a frame of its own."""

    __slots__ = ()

    def _repr_html_(self) -> str:
        """Show the page in a frame: its styles and scripts stay inside."""
        return (
            f'<iframe srcdoc="{html.escape(self)}" sandbox="allow-scripts" title="Oversmith report" '
            'style="width:100%;height:42em;border:1px solid;border-radius:6px"></iframe>'
        )


def render(summary: dict[str, Any]) -> Page:
    """Turn a summary into one self-contained HTML page.

    Parameters
    ----------
    summary : dict
        From :func:`oversmith.report.summarise`, :func:`~oversmith.report.summarise_bench` or
        :func:`~oversmith.report.summarise_study`, possibly through JSON.

    Returns
    -------
    Page
        The page, a string: no request leaves it, and the same summary gives the same text.

    Examples
    --------
    >>> from oversmith.evaluation import Comparison
    >>> from oversmith.report import render, summarise
    >>> empty = Comparison(data={"name": "<b>"}, protocol={}, contenders=[], classifiers=[], scores=[])
    >>> "&lt;b&gt;" in render(summarise(empty))
    True
    """
    kind = summary["kind"]
    page = summary | {"kind": kind, "pictures": draw(summary)}
    return Page(
        _environment()
        .get_template("page.html")
        .render(
            **page,
            heading=summary.get("title", summary["name"]),
            sections=sections_of(kind, summary.get("data"), page),
            metric_titles=METRICS,
            set_metrics=SHOWN,
            short_titles=COLUMNS,
            definitions=definitions(summary),
            version=__version__,
        )
    )


@lru_cache(maxsize=1)
def _environment() -> Environment:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("oversmith.report"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(
        num=_number,
        signed=signed_number,
        seconds=_seconds,
        share=_share,
        grouped=_grouped,
        sortable=_sortable,
        tone=_tone,
        first_upper=first_upper,
    )
    return environment


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def _seconds(value: float | None) -> str:
    if value is None:
        return "–"
    if value < 0.095:
        return f"{value * 1000:.0f} ms"
    return f"{value:.1f} s" if value < 99.5 else f"{value / 60:.1f} min"


def _share(value: float | None) -> str:
    if value is None:
        return "–"
    digits = 1 if value >= 0.01 or value == 0 else min(6, 1 - math.floor(math.log10(value * 100)))
    return f"{100 * value:.{digits}f} %"


def _grouped(value: float | None) -> str:
    return "–" if value is None else f"{value:,}"


def _sortable(value: float | None) -> str:
    return "" if value is None else f"{value:.9g}"


def _tone(change: float | None) -> Markup:
    """Shade a cell by how far it lies from the control of its row: full at a tenth."""
    from markupsafe import Markup

    if change is None or abs(change) < 0.0005:
        return Markup("")
    share = min(100, round(abs(change) * 1000))
    return Markup(' class="{}" style="--d:{}"').format("up" if change > 0 else "down", share)
