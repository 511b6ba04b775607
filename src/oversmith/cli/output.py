"""What the commands print: tables and JSON to stdout, progress to stderr."""

from __future__ import annotations

import contextlib
import json
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from oversmith._printable import printable
from oversmith.cli.errors import as_typed
from oversmith.cli.invocation import invoked_words

if TYPE_CHECKING:
    from rich.console import Console

    from oversmith.io import Data

# Off a terminal there is no window to fit.
_WIDE = 200


def console(*, stderr: bool = False) -> Console:
    """Make the console for stdout or stderr; colour follows the terminal and ``NO_COLOR``.

    Parameters
    ----------
    stderr : bool, default=False
        Whether it writes to stderr.

    Returns
    -------
    rich.console.Console
        The console.
    """
    from rich.console import Console

    stream = sys.stderr if stderr else sys.stdout
    return Console(file=stream, width=None if stream.isatty() else _WIDE, highlight=False, markup=False, emoji=False)


def print_table(
    title: str,
    columns: Sequence[tuple[str, str]],
    rows: Sequence[Sequence[Any]],
    *,
    stderr: bool = False,
    spare: Sequence[str] = (),
) -> None:
    """Print a table; where the terminal is too narrow for its words, row by row.

    Parameters
    ----------
    title : str
        Line above it.
    columns : sequence of (str, str)
        Heading and justification (``"left"`` or ``"right"``) of each column; no line of headings when all are
        empty.
    rows : sequence of sequences
        Cells.
    stderr : bool, default=False
        Whether it goes to stderr.
    spare : sequence of str, default=()
        Headings of columns to do without, one after the other, where the terminal is narrow.

    Examples
    --------
    >>> from oversmith.cli.output import print_table
    >>> print_table("Classes", [("class", "left"), ("rows", "right")], [("a", 12)])
    Classes
     class   rows
    ──────────────
     a         12
    """
    from rich import box
    from rich.table import Table
    from rich.text import Text

    shown = console(stderr=stderr)
    title, rows = printable(title), [[printable(cell) for cell in row] for row in rows]
    columns = [(printable(heading), justify) for heading, justify in columns]
    for heading in spare:
        if _narrowest(columns, rows) > shown.width:
            left = [index for index, column in enumerate(columns) if column[0] != heading]
            columns, rows = [columns[index] for index in left], [[row[index] for index in left] for row in rows]
    if len(columns) > 2 and _narrowest(columns, rows) > shown.width:
        shown.print(Text(title, style="bold"))
        for row in rows:
            cells = [(heading, cell) for (heading, _), cell in zip(columns, row, strict=True)]
            shown.print()
            print_table(row[0], [("", "left"), ("", "left")], cells[1:], stderr=stderr)
        return
    table = Table(
        title=Text(title, style="bold"),
        title_justify="left",
        box=box.SIMPLE_HEAD,
        show_edge=False,
        show_header=any(heading for heading, _ in columns),
    )
    for index, (heading, justify) in enumerate(columns):
        # Names in the first of several columns are for copying: they stay in one piece.
        whole = index == 0 and len(columns) > 2
        table.add_column(
            Text(heading), justify="right" if justify == "right" else "left", overflow="fold", no_wrap=whole
        )
    for row in rows:
        table.add_row(*map(Text, row))
    shown.print(table)


def _narrowest(columns: Sequence[tuple[str, str]], rows: Sequence[Sequence[str]]) -> int:
    """Width at which no word of a table is broken."""
    words = [
        max((len(word) for cell in (heading, *(row[index] for row in rows)) for word in cell.split()), default=0)
        for index, (heading, _) in enumerate(columns)
    ]
    return sum(words) + 3 * len(columns)


def wrap(text: str) -> None:
    """Print a sentence on stdout, broken between words where the terminal ends.

    Parameters
    ----------
    text : str
        The sentence.
    """
    console().print(printable(text), soft_wrap=not sys.stdout.isatty())


def say(text: str, *, stderr: bool = False, end: str = "\n") -> None:
    """Print a text without what a terminal would obey.

    Parameters
    ----------
    text : str
        The text, of one or several lines.
    stderr : bool, default=False
        Whether it goes to stderr.
    end : str, default=a line end
        What follows it.
    """
    print(printable(text), file=sys.stderr if stderr else sys.stdout, end=end)


def print_json(value: Any, *, indent: int = 2, allow_nan: bool = True) -> None:
    """Print a value as JSON; numbers that JSON cannot hold become null.

    Parameters
    ----------
    value : object
        Dictionaries, lists, strings, numbers.
    indent : int, default=2
        Blanks for each level.
    allow_nan : bool, default=True
        Whether numbers may be infinite or no numbers.
    """
    text = json.dumps(value, indent=indent, ensure_ascii=False, allow_nan=allow_nan, default=str)
    # JSON escapes the control characters up to 31 by itself.
    print(re.sub(r"[\x7f-\x9f]", lambda match: f"\\u{ord(match[0]):04x}", text))


def print_note(note: str) -> None:
    """Print a note of the library on stderr, its arguments written as options.

    Parameters
    ----------
    note : str
        The note.
    """
    from oversmith.cli.application import option_names

    say(f"oversmith: {as_typed(note, option_names(invoked_words()))}", stderr=True)


def print_data(data: Data) -> None:
    """Print what was understood of data.

    Parameters
    ----------
    data : Data
        What was read.
    """
    from oversmith.cli.application import option_names

    options = option_names(invoked_words())
    lines = [(name, as_typed(text, options) if name == "note" else text) for name, text in data.describe()]
    print_table(f"{data.name}: {len(data):,} rows", [("", "left"), ("", "left")], lines)


class Advance:
    """Moves a progress bar: ``advance(done, total, text)``; does nothing where no bar is shown.

    Parameters
    ----------
    update : callable, optional
        Takes ``completed``, ``total``, ``text`` and ``description``.
    """

    def __init__(self, update: Callable[..., None] = lambda **changes: None) -> None:
        self._update = update

    def __call__(self, done: float, total: float, text: str) -> None:
        """Move the bar."""
        self._update(completed=done, total=total, text=printable(text))

    def named(self, title: str) -> Callable[[float, float, str], None]:
        """Name what is being done from now on, and give what moves the bar."""
        self._update(completed=0, total=None, text="", description=printable(title))
        return self


@contextlib.contextmanager
def progress_bar(title: str) -> Iterator[Advance]:
    """Show a progress bar with the time left on stderr while the block runs; off a terminal nothing is shown.

    Parameters
    ----------
    title : str
        What is being done.

    Yields
    ------
    Advance
        ``advance(done, total, text)``.
    """
    if not sys.stderr.isatty():
        yield Advance()
        return
    from rich.progress import BarColumn, Progress, ProgressColumn, TextColumn, TimeElapsedColumn, TimeRemainingColumn

    shown = console(stderr=True)
    columns: list[ProgressColumn] = [
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=None if shown.width < 60 else 40),
        TextColumn("{task.percentage:>3.0f} %"),
        TimeRemainingColumn(),
    ]
    if shown.width >= 60:
        columns += [TimeElapsedColumn(), TextColumn("{task.fields[text]}", markup=False)]
    with Progress(*columns, console=shown, transient=True) as bars:
        task = bars.add_task(title, total=None, text="")
        yield Advance(lambda **changes: bars.update(task, **changes))
