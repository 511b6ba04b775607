"""Options that several commands share: one name, one meaning, one check, one completion."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

from cyclopts import CoercionError, Parameter, Token, validators

from oversmith._registry import METHODS


def whole_number(kind: Any, tokens: Sequence[Token]) -> int:
    """Read a whole number; 2.5 is none."""
    try:
        return int(tokens[0].value)
    except ValueError as error:
        raise CoercionError(token=tokens[0], target_type=int) from error


def whole(**limits: int) -> Parameter:
    """Describe an option that takes a whole number within limits."""
    return Parameter(converter=whole_number, validator=validators.Number(**limits))


RENAMED = {("resample", "ratio"): "sampling-ratio"}
"""Command and option of an earlier version, and what the option is called now."""

AtLeastOne = whole(gte=1)
AtLeastTwo = whole(gte=2)
Above = Parameter(validator=validators.Number(gt=0))


def _methods(context: Any) -> dict[str, str]:
    return {entry.kebab: entry.summary for entry in METHODS.values()}


def _classifiers(context: Any) -> dict[str, str]:
    from oversmith.classifiers import CLASSIFIERS

    return {name: entry.title for name, entry in CLASSIFIERS.items()}


def _dataset_names(context: Any) -> dict[str, str]:
    from oversmith.datasets import list_datasets

    return {info.name: info.about for info in list_datasets()}


Method = Annotated[str, Parameter(metavar="METHOD", completer=_methods)]
Methods = Annotated[list[str] | None, Parameter(metavar="METHOD", completer=_methods)]
Classifiers = Annotated[list[str] | None, Parameter(metavar="CLASSIFIER", completer=_classifiers)]
DatasetName = Annotated[str, Parameter(completer=_dataset_names)]
Datasets = Annotated[list[str] | None, Parameter(metavar="NAME|FILE", completer=_dataset_names)]
Columns = Annotated[list[str] | None, Parameter(metavar="COLUMN")]
Types = Annotated[list[str] | None, Parameter(metavar="COLUMN=TYPE")]
Target = Annotated[str, Parameter(metavar="COLUMN")]
Column = Annotated[str | None, Parameter(metavar="COLUMN")]
Seed = Annotated[int, whole(gte=0, lt=2**32)]
Folds = Annotated[int | None, AtLeastTwo]
Count = Annotated[int | None, AtLeastOne]
Ratio = Annotated[float | None, Parameter(validator=validators.Number(gte=1))]
Share = Annotated[float | None, Parameter(validator=validators.Number(gt=0, lte=1))]
Group = Annotated[Literal["tuning", "judging", "papers"] | None, Parameter()]
Limit = Annotated[float | None, Above]
Folder = Annotated[Path, Parameter(metavar="FOLDER")]
Seeds = Annotated[
    list[int] | None, Parameter(converter=lambda kind, tokens: [whole_number(int, [t]) for t in tokens], metavar="SEED")
]
# What rows are: a data set of the registry and an array are named by the same words.
Modality = Annotated[Literal["table", "series", "spectra", "image", "tabular", "images"] | None, Parameter()]
Flag = Annotated[bool, Parameter(show_default=False)]
# One word for what a command writes, a file or a folder.
OutputFile = Annotated[Path | None, Parameter(name=("--output", "-o"), metavar="FILE")]
RequiredOutputFile = Annotated[Path, Parameter(name=("--output", "-o"), metavar="FILE")]
OutputFolder = Annotated[Path, Parameter(name=("--output", "--out", "-o"), metavar="FOLDER")]
MaybeOutputFolder = Annotated[Path | None, Parameter(name=("--output", "--out", "-o"), metavar="FOLDER")]
