"""Names from data are shown as text and never become markup."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Callable

import html5lib
import pytest

from oversmith.evaluation import Comparison
from oversmith.plot import style
from oversmith.report import summarise
from oversmith.report.names import printable
from oversmith.report.picture import canvas, to_svg

SCRIPT = "<script>alert('\"x\"')</script>"


@pytest.fixture(scope="module")
def page(rendered: Callable[[str], str]) -> str:
    return rendered("hostile")


def test_names_arrive_as_text(page: str) -> None:
    root = html5lib.parse(page, namespaceHTMLElements=False)
    assert root.find(".//h1").text == f"{SCRIPT} ]]> --> {{{{ 7*7 }}}}"
    text = "".join(root.find("body").itertext())
    for shown in (
        f"{SCRIPT}$x^2$ <b>",
        "<img src=x onerror=alert(1)>",
        "</style></title><script>alert(2)",
        "年収",
    ):
        assert shown in text, shown


def test_names_do_not_become_markup(page: str) -> None:
    root = html5lib.parse(page, namespaceHTMLElements=False)
    assert not list(root.iter("img"))
    assert [element.find("small") is not None for element in root.iter("b")] == [True]
    assert len(list(root.iter("script"))) == 1


def test_the_summary_is_json_that_utf8_can_hold(hostile: Comparison) -> None:
    text = json.dumps(summarise(hostile), ensure_ascii=False, allow_nan=False)
    assert text.encode("utf-8")
    assert "\ud800" not in text
    assert "\u202e" not in text


def test_a_dollar_sign_is_a_dollar_sign() -> None:
    with canvas(3, 2) as figure:
        figure.subplots().set_title("$x^$ _a_ <b>&amp;")
        text = to_svg(figure, uid="f", title="<t>", description='"d" & e')
    assert html.escape("$x^$ _a_ <b>&amp;", quote=False) in text


def test_a_name_that_looks_like_a_colour_or_a_reference_stays() -> None:
    name = '#0072b2 url(#m1) style="fill: #0072b2"'
    with canvas(3, 2) as figure:
        figure.subplots().set_title(name)
        text = to_svg(figure, uid="f", title=name, description=name)
    assert text.count("#0072b2 url(#m1)") == 3


def test_settings_are_restored_when_drawing_fails() -> None:
    import matplotlib

    before = dict(matplotlib.rcParams)
    with pytest.raises(ValueError, match="wrong"), style():
        raise ValueError("wrong")
    assert dict(matplotlib.rcParams) == before


def test_printable_cuts_and_replaces() -> None:
    assert printable("a\tb\u2028c") == "a b c"
    assert printable("\x00\x85\ufffe\ud800") == "�" * 4
    assert printable("x" * 300) == "x" * 199 + "…"
    assert printable("naïve 年収 🙂") == "naïve 年収 🙂"
    assert not re.search("[\u202a-\u202e]", printable("a\u202eb"))
