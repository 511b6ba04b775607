"""Writing of fitted samplers: one zip of JSON and ``.npy`` files, no pickle.

``sampler.json`` holds the class name, the constructor's parameters and the fitted attributes as typed values;
every array lies beside it as ``arrays/<number>.npy`` and is referred to by number. Only JSON scalars, lists,
tuples, dictionaries, NumPy arrays and scalars, over-samplers of imbalanced-learn or Oversmith (by name and
parameters) and fitted samplers of Oversmith can be written; anything else is refused by name. ``arrays`` of the
document lists the SHA-256 of every array file, and ``sha256`` is the one of the document without it.
"""

from __future__ import annotations

import hashlib
import io
import json
import math
import os
import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np

import oversmith
from oversmith._atomic import replacing
from oversmith._parameters import Settings
from oversmith._registry import METHODS
from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder
from oversmith.exceptions import InputError
from oversmith.selection import BoundaryFilter, NoveltyFilter

SCHEMA = 2
DOCUMENT = "sampler.json"
DTYPE_KINDS = "biufUSmM"
NESTED: dict[str, Any] = {
    kind.__name__: kind for kind in (BoundaryFilter, NoveltyFilter, TableEncoder, SeriesEncoder, ImageEncoder)
}


def save(sampler: Any, path: str | os.PathLike[str]) -> None:
    """Write a fitted sampler.

    Parameters
    ----------
    sampler : BaseSampler
        The fitted sampler.
    path : path-like
        Where to; written to a temporary file beside it and renamed.

    Raises
    ------
    InputError
        When the sampler is not fitted or holds something that cannot be saved.
    """
    if not _is_fitted(sampler):
        raise InputError("sampler", f"this {type(sampler).__name__} is not fitted", "call fit or fit_resample first")
    writer = _Writer()
    document = {
        "format": "oversmith sampler",
        "schema": SCHEMA,
        "version": oversmith.__version__,
        **writer.fitted(sampler),
        "arrays": [hashlib.sha256(_file_of(array)).hexdigest() for array in writer.arrays],
    }
    document["sha256"] = digest(document)
    with replacing(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(DOCUMENT, json.dumps(document, allow_nan=False))
        for number, array in enumerate(writer.arrays):
            archive.writestr(f"arrays/{number}.npy", _file_of(array))


def digest(document: Mapping[str, Any]) -> str:
    """SHA-256 of a document, without the one that stands in it.

    Parameters
    ----------
    document : mapping
        What ``sampler.json`` holds.

    Returns
    -------
    str
        64 hexadecimal digits.

    Examples
    --------
    >>> from oversmith.samplers._saving import digest
    >>> digest({"class": "SMOTE", "sha256": "?"}) == digest({"class": "SMOTE"})
    True
    """
    rest = {name: value for name, value in document.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(rest).encode()).hexdigest()


def _file_of(array: np.ndarray) -> bytes:
    buffer = io.BytesIO()
    np.lib.format.write_array(buffer, array, allow_pickle=False)
    return buffer.getvalue()


def _is_fitted(sampler: Any) -> bool:
    # A sampler has a state; one that only chooses among samplers has a decision.
    return hasattr(sampler, "state_") or hasattr(sampler, "decision_")


class _Writer:
    """Typed values → JSON, arrays collected on the side."""

    def __init__(self) -> None:
        self.arrays: list[np.ndarray] = []

    def fitted(self, sampler: Any) -> dict[str, Any]:
        attributes = {
            name: value.to_state() if name == "encoder_" else value
            for name, value in vars(sampler).items()
            if name.endswith("_") and not name.startswith("_")
        }
        return {
            "class": type(sampler).__name__,
            "params": self.encode(sampler.get_params(deep=False), "parameter"),
            "fitted": self.encode(attributes, "attribute"),
        }

    def encode(self, value: Any, where: str) -> Any:
        if value is None or isinstance(value, bool | str) or type(value) is int:
            return value
        if type(value) is float:
            return value if math.isfinite(value) else {"float": repr(value)}
        if isinstance(value, np.ndarray | np.generic):
            return {"array" if isinstance(value, np.ndarray) else "scalar": self._array(value, where)}
        if isinstance(value, list):
            return [self.encode(item, f"{where}[{i}]") for i, item in enumerate(value)]
        if isinstance(value, tuple):
            return {"tuple": [self.encode(item, f"{where}[{i}]") for i, item in enumerate(value)]}
        if isinstance(value, dict):
            return {
                "dict": [
                    [self.encode(key, f"key of {where}"), self.encode(item, f"{where} {key!r}")]
                    for key, item in value.items()
                ]
            }
        if isinstance(value, Settings):
            values = self.encode(value.get_params(deep=False), f"{where} {type(value).__name__}")
            return {"settings": type(value).__name__, "params": values}
        if _nested_name(value) is not None and _is_fitted(value):
            return {"sampler": self.fitted(value)}
        if _nested_name(value) is not None:
            return {
                "estimator": _nested_name(value),
                "params": self.encode(value.get_params(deep=False), f"{where} {type(value).__name__}"),
            }
        raise InputError(
            where,
            f"a {type(value).__module__}.{type(value).__qualname__} cannot be saved",
            "set it to None or a plain value before save",
        )

    def _array(self, value: np.ndarray | np.generic, where: str) -> int:
        array: np.ndarray = np.asarray(value)
        if array.dtype == object and all(isinstance(item, str) for item in array.ravel()):
            # Names and labels: a fixed-width copy would lose trailing NULs only, which text does not have.
            return self._object_array(array)
        if array.dtype.kind not in DTYPE_KINDS:
            raise InputError(where, f"an array of dtype {array.dtype} cannot be saved", "use plain numbers or text")
        self.arrays.append(np.ascontiguousarray(array).reshape(array.shape))
        return len(self.arrays) - 1

    def _object_array(self, array: np.ndarray) -> Any:
        self.arrays.append(array.astype(str))
        return [len(self.arrays) - 1]  # in a list: to be an object array again


def _nested_name(value: Any) -> str | None:
    import imblearn.over_sampling

    kind = type(value)
    for home, names in (("imblearn", imblearn.over_sampling.__all__), ("oversmith", [*_method_names(), *NESTED])):
        if kind.__name__ in names and kind.__module__.startswith(f"{home}."):
            return f"{home}:{kind.__name__}"
    return None


def _method_names() -> list[str]:
    return [method.name for method in METHODS.values()]
