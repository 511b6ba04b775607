"""A benchmark as a TOML file: read, checked, and turned into a plan."""

from __future__ import annotations

import tomllib
import warnings
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from oversmith.evaluation.contenders import Contender, method_contender
from oversmith.evaluation.plan import Plan
from oversmith.evaluation.protocol import Protocol
from oversmith.exceptions import InputError, nearest_hint, system_reason
from oversmith.io import read
from oversmith.io.format import READ_SUFFIXES

_KEYS = ("datasets", "group", "contenders", "classifiers", "protocol", "seeds", "max_steps")
_DATASET_KEYS = ("path", "target", "positive", "group", "drop", "types", "header", "drop_unlabelled", "name")
_CONTENDER_KEYS = ("method", "name", "title", "fill", "synthetic_weight", "parameters")
_PROTOCOL_KEYS = (
    "folds",
    "repeats",
    "test",
    "validation",
    "thin",
    "thin_class",
    "inner_folds",
    "inner_rows",
    "calibration",
    "split_seed",
)


def read_request(path: Path) -> dict[str, Any]:
    """Read the request for a plan from a TOML file.

    Parameters
    ----------
    path : Path
        The file.

    Returns
    -------
    dict
        What it asks for; paths of data are absolute.

    Raises
    ------
    InputError
        For a file that cannot be read, is no TOML, or has a key that is not known.
    """
    if path.suffix.lower() in READ_SUFFIXES:
        raise InputError("plan", f"{str(path)!r} holds data", "name it with dataset=, or a plan, a TOML file, here")
    try:
        request = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError("plan", f"there is no file {str(path)!r}", "check the path") from None
    except OSError as error:
        raise InputError("plan", f"{str(path)!r} cannot be read, {system_reason(error)}", "check the file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError("plan", f"{str(path)!r} is not TOML ({error})", "see docs/benchmarking.md") from error
    _check_keys("plan", request, _KEYS)
    for entry in request.get("datasets", ()):
        if isinstance(entry, dict) and "path" in entry:
            entry["path"] = str((path.parent / entry["path"]).resolve())
    return request


def plan_of(request: Mapping[str, Any]) -> Plan:
    """Turn a request into a plan.

    Parameters
    ----------
    request : mapping
        ``datasets``, ``group``, ``contenders``, ``classifiers``, ``protocol``, ``seeds``, ``max_steps``.

    Returns
    -------
    Plan
        The plan, its files read.

    Raises
    ------
    InputError
        For entries of the wrong type or unknown names.
    """
    _check_keys("plan", request, _KEYS)
    datasets = [_dataset(entry) for entry in _list(request, "datasets", ())]
    if "group" in request:
        from oversmith.datasets import list_datasets

        datasets += [info.name for info in list_datasets(group=request["group"], modality="tabular")]
    if not datasets:
        raise InputError("datasets", "none found", "name data sets, files, or a group of data sets")
    protocols = request.get("protocol", {})
    contenders = _list(request, "contenders", None)
    return Plan(
        datasets,
        None if contenders is None else [_contender(entry) for entry in contenders],
        _list(request, "classifiers", None),
        [_protocol(entry) for entry in (protocols if isinstance(protocols, list) else [protocols])],
        _list(request, "seeds", (0,)),
        request.get("max_steps"),
        details=True,
    )


def _dataset(entry: Any) -> Any:
    if isinstance(entry, str) and not entry.lower().endswith(READ_SUFFIXES):
        return entry
    if isinstance(entry, str):
        entry = {"path": entry}
    if not isinstance(entry, dict) or "path" not in entry:
        raise InputError("datasets", f"{entry!r} found", "give a name, or a table with 'path' and 'target'")
    _check_keys("datasets", entry, _DATASET_KEYS)
    path, drop = Path(entry["path"]), entry.get("drop", ())
    if "target" not in entry:
        raise InputError("datasets", f"{str(path)!r} has no 'target'", "name the column of the classes")
    try:
        data = read(
            path,
            entry["target"],
            positive=entry.get("positive"),
            drop=drop,
            types=entry.get("types", ()),
            header=entry.get("header", True),
            groups=entry.get("group", "none"),
            drop_unlabelled=entry.get("drop_unlabelled", False),
        )
    except InputError as error:
        raise (InputError("datasets", error.finding, error.cure) if error.argument == "path" else error) from error
    for note in data.notes:
        warnings.warn(f"{path.name}: {note}", UserWarning, stacklevel=2)
    return entry.get("name", path.stem), data.X, data.labels, data.positive, data.groups


def _contender(entry: Any) -> str | Contender:
    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict) or "method" not in entry:
        raise InputError("contenders", f"{entry!r} found", "give a name, or a table with 'method'")
    _check_keys("contenders", entry, _CONTENDER_KEYS)
    settings = {name: entry.get(name) for name in ("name", "title", "fill", "synthetic_weight")}
    parameters = entry.get("parameters", {})
    for name in parameters:
        if name in settings:
            raise InputError("contenders", f"{name!r} found among the parameters", "write it beside 'method'")
    return method_contender(entry["method"], **settings, **parameters)


def _protocol(entry: Any) -> Protocol:
    if not isinstance(entry, dict):
        raise InputError("protocol", f"{entry!r} found", f"give a table with {', '.join(_PROTOCOL_KEYS)}")
    given = _renamed(entry)
    _check_keys("protocol", given, _PROTOCOL_KEYS)
    if "test" in given and "folds" not in given:
        given["folds"] = None
    for name in ("folds", "repeats", "inner_folds", "inner_rows", "split_seed"):
        value = given.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise InputError("protocol", f"{name} is {value!r}", "use a whole number")
    # TOML has no value for nothing.
    if given.get("inner_folds") == 0:
        given["inner_folds"] = None
    for name in ("test", "validation", "thin"):
        value = given.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InputError("protocol", f"{name} is {value!r}", "use a number")
    return Protocol(**given)


def _renamed(entry: Mapping[str, Any]) -> dict[str, Any]:
    """Give the keys of a protocol their names of today: requests in older stores have other ones."""
    old = "ratio" in entry or isinstance(entry.get("thin"), str)
    names = {"ratio": "thin", "thin": "thin_class"} if old else {}
    return {names.get(name, name): value for name, value in entry.items()}


def _list(request: Mapping[str, Any], name: str, default: Any) -> Any:
    value = request.get(name, default)
    if value is not None and (isinstance(value, str) or not isinstance(value, Sequence)):
        raise InputError(name, f"{value!r} found", "give a list")
    return value


def _check_keys(where: str, entry: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in entry:
        if name not in known:
            raise InputError(where, f"{name!r} is not known", nearest_hint(name, known))
