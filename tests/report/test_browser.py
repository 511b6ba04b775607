"""The page in a headless browser: no network, no errors, sorting, themes, narrow screens."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LEADERBOARD = "#leaderboard table"
PAGES = ["binary", "six_classes", "hostile", "bench", "strange_bench", "study"]
# Text on what is painted behind it, through every transparent layer; text of figures by its fill.
CONTRAST = """() => {
  const canvas = document.createElement("canvas"); canvas.width = canvas.height = 1;
  const context = canvas.getContext("2d", {willReadFrequently: true}), known = new Map();
  const parsed = colour => {
    if (!known.has(colour)) {
      context.clearRect(0, 0, 1, 1); context.fillStyle = colour; context.fillRect(0, 0, 1, 1);
      const [r, g, b, a] = context.getImageData(0, 0, 1, 1).data; known.set(colour, [r, g, b, a / 255]);
    }
    return known.get(colour);
  };
  const over = (top, below) => [0, 1, 2].map(i => top[i] * top[3] + below[i] * (1 - top[3]));
  const linear = v => v <= .04045 ? v / 12.92 : ((v + .055) / 1.055) ** 2.4;
  const light = c => { const [r, g, b] = c.map(v => linear(v / 255));
    return .2126 * r + .7152 * g + .0722 * b; };
  const papers = new Map();
  const paper = element => {
    if (!element) { return parsed(getComputedStyle(document.body).backgroundColor).slice(0, 3); }
    if (!papers.has(element)) {
      papers.set(element, over(parsed(getComputedStyle(element).backgroundColor), paper(element.parentElement)));
    }
    return papers.get(element);
  };
  const worst = new Map();
  for (const element of document.body.querySelectorAll("*")) {
    const own = [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest("script, style, title, desc, .hidden")) { continue; }
    const look = getComputedStyle(element), below = paper(element);
    const ink = over(parsed(element.closest("svg") ? look.fill : look.color), below);
    const [low, high] = [light(ink), light(below)].sort((a, b) => a - b), ratio = (high + .05) / (low + .05);
    if (ratio < 4.5) { worst.set(`${element.tagName} ${element.getAttribute("class")}`, ratio.toFixed(2)); }
  }
  return Object.fromEntries(worst);
}"""

pytestmark = pytest.mark.browser


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    chromium = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
    if chromium is None:
        pytest.skip("no Chromium on the path; make browser installs it")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module", params=PAGES)
def path(
    request: pytest.FixtureRequest, rendered: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> Path:
    return _written(rendered(request.param), tmp_path_factory)


@pytest.fixture(scope="module")
def plain(rendered: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _written(rendered("binary"), tmp_path_factory)


def _written(page: str, factory: pytest.TempPathFactory) -> Path:
    path = factory.mktemp("page") / "report.html"
    path.write_text(page, encoding="utf-8")
    return path


def _open(browser: Any, path: Path, **options: Any) -> tuple[Any, list[str], list[str]]:
    page = browser.new_page(**options)
    # A busy machine takes its time.
    page.set_default_timeout(120_000)
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    page.goto(path.as_uri())
    return page, requests, errors


def test_a_phone_shows_it_all_without_a_request_and_every_text_can_be_read(browser: Any, path: Path) -> None:
    page, requests, errors = _open(browser, path, viewport={"width": 360, "height": 740})
    page.evaluate("document.querySelectorAll('details').forEach(element => { element.open = true; })")
    page.mouse.wheel(0, 20000)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert [url for url in requests if url.startswith("file:")] == [path.as_uri()]
    papers = set()
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        papers.add(page.evaluate("getComputedStyle(document.body).backgroundColor"))
        assert page.evaluate(CONTRAST) == {}, scheme
    assert len(papers) == 2
    assert errors == []
    page.close()


@pytest.mark.parametrize("name", ["hostile", "strange_bench", "study"])
def test_hostile_names_are_text(
    browser: Any, rendered: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    page, _, errors = _open(browser, _written(rendered(name), tmp_path_factory))
    page.wait_for_timeout(100)
    assert errors == [], "nothing a name says was run"
    assert page.evaluate("document.querySelectorAll('script').length") == 1
    assert (
        page.evaluate(
            "document.querySelectorAll('main script, main img, main iframe, main a[href^=javascript]').length"
        )
        == 0
    )
    assert "<script>alert(" in page.evaluate("document.querySelector('main').textContent")
    page.close()


def test_a_name_cannot_break_the_page(
    browser: Any, rendered: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> None:
    page, _, _ = _open(browser, _written(rendered("strange_bench"), tmp_path_factory))
    text = page.evaluate("document.querySelector('main').textContent")
    for name in (
        "../../etc/passwd",
        "\"quoted' name`\\",
        "\u0641\u0626\u0629 \u0646\u0627\u062f\u0631\u0629 12",
        "\U0001f9ea",
    ):
        assert name in text, name
    assert "\x1b" not in text
    assert "x" * 300 not in text, "a name of 400 letters is cut"
    page.close()


@pytest.mark.parametrize("name", ["binary", "six_classes", "bench"])
def test_first_screen_holds_verdict_and_leaderboard(
    browser: Any, rendered: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    page, _, _ = _open(browser, _written(rendered(name), tmp_path_factory), viewport={"width": 1280, "height": 800})
    assert page.locator(".verdict .sentence").bounding_box()["y"] < 200
    box = page.locator("#leaderboard").bounding_box()
    # The note on the classifiers that count takes two lines: the last border lies six pixels below a window of 800.
    # Where a contender failed, a banner and a sentence say so before the numbers.
    assert box["y"] + box["height"] <= (850 if page.locator(".banner.failed").count() else 810)
    page.close()


def test_a_click_on_a_header_sorts(browser: Any, plain: Path) -> None:
    page, _, errors = _open(browser, plain)
    header = page.locator(f"{LEADERBOARD} th", has_text="Brier")

    def names() -> list[str]:
        return page.locator(f"{LEADERBOARD} tbody th").all_inner_texts()

    def values(column: int) -> list[str]:
        return page.locator(f"{LEADERBOARD} tbody tr td:nth-child({column})").evaluate_all(
            "cells => cells.map(cell => cell.dataset.v)"
        )

    by_rank = names()
    assert page.locator(f"{LEADERBOARD} th[aria-sort=ascending]").inner_text().startswith("Mean rank")
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "ascending", "lower is better: best first"
    # A contender with a failed fold has no value; it stays last.
    known = [float(v) for v in values(9) if v]
    assert known == sorted(known)
    assert values(9)[len(known) :] == [""] * (len(values(9)) - len(known))
    assert page.locator(f"{LEADERBOARD} th[aria-sort=ascending]").count() == 1
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert [float(v) for v in values(9)[: len(known)]] == sorted(known, reverse=True)
    page.locator(f"{LEADERBOARD} th", has_text="Difference").get_by_role("button").click()
    assert values(4)[-1] == "", "what is missing comes last"
    page.locator(f"{LEADERBOARD} th", has_text="Mean rank").get_by_role("button").press("Enter")
    assert sorted(names()) == sorted(by_rank)
    assert errors == []
    page.close()


@pytest.mark.parametrize(("name", "table"), [("bench", "table.heat"), ("study", ".part table")])
def test_every_kind_of_table_sorts(
    browser: Any, rendered: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, name: str, table: str
) -> None:
    page, _, errors = _open(browser, _written(rendered(name), tmp_path_factory))
    header = page.locator(f"{table} th[aria-sort]").nth(2)
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") in ("ascending", "descending")
    shown = page.locator(f"{table} tbody tr > :nth-child(3)").all_inner_texts()
    values = [float(text.split()[0].replace("\u2212", "-")) for text in shown]
    assert values == sorted(values, reverse=header.get_attribute("aria-sort") == "descending")
    assert len(set(values)) > 1
    assert errors == []
    page.close()


@pytest.mark.parametrize("name", ["bench", "strange_bench"])
def test_boxes_choose_what_tables_show(
    browser: Any, rendered: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory, name: str
) -> None:
    page, _, errors = _open(browser, _written(rendered(name), tmp_path_factory))
    page.evaluate("document.querySelectorAll('details').forEach(element => { element.open = true; })")

    def shown(selector: str) -> int:
        return int(page.evaluate("s => [...document.querySelectorAll(s)].filter(e => !e.hidden).length", selector))

    everything = ("#leaderboard tbody tr", "table.heat thead th", "table.heat tbody tr", "details.set", "td", "tr")
    before = {selector: shown(selector) for selector in everything}
    contender = page.locator(".filter fieldset").nth(0).get_by_role("checkbox").nth(1)
    data = page.locator(".filter fieldset").nth(1).get_by_role("checkbox").nth(0)
    contender.uncheck()
    assert shown("#leaderboard tbody tr") == before["#leaderboard tbody tr"] - 1
    assert shown("table.heat thead th") == before["table.heat thead th"] - 1
    assert shown("table.heat tbody tr") == before["table.heat tbody tr"]
    assert shown("tr") < before["tr"] - 1, "tables of data sets and classifiers follow"
    data.uncheck()
    assert shown("table.heat tbody tr") == before["table.heat tbody tr"] - 1
    assert shown("details.set") == before["details.set"] - 1
    assert page.get_by_role("status").inner_text().startswith("2 hidden in the tables; ranks")
    page.locator(f"{LEADERBOARD} th", has_text="Brier").get_by_role("button").click()
    assert shown("#leaderboard tbody tr") == before["#leaderboard tbody tr"] - 1, "sorting brings nothing back"
    contender.check()
    data.check()
    assert {selector: shown(selector) for selector in everything} == before
    assert page.get_by_role("status").inner_text() == ""
    assert errors == []
    page.close()


def test_the_switch_has_three_states_and_is_kept(browser: Any, plain: Path) -> None:
    page, _, errors = _open(browser, plain, color_scheme="light")

    def paper() -> str:
        return str(page.evaluate("getComputedStyle(document.body).backgroundColor"))

    def line() -> str:
        return str(page.evaluate("getComputedStyle(document.querySelector('figure svg text')).fill"))

    light, light_text = paper(), line()
    page.get_by_role("button", name="Dark", exact=True).click()
    assert paper() != light
    assert line() != light_text, "figures follow the theme"
    page.reload()
    assert page.evaluate("document.documentElement.dataset.theme") == "dark"
    assert page.locator(".theme button[aria-pressed=true]").inner_text() == "Dark"
    page.get_by_role("button", name="Light", exact=True).click()
    assert paper() == light
    page.get_by_role("button", name="Auto", exact=True).click()
    assert page.evaluate("document.documentElement.dataset.theme") is None
    assert errors == []
    page.close()


def test_paper_is_light(browser: Any, plain: Path) -> None:
    page, _, _ = _open(browser, plain, color_scheme="dark")
    page.get_by_role("button", name="Dark", exact=True).click()
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.querySelector('figure svg text')).fill") == "rgb(27, 31, 36)"
    assert not page.locator(".theme").is_visible()
    page.close()


def test_readable_without_javascript(browser: Any, plain: Path) -> None:
    page, _, _ = _open(browser, plain, java_script_enabled=False)
    assert page.locator(f"{LEADERBOARD} tbody tr").count() == 7
    assert page.locator("figure svg").first.is_visible()
    assert not page.locator(".theme").is_visible()
    assert page.locator(".filter").count() == 0
    page.close()


def test_first_tab_is_the_skip_link(browser: Any, plain: Path) -> None:
    page, _, _ = _open(browser, plain)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()
