"""Fitted samplers on disk: one zip of JSON and ``.npy`` files, no pickle, nothing executed on load.

``sampler.json`` holds the class name, the constructor's parameters and the fitted attributes as typed values;
every array lies beside it as ``arrays/<number>.npy`` and is referred to by number. Only JSON scalars, lists,
tuples, dictionaries, NumPy arrays and scalars, over-samplers of imbalanced-learn or Oversmith (by name and
parameters) and fitted samplers of Oversmith can be written; anything else is refused by name.
"""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from typing import Any

import numpy as np

import oversmith
from oversmith._atomic import replacing
from oversmith._parameters import Settings
from oversmith._registry import METHODS, load_class
from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder
from oversmith.exceptions import InputError
from oversmith.samplers import settings
from oversmith.samplers._encoding import Encoder
from oversmith.samplers._version_0_1_0 import translated, translated_state
from oversmith.selection import BoundaryFilter, NoveltyFilter

SCHEMA = 2
# Schema of version 0.1.0, whose parameters are translated.
_FLAT_PARAMETERS = 1
_DOCUMENT = "sampler.json"
# A fitted sampler is small; a file that claims more than this is refused before anything is allocated.
_MAX_JSON_BYTES = 64 * 2**20
_MAX_ARRAY_BYTES = 4 * 2**30
_DTYPE_KINDS = "biufUSmM"
NESTED: dict[str, Any] = {
    kind.__name__: kind for kind in (BoundaryFilter, NoveltyFilter, TableEncoder, SeriesEncoder, ImageEncoder)
}
SETTINGS: dict[str, type[Settings]] = {
    kind.__name__: kind for kind in vars(settings).values() if isinstance(kind, type) and issubclass(kind, Settings)
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
        raise InputError(f"sampler: this {type(sampler).__name__} is not fitted; call fit or fit_resample first")
    writer = _Writer()
    document = {
        "format": "oversmith sampler",
        "schema": SCHEMA,
        "version": oversmith.__version__,
        **writer.fitted(sampler),
    }
    with replacing(path) as stream, zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(_DOCUMENT, json.dumps(document, allow_nan=False))
        for number, array in enumerate(writer.arrays):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, array, allow_pickle=False)
            archive.writestr(f"arrays/{number}.npy", buffer.getvalue())


def load(path: str | os.PathLike[str]) -> Any:
    """Read a sampler written by its ``save`` method, ready for ``sample``.

    Parameters
    ----------
    path : path-like
        A file written by ``save``.

    Returns
    -------
    sampler : BaseSampler
        The fitted sampler.

    Raises
    ------
    InputError
        When the file is missing, is not a sampler, is of a newer schema, or holds anything but plain data.

    Examples
    --------
    >>> import os, tempfile
    >>> import numpy as np
    >>> import oversmith
    >>> rng = np.random.default_rng(0)
    >>> X, y = rng.normal(size=(60, 2)), np.repeat([0, 1], [50, 10])
    >>> sampler = oversmith.EOWGAN(max_steps=1, random_state=0).fit(X, y)
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     sampler.save(os.path.join(folder, "eo-wgan.zip"))
    ...     twin = oversmith.load(os.path.join(folder, "eo-wgan.zip"))
    >>> bool((twin.sample(5, 1) == sampler.sample(5, 1)).all())
    True
    """
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, path)
    except FileNotFoundError:
        raise InputError(f"path: {os.fspath(path)!r} does not exist; give the file that save wrote") from None
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            f"path: {os.fspath(path)!r} is not a saved sampler ({error}); give the file that save wrote"
        ) from error


def _read(archive: zipfile.ZipFile, path: str | os.PathLike[str]) -> Any:
    if archive.getinfo(_DOCUMENT).file_size > _MAX_JSON_BYTES:
        raise InputError(f"path: {os.fspath(path)!r} claims more than {_MAX_JSON_BYTES} bytes of JSON; refused")
    document = json.loads(archive.read(_DOCUMENT))
    if document["format"] != "oversmith sampler" or document["schema"] not in (_FLAT_PARAMETERS, SCHEMA):
        raise InputError(
            "path",
            f"{os.fspath(path)!r} has schema {document['schema']!r}, this version of Oversmith reads up to {SCHEMA}",
            f"it was written by version {document['version']!r}, install that one",
        )
    flat = document["schema"] == _FLAT_PARAMETERS
    return _Reader(archive, f"path: {os.fspath(path)!r}", flat=flat).fitted(document)


def _is_fitted(sampler: Any) -> bool:
    # A sampler has a state; one that only chooses among samplers has a decision.
    return hasattr(sampler, "state_") or hasattr(sampler, "decision_")


