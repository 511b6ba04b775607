"""Markdown: names made safe for it, and Markdown as HTML with sortable tables, figures and no other markup."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Any

from oversmith.report.picture import adopt_svg


def escaped(text: str) -> str:
    r"""Escape a name that comes from data: no markup, no border of a table, one line.

    Examples
    --------
    >>> from oversmith.report.markdown import escaped
    >>> escaped("a | b <i>")
    'a \\| b &lt;i&gt;'
    """
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|").replace("`", "'")


def to_html(lines: Sequence[str], figures: Mapping[str, str], *, uid: str, label: str) -> str:
    """Write Markdown as HTML.

    Markup inside the text is shown as text, links lead nowhere but to the web, and a picture is taken from
    ``figures`` or replaced by its title: the page loads nothing.

    Parameters
    ----------
    lines : sequence of str
        Markdown.
    figures : mapping of str to str
        File name → SVG.
    uid : str
        Prefix of all ids, unique on the page.
    label : str
        What its tables are about, for those who do not see them.

    Returns
    -------
    str
        HTML.

    Examples
    --------
    >>> from oversmith.report.markdown import to_html
    >>> to_html(["a *b* <script>"], {}, uid="m", label="text").strip()
    '<p>a <em>b</em> &lt;script&gt;</p>'
    """
    from markdown_it import MarkdownIt
    from markdown_it.renderer import RendererHTML

    renderer = RendererHTML()
    parser = MarkdownIt("js-default", {"linkify": False})
    tokens = parser.parse("\n".join(lines))
    for token in tokens:
        if token.type == "heading_open" or token.type == "heading_close":
            token.tag = f"h{min(int(token.tag[1:]) + 1, 6)}"
    _mark_row_headers(tokens)
    state = {"tables": 0, "figures": 0}
    rules: dict[str, Any] = renderer.rules
    rules["table_open"] = lambda *_: _table(label, state)
    rules["table_close"] = lambda *_: "</table></div>\n"
    rules["th_open"] = lambda tokens, index, *_: _header(tokens[index])
    rules["th_close"] = lambda *_: "</button></th>\n"
    rules["image"] = lambda tokens, index, *_: _image(tokens[index], figures, uid, state)
    return str(renderer.render(_unwrapped(tokens), parser.options, {}))


def _table(label: str, state: dict[str, int]) -> str:
    state["tables"] += 1
    name = html.escape(label if state["tables"] == 1 else f"{label}, table {state['tables']}")
    return (
        f'<div class="table" role="region" tabindex="0" aria-label="{name}">'
        f'<table class="sortable long"><caption class="hidden">{name}</caption>\n'
    )


def _header(token: Any) -> str:
    kind = "" if "right" in str(token.attrs.get("style", "")) else ' class="text"'
    first = "descending" if not kind else "ascending"
    return f'<th scope="col" aria-sort="none" data-first="{first}"{kind}><button type="button">'


def _mark_row_headers(tokens: list[Any]) -> None:
    """Let the first cell of a body row name the row."""
    first, inside = False, False
    for token in tokens:
        if token.type == "tbody_open":
            inside = True
        elif token.type == "tbody_close":
            inside = False
        elif token.type == "tr_open":
            first = True
        elif token.type == "td_open":
            right = "right" in str(token.attrs.get("style", ""))
            token.attrs = {} if right else {"class": "text"}
            if first and inside:
                token.tag, token.attrs = "th", {"scope": "row"}
        elif token.type == "td_close":
            if first and inside:
                token.tag = "th"
            first = False


def _unwrapped(tokens: list[Any]) -> list[Any]:
    """Take pictures out of their paragraphs: a figure may not be inside one."""
    unwrapped: list[Any] = []
    for index, token in enumerate(tokens):
        beside = tokens[index + 1] if token.type == "paragraph_open" else tokens[index - 1]
        if token.type not in ("paragraph_open", "paragraph_close") or not _is_picture(beside):
            unwrapped.append(token)
    return unwrapped


def _is_picture(token: Any) -> bool:
    children = [child for child in token.children or () if child.type != "softbreak"]
    return token.type == "inline" and bool(children) and all(child.type == "image" for child in children)


def _image(token: Any, figures: Mapping[str, str], uid: str, state: dict[str, int]) -> str:
    title = token.content or "Figure"
    svg = figures.get(PurePosixPath(str(token.attrs.get("src", ""))).name)
    if svg is None:
        return f"<em>{html.escape(title)}</em>"
    state["figures"] += 1
    drawn = adopt_svg(svg, uid=f"{uid}-{state['figures']}", title=title, description=f"{title}, from the tables here.")
    return (
        f'<figure class="card"><div class="plot wide" role="region" tabindex="0" aria-label="Figure, may scroll '
        f'sideways">{drawn}</div><figcaption>{html.escape(title)}.</figcaption></figure>\n'
    )
