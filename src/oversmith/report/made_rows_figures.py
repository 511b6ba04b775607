"""The figures of the rows made for a table: overlays, correlations, the copy check with its control curve."""

from __future__ import annotations

from typing import Any

from oversmith.plot import column_overlay, correlations, nearest_training
from oversmith.report.picture import Picture, first_upper, plain_number
from oversmith.report.svg import canvas, to_svg

_FIRST = 12
_ACROSS = 4


def made_pictures(summary: dict[str, Any]) -> list[dict[str, Any]]:
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
        pictures = [_overlays(columns[:_FIRST], f"made-{number}-columns", title, entry)]
        more = [_overlays(columns[_FIRST:], f"made-{number}-more", title, entry)] if columns[_FIRST:] else []
        if entry["correlation"]:
            pictures.append(_correlation(entry["correlation"], f"made-{number}-correlation", title))
        pictures.append(_copies(entry, f"made-{number}-copies", title))
        warnings = [first_upper(text) for text in entry["quality"]["warnings"]]
        parts.append({"title": title, "warnings": warnings, "pictures": pictures, "more": more})
    return parts


def _overlays(columns: list[dict[str, Any]], uid: str, title: str, entry: dict[str, Any]) -> Picture:
    across = min(_ACROSS, len(columns))
    down = -(-len(columns) // across)
    with canvas(2.15 * across, 0.35 + 1.6 * down) as figure:
        panels = figure.subplots(
            down, across, squeeze=False, sharey=all("grid" in column for column in columns)
        ).ravel()
        for ax, column in zip(panels, columns, strict=False):
            column_overlay(column, ax=ax)
        for ax in panels[len(columns) :]:
            ax.set_axis_off()
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside lower center", ncols=2)
        told = "; ".join(f"{column['name']} {column['difference']:.2f}" for column in columns)
        svg = to_svg(
            figure, uid=uid, title=f"Columns of {title}, the most different first", description=f"Difference: {told}."
        )
    caption = (
        f"Cumulative shares of numbers and shares of levels, real ({entry['n_train'] + entry['n_unseen']:,} rows) and "
        f"generated ({entry['n_made']:,}); the number behind a name is their largest gap, the most different first."
    )
    rows = [[column["name"], f"{column['difference']:.3f}"] for column in columns]
    return Picture(uid, svg, caption, ["column", "difference"], rows, wide=True)


def _correlation(found: dict[str, Any], uid: str, title: str) -> Picture:
    names, real, generated = found["names"], found["real"], found["generated"]
    pairs = [
        (abs(generated[i][j] - real[i][j]), names[i], names[j], real[i][j], generated[i][j])
        for i in range(len(names))
        for j in range(i + 1, len(names))
    ]
    pairs.sort(key=lambda pair: (-pair[0], pair[1], pair[2]))
    with canvas(8.6, 3.3) as figure:
        correlations(names, real, generated, ax=figure.subplots(1, 3, sharey=True))
        most = pairs[0]
        svg = to_svg(
            figure,
            uid=uid,
            title=f"Correlations of {title}",
            description=f"The largest difference is {most[0]:.2f}, between {most[1]} and {most[2]}.",
        )
    rows = [[f"{one} and {other}", plain_number(a), plain_number(b), plain_number(b - a)] for _, one, other, a, b in
            pairs[:12]]  # fmt: skip
    caption = "Pearson correlations, blue positive, red negative, stronger is more opaque; all three from −1 to 1."
    return Picture(uid, svg, caption, ["pair", "real", "generated", "difference"], rows, wide=True)


def _copies(entry: dict[str, Any], uid: str, title: str) -> Picture:
    told = entry["copies"]
    quality = entry["quality"]["copies"]
    with canvas(4.8, 3.4) as figure:
        ax = nearest_training(told["quantile"], told["generated"], told["unseen"], ax=figure.subplots())
        ax.set_title("Copy check")
        svg = to_svg(
            figure,
            uid=uid,
            title=f"Distance to the nearest training row, {title}",
            description=f"Median: generated {quality['distance']:.3f}, unseen {quality['distance_unseen']:.3f}.",
        )
    caption = (
        "Where the generated line lies left of that of unseen real rows, rows are nearer to training rows than chance "
        f"brings them: copies. Exact copies {100 * quality['exact']:.0f} %."
    )
    last = len(told["quantile"]) - 1
    rows = [
        [f"{k * 10} %", *(f"{told[side][round(k * last / 10)]:.4f}" for side in ("generated", "unseen"))]
        for k in range(11)
    ]
    return Picture(uid, svg, caption, ["share of rows", "generated", "unseen"], rows)
