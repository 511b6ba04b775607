"""Quality of the rows generated for a table: numbers for every contender, pictures for the chosen ones."""

from __future__ import annotations

from typing import Any

from oversmith.evaluation import Comparison
from oversmith.plot import column_overlay, correlations, nearest_training
from oversmith.report.picture import Picture, canvas, first_upper, plain_number, to_svg

_CLASSES = 6
_FIRST_COLUMNS = 12
_ACROSS = 4
_TABLE_ROWS = 12
_ONLY_DRAWN = ("columns", "correlation", "copies")


def collect(comparison: Comparison, shown: list[str]) -> list[dict[str, Any]]:
    """List the quality of every contender's rows by class, the smallest classes first.

    Parameters
    ----------
    comparison : Comparison
        The record of a comparison.
    shown : list of str
        Contenders whose columns, correlations and distances are drawn.

    Returns
    -------
    list of dict
        ``contender``, ``title``, ``class``, sizes, ``quality`` or ``reason``, ``drawn``, and for those drawn
        ``columns``, ``correlation``, ``copies``.
    """
    entries = []
    for contender in comparison.contenders:
        name = contender["name"]
        by_size = sorted(comparison.quality.get(name, []), key=lambda entry: entry["n_train"])
        for index, entry in enumerate(by_size):
            drawn = name in shown and index < _CLASSES and "quality" in entry
            facts = {key: value for key, value in entry.items() if drawn or key not in _ONLY_DRAWN}
            entries.append({"contender": name, "title": contender["title"], "drawn": drawn, **facts})
    return entries


def draw(summary: dict[str, Any]) -> list[dict[str, Any]]:
    """Draw the rows of each chosen contender and class.

    Parameters
    ----------
    summary : dict
        All that the page shows.

    Returns
    -------
    list of dict
        ``title``, ``warnings``, ``pictures``, and ``more`` (pictures of the other columns).
    """
    parts = []
    for number, entry in enumerate(summary.get("quality", [])):
        if not entry["drawn"]:
            continue
        columns = entry["columns"]
        title = f"{entry['title']}: class {entry['class']}"
        pictures = [_columns(columns[:_FIRST_COLUMNS], f"quality-{number}-columns", title, entry)]
        others = columns[_FIRST_COLUMNS:]
        more = [_columns(others, f"quality-{number}-more", title, entry)] if others else []
        if entry["correlation"]:
            pictures.append(_correlation(entry["correlation"], f"quality-{number}-correlation", title))
        pictures.append(_copies(entry, f"quality-{number}-copies", title))
        warnings = [first_upper(text) for text in entry["quality"]["warnings"]]
        parts.append({"title": title, "warnings": warnings, "pictures": pictures, "more": more})
    return parts


def _columns(columns: list[dict[str, Any]], uid: str, title: str, entry: dict[str, Any]) -> Picture:
    across = min(_ACROSS, len(columns))
    down = -(-len(columns) // across)
    all_numbers = all("grid" in column for column in columns)
    with canvas(2.15 * across, 0.35 + 1.6 * down) as figure:
        panels = figure.subplots(down, across, squeeze=False, sharey=all_numbers).ravel()
        for ax, column in zip(panels, columns, strict=False):
            column_overlay(column, ax=ax)
        for ax in panels[len(columns) :]:
            ax.set_axis_off()
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
        differences = "; ".join(f"{column['name']} {column['difference']:.2f}" for column in columns)
        svg = to_svg(
            figure, uid=uid, title=f"Columns of {title}, the most different first",
            description=f"Difference: {differences}.",
        )  # fmt: skip
    caption = (
        f"Cumulative shares of numbers and shares of levels, real ({entry['n_train'] + entry['n_unseen']:,} rows) and "
        f"generated ({entry['n_made']:,}); the number after a name is the largest gap, the most different first."
    )
    rows = [[column["name"], f"{column['difference']:.3f}"] for column in columns]
    return Picture(uid, svg, caption, ["column", "difference"], rows, wide=True)


def _correlation(matrices: dict[str, Any], uid: str, title: str) -> Picture:
    names, real, generated = matrices["names"], matrices["real"], matrices["generated"]
    pairs = [
        (abs(generated[i][j] - real[i][j]), names[i], names[j], real[i][j], generated[i][j])
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    with canvas(8.6, 3.3) as figure:
        correlations(names, real, generated, ax=figure.subplots(1, 3, sharey=True))
        difference, one, other, *_ = pairs[0]
        description = f"The largest difference is {difference:.2f}, between {one} and {other}."
        svg = to_svg(figure, uid=uid, title=f"Correlations of {title}", description=description)
    rows = [
        [f"{one} and {other}", plain_number(a), plain_number(b), plain_number(b - a)]
        for _, one, other, a, b in pairs[:_TABLE_ROWS]
    ]
    caption = "Pearson correlations, blue positive, red negative, stronger is more opaque; all three from −1 to 1."
    return Picture(uid, svg, caption, ["pair", "real", "generated", "difference"], rows, wide=True)


def _copies(entry: dict[str, Any], uid: str, title: str) -> Picture:
    distances, shares = entry["copies"], entry["quality"]["copies"]
    with canvas(4.8, 3.4) as figure:
        ax = nearest_training(
            distances["quantile"], distances["generated"], distances["unseen"], ax=figure.subplots()
        )  # fmt: skip
        ax.set_title("Copy check")
        svg = to_svg(
            figure, uid=uid, title=f"Distance to the nearest training row, {title}",
            description=f"Median: generated {shares['distance']:.3f}, unseen {shares['distance_unseen']:.3f}.",
        )  # fmt: skip
    caption = (
        "Where the line of generated rows is left of that of unseen real rows, generated rows are nearer to training "
        f"rows than unseen real rows are: copies. Exact copies {100 * shares['exact']:.0f} %."
    )
    last = len(distances["quantile"]) - 1
    rows = [
        [f"{k * 10} %", *(f"{distances[side][round(k * last / 10)]:.4f}" for side in ("generated", "unseen"))]
        for k in range(11)
    ]
    return Picture(uid, svg, caption, ["share of rows", "generated", "unseen"], rows)
