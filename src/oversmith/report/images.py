"""What the page shows of images: each class's real and generated ones, and what is said of their distances."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oversmith.evaluation import Comparison

# Generated images whose pixels vary less than this share of what real ones do are said to be alike.
_ALIKE = 0.6
# Share of generated images among the nearest that is more than chance, next to that of held-out ones.
_MANY = 0.1
# So many times the distance of held-out images is farther than real images lie.
_FAR = 1.25
# What chance alone hardly gives.
_LEVEL = 0.05


def image_parts(comparison: Comparison, names: list[str]) -> dict[str, Any]:
    """Put the galleries of several contenders together, class by class.

    Parameters
    ----------
    comparison : Comparison
        What :func:`oversmith.evaluation.run_comparison` returned.
    names : list of str
        Contenders to show.

    Returns
    -------
    dict
        ``shape``, ``shrunk`` and ``classes``: per class its name, ``real``, and ``made``, one entry per contender with
        what its gallery holds, its title, and ``reading`` and ``warnings``, what the numbers say. Empty for anything
        but images.
    """
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    shown = [(name, comparison.images[name]) for name in names if name in comparison.images]
    if not shown:
        return {}
    first = shown[0][1]
    classes = []
    for entry in first["classes"]:
        made = []
        for name, gallery in shown:
            mine = next((one for one in gallery["classes"] if one["class"] == entry["class"]), None)
            if mine is None or not mine["generated"]["n"]:
                continue
            told = {key: value for key, value in mine.items() if key not in ("class", "real")}
            made.append({"contender": name, "title": titles.get(name, name)} | told | _read(mine))
        classes.append({"class": entry["class"], "real": entry["real"], "made": made})
    classes.sort(key=lambda entry: not entry["made"])
    return {"shape": first["shape"], "shrunk": first["shrunk"], "classes": classes}


def _read(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Say in words what the distances say, and what to look out for."""
    warnings = []
    alike, usual = entry["generated"]["diversity"], entry["real"]["diversity"]
    if alike is not None and usual and alike < _ALIKE * usual:
        warnings.append(f"Generated images vary {alike / usual:.0%} as much as real ones: many of them are alike")
    if "copies" not in entry:
        return {"reading": "Too few different training images to say what near means.", "warnings": warnings}
    copies = entry["copies"]
    if copies["exact"] > (copies["exact_unseen"] or 0.0):
        warnings.append(f"{_share(copies['exact'])} of the generated images equal a training image")
    if copies["too_near"] > max(_MANY, 2 * (copies["too_near_unseen"] or 0.0)):
        warnings.append(
            f"{_share(copies['too_near'])} of the generated images are nearer to a training image than 95 % of these "
            f"are to each other"
        )
    made, held = (_median(entry["distances"][name]) for name in ("generated", "unseen"))
    if made is None or held is None:
        return {"reading": "No held-out image of this class to compare with.", "warnings": warnings}
    told = f"median distance {_share(made)} of the range, {_share(held)} of held-out images"
    apart = (copies["p"] or 0.0) < _LEVEL
    if apart and made < held:
        reading = f"Nearer to the training images than held-out ones are: {told}. Copies, or smoother than real images."
    elif apart and made > _FAR * held:
        reading = f"Farther from the training images than held-out ones are: {told}. They do not look alike yet."
    else:
        reading = f"About as near to the training images as held-out ones are: {told}."
    return {"reading": reading, "warnings": warnings}


def _median(quantiles: list[float]) -> float | None:
    return quantiles[len(quantiles) // 2] if quantiles else None


def _share(value: float) -> str:
    return f"{100 * value:.1f} %"
