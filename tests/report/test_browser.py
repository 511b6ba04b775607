"""The page in a headless browser: no network, no errors, sorting, themes, narrow screens."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

CHROMIUM = Path("/usr/bin/chromium")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
LEADERBOARD = "#leaderboard table"

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if not CHROMIUM.exists():
        pytest.skip(f"no Chromium at {CHROMIUM}")
    with api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=str(CHROMIUM), args=ARGUMENTS)
        yield running
        running.close()


@pytest.fixture(scope="module", params=["binary", "six_classes", "hostile"])
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
    requests: list[str] = []
    errors: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: errors.append(message.text))
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(path.as_uri())
    return page, requests, errors


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_no_network_no_errors_no_overflow(browser: Any, path: Path, scheme: str) -> None:
    page, requests, errors = _open(browser, path, color_scheme=scheme, viewport={"width": 360, "height": 740})
    page.evaluate("document.querySelectorAll('details').forEach(element => { element.open = true; })")
    page.mouse.wheel(0, 20000)
    assert page.evaluate("document.documentElement.scrollWidth") == 360
    assert [url for url in requests if not url.startswith(("file:", "data:"))] == []
    assert [url for url in requests if url.startswith("file:")] == [path.as_uri()]
    assert errors == []
    page.close()


def test_first_screen_holds_verdict_and_leaderboard(browser: Any, path: Path) -> None:
    page, _, _ = _open(browser, path, viewport={"width": 1280, "height": 800})
    assert page.locator(".verdict .sentence").bounding_box()["y"] < 200
    box = page.locator("#leaderboard").bounding_box()
    assert box["y"] + box["height"] <= 800
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
    assert [float(v) for v in values(7)] == sorted(float(v) for v in values(7))
    assert page.locator(f"{LEADERBOARD} th[aria-sort=ascending]").count() == 1
    header.get_by_role("button").click()
    assert header.get_attribute("aria-sort") == "descending"
    assert [float(v) for v in values(7)] == sorted((float(v) for v in values(7)), reverse=True)
    page.locator(f"{LEADERBOARD} th", has_text="F1, tuned").get_by_role("button").click()
    assert values(4)[-1] == "", "what is missing comes last"
    page.locator(f"{LEADERBOARD} th", has_text="Mean rank").get_by_role("button").press("Enter")
    assert sorted(names()) == sorted(by_rank)
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
    page.close()


def test_first_tab_is_the_skip_link(browser: Any, plain: Path) -> None:
    page, _, _ = _open(browser, plain)
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "content"
    page.close()
