"""The command line: parse, call the library, print.

Nothing heavy is imported here: each command is loaded when it is called, and each imports the library
inside its function, so that ``oversmith --help`` costs a fraction of a second. Data go to stdout,
progress and messages to stderr.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Group, Parameter

from oversmith import __version__
from oversmith.cli.errors import (
    FAILURE,
    Terminated,
    explain,
    finish_stdout,
    short_warnings,
    unwinding_signals,
)
from oversmith.cli.examples import COMMANDS, epilogue
from oversmith.cli.invocation import invoked
from oversmith.cli.settings import Environment, config_path, read_config

BELOW = {"bench": ("run", "resume", "status", "export", "import", "report"), "datasets": ("list", "info", "get")}
"""Commands that have commands of their own."""

app = App(
    name="oversmith",
    help="Generate the minority rows that make a classifier better, and prove whether they did.",
    help_epilogue=epilogue(()),
    version=__version__,
    suppress_keyboard_interrupt=False,
    # There is no --no-force: what is off unless asked for needs no second name.
    default_parameter=Parameter(negative=""),
)
for _place, (_name, _help) in enumerate(COMMANDS.items()):
    _module = _name.replace("-", "_")
    # What has commands of its own is an application, told in its own module.
    _told = {} if _name in BELOW else {"help_epilogue": epilogue((_name,))}
    app.command(f"oversmith.cli.{_module}:{_module}", name=_name, help=_help, sort_key=_place, **_told)


app.meta.suppress_keyboard_interrupt = False


@app.meta.default
def _launch(
    *words: Annotated[str, Parameter(show=False, allow_leading_hyphen=True)],
    config: Annotated[Path | None, Parameter(metavar="FILE", group=Group("Everywhere"))] = None,
    debug: Annotated[bool, Parameter(negative="", show_default=False, group=Group("Everywhere"))] = False,
) -> Any:
    """Read the configuration and call the command.

    Parameters
    ----------
    words : str
        The command and its options.
    config : Path
        Options by command, as TOML; oversmith.toml of the working directory unless given.
    debug : bool
        Show the traceback of an error.
    """
    file = config_path(config)
    sections = {name: BELOW.get(name, ()) for name in COMMANDS}
    app.config = (Environment(), *([] if file is None else [read_config(file, sections)]))
    return app(words, exit_on_error=False, print_error=False, result_action="return_value")


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
    try:
        with short_warnings(), unwinding_signals(), invoked(words):
            result = app.meta(words, exit_on_error=False, print_error=False, result_action="return_value")
        code = result if isinstance(result, int) else 0
    except (Exception, KeyboardInterrupt, Terminated) as error:
        if "--debug" in words:
            import traceback

            traceback.print_exc()
        message, code = explain(error)
        if message:
            print(f"oversmith: {message}", file=sys.stderr)
    return FAILURE if not finish_stdout() and code == 0 else code
