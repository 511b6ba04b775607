"""The application: its commands, each loaded when it is called, and where options come from."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

from cyclopts import App, Group, Parameter

from oversmith import __version__
from oversmith.cli.examples import COMMANDS, epilogue
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
for _position, (_name, _help) in enumerate(COMMANDS.items()):
    _module = _name.replace("-", "_")
    # A command that has commands of its own is an application, and its module sets the examples.
    _examples = {} if _name in BELOW else {"help_epilogue": epilogue((_name,))}
    app.command(f"oversmith.cli.{_module}:{_module}", name=_name, help=_help, sort_key=_position, **_examples)


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
    app.config = (Environment(), *([] if file is None else [read_config(file, sections, named=config is not None)]))
    return app(words, exit_on_error=False, print_error=False, result_action="return_value")


def option_names(words: Sequence[str]) -> dict[str, str]:
    """List the arguments of the command that some words call, and how each is written.

    Parameters
    ----------
    words : sequence of str
        The words after the program's name.

    Returns
    -------
    dict of str to str
        For example ``{"max_steps": "--max-steps", "data": "DATA"}``, and the options of every command.

    Examples
    --------
    >>> from oversmith.cli.application import option_names
    >>> names = option_names(["methods", "--json"])
    >>> names["json"], names["config"]
    ('--json', '--config')
    """
    command: App = app
    for word in words:
        if not word.startswith("-") and word in command:
            command = command[word]
    names = {"config": "--config", "debug": "--debug"}
    if command is app or not command.default_command:
        return names
    for argument in command.assemble_argument_collection():
        positional = argument.index is not None
        names[argument.field_info.name.rstrip("_")] = argument.name.lstrip("-").upper() if positional else argument.name
    return names
