"""The options of ``oversmith bench run`` as what a plan file would hold."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from oversmith.exceptions import InputError


def request_of(options: Mapping[str, Any]) -> dict[str, Any]:
    """Turn options into what a plan file would hold.

    Parameters
    ----------
    options : mapping
        Option to value, None where it is not given.

    Returns
    -------
    dict
        As :func:`oversmith.evaluation.plan_file.read_request` returns it.

    Raises
    ------
    InputError
        For options that exclude each other.

    Examples
    --------
    >>> from oversmith.cli.bench_request import request_of
    >>> options = dict.fromkeys(("--split", "--folds", "--repeats", "--thin", "--dataset", "--group", "--target"))
    >>> options |= dict.fromkeys(("--positive", "--drop", "--groups", "--contender", "--classifier", "--seed"))
    >>> options |= dict.fromkeys(("--types", "--headerless", "--drop-unlabelled"))
    >>> request_of(options | {"--max-steps": 10, "--thin": 5.0, "--group": "tuning"})
    {'group': 'tuning', 'protocol': {'thin': 5.0}, 'max_steps': 10}
    """
    from oversmith.io.format import READ_SUFFIXES

    protocol: dict[str, Any] = {}
    if options["--split"] is not None:
        protocol = _shares(options["--split"])
        if options["--folds"] is not None:
            raise InputError("folds", "it is given beside --split", "give one of them")
    for option, name in (("--folds", "folds"), ("--repeats", "repeats"), ("--thin", "thin")):
        if options[option] is not None:
            protocol[name] = options[option]
    datasets: list[Any] = []
    for name in options["--dataset"] or ():
        if not name.lower().endswith(READ_SUFFIXES):
            datasets.append(name)
            continue
        option_of = {"target": "--target", "positive": "--positive", "drop": "--drop", "group": "--groups"}
        option_of |= {"types": "--types", "drop_unlabelled": "--drop-unlabelled"}
        entry = {key: options[option] for key, option in option_of.items() if options[option] is not None}
        entry |= {"header": False} if options["--headerless"] else {}
        datasets.append({"path": str(Path(name).resolve())} | entry)
    request = {
        "datasets": datasets or None,
        "group": options["--group"],
        "contenders": options["--contender"],
        "classifiers": options["--classifier"],
        "protocol": protocol,
        "seeds": options["--seed"],
        "max_steps": options["--max-steps"],
    }
    return {name: value for name, value in request.items() if value is not None}


def _shares(text: str) -> dict[str, float]:
    try:
        shares = [float(part) for part in text.split("/")]
    except ValueError:
        shares = []
    if len(shares) not in (2, 3) or abs(sum(shares) - 100) > 1e-9 or min(shares) <= 0:
        raise InputError("split", f"{text!r} found", "give percent that sum to 100: 80/20, or 70/15/15 with validation")
    test = {"test": shares[-1] / 100}
    return test | ({"validation": shares[1] / 100} if len(shares) == 3 else {})
