"""``oversmith check-leakage``: a procedure, or a split, that knows what it must not know."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from cyclopts import Parameter

from oversmith.cli.errors import FAILURE, one_line
from oversmith.cli.files import read_data
from oversmith.cli.options import Columns, Flag, Seed, Target, whole
from oversmith.cli.output import print_json, progress_bar, wrap
from oversmith.cli.target import check_columns, class_counts, find_class
from oversmith.exceptions import InputError


def check_leakage(
    procedure: str | None = None,
    data: Path | None = None,
    /,
    *,
    target: Target,
    train: Annotated[Path | None, Parameter(metavar="FILE")] = None,
    test: Annotated[Path | None, Parameter(metavar="FILE")] = None,
    metric: str = "average_precision",
    positive: Annotated[str | None, Parameter(metavar="CLASS")] = None,
    chance: float | None = None,
    test_share: float = 0.1,
    seeds: Annotated[int, whole(gte=5)] = 20,
    seed: Seed = 0,
    drop: Columns = None,
    json: Flag = False,
) -> int:
    """Run a procedure where nothing can be learnt, or look for test rows in a training part.

    With PROCEDURE and DATA the function is run on permuted labels and on noise, and must score as a guess does. With
    --train and --test two files are compared. The file of the procedure is run as a program: check only what you trust.
    The exit code is 0 for sound and 1 for a leak.

    Parameters
    ----------
    procedure : str
        FILE.py:FUNCTION; the function takes X (a pandas frame) and y, and returns its score.
    data : Path
        The table: .csv, .parquet or .npz.
    target : str
        Column of the classes.
    train : Path
        Training part of a split, resampled or not.
    test : Path
        Test part of the split.
    metric : str
        What the function returns: average_precision, roc_auc, f1, precision, g_mean, accuracy, balanced_accuracy, mcc,
        brier or neg_brier.
    positive : str
        The positive class; the rarer of two unless given.
    chance : float
        What a guess scores at best, for another metric.
    test_share : float
        Share of the rows the function scores at once.
    seeds : int
        Runs on permuted labels, and as many on noise.
    seed : int
        Seed of permutations and noise.
    drop : list of str
        Column that is no feature; may be repeated.
    json : bool
        Print JSON instead of sentences.
    """
    dropped = list(drop or ())
    if train is not None or test is not None:
        if train is None or test is None or procedure is not None:
            raise InputError("--train: give --train and --test together, and no procedure beside them")
        return _split(train, test, target, dropped, json)
    if procedure is None or data is None:
        raise InputError("PROCEDURE: give FILE.py:FUNCTION and DATA, or --train and --test")
    evaluate = _function(procedure)
    features, labels = _read(data, target, dropped)
    counts = class_counts(labels, target)
    from oversmith.evaluation.leakage import check_leakage as check

    with progress_bar("Checking") as advance:
        found = check(
            evaluate,
            features,
            labels,
            metric=metric,
            positive=None if positive is None else find_class(positive, counts, target),
            chance=chance,
            test_share=test_share,
            n_seeds=seeds,
            random_state=seed,
            progress=advance,
        )
    if json:
        print_json(
            {
                "sound": found.sound,
                "metric": found.metric,
                "chance": found.chance,
                "repeated_rows": found.n_repeated,
                "checks": [vars(check) for check in found.checks],
            }
        )
    else:
        wrap(str(found))
    return 0 if found.sound else FAILURE


def _split(train: Path, test: Path, target: str, dropped: list[str], json: bool) -> int:
    from oversmith.evaluation.split_check import check_split

    found = check_split(*_read(train, target, dropped), *_read(test, target, dropped))
    if json:
        kinds = [
            {
                "kind": entry.kind,
                "rows": entry.rows.tolist(),
                "checked": entry.n_checked,
                "leak": entry.leak,
                "note": entry.note,
            }
            for entry in found.findings
        ]
        print_json({"sound": found.sound, "findings": kinds})
    else:
        wrap(str(found))
    return 0 if found.sound else FAILURE


def _read(path: Path, target: str, dropped: list[str]) -> tuple[Any, Any]:
    source = read_data(path)
    check_columns(source, target, dropped)
    return source.features(target, dropped), source.labels(target)


def _function(procedure: str) -> Callable[[Any, Any], float]:
    """Load the function of a file, or of a module that can be imported."""
    place, colon, name = procedure.rpartition(":")
    if not colon or not place or not name:
        raise InputError(f"PROCEDURE: {procedure!r} found; write FILE.py:FUNCTION")
    path = Path(place)
    if path.suffix != ".py":
        raise InputError(f"PROCEDURE: {place!r} is no Python file; write FILE.py:FUNCTION")
    if not path.is_file():
        raise InputError(f"PROCEDURE: there is no file {place!r}; check the path")
    module = _run(path)
    function = getattr(module, name, None)
    if not callable(function):
        known = ", ".join(key for key, value in vars(module).items() if callable(value) and not key.startswith("_"))
        raise InputError(f"PROCEDURE: {place!r} has no function {name!r}; it has {known or 'none'}")
    return function


def _run(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    # The file may import its neighbours, and what it defines must be found again by child processes it starts.
    sys.path.insert(0, str(path.resolve().parent))
    sys.modules[path.stem] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        reason = f"{type(error).__name__}: {one_line(error)}"
        raise InputError(f"PROCEDURE: {str(path)!r} cannot be run ({reason}); run it with Python first") from error
    return module
