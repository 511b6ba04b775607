"""What ``oversmith bench run`` is asked for: a TOML file or options, checked, kept as JSON, turned into a plan."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from oversmith.cli.errors import reason
from oversmith.cli.files import SUFFIXES, read_data
from oversmith.cli.target import check_columns, class_counts, find_class, nearest
from oversmith.exceptions import InputError

if TYPE_CHECKING:
    from oversmith.evaluation import Contender, Plan, Protocol

_KEYS = ("datasets", "group", "contenders", "classifiers", "protocol", "seeds", "max_steps")
_DATASET_KEYS = ("path", "target", "positive", "group", "drop", "name")
_CONTENDER_KEYS = ("method", "name", "title", "fill", "synthetic_weight", "parameters")
_PROTOCOL_KEYS = (
    "folds",
    "repeats",
    "test",
    "validation",
    "ratio",
    "thin",
    "inner_folds",
    "inner_rows",
    "calibration",
    "split_seed",
)


def read_request(path: Path) -> dict[str, Any]:
    """Read a plan from a TOML file.

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
    if path.suffix.lower() in SUFFIXES:
        raise InputError(f"PLAN: {str(path)!r} holds data; name it with --dataset, or a plan, a TOML file, here")
    try:
        request = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise InputError(f"PLAN: there is no file {str(path)!r}; check the path") from None
    except OSError as error:
        raise InputError(f"PLAN: {str(path)!r} cannot be read, {reason(error)}; check the file") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InputError(f"PLAN: {str(path)!r} is not TOML ({error}); see docs/benchmarking.md") from error
    _check_keys("PLAN", request, _KEYS)
    for entry in request.get("datasets", ()):
        if isinstance(entry, dict) and "path" in entry:
            entry["path"] = str((path.parent / entry["path"]).resolve())
    return request


