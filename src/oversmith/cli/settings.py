"""Where options come from besides the command line: the environment, then a file ``oversmith.toml``.

``OVERSMITH_COMPARE_SEED=3`` sets ``--seed`` of ``oversmith compare``; in the file it is ``seed = 3`` under
``[compare]``. The command line comes first, the environment second, the file third. A name that is no option is an
error in the file, and a warning in the environment, which is shared with other programs.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cyclopts.config import Dict, Env

from oversmith.cli.errors import one_line
from oversmith.cli.options import RENAMED
from oversmith.exceptions import InputError, nearest_hint, system_reason

if TYPE_CHECKING:
    from cyclopts import App, ArgumentCollection

CONFIG_FILE = "oversmith.toml"
PREFIX = "OVERSMITH_"


# Options that name what is written.
_WRITTEN = ("out", "output", "store")


class ConfigFile(Dict):
    """Options from a file; a key that is no option is an error with the nearest name.

    Parameters
    ----------
    data : dict
        Options by command.
    source : str
        The file.
    named : bool, default=True
        Whether the user named it. A file that merely lies in the working folder may have come with the data: it
        replaces no file and writes nothing outside that folder.
    """

    def __init__(self, data: dict[str, Any], source: str, *, named: bool = True) -> None:
        super().__init__(data, source=source)
        self._named = named

    def _check_harmless(self, commands: tuple[str, ...], section: dict[str, Any]) -> None:
        where = f"[{'.'.join(commands)}] of {self.source!r}"
        instead = f"write it on the command line, or name the file with --config {self.source}"
        if "force" in section:
            raise InputError("config", f"{where} sets 'force', and nobody named this file", instead)
        home = Path.cwd().resolve()
        for name in _WRITTEN:
            if name not in section:
                continue
            values = section[name] if isinstance(section[name], list) else [section[name]]
            for value in values:
                if not Path(os.path.realpath(str(value))).is_relative_to(home):
                    finding = f"{where} sets {name!r} to {str(value)!r}, outside of the working folder"
                    raise InputError("config", finding, instead)

    def __call__(self, app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
        """Add what the section of the command holds."""
        section: Any = self.data
        for command in commands:
            section = section.get(command, {})
        known = [name.removeprefix("--") for argument in arguments for name in argument.names if name.startswith("--")]
        for name in section if commands else ():
            if name not in known and name not in app:
                where = f"[{'.'.join(commands)}]"
                new = RENAMED.get((*commands, name))
                hint = f"it is called {new!r} now" if new else nearest_hint(name, known)
                raise InputError("config", f"{where} of {self.source!r} sets {name!r}", hint)
        if commands and not self._named:
            self._check_harmless(commands, section)
        super().__call__(app, commands, arguments)


class Environment(Env):
    """Options from variables such as ``OVERSMITH_CHECK_LEAKAGE_SEEDS``."""

    def _prefix(self, commands: tuple[str, ...]) -> str:
        # No shell sets a variable with a hyphen.
        return variable_prefix(commands)

    def __call__(self, app: App, commands: tuple[str, ...], arguments: ArgumentCollection) -> None:
        """Add what the environment holds, and warn of variables that are no options."""
        super().__call__(app, commands, arguments)
        if not commands or not len(arguments):
            return
        known = {self._convert_argument(commands, argument): argument for argument in arguments}
        for name in sorted(os.environ):
            if name.startswith(self._prefix(commands)) and name not in known:
                text = one_line(f"{name} sets no option; {nearest_hint(name, known)}")
                print(f"oversmith: warning: {text}", file=sys.stderr)


def variable_prefix(commands: tuple[str, ...]) -> str:
    """Say how the variables of a command begin.

    Examples
    --------
    >>> from oversmith.cli.settings import variable_prefix
    >>> variable_prefix(("bench", "run"))
    'OVERSMITH_BENCH_RUN_'
    """
    return PREFIX + "".join(f"{command.upper().replace('-', '_')}_" for command in commands)


def config_path(given: Path | None) -> Path | None:
    """Find the configuration file: the one named, else ``oversmith.toml`` in the working directory.

    Parameters
    ----------
    given : Path or None
        What ``--config`` names.

    Returns
    -------
    Path or None
        The file; None where there is none.
    """
    if given is not None:
        return given
    path = Path(CONFIG_FILE)
    return path if path.is_file() else None


def read_config(path: Path, sections: dict[str, tuple[str, ...]], *, named: bool = True) -> ConfigFile:
    """Read a configuration file.

    Parameters
    ----------
    path : Path
        The file.
    sections : dict of str to tuple of str
        The commands, and the commands below each.
    named : bool, default=True
        Whether the user named the file; otherwise it may neither set ``force`` nor write outside the working folder.

    Returns
    -------
    ConfigFile
        Its options by command.

    Raises
    ------
    InputError
        For a file that is missing, is no TOML or has a section that is no command.
    """
    import tomllib

    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("config", f"there is no file {str(path)!r}", "check the path") from None
    except OSError as error:
        raise InputError("config", f"{str(path)!r} cannot be read, {system_reason(error)}", "check the file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("config", f"{str(path)!r} is not TOML ({error})", "see docs/command-line.md") from error
    for name, section in content.items():
        if not isinstance(section, dict):
            raise InputError(
                "config",
                f"{name!r} stands outside a section in {str(path)!r}",
                "write it under the command, [compare] for instance",
            )
        if name not in sections:
            raise InputError("config", f"no command is called {name!r}", nearest_hint(name, sections))
        below = sections[name]
        for key, value in section.items():
            if below and key not in below:
                raise InputError("config", f"[{name}] has no command {key!r}", nearest_hint(key, below))
            if below and not isinstance(value, dict):
                raise InputError("config", f"[{name}] {key!r} is {value!r}", f"write options under [{name}.{key}]")
    return ConfigFile(_hyphens(content), str(path), named=named)


def _hyphens(content: dict[str, Any]) -> dict[str, Any]:
    """Take ``max_steps`` for ``max-steps``, as the options of Python are written."""
    return {
        name: _option(name, value) for name, value in ((key.replace("_", "-"), value) for key, value in content.items())
    }


def _option(name: str, value: Any) -> Any:
    """Take the table ``types`` for a list of words, and go on into other tables."""
    if not isinstance(value, dict):
        return value
    return [f"{column}={kind}" for column, kind in value.items()] if name == "types" else _hyphens(value)
