"""All pictures of a page, drawn from its summary."""

from __future__ import annotations

from typing import Any

from oversmith.report.markdown import to_html
from oversmith.report.widgets import classes, curves, images, protocol, quality, rows, series, training

Summary = dict[str, Any]


def draw(summary: Summary) -> dict[str, Any]:
    """Draw every figure of a page, by section.

    Parameters
    ----------
    summary : dict
        From :func:`oversmith.report.summarise`, :func:`~oversmith.report.summarise_bench` or
        :func:`~oversmith.report.summarise_study`.

    Returns
    -------
    dict
        ``places`` (per protocol ``ranks``, ``effects`` and ``time``), and what the sections of this kind of page show.
    """
    return _PAGES[summary["kind"]](summary)


def _comparison(summary: Summary) -> dict[str, Any]:
    data = summary["data"]
    return {
        "places": _places(summary),
        "curves": _curves(summary),
        "classes": classes.draw(summary["counts"]),
        "training": training.draw(summary["training"], "training"),
        "rows": rows.draw(summary["embedding"], data),
        "quality": quality.draw(summary),
        "series": series.draw(summary) if summary["series"] else [],
        "spectra": series.draw_classes(summary) if summary["class_spectra"] else [],
        "images": images.draw(summary) if summary["images"] else [],
    }


def _places(summary: Summary) -> list[dict[str, Any]]:
    return [protocol.draw(part, index) for index, part in enumerate(summary["places"])]


def _curves(summary: Summary) -> list[dict[str, Any]]:
    data = summary["data"]
    chance = summary["protocol"].get("chance", {}).get("average_precision")
    return [
        curves.draw(
            entry,
            uid=f"curves-{index}",
            chance=data.get("prevalence") if chance is None else chance,
            classes=[part["name"] for part in data["classes"]],
            several=data.get("positive") is None and len(data["classes"]) > 2,
            control=summary["control"],
            generated=summary["generative"],
        )
        for index, entry in enumerate(summary["curves"])
    ]


def _bench(summary: Summary) -> dict[str, Any]:
    control, generated = summary["places"][0]["control"], summary["generative"]
    return {
        "places": _places(summary),
        "datasets": [
            {
                "curves": [
                    curves.draw(
                        part,
                        uid=f"set-{number}-{index}",
                        chance=None if part["several"] else entry["prevalence"],
                        classes=part["classes"],
                        several=part["several"],
                        control=control,
                        generated=generated,
                    )
                    for index, part in enumerate(entry["curves"])
                ],
                "training": training.draw(entry["training"], f"set-{number}-training"),
            }
            for number, entry in enumerate(summary["datasets"])
        ],
    }


def _study(summary: Summary) -> dict[str, Any]:
    figures = {entry["file"]: entry["svg"] for entry in summary["figures"]}
    return {
        "head": to_html(summary["head"], {}, uid="head", label="How it was run"),
        "parts": [
            to_html(part["lines"], figures, uid=f"part-{number}", label=part["title"])
            for number, part in enumerate(summary["parts"])
        ],
        "sound": None if summary["sound"] is None else protocol.draw(summary["sound"]["places"][0]),
    }


_PAGES = {"comparison": _comparison, "bench": _bench, "study": _study}
