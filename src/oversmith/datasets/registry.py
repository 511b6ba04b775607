"""The registry: names, groups, and what is known of each set."""

from __future__ import annotations

import json
from functools import cache
from importlib import resources
from typing import Any

from oversmith.datasets.info import DatasetInfo
from oversmith.exceptions import InputError, nearest_hint

MODALITIES = ("tabular", "series", "spectra", "images")


def _read(name: str) -> Any:
    return json.loads(resources.files("oversmith.datasets").joinpath(name).read_text(encoding="utf-8"))


@cache
def _registry() -> dict[str, DatasetInfo]:
    entries = {}
    for entry in _read("registry.json"):
        columns = entry["columns"]
        entry |= {
            "drop": tuple(entry.get("drop", ())),
            "same_group": tuple(tuple(names) for names in entry.get("same_group", ())),
            "columns": tuple(columns) if isinstance(columns, list) else columns,
        }
        entries[entry["name"]] = DatasetInfo(**entry)
    return entries


@cache
def _groups() -> dict[str, dict[str, str]]:
    return _read("groups.json")


def dataset_info(name: str) -> DatasetInfo:
    """Look a data set up.

    Parameters
    ----------
    name : str
        Its key.

    Returns
    -------
    DatasetInfo
        The entry.

    Raises
    ------
    InputError
        For an unknown name; the message suggests the nearest one.

    Examples
    --------
    >>> from oversmith.datasets import dataset_info
    >>> dataset_info("yeast_2_vs_4").classes
    {'negative': 463, 'positive': 51}
    """
    known = _registry()
    if name not in known:
        cure = f"{nearest_hint(name, known)} ('oversmith datasets list' lists all)"
        raise InputError("name", f"{name!r} is no data set", cure)
    return known[name]


def list_datasets(group: str | None = None, modality: str | None = None) -> tuple[DatasetInfo, ...]:
    """List data sets.

    Parameters
    ----------
    group : {"tuning", "judging", "papers"}, optional
        Only those of a group. Defaults may be chosen on ``tuning``, numbers are reported on ``judging``; no source has
        sets in both, and ``judging`` has one set per source. ``papers`` are the papers' own nine binary sets, which
        the studies report and no ranking counts.
    modality : {"tabular", "series", "spectra", "images"}, optional
        Only those of a kind.

    Returns
    -------
    tuple of DatasetInfo
        In the order of the registry, or of the group.

    Raises
    ------
    InputError
        For an unknown group or modality.

    Examples
    --------
    >>> from oversmith.datasets import list_datasets
    >>> [info.name for info in list_datasets("judging")][:3]
    ['mammography', 'phoneme', 'pima']
    """
    if group is not None and group not in _groups():
        raise InputError("group", f"{group!r} found", f"choose from {', '.join(_groups())}")
    if modality is not None and modality not in MODALITIES:
        raise InputError("modality", f"{modality!r} found", f"choose from {', '.join(MODALITIES)}")
    names = list(_registry()) if group is None else list(_groups()[group])
    return tuple(info for info in map(dataset_info, names) if modality in (None, info.modality))


def group_reasons(group: str) -> dict[str, str]:
    """Say why each set is in a group.

    Parameters
    ----------
    group : {"tuning", "judging", "papers"}
        The group.

    Returns
    -------
    dict of str to str
        Name to reason.

    Examples
    --------
    >>> from oversmith.datasets import group_reasons
    >>> group_reasons("judging")["mammography"]
    'microcalcifications, 2.3 %: a natural rarity; 30 % of the rows repeat others'
    """
    list_datasets(group)
    return dict(_groups()[group])
