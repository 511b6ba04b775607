"""From the summary to the page: Jinja templates with escaping always on."""

from __future__ import annotations

import math
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from oversmith import __version__
from oversmith.plot._style import signed
from oversmith.report.figures import pictures
from oversmith.report.names import METRICS

if TYPE_CHECKING:
    from jinja2 import Environment


def render(summary: dict[str, Any]) -> str:
    """Turn a summary into one self-contained HTML page.

    Parameters
    ----------
    summary : dict
        From :func:`oversmith.report.summarise`, possibly through JSON.

    Returns
    -------
    str
        The page: no request leaves it, and the same summary gives the same text.

    Examples
    --------
    >>> from oversmith.evaluation import Comparison
    >>> from oversmith.report import render, summarise
    >>> empty = Comparison(data={"name": "<b>"}, protocol={}, contenders=[], classifiers=[], scores=[])
    >>> "&lt;b&gt;" in render(summarise(empty))
    True
    """
    return (
        _environment()
        .get_template("page.html")
        .render(**summary, pictures=pictures(summary), metric_titles=METRICS, version=__version__)
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
        num=_number, signed=_signed, seconds=_seconds, share=_share, grouped=_grouped, sortable=_sortable
    )
    return environment


def _number(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else f"{value:.{digits}f}".replace("-", "−")


def _signed(value: float | None, digits: int = 3) -> str:
    return "–" if value is None else signed(value, digits)


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
