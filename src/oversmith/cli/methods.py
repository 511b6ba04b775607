"""``oversmith methods``: what there is, without importing any of it."""

from __future__ import annotations

import dataclasses

from oversmith._registry import METHODS, Method
from oversmith.cli.options import Flag
from oversmith.cli.output import print_json, print_table
from oversmith.papers import PAPERS


def methods(*, json: Flag = False) -> None:
    """List the methods: their names, what they take, and what they cost.

    Parameters
    ----------
    json : bool
        Print JSON instead of a table.
    """
    entries = sorted(METHODS.values(), key=lambda entry: entry.kebab)
    if json:
        print_json([dataclasses.asdict(entry) for entry in entries])
        return
    headings = ("method", "class", "data", "needs", "cost", "paper", "what it does")
    rows = [
        (entry.kebab, entry.name, entry.modality, entry.needs, entry.cost, _paper(entry), entry.summary)
        for entry in entries
    ]
    print_table("Methods", [(heading, "left") for heading in headings], rows, spare=("class", "paper", "data"))


def _paper(entry: Method) -> str:
    return PAPERS[entry.source].short if entry.source else "—"
