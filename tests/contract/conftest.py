"""Order of the contract: all checks of a method stand together, so that each of its programs is traced once."""

from __future__ import annotations

from pathlib import Path

import pytest

from oversmith._registry import METHODS

HERE = Path(__file__).parent
PLACES = {entry.name: place for place, entry in enumerate(METHODS.values())}


def _place(item: pytest.Item) -> tuple[str, int]:
    """File, and place of the method in it; checks of no single method come first."""
    given = item.callspec.params if isinstance(item, pytest.Function) and hasattr(item, "callspec") else {}
    kebab = given.get("kebab")
    name = METHODS[kebab].name if kebab else type(given.get("sampler", given.get("estimator"))).__name__
    return str(item.path), PLACES.get(name, -1)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    # Function by function, every function would go through forty methods: more programs than memory maps have room for.
    places = [place for place, item in enumerate(items) if item.path.parent == HERE]
    ordered = sorted((items[place] for place in places), key=_place)
    for place, item in zip(places, ordered, strict=True):
        items[place] = item