def request_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Turn options into what a plan file would hold.

    Parameters
    ----------
    options : mapping
        Option to value, None where it is not given.

    Returns
    -------
    dict
        As :func:`read_request`.

    Raises
    ------
    InputError
        For options that exclude each other.

    Examples
    --------
    >>> from oversmith.cli.bench_plan import request_of
    >>> options = dict.fromkeys(("--split", "--folds", "--repeats", "--thin", "--dataset", "--group", "--target"))
    >>> options |= dict.fromkeys(("--positive", "--drop", "--groups", "--contender", "--classifier", "--seed"))
    >>> request_of(options | {"--max-steps": 10, "--thin": 5.0, "--group": "tuning"})
    {'group': 'tuning', 'protocol': {'ratio': 5.0}, 'max_steps': 10}
    """
    protocol: dict[str, Any] = {}
    if options["--split"] is not None:
        protocol = _shares(options["--split"])
        if options["--folds"] is not None:
            raise InputError("--folds: it is given beside --split; give one of them")
    for option, name in (("--folds", "folds"), ("--repeats", "repeats"), ("--thin", "ratio")):
        if options[option] is not None:
            protocol[name] = options[option]
    datasets: list[Any] = []
    for name in options["--dataset"] or ():
        if not name.lower().endswith(SUFFIXES):
            datasets.append(name)
            continue
        told = {"target": "--target", "positive": "--positive", "drop": "--drop", "group": "--groups"}
        entry = {key: options[option] for key, option in told.items() if options[option] is not None}
        datasets.append({"path": str(Path(name).resolve())} | entry)
    found = {
        "datasets": datasets or None,
        "group": options["--group"],
        "contenders": options["--contender"],
        "classifiers": options["--classifier"],
        "protocol": protocol,
        "seeds": options["--seed"],
        "max_steps": options["--max-steps"],
    }
    return {name: value for name, value in found.items() if value is not None}


def _shares(text: str) -> dict[str, float]:
    try:
        shares = [float(part) for part in text.split("/")]
    except ValueError:
        shares = []
    if len(shares) not in (2, 3) or abs(sum(shares) - 100) > 1e-9 or min(shares) <= 0:
        raise InputError(f"--split: {text!r} found; give percent that sum to 100: 80/20, or 70/15/15 with validation")
    found = {"test": shares[-1] / 100}
    return found | ({"validation": shares[1] / 100} if len(shares) == 3 else {})


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
    from oversmith.evaluation import Plan

    _check_keys("PLAN", request, _KEYS)
    datasets = [_dataset(entry) for entry in _list(request, "datasets", ())]
    if "group" in request:
        from oversmith.datasets import list_datasets

        datasets += [info.name for info in list_datasets(group=request["group"], modality="tabular")]
    if not datasets:
        raise InputError("datasets: none found; name data sets, files, or a group of data sets")
    protocols = request.get("protocol", {})
    contenders = _list(request, "contenders", None)
    max_steps = request.get("max_steps")
    if max_steps is not None and (isinstance(max_steps, bool) or not isinstance(max_steps, int) or max_steps < 1):
        raise InputError(f"max_steps: {max_steps!r} found; use a whole number from 1 up")
    return Plan(
        datasets,
        None if contenders is None else [_contender(entry) for entry in contenders],
        _list(request, "classifiers", None),
        [_protocol(entry) for entry in (protocols if isinstance(protocols, list) else [protocols])],
        _list(request, "seeds", (0,)),
        max_steps,
        details=True,
    )


def _dataset(entry: Any) -> Any:
    if isinstance(entry, str) and not entry.lower().endswith(SUFFIXES):
        return entry
    if isinstance(entry, str):
        entry = {"path": entry}
    if not isinstance(entry, dict) or "path" not in entry:
        raise InputError(f"datasets: {entry!r} found; give a name, or a table with 'path' and 'target'")
    _check_keys("datasets", entry, _DATASET_KEYS)
    path = Path(entry["path"])
    source = read_data(path)
    if "target" not in entry:
        raise InputError(f"datasets: {str(path)!r} has no 'target'; name the column of the classes")
    target, group = entry["target"], entry.get("group")
    dropped = [*entry.get("drop", ()), *([] if group is None else [group])]
    check_columns(source, target, dropped)
    labels = source.labels(target)
    counts = class_counts(labels, target)
    positive = entry.get("positive")
    chosen = None if positive is None else find_class(str(positive), counts, target)
    groups = None if group is None else source.labels(group)
    return entry.get("name", path.stem), source.features(target, dropped), labels, chosen, groups


def _contender(entry: Any) -> str | Contender:
    from oversmith.evaluation import method_contender

    if isinstance(entry, str):
        return entry
    if not isinstance(entry, dict) or "method" not in entry:
        raise InputError(f"contenders: {entry!r} found; give a name, or a table with 'method'")
    _check_keys("contenders", entry, _CONTENDER_KEYS)
    told = {name: entry.get(name) for name in ("name", "title", "fill", "synthetic_weight")}
    parameters = entry.get("parameters", {})
    for name in parameters:
        if name in told:
            raise InputError(f"contenders: {name!r} found among the parameters; write it beside 'method'")
    return method_contender(entry["method"], **told, **parameters)


def _protocol(entry: Any) -> Protocol:
    from oversmith.evaluation import Protocol

    if not isinstance(entry, dict):
        raise InputError(f"protocol: {entry!r} found; give a table with {', '.join(_PROTOCOL_KEYS)}")
    _check_keys("protocol", entry, _PROTOCOL_KEYS)
    given = dict(entry)
    if "test" in given and "folds" not in given:
        given["folds"] = None
    for name in ("folds", "repeats", "inner_folds", "inner_rows", "split_seed"):
        value = given.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            raise InputError(f"protocol: {name} is {value!r}; use a whole number")
    # TOML has no word for nothing.
    if given.get("inner_folds") == 0:
        given["inner_folds"] = None
    for name in ("test", "validation", "ratio"):
        value = given.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | float)):
            raise InputError(f"protocol: {name} is {value!r}; use a number")
    return Protocol(**given)


def _list(request: Mapping[str, Any], name: str, default: Any) -> Any:
    value = request.get(name, default)
    if value is not None and (isinstance(value, str) or not isinstance(value, Sequence)):
        raise InputError(f"{name}: {value!r} found; give a list")
    return value


def _check_keys(where: str, found: Mapping[str, Any], known: Sequence[str]) -> None:
    for name in found:
        if name not in known:
            raise InputError(f"{where}: {name!r} is not known; {nearest(name, known)}")
