"""The figures of trainings: losses, penalty, the monitored score, and where they stopped."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from oversmith.plot import training, training_panels
from oversmith.plot._style import shorten
from oversmith.plot.training import training_layout
from oversmith.report.picture import Picture, plain_number
from oversmith.report.svg import canvas, to_svg

_STOPPED = {
    "max_steps": "all steps were run",
    "patience": "stopped early, the score no longer improved",
    "max_seconds": "stopped by the time limit",
    "callback": "stopped by a callback",
}


def training_pictures(models: list[dict[str, Any]], uid: str) -> list[tuple[str, list[Picture]]]:
    """Draw losses, penalty and monitored score of every trained model.

    Parameters
    ----------
    models : list of dict
        ``title``, ``classes``, ``history``, ``best_step``, ``n_steps``, ``stopped_because``.
    uid : str
        Prefix of all ids.

    Returns
    -------
    list of (str, list of Picture)
        Contender by contender, a picture for each model.
    """
    sections = []
    for number, (title, group) in enumerate(groupby(models, key=lambda entry: entry["title"])):
        drawn = []
        for index, model in enumerate(group):
            panels = training_panels(model["history"])
            if panels:
                drawn.append(_trained(model, panels, f"{uid}-{number}-{index}"))
        if drawn:
            sections.append((title, drawn))
    return sections


def _trained(model: dict[str, Any], panels: dict[str, list[str]], uid: str) -> Picture:
    history, best = [row for row in model["history"] if "step" in row], model["best_step"]
    of = (
        f", {'class' if len(model['classes']) == 1 else 'classes'} {' · '.join(model['classes'])}"
        if model["classes"]
        else ""
    )
    size, heights = training_layout(panels)
    with canvas(*size) as figure:
        axes = figure.subplots(len(panels), 1, sharex=True, squeeze=False, height_ratios=heights).ravel()
        training(history, best_step=best, ax=list(axes))
        axes[0].set_title(shorten(f"{model['title']}{of}", 48), pad=18)
        kept = f"The networks of step {best:,} were kept" if best is not None else "The last networks were kept"
        why = _STOPPED.get(model["stopped_because"] or "", "")
        ran = f" of {model['n_steps']:,} run" if model["n_steps"] is not None and best is not None else ""
        description = f"{kept}{ran}{'; ' + why if why else ''}."
        svg = to_svg(figure, uid=uid, title=f"Training of {model['title']}{of}", description=description)
    keys = [key for series in panels.values() for key in series]
    step = -(-len(history) // 20)
    rows = [row for index, row in enumerate(history) if index % step == 0 or index == len(history) - 1]
    table = [[f"{row['step']:,}", *(plain_number(row.get(key)) for key in keys)] for row in rows]
    scored = (
        f" The monitored score is the energy distance to real {history[-1].get('scored_on', 'rows')}: lower is better."
        if "monitor" in panels
        else ""
    )
    caption = f"{model['title']}{of}. {description}{scored}{_noticed(history)}"
    return Picture(uid, svg, caption, ["step", *keys], table)


def _noticed(history: list[dict[str, Any]]) -> str:
    """Say what the sampler noticed of its players: what it was, how often, and whether it still was at the end."""
    told = [str(row.get("notice") or "").split("; ") for row in history]
    found = list(dict.fromkeys(part for parts in told for part in parts if part))
    words = [
        f" Look out: {part}, in {sum(part in parts for parts in told)} of {len(told)} looks"
        f"{', the last among them' if part in told[-1] else ''}."
        for part in found
    ]
    return "".join(words)
