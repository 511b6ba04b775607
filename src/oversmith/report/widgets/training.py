"""Trainings: losses, penalty, the monitored score, and where they stopped."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from oversmith.plot import training, training_panels
from oversmith.plot._style import shorten
from oversmith.plot.training import training_layout
from oversmith.report.picture import Picture, canvas, plain_number, to_svg

_REASONS = {
    "max_steps": "all steps were run",
    "patience": "stopped early, the score no longer improved",
    "max_seconds": "stopped by the time limit",
    "callback": "stopped by a callback",
}
_TABLE_ROWS = 20


def collect(
    records: Mapping[str, Mapping[str, Any]], titles: Mapping[str, str], most: int = 400
) -> list[dict[str, Any]]:
    """List the trained models of contenders; a model may serve several classes.

    Parameters
    ----------
    records : mapping
        Contender to its training, as in :class:`oversmith.evaluation.Comparison`.
    titles : mapping of str to str
        Contender to its name for readers.
    most : int, default=400
        Rows of a history that are kept, evenly spaced and with the last one.

    Returns
    -------
    list of dict
        ``contender``, ``title``, ``classes``, ``history``, ``best_step``, ``n_steps``, ``stopped_because``.
    """
    entries = []
    for name, record in records.items():
        models: dict[tuple[str, ...], list[dict[str, Any]]] = {}
        for row in record.get("history") or []:
            models.setdefault(tuple(str(label) for label in row.get("classes", ())), []).append(row)
        for classes, history in models.items():
            rows = [{key: value for key, value in row.items() if key != "classes"} for row in _thinned(history, most)]
            facts = {key: _of_model(record.get(key), classes) for key in ("best_step", "n_steps", "stopped_because")}
            entry = {"contender": name, "title": titles.get(name, name), "classes": list(classes), "history": rows}
            entries.append(entry | facts)
    return entries


def _of_model(value: Any, classes: tuple[str, ...]) -> Any:
    """Look up one model's entry in a mapping of class to value; a plain value is returned as it is."""
    if not isinstance(value, dict):
        return value
    by_name = {str(key): entry for key, entry in value.items()}
    return next((by_name[name] for name in classes if name in by_name), None)


def _thinned(history: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    step = -(-len(history) // most)
    return [row for index, row in enumerate(history) if index % step == 0 or index == len(history) - 1]


def draw(models: list[dict[str, Any]], uid: str) -> list[tuple[str, list[Picture]]]:
    """Draw losses, penalty and monitored score of every trained model.

    Parameters
    ----------
    models : list of dict
        From :func:`collect`.
    uid : str
        Prefix of all ids.

    Returns
    -------
    list of (str, list of Picture)
        Contender by contender, a picture for each model.
    """
    sections = []
    for number, (title, group) in enumerate(groupby(models, key=lambda entry: entry["title"])):
        pictures = []
        for index, model in enumerate(group):
            panels = training_panels(model["history"])
            if panels:
                pictures.append(_picture(model, panels, f"{uid}-{number}-{index}"))
        if pictures:
            sections.append((title, pictures))
    return sections


def _picture(model: dict[str, Any], panels: dict[str, list[str]], uid: str) -> Picture:
    history, best, classes = [row for row in model["history"] if "step" in row], model["best_step"], model["classes"]
    of = f", {'class' if len(classes) == 1 else 'classes'} {' · '.join(classes)}" if classes else ""
    size, heights = training_layout(panels)
    with canvas(*size) as figure:
        axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights).ravel()
        training(history, best_step=best, ax=list(axes))
        axes[0].set_title(shorten(f"{model['title']}{of}", 48), pad=18)
        start = f"The networks of step {best:,} were kept" if best is not None else "The last networks were kept"
        reason = _REASONS.get(model["stopped_because"] or "", "")
        total = f" of {model['n_steps']:,} run" if model["n_steps"] is not None and best is not None else ""
        description = f"{start}{total}{'; ' + reason if reason else ''}."
        svg = to_svg(figure, uid=uid, title=f"Training of {model['title']}{of}", description=description)
    keys = [key for series in panels.values() for key in series]
    rows = [
        [f"{row['step']:,}", *(plain_number(row.get(key)) for key in keys)] for row in _thinned(history, _TABLE_ROWS)
    ]
    scored = (
        f" The monitored score is the energy distance to real {history[-1].get('scored_on', 'rows')}: lower is better."
        if "monitor" in panels
        else ""
    )
    caption = f"{model['title']}{of}. {description}{scored}{_notices(history)}"
    return Picture(uid, svg, caption, ["step", *keys], rows)


def _notices(history: list[dict[str, Any]]) -> str:
    """Say what the sampler noticed of its networks, how often, and whether it was so at the end."""
    by_row = [str(row.get("notice") or "").split("; ") for row in history]
    notices = dict.fromkeys(notice for notices in by_row for notice in notices if notice)
    return "".join(
        f" Attention: {notice}, in {sum(notice in row for row in by_row)} of {len(by_row)} checks"
        f"{', also in the last one' if notice in by_row[-1] else ''}."
        for notice in notices
    )