def _class_by_name(name: str) -> Any:
    for kebab, method in METHODS.items():
        if method.name == name:
            return load_class(kebab)
    raise InputError(f"class: {name!r} is not a sampler of this version of Oversmith")


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
            f"{where}: a {type(value).__module__}.{type(value).__qualname__} cannot be saved; set it to None or a "
            "plain value before save"
        )

    def _array(self, value: np.ndarray | np.generic, where: str) -> int:
        array: np.ndarray = np.asarray(value)
        if array.dtype == object and all(isinstance(item, str) for item in array.ravel()):
            # Names and labels: a fixed-width copy would lose trailing NULs only, which text does not have.
            return self._object_array(array)
        if array.dtype.kind not in _DTYPE_KINDS:
            raise InputError(f"{where}: an array of dtype {array.dtype} cannot be saved; use plain numbers or text")
        self.arrays.append(np.ascontiguousarray(array).reshape(array.shape))
        return len(self.arrays) - 1

    def _object_array(self, array: np.ndarray) -> Any:
        self.arrays.append(array.astype(str))
        return [len(self.arrays) - 1]  # in a list: to be an object array again


class _Reader:
    """JSON → typed values; sizes and types are checked before an array is allocated."""

    def __init__(self, archive: zipfile.ZipFile, source: str, *, flat: bool) -> None:
        self.archive = archive
        self.source = source
        self.flat = flat

    def fitted(self, document: dict[str, Any]) -> Any:
        sampler = self.estimator(document["class"], document["params"])
        for name, value in self.fitted_attributes(document).items():
            if not name.endswith("_") or name.startswith("_"):
                raise InputError(f"{self.source} sets {name!r}, which is not a fitted attribute; refused")
            setattr(sampler, name, _encoder(value) if name == "encoder_" else value)
        return sampler

    def estimator(self, name: str, params: dict[str, Any]) -> Any:
        decoded = self.decode(params)
        if self.flat:
            name, decoded = translated(name, decoded)
        return _class_by_name(name)(**decoded)

    def fitted_attributes(self, document: dict[str, Any]) -> dict[str, Any]:
        fitted: dict[str, Any] = self.decode(document["fitted"])
        return translated_state(document["class"], fitted) if self.flat else fitted

    def decode(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self.decode(item) for item in value]
        if not isinstance(value, dict):
            return value
        match value:
            case {"float": str(text)} if text in {"nan", "inf", "-inf"}:
                return float(text)
            case {"array": number}:
                return self._array(number)
            case {"scalar": number}:
                return self._array(number)[()]
            case {"tuple": [*items]}:
                return tuple(self.decode(item) for item in items)
            case {"dict": [*pairs]}:
                return {self.decode(key): self.decode(item) for key, item in pairs}
            case {"sampler": {"class": str(), "params": _, "fitted": _}}:
                return self.fitted(value["sampler"])
            case {"settings": str(name), "params": params} if name in SETTINGS:
                return SETTINGS[name](**self.decode(params))
            case {"estimator": str(name), "params": params}:
                home, _, kind = name.partition(":")
                if home == "oversmith" and kind not in NESTED:
                    return self.estimator(kind, params)
                return _nested_class(name)(**self.decode(params))
        raise InputError(f"sampler.json: a value of unknown type {sorted(value)} is refused")

    def _array(self, number: Any) -> np.ndarray:
        as_object = isinstance(number, list)
        name = f"arrays/{int(number[0] if as_object else number)}.npy"
        size = self.archive.getinfo(name).file_size
        with self.archive.open(name) as stream:
            if np.lib.format.read_magic(stream) != (1, 0):
                raise InputError(f"{name}: not an array of version 1.0; refused")
            shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
            expected = stream.tell() + math.prod(shape) * dtype.itemsize
        if dtype.kind not in _DTYPE_KINDS or expected != size or size > _MAX_ARRAY_BYTES:
            raise InputError(
                f"{name}: dtype {dtype}, {size} bytes where its header promises {expected}; the file is damaged or "
                "was not written by save"
            )
        array = np.lib.format.read_array(io.BytesIO(self.archive.read(name)), allow_pickle=False)
        return array.astype(object) if as_object else array


def _encoder(state: dict[str, Any]) -> Encoder:
    if "image" in state:
        return ImageEncoder.from_state(state)
    return SeriesEncoder.from_state(state) if "series" in state else TableEncoder.from_state(state)


def _nested_name(value: Any) -> str | None:
    import imblearn.over_sampling

    kind = type(value)
    for home, names in (("imblearn", imblearn.over_sampling.__all__), ("oversmith", [*_method_names(), *NESTED])):
        if kind.__name__ in names and kind.__module__.startswith(f"{home}."):
            return f"{home}:{kind.__name__}"
    return None


def _nested_class(name: str) -> Any:
    import imblearn.over_sampling

    home, _, kind = name.partition(":")
    if home == "imblearn" and kind in imblearn.over_sampling.__all__:
        return getattr(imblearn.over_sampling, kind)
    if home == "oversmith" and kind in NESTED:
        return NESTED[kind]
    raise InputError(f"estimator: {name!r} is neither an over-sampler of imbalanced-learn nor of Oversmith; refused")


def _method_names() -> list[str]:
    return [method.name for method in METHODS.values()]
