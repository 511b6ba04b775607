"""``oversmith completion``: the words of the command line in a shell's completion."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Literal

from oversmith.cli.options import Flag

Shell = Literal["bash", "zsh", "fish", "powershell"]


def completion(shell: Shell, /, *, install: Flag = False) -> None:
    """Print the completion script of a shell, or put it where the shell looks for it.

    Parameters
    ----------
    shell : str
        The shell.
    install : bool
        Write the script into your home folder, and what loads it into the file your shell starts with; the path goes
        to stdout.
    """
    from oversmith.cli.application import app

    if not install:
        print(app.generate_completion(shell=shell))
        return
    path: Path = app.install_completion(shell=shell)
    print(path)
    print("oversmith: start a new shell to use it", file=sys.stderr)
