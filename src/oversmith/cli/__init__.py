"""The command line: parse, call the library, print.

Nothing heavy is imported here: each command is loaded when it is called, and each imports the library
inside its function, so that ``oversmith --help`` costs a fraction of a second. Data go to stdout,
progress and messages to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence

from cyclopts import App

from oversmith import __version__
from oversmith.cli.errors import (
    FAILURE,
    Terminated,
    explain,
    finish_stdout,
    short_warnings,
    unwinding_signals,
)

app = App(
    name="oversmith",
    help="Generate the minority rows that make a classifier better, and prove whether they did.",
    help_epilogue="With --debug anywhere on the line, an error comes with its traceback.",
    version=__version__,
    suppress_keyboard_interrupt=False,
)
app.command(
    "oversmith.cli.compare:compare",
    name="compare",
    help="Compare EO-WGAN with its simple rivals on a table, without leakage, and write a report.",
)
app.command(
    "oversmith.cli.resample:resample",
    name="resample",
    help="Write a balanced file: the real rows, unchanged, then the synthetic ones.",
)
app.command(
    "oversmith.cli.bench:bench",
    name="bench",
    help="Run a grid of data sets, contenders, classifiers, folds and seeds; it can be resumed.",
)
app.command(
    "oversmith.cli.study:study",
    name="study",
    help="Rebuild the experiments of a document: every table and figure, published and ours side by side.",
)
app.command(
    "oversmith.cli.datasets:datasets",
    name="datasets",
    help="Data sets by name: list them, tell about one, fetch one.",
)
app.command(
    "oversmith.cli.check_leakage:check_leakage",
    name="check-leakage",
    help="Check a whole procedure, or a split, for leakage.",
)
app.command("oversmith.cli.methods:methods", name="methods", help="List the methods.")
app.command("oversmith.cli.doctor:doctor", name="doctor", help="Show versions, devices, folders and extras.")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line.

    Parameters
    ----------
    arguments : sequence of str, optional
        The words after the program's name; by default those of the process.

    Returns
    -------
    int
        Exit code: 0 done, 1 failed, 2 wrong usage, 130 interrupted, 143 terminated.

    Examples
    --------
    >>> from oversmith.cli import main
    >>> main(["--version"])
    0.1.0
    0
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    debug = "--debug" in words
    words = [word for word in words if word != "--debug"]
    try:
        with short_warnings(), unwinding_signals():
            result = app(
                words,
                exit_on_error=False,
                print_error=False,
                result_action="return_value",
            )
        code = result if isinstance(result, int) else 0
    except (Exception, KeyboardInterrupt, Terminated) as error:
        if debug:
            import traceback

            traceback.print_exc()
        message, code = explain(error)
        if message:
            print(f"oversmith: {message}", file=sys.stderr)
    return FAILURE if not finish_stdout() and code == 0 else code
