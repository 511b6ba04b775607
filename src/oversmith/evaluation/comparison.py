"""What a comparison found: plain data that the report, the command line and the tests read."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd

from oversmith.evaluation.raw_scores import CELL_COLUMNS, SIZES
from oversmith.exceptions import InputError
from oversmith.metrics import METRICS

SCHEMA_VERSION = 1
FAILED = ("failed", "timeout", "oom")
"""Statuses without a result: what raised, and what went beyond its time or memory."""

_ARRAYS = ("predictions", "embedding")
NUMERIC = (
    *METRICS,
    *(f"{metric.name}_tuned" for metric in METRICS.values() if metric.needs == "labels"),
    *("seconds_resample", "seconds_fit", "seconds_predict"),
)


@dataclass(frozen=True)
class Comparison:
    """Record of :func:`oversmith.compare`.

    Everything except ``predictions`` and ``embedding`` is made of dictionaries, lists, strings, numbers,
    booleans and None.

    Parameters
    ----------
    data : dict
        ``name``, ``rows``, ``columns``, ``target``, ``classes`` (list of str, in code order), ``counts``
        (class to rows), ``minority``, ``positive`` (None for several classes), ``prevalence`` (share of the
        positive class, or of the smallest one), ``column_kinds``, ``missing_cells``, ``sha256``; of series also
        ``shape``, and of spectra whose axis is known ``axis`` (``points``, ``name``, ``unit``, ``quantity``).
    protocol : dict
        ``folds``, ``repeats``, ``inner_folds``, ``inner_rows`` (most training rows the threshold is chosen
        on), ``seed``, ``thin`` (negative rows to one positive row, to which training parts are thinned),
        ``bounds``, ``splits_hash``, ``splits`` (rows of every training and test part, and positives of the test
        part), ``primary_metric``, ``control``,
        ``second_control``, ``chance`` (metric to the value of a guess), ``versions``, ``threads``, ``n_jobs``,
        ``python``, ``platform``, ``seconds``.
    contenders : list of dict
        ``name``, ``title``, ``sampler`` (None without one), ``fill`` (None where it has no meaning), in
        order.
    classifiers : list of dict
        ``name``, ``title``, in order.
    scores : list of dict
        One per repeat, fold, contender and classifier, in that order: ``repeat``, ``fold``, ``contender``,
        ``classifier``, ``status`` (``"done"``, ``"failed"``, ``"oom"``, ``"skipped"``), ``error`` (why, or why there is
        no tuned threshold), ``average_precision``, ``roc_auc``, ``brier``, the label metrics ``f1``,
        ``precision``, ``recall``, ``g_mean`` at 0.5 (several classes: at the largest score), the same with
        ``_tuned`` at the inner threshold, ``threshold`` (a number; several classes: a list),
        ``seconds_resample``, ``seconds_fit``, ``seconds_predict``, ``n_train`` (real training rows),
        ``n_synthetic``. A missing number is None. Every contender has both families of label metrics; the one
        to read is ``*_tuned`` for all but ``"none"``, which stands for what people get without doing anything
        and is read at 0.5. ``"none-tuned"`` repeats the fits of ``"none"``. :func:`label_metric` names the
        key.
    predictions : list of dict
        ``repeat``, ``fold``, ``contender``, ``classifier``, ``rows`` (positions in the data), ``y`` (class
        codes), ``scores`` (float32, rows by classes), ``threshold``. Those of ``"none-tuned"`` repeat those
        of ``"none"``.
    counts : dict
        Contender to ``{"before": {class: rows}, "after": {class: rows}}`` of the first training part.
    training : dict
        Contender with a training to ``history`` (rows with ``classes``, the class names of the model), and by
        class name ``best_step``, ``stopped_because``, ``n_steps``; ``seconds_warm_up`` (imports and
        compilation, outside all other times; None where the process was warm). Of the first training part.
    embedding : dict
        Contender with a sampler to ``real`` (rows by features), ``label`` (codes of the real rows),
        ``synthetic``, ``synthetic_label``, of the first training part: imputed, scaled and one-hot encoded by
        what was fitted on the real training rows, so that all contenders share one space. Series also have ``unseen``,
        ``unseen_label`` (of the test part) and ``scale`` (mean and spread of each channel, which give units back).
    images : dict
        Of images: contender with a sampler to what
        :func:`oversmith.evaluation.image_panels.image_panels` gathered in the first fold.
    quality : dict
        Contender with a sampler to its rows of a table compared with real ones class by class, of the first training
        part, as :func:`oversmith.evaluation.synthetic_quality.synthetic_quality` gives them.
    warnings : list of str
        What a reader must know before believing a number.

    Examples
    --------
    >>> from oversmith.evaluation import Comparison
    >>> empty = Comparison(data={"name": "toy"}, protocol={}, contenders=[], classifiers=[], scores=[])
    >>> Comparison.from_dict(empty.to_dict()) == empty
    True
    """

    data: dict[str, Any]
    protocol: dict[str, Any]
    contenders: list[dict[str, Any]]
    classifiers: list[dict[str, Any]]
    scores: list[dict[str, Any]]
    predictions: list[dict[str, Any]] = field(default_factory=list)
    counts: dict[str, dict[str, dict[str, int]]] = field(default_factory=dict)
    training: dict[str, dict[str, Any]] = field(default_factory=dict)
    embedding: dict[str, dict[str, np.ndarray]] = field(default_factory=dict)
    images: dict[str, dict[str, Any]] = field(default_factory=dict)
    quality: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    warnings: list[str] = field(default_factory=list)

    def frame(self) -> pd.DataFrame:
        """Raw scores as a store gives them: one row per repeat, fold, contender and classifier.

        Returns
        -------
        DataFrame
            The rows of ``scores``, and beside them ``dataset``, ``protocol``, ``ratio``, ``seed`` and the sizes of the
            training and the test part.
        """
        rows, known = int(self.data.get("rows", 0)), self.protocol
        sizes = {(part["repeat"], part["fold"]): part for part in known.get("splits", ())}
        frame = pd.DataFrame(self.scores)
        if not len(frame):
            return pd.DataFrame(columns=[*CELL_COLUMNS, "status", "error", *SIZES, *NUMERIC])
        parts = [sizes[fold] for fold in zip(frame["repeat"], frame["fold"], strict=True)]
        frame = frame.assign(
            dataset=str(self.data.get("name", "data")),
            protocol=f"{known.get('folds')}-fold",
            # Comparisons stored earlier call it "ratio".
            ratio=known.get("thin", known.get("ratio")),
            seed=known.get("seed", 0),
            error=frame["error"].fillna(""),
            n_test=[part["test"] for part in parts],
            n_test_positive=[part["positives"] for part in parts],
            # Comparisons stored before this column was written have whole training parts.
            n_train=[part.get("train", rows - part["test"]) for part in parts],
        )
        numbers = [name for name in NUMERIC if name in frame]
        frame[numbers] = frame[numbers].astype("float64")
        return frame

    def to_dict(self, *, arrays: bool = False) -> dict[str, Any]:
        """Turn the comparison into what ``json.dumps`` takes.

        Parameters
        ----------
        arrays : bool, default=False
            Also write ``predictions`` and ``embedding``; they grow with the data.

        Returns
        -------
        dict
            With ``schema_version``; numbers that are not finite become None.
        """
        fields = [f.name for f in dataclasses.fields(self) if arrays or f.name not in _ARRAYS]
        return {"schema_version": SCHEMA_VERSION} | {name: jsonable(getattr(self, name)) for name in fields}

    @classmethod
    def from_dict(cls, state: Mapping[str, Any]) -> Comparison:
        """Rebuild a comparison from :meth:`to_dict`.

        Parameters
        ----------
        state : mapping
            What :meth:`to_dict` wrote, possibly through JSON.

        Returns
        -------
        Comparison
            Equal to the original, without arrays where they were not written.

        Raises
        ------
        InputError
            For another schema version or missing parts.
        """
        version = state.get("schema_version")
        if version != SCHEMA_VERSION:
            raise InputError(
                "state",
                f"schema version {version!r} found, {SCHEMA_VERSION} expected",
                "write it again with this version",
            )
        known = {f.name: f for f in dataclasses.fields(cls)}
        missing = [n for n, f in known.items() if n not in state and f.default_factory is dataclasses.MISSING]
        if missing:
            raise InputError("state", f"{', '.join(missing)} missing", "write it again with Comparison.to_dict")
        parts = {name: state[name] for name in known if name in state}
        parts["predictions"] = [
            row
            | {
                "rows": np.asarray(row["rows"], dtype=np.int64),
                "y": np.asarray(row["y"], dtype=np.int64),
                "scores": np.asarray(row["scores"], dtype=np.float32),
            }
            for row in state.get("predictions", [])
        ]
        parts["embedding"] = {
            name: {
                key: np.asarray(value, dtype=np.int64 if key.endswith("label") else np.float32)
                for key, value in entry.items()
            }
            for name, entry in state.get("embedding", {}).items()
        }
        return cls(**parts)


def label_metric(contender: str, metric: str) -> str:
    """Key of a label metric under which a contender is to be read.

    Parameters
    ----------
    contender : str
        Name of the contender.
    metric : str
        ``"f1"``, ``"precision"``, ``"recall"`` or ``"g_mean"``.

    Returns
    -------
    str
        The metric itself for ``"none"``, at the tuned threshold for all others.

    Examples
    --------
    >>> from oversmith.evaluation import label_metric
    >>> label_metric("none", "f1"), label_metric("smote", "f1")
    ('f1', 'f1_tuned')
    """
    return metric if contender == "none" else f"{metric}_tuned"


def jsonable(value: Any) -> Any:
    """Turn NumPy values, tuples and non-finite numbers into values of JSON.

    Parameters
    ----------
    value : object
        Nested dictionaries, sequences, arrays and scalars.

    Returns
    -------
    object
        The same of dictionaries, lists and Python scalars.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation.comparison import jsonable
    >>> jsonable({"a": np.float32(0.5), "b": (np.int64(1), float("nan"))})
    {'a': 0.5, 'b': [1, None]}
    """
    if isinstance(value, Mapping):
        return {str(key): jsonable(entry) for key, entry in value.items()}
    if isinstance(value, np.ndarray):
        return jsonable(value.tolist())
    if isinstance(value, np.generic):
        return jsonable(value.item())
    if isinstance(value, str):
        return str(value)
    if isinstance(value, Sequence):
        return [jsonable(entry) for entry in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value
