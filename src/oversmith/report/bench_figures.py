"""The figures of a benchmark's page: from parts of the summary to SVG, caption and the numbers behind it."""

from __future__ import annotations

from typing import Any

from oversmith.report.shared_figures import effect_picture, rank_picture, time_picture
from oversmith.report.widgets import training
from oversmith.report.widgets.curves import draw

_SETS = "the mean over data sets, paired by classifier, fold and seed ({n} data sets)"
_FOLDS = "paired over {n} folds (each the mean over classifiers and seeds)"


def bench_pictures(summary: dict[str, Any]) -> dict[str, Any]:
    """Draw the figures of every protocol and every data set.

    Parameters
    ----------
    summary : dict
        From :func:`oversmith.report.summarise_bench`.

    Returns
    -------
    dict
        ``places``: per protocol ``ranks`` (a picture or None), ``effects`` (pictures) and ``time`` (a picture or None);
        ``datasets``: per data set ``curves`` (from :func:`oversmith.report.widgets.curves.draw`) and ``training``.
    """
    control = summary["places"][0]["control"]
    return {
        "places": [place_pictures(place, number) for number, place in enumerate(summary["places"])],
        "datasets": [
            _of_set(entry, f"set-{number}", control, summary["generative"])
            for number, entry in enumerate(summary["datasets"])
        ],
    }


def _of_set(entry: dict[str, Any], uid: str, control: str | None, generated: list[str]) -> dict[str, Any]:
    curves = [
        draw(
            part,
            uid=f"{uid}-{number}",
            chance=None if part["several"] else entry["prevalence"],
            classes=part["classes"],
            several=part["several"],
            control=control,
            generated=generated,
        )
        for number, part in enumerate(entry["curves"])
    ]
    return {"curves": curves, "training": training.draw(entry["training"], f"{uid}-training")}


def place_pictures(place: dict[str, Any], number: int = 0) -> dict[str, Any]:
    """Draw the figures of one protocol.

    Parameters
    ----------
    place : dict
        Its summary.
    number : int, default=0
        Its place on the page, for ids.

    Returns
    -------
    dict
        ``ranks`` (a picture or None), ``effects`` (pictures), ``time`` (a picture or None).
    """
    over_sets = place["unit"] == "data set"
    warning = (
        "Who else takes part moves the bars" if over_sets else "Folds share training rows, so it is larger in truth"
    )
    caption = (
        f"Mean rank in average precision over {place['n']} {place['unit']}s, 1 the best. A blue bar joins contenders "
        f"whose ranks lie within Nemenyi’s critical difference. {warning}: a picture, no proof."
    )
    ranks = rank_picture(
        place["ranks"], _number(place["critical_difference"]), uid=f"ranks-{number}", control=place["control_title"],
        caption=caption,
    )  # fmt: skip
    effects = []
    for index, entry in enumerate(place["effects"]):
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
        for row in place["leaderboard"]
        if row["parts"] is not None
    ]
    time = time_picture(
        rows,
        uid=f"time-{number}",
        metric="average precision",
        caption=f"Median seconds of one fit (one fold, one classifier) beside the mean ± SD over {place['unit']}s.",
    )
    return {"ranks": ranks, "effects": effects, "time": time}


def _number(value: float | None) -> float:
    return float("nan") if value is None else value
