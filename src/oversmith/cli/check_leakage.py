"""``oversmith check-leakage``: whether a procedure, or a split, uses what it must not know."""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

from cyclopts import Parameter

from oversmith.cli.errors import FAILURE, one_line
from oversmith.cli.options import Columns, Flag, Seed, Target, Types, whole
from oversmith.cli.output import print_json, print_note, progress_bar, wrap
from oversmith.exceptions import InputError


def check_leakage(
    procedure: str | None = None,
    data: Path | None = None,
    /,
    *,
    target: Target,
    train: Annotated[Path | None, Parameter(metavar="FILE")] = None,
    test: Annotated[Path | None, Parameter(metavar="FILE")] = None,
    metric: str | None = None,
    positive: Annotated[str | None, Parameter(metavar="CLASS")] = None,
    chance: float | None = None,
    test_share: float = 0.1,
    seeds: Annotated[int, whole(gte=5)] = 20,
    seed: Seed = 0,
    drop: Columns = None,
    types: Types = None,
    headerless: Flag = False,
    drop_unlabelled: Flag = False,
    json: Flag = False,
) -> int:
    """Run a procedure where nothing can be learnt, or look for test rows in a training part.

    With PROCEDURE and DATA the function is run on permuted labels and on noise, and must score as a guess does. With
    --train and --test two files are compared. The file of the procedure is run as a program: check only what you trust.
    The exit code is 0 for sound and 1 for a leak.

    Parameters
    ----------
    procedure : str
        FILE.py:FUNCTION; the function takes X (a pandas frame) and y, and returns its score, or the name of the metric
        and the score.
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
        brier or neg_brier. Needed unless the function returns the name too, or --chance is given.
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
    types : list of str
        What a column is, where its cells do not say it: COLUMN=numeric, category, date, text or drop; may be repeated.
        date:day-first, date:month-first, numeric:decimal-comma and numeric:decimal-point settle what could be read in
        two ways.
    headerless : bool
        The first row of the file is data; the columns are called c1, c2 and so on.
    drop_unlabelled : bool
        Leave out rows without a label: empty cells, and marks such as NA, None and ?. They are refused otherwise.
    json : bool
        Print JSON instead of sentences.
    """
    if train is not None or test is not None:
        if train is None or test is None or procedure is not None:
            raise InputError("train", "train and test belong together", "give both, and no procedure beside them")
        reading = {"drop": drop or (), "types": types or (), "header": not headerless}
        reading["drop_unlabelled"] = drop_unlabelled
        return _split(train, test, target, reading, json)
    if procedure is None or data is None:
        raise InputError(
            "procedure", "a procedure and data are needed", "give FILE.py:FUNCTION and DATA, or train= and test="
        )
    evaluate = _function(procedure)
    from oversmith.evaluation.leakage import check_leakage as check
    from oversmith.io import read

    rows = read(
        data,
        target,
        positive=positive,
        drop=drop or (),
        types=types or (),
        header=not headerless,
        groups="none",
        drop_unlabelled=drop_unlabelled,
    )
    for note in rows.notes:
        print_note(note)
    with progress_bar("Checking") as advance:
        result = check(
            evaluate,
            rows.X,
            rows.labels,
            metric=metric,
            positive=rows.positive,
            chance=chance,
            test_share=test_share,
            n_seeds=seeds,
            random_state=seed,
            progress=advance,
        )
    if json:
        print_json(
            {
                "sound": result.sound,
                "metric": result.metric,
                "chance": result.chance,
                "repeated_rows": result.n_repeated,
                "checks": [vars(check) for check in result.checks],
            }
        )
    else:
        wrap(str(result))
    return 0 if result.sound else FAILURE


def _split(train: Path, test: Path, target: str, reading: dict[str, Any], json: bool) -> int:
    from oversmith.evaluation.split_check import check_split
    from oversmith.io import read

    parts = [read(path, target, groups="none", **reading) for path in (train, test)]
    for note in dict.fromkeys(note for part in parts for note in part.notes):
        print_note(note)
    result = check_split(parts[0].X, parts[0].labels, parts[1].X, parts[1].labels)
    if json:
        kinds = [
            {
                "kind": entry.kind,
                "rows": entry.rows.tolist(),
                "checked": entry.n_checked,
                "leak": entry.leak,
                "note": entry.note,
            }
            for entry in result.findings
        ]
        print_json({"sound": result.sound, "findings": kinds})
    else:
        wrap(str(result))
    return 0 if result.sound else FAILURE


def _function(procedure: str) -> Callable[[Any, Any], Any]:
    """Load the function of a file, or of a module that can be imported."""
    file, colon, name = procedure.rpartition(":")
    if not colon or not file or not name:
        raise InputError("procedure", f"{procedure!r} found", "write FILE.py:FUNCTION")
    path = Path(file)
    if path.suffix != ".py":
        raise InputError("procedure", f"{file!r} is no Python file", "write FILE.py:FUNCTION")
    if not path.is_file():
        raise InputError("procedure", f"there is no file {file!r}", "check the path")
    module = _run(path)
    function = getattr(module, name, None)
    if not callable(function):
        known = ", ".join(key for key, value in vars(module).items() if callable(value) and not key.startswith("_"))
        raise InputError("procedure", f"{file!r} has no function {name!r}", f"it has {known or 'none'}")
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
        raise InputError("procedure", f"{str(path)!r} cannot be run ({reason})", "run it with Python first") from error
    return module
