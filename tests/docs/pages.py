"""Code of the documentation: what stands on a page, in order.

A ``python`` block runs; blocks of one page share their names. What it prints must be the ``text`` block right after it,
if there is one. Two comments, which a reader does not see, say more: ``<!-- given ... -->`` holds code that makes what
the reader has already, and ``<!-- not run: why -->`` before a block leaves it out.
"""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGES = {str(path.relative_to(ROOT)): path for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))}
_PART = re.compile(
    r"^<!-- (?P<word>given|not run:)\s+(?P<told>.*?)\s*-->$"
    r"|^(?P<indent> *)```(?P<language>\w+)\n(?P<code>.*?)^ *```$",
    re.DOTALL | re.MULTILINE,
)


@dataclass
class Block:
    """One block of code: its first line on the page, what it must print, why it is not run."""

    line: int
    code: str
    output: str | None = None
    not_run: str = ""


def python_blocks(text: str) -> list[Block]:
    """Find the blocks of a page that are Python, and what is given before them."""
    blocks: list[Block] = []
    reason, after, last = "", -1, None
    for part in _PART.finditer(text):
        line = text.count("\n", 0, part.start()) + 2
        if part["word"] == "given":
            blocks.append(Block(line, part["told"]))
        elif part["word"]:
            reason = part["told"]
        elif part["language"] == "python":
            last = Block(line, _flush(part), not_run=reason)
            blocks.append(last)
            after, reason = part.end(), ""
        elif part["language"] == "text" and last is not None and not text[after : part.start()].strip():
            last.output = _flush(part)
    return blocks


def _flush(part: re.Match[str]) -> str:
    """Take off the indentation that puts a block into a list."""
    indent = len(part["indent"])
    return "".join(row[indent:] if row.strip() else row for row in part["code"].splitlines(keepends=True))


def commands(text: str) -> list[str]:
    """Find the lines of a page that call the command line, a synopsis as the calls it stands for."""
    result: list[str] = []
    for part in _PART.finditer(text):
        if part["language"] not in ("sh", "console"):
            continue
        for line in part["code"].splitlines():
            words = shlex.split(line.strip().removeprefix("$ "), comments=True)
            if words[:1] == ["oversmith"]:
                result += _calls(words[1:])
    return result


def _calls(words: list[str]) -> list[str]:
    """Spell a synopsis out: ``[--option VALUE]`` is given, ``a | b FILE`` is two calls, of ``A|B`` the first counts."""
    chosen = [word.strip("[]").split("|")[0] if word != "|" else word for word in words if word.strip("[]") != "..."]
    if "|" not in chosen:
        return [shlex.join(chosen)]
    first = chosen.index("|") - 1
    names = [chosen[index] for index in range(first, len(chosen), 2) if index == first or chosen[index - 1] == "|"]
    rest = chosen[first + 2 * len(names) - 1 :]
    return [shlex.join([*chosen[:first], name, *rest]) for name in names]
