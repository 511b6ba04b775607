"""Text without what a terminal would obey."""

from __future__ import annotations

import re

# Sequences that begin with ESC or a C1 control (ECMA-48): commands with parameters, texts such as a window title, and
# short ones; then what is left of control characters.
_CONTROL = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]"
    r"|(?:\x1b[\]PX^_]|[\x90\x98\x9d-\x9f])[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)"
    r"|\x1b[ -/]*[0-~]?"
    r"|[\x00-\x08\x0b-\x1f\x7f-\x9f]"
)


def printable(text: object) -> str:
    r"""Remove what a terminal would obey: escape sequences and control characters but tabs and line ends.

    Labels, names of columns and files, and messages about them come from data that somebody else may have written.

    Parameters
    ----------
    text : object
        What is to be printed.

    Returns
    -------
    str
        Its text.

    Examples
    --------
    >>> from oversmith._printable import printable
    >>> printable("a\x1b[31mred\x1b[0m\x1b]0;title\x07 label\r\x00")
    'ared label'
    """
    return _CONTROL.sub("", str(text))
