"""What the page shows of the rows made for a table: quality of every contender, pictures of the chosen ones."""

from __future__ import annotations

from typing import Any

from oversmith.evaluation import Comparison

_CLASSES = 6


def made_parts(comparison: Comparison, shown: list[str]) -> list[dict[str, Any]]:
    """List the judged rows of every contender, class by class, those of the smallest classes first.

    Parameters
    ----------
    comparison : Comparison
        What :func:`oversmith.evaluation.run_comparison` returned.
    shown : list of str
        Contenders whose columns, correlations and distances are drawn.

    Returns
    -------
    list of dict
        ``contender``, ``title``, ``class``, sizes, ``quality`` or ``reason``, ``drawn``, and for those drawn
        ``columns``, ``correlation``, ``copies``.
    """
    titles = {entry["name"]: entry["title"] for entry in comparison.contenders}
    found = []
    for name in titles:
        entries = sorted(comparison.quality.get(name, []), key=lambda entry: entry["n_train"])
        for place, entry in enumerate(entries):
            drawn = name in shown and place < _CLASSES and "quality" in entry
            kept = {
                key: value for key, value in entry.items() if drawn or key not in ("columns", "correlation", "copies")
            }
            found.append({"contender": name, "title": titles[name], "drawn": drawn, **kept})
    return found
