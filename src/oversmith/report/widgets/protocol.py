"""Results under one protocol: differences from the control, mean ranks, time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from oversmith.plot import critical_difference_diagram, effect_forest, time_quality
from oversmith.plot._style import signed
from oversmith.report.picture import Picture, canvas, first_upper, plain_number, signed_number, to_svg

_COLUMNS = ["contender", "difference", "low", "high", "p", "p, Holm", "wins / ties / losses", "decision"]
_SETS = "the mean over data sets, paired by classifier, fold and seed ({n} data sets)"
_FOLDS = "paired over {n} folds (each the mean over classifiers and seeds)"


def draw(summary: dict[str, Any], number: int = 0) -> dict[str, Any]:
    """Draw the figures of one protocol.

    Parameters
    ----------
    summary : dict
        Its summary.
    number : int, default=0
        Its number on the page, for ids.

    Returns
    -------
    dict
        ``ranks`` (a picture or None), ``effects`` (pictures), ``time`` (a picture or None).
    """
    over_sets = summary["unit"] == "data set"
    warning = (
        "Who else takes part moves the bars"
        if over_sets
        else "Folds share training rows, so the true difference is larger"
    )
    caption = (
        f"Mean rank in average precision over {summary['n']} {summary['unit']}s, 1 the best. A blue bar joins "
        f"contenders whose ranks lie within Nemenyi’s critical difference. {warning}: a picture, no proof."
    )
    ranks = rank_picture(
        summary["ranks"],
        _number(summary["critical_difference"]),
        uid=f"ranks-{number}",
        control=summary["control_title"],
        caption=caption,
    )
    effects = []
    for index, entry in enumerate(summary["effects"]):
        lower = entry["metric"] == "brier"
        effects.append(
            effect_picture(
                entry["rows"],
                uid=f"effect-{number}-{index}",
                name=f"improvement in {entry['metric_title']}" if lower else entry["metric_title"],
                unit=_SETS if over_sets else _FOLDS,
                label=f"{'improvement' if lower else 'difference'} in {entry['metric_title']}",
            )
        )
    rows = [
        {"title": row["title"], **row["parts"], **row["metrics"]["average_precision"]}
        for row in summary["leaderboard"]
        if row["parts"] is not None
    ]
    time = time_picture(
        rows,
        uid=f"time-{number}",
        metric="average precision",
        caption=f"Median seconds of one fit (one fold, one classifier) beside the mean ± SD over {summary['unit']}s.",
    )
    return {"ranks": ranks, "effects": effects, "time": time}


def effect_picture(rows: Sequence[dict[str, Any]], *, uid: str, name: str, unit: str, label: str) -> Picture:
    """Draw paired differences from one control.

    Parameters
    ----------
    rows : sequence of dict
        ``title``, ``control_title``, ``difference``, ``low``, ``high``, ``p``, ``p_holm``, ``wins``, ``ties``,
        ``losses``, ``n``, ``decision``.
    uid : str
        Prefix of its ids.
    name : str
        The metric.
    unit : str
        What the pairs are, in words.
    label : str
        What the horizontal axis shows.

    Returns
    -------
    Picture
        With the numbers behind it.
    """
    mine = sorted(rows, key=lambda row: -(row["difference"] or 0.0))
    filled = [row | {key: _number(row[key]) for key in ("difference", "low", "high")} for row in mine]
    against = mine[0]["control_title"]
    with canvas(8.6, 1.0 + 0.34 * len(mine)) as figure:
        effect_forest(filled, label=label, ax=figure.subplots())
        best = max(filled, key=lambda row: row["difference"])
        largest = f"{best['title']}, {signed(best['difference'])}"
        description = f"{len(mine)} contenders; the largest difference is {largest}."
        svg = to_svg(figure, uid=uid, title=f"Difference in {name} from {against}", description=description)
    table = [
        [
            row["title"],
            *(signed_number(row[key]) for key in ("difference", "low", "high")),
            plain_number(row["p"]),
            plain_number(row["p_holm"]),
            f"{row['wins']} / {row['ties']} / {row['losses']}",
            row["decision"],
        ]
        for row in mine
    ]
    caption = (
        f"{first_upper(name)} minus that of “{against}”, {unit.format(n=mine[0]['n'])}, with 95 % intervals. Triangle "
        "up: helps; down: harms; dot: undecided."
    )
    return Picture(uid, svg, caption, list(_COLUMNS), table, wide=True)


def rank_picture(
    ranks: Sequence[dict[str, Any]], difference: float, *, uid: str, control: str | None, caption: str
) -> Picture | None:
    """Draw mean ranks with the bars of Nemenyi's test.

    Parameters
    ----------
    ranks : sequence of dict
        ``title`` and ``rank``, best first.
    difference : float
        The critical difference.
    uid : str
        Prefix of its ids.
    control : str or None
        Title of the control.
    caption : str
        What the ranks are over.

    Returns
    -------
    Picture or None
        None for fewer than two contenders.
    """
    if len(ranks) < 2 or difference != difference:
        return None
    by_title = {row["title"]: row["rank"] for row in ranks}
    half = -(-len(ranks) // 2)
    with canvas(8.6, 1.25 + 0.27 * half) as figure:
        critical_difference_diagram(by_title, difference, control=control, ax=figure.subplots())
        numbers = "; ".join(f"{title}, {rank:.2f}" for title, rank in by_title.items())
        svg = to_svg(
            figure,
            uid=uid,
            title="Mean ranks, and what Nemenyi’s test cannot tell apart",
            description=f"Mean ranks: {numbers}; critical difference {difference:.2f}.",
        )
    table = [[title, f"{rank:.2f}"] for title, rank in by_title.items()]
    return Picture(uid, svg, caption, ["contender", "mean rank"], table, wide=True)


def time_picture(rows: Sequence[dict[str, Any]], *, uid: str, metric: str, caption: str) -> Picture | None:
    """Draw seconds beside the score.

    Parameters
    ----------
    rows : sequence of dict
        ``title``, ``seconds_resample``, ``seconds_fit``, ``seconds_predict``, ``mean``, ``sd``.
    uid : str
        Prefix of its ids.
    metric : str
        Name of the score.
    caption : str
        What is shown.

    Returns
    -------
    Picture or None
        None without rows.
    """
    if not rows:
        return None
    known = [row | {"mean": _number(row["mean"]), "sd": _number(row["sd"])} for row in rows]
    with canvas(8.6, 1.3 + 0.34 * len(known)) as figure:
        time_quality(known, label=metric, ax=figure.subplots(1, 2, sharey=True))
        slowest = max(known, key=_total)
        description = f"The slowest contender is {slowest['title']} with {_total(slowest):.2g} seconds per fit."
        svg = to_svg(figure, uid=uid, title=f"Seconds and {metric} of each contender", description=description)
    columns = ["contender", "resampling, s", "fitting, s", "predicting, s", metric]
    keys = ("seconds_resample", "seconds_fit", "seconds_predict", "mean")
    table = [[row["title"], *(plain_number(row[key]) for key in keys)] for row in known]
    return Picture(uid, svg, caption, columns, table, wide=True)


def _total(row: dict[str, Any]) -> float:
    return float(row["seconds_resample"] + row["seconds_fit"] + row["seconds_predict"])


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
