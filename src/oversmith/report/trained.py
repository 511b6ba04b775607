"""Trainings as the page shows them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def trained_models(
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
        Rows of a history that are kept, evenly, the last one among them.

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
            entries.append(
                {
                    "contender": name,
                    "title": titles.get(name, name),
                    "classes": list(classes),
                    "history": [
                        {key: value for key, value in row.items() if key != "classes"}
                        for row in _thinned(history, most)
                    ],
                    **{key: _of_model(record.get(key), classes) for key in ("best_step", "n_steps", "stopped_because")},
                }
            )
    return entries


def _of_model(value: Any, classes: tuple[str, ...]) -> Any:
    """One model's entry of a mapping of class to value; a plain value as it is."""
    if not isinstance(value, dict):
        return value
    named = {str(key): entry for key, entry in value.items()}
    return next((named[name] for name in classes if name in named), None)


def _thinned(history: list[dict[str, Any]], most: int) -> list[dict[str, Any]]:
    step = -(-len(history) // most)
    return [row for index, row in enumerate(history) if index % step == 0 or index == len(history) - 1]
