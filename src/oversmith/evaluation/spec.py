"""The specification of a result, everything that determines it, and the key that is its hash."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Mapping, Set
from typing import Any

import joblib
import numpy as np

from oversmith.evaluation.builders import Situation
from oversmith.evaluation.classifiers import Classifier
from oversmith.evaluation.contenders import Contender
from oversmith.evaluation.job import Job
from oversmith.evaluation.pipeline import MAX_LEVELS, split_kinds
from oversmith.exceptions import describe_error
from oversmith.metrics import METRICS

KEY_VERSION = 1
"""Version of the key itself: a change of what it holds makes every stored result another one."""
PREPARATION_VERSION = 1
"""Raised when imputation, scaling or encoding change what classifiers see."""
METRICS_VERSION = 1
"""Raised when a metric changes its value."""

THREADS = 1
"""Threads of every run of a job. What JAX computes with larger networks depends on their number."""


def canonical(value: Any) -> str:
    """JSON with sorted keys and no spaces: equal values give equal text.

    Examples
    --------
    >>> from oversmith.evaluation.spec import canonical
    >>> canonical({"b": 1, "a": [None, 0.5]})
    '{"a":[null,0.5],"b":1}'
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)


def key_of(spec: Mapping[str, Any]) -> str:
    """SHA-256 of the canonical JSON of a specification, in hexadecimal."""
    return hashlib.sha256(canonical(spec).encode()).hexdigest()


def describe(value: Any) -> Any:
    """Turn an estimator with all its parameters, or a plain value, into what JSON holds.

    Parameters
    ----------
    value : object
        Estimators become class and parameters, functions their name, arrays and anything else a hash of content.

    Returns
    -------
    object
        Dictionaries, lists and scalars.

    Examples
    --------
    >>> from sklearn.neighbors import KNeighborsClassifier
    >>> from oversmith.evaluation.spec import describe
    >>> describe(KNeighborsClassifier(3))["parameters"]["n_neighbors"]
    3
    """
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, np.generic):
        return describe(value.item())
    if isinstance(value, float):
        return value if np.isfinite(value) else {"float": str(value)}
    if isinstance(value, Mapping):
        return {"mapping": sorted(([describe(k), describe(v)] for k, v in value.items()), key=canonical)}
    if isinstance(value, list | tuple):
        return [describe(entry) for entry in value]
    if isinstance(value, Set):
        return {"set": sorted((describe(entry) for entry in value), key=canonical)}
    if hasattr(value, "get_params") and not isinstance(value, type):
        parameters = value.get_params(deep=False)
        return {"class": _name(type(value)), "parameters": {k: describe(v) for k, v in sorted(parameters.items())}}
    if hasattr(value, "func") and hasattr(value, "keywords"):
        return {"partial": describe(value.func), "args": describe(value.args), "keywords": describe(value.keywords)}
    if isinstance(value, type) or (callable(value) and hasattr(value, "__qualname__")):
        return {"name": _name(value)}
    if dataclasses.is_dataclass(value):
        parts = {field.name: describe(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"class": _name(type(value)), "fields": parts}
    return {"class": _name(type(value)), "hash": joblib.hash(value)}


def describe_sampler(job: Job) -> Any:
    """Describe the sampler of a job with all parameters, its seed apart."""
    if job.contender.build is None:
        return None
    numeric, categorical = split_kinds(job.task.kinds)
    y = job.task.y[job.split.train]
    situation = Situation(y, job.task.classes, len(numeric), len(categorical), 0, job.max_steps, job.task.shape)
    return _built(job.contender.build, situation)


def describe_classifier(classifier: Classifier) -> Any:
    """Describe a classifier with all parameters, its seed apart."""
    return _built(classifier.build, 0)


def cell_spec(job: Job, recorded: Contender, classifier: Classifier, sampler: Any, estimator: Any) -> dict[str, Any]:
    """Everything that determines the result of one contender under one classifier in one fold.

    Parameters
    ----------
    job : Job
        The fits.
    recorded : Contender
        The contender of the result; it may share the fits of another one.
    classifier : Classifier
        The classifier.
    sampler, estimator : object
        From `describe_sampler` and `describe_classifier`.

    Returns
    -------
    dict
        What :func:`key_of` hashes.
    """
    task, split = job.task, job.split
    # A key without a procedure, a weight or networks stays what it was before there were any.
    procedure = {} if job.procedure is None else {"procedure": describe(job.procedure)}
    weight = job.contender.synthetic_weight
    networks = job.contender.trained or _has_networks(sampler) or _has_networks(estimator)
    return (
        procedure
        | ({"threads": THREADS} if networks or procedure else {})
        | {
            "version": KEY_VERSION,
            "data": {"name": task.name, "sha256": task.sha256, "positive": task.positive}
            | ({} if task.shape is None else {"shape": list(task.shape)}),
            "split": {"sha256": split.sha256, "repeat": split.repeat, "fold": split.fold},
            "groups": task.groups_sha256,
            "seed": job.seed,
            "split_seed": job.split_seed,
            "contender": {
                "name": recorded.name,
                "seeded_as": job.contender.sampler or "none",
                "sampler": sampler,
                "before": job.contender.before,
                "balanced": job.contender.balanced,
            }
            | ({} if weight is None else {"synthetic_weight": float(weight)}),
            "classifier": {"name": classifier.name, "estimator": estimator},
            "preparation": {"version": PREPARATION_VERSION, "max_levels": MAX_LEVELS},
            "metrics": {"version": METRICS_VERSION, "names": list(METRICS)},
            "inner": {"folds": job.inner_folds, "rows": job.inner_rows},
            "calibration": job.calibration,
            "max_steps": job.max_steps,
        }
    )


def _built(build: Any, argument: Any) -> Any:
    """Describe what a builder builds; where it cannot build, why: with the cause the key changes too."""
    try:
        return describe(build(argument))
    except Exception as error:
        return {"cannot be built": describe_error(error)}


def _has_networks(description: Any) -> bool:
    """Tell whether what was described, or something inside it, trains networks."""
    if isinstance(description, Mapping):
        module, _, name = str(description.get("class", "")).rpartition(".")
        made_of = getattr(sys.modules.get(module), name, None)
        return getattr(made_of, "_trains_networks", False) or any(map(_has_networks, description.values()))
    return isinstance(description, list) and any(map(_has_networks, description))


def _name(value: Any) -> str:
    return f"{value.__module__}.{value.__qualname__}"
