"""``oversmith methods``: what there is, without importing any of it."""

from __future__ import annotations

import dataclasses
import shutil
import textwrap

from oversmith._registry import METHODS, Method, methods_by_data
from oversmith.cli.options import Flag
from oversmith.cli.output import print_json
from oversmith.papers import PAPERS

_WIDTH = 100
_COMMON_NEED = "two rows of the class"


def methods(*, json: Flag = False) -> None:
    """List the methods by the data they take: names, what they do, what they cost.

    Parameters
    ----------
    json : bool
        Print JSON instead, with the classes, what each method needs and where it was published.
    """
    if json:
        print_json([dataclasses.asdict(METHODS[kebab]) for kebab in sorted(METHODS)])
        return
    width = min(shutil.get_terminal_size((_WIDTH, 24)).columns, _WIDTH)
    column = max(map(len, METHODS)) + 4
    for heading, entries in methods_by_data().items():
        print(heading)
        for entry in entries:
            mark = "*" if entry.recommended else " "
            start = f"  {entry.kebab + ' ' + mark:{column}}{entry.cost:8}"
            print(textwrap.fill(_line(entry), width, initial_indent=start, subsequent_indent=" " * len(start)))
        print()
    print(textwrap.fill(_FOOTNOTE, width))


_FOOTNOTE = (
    f"* recommended in its group. Tune the threshold first: on 26 tables no method beat that. Cost: low is"
    f" milliseconds, medium seconds, high minutes. Every method needs {_COMMON_NEED} unless it says otherwise."
    " Class names: --json."
)


def _line(entry: Method) -> str:
    parts = [entry.summary]
    if entry.recommended:
        parts.append(f"Recommended: {entry.recommended}.")
    if entry.needs != _COMMON_NEED:
        parts.append(f"Needs {entry.needs}.")
    if entry.source:
        parts.append(f"{PAPERS[entry.source].short}.")
    return " ".join(parts)
