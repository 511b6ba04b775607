"""Reading of fitted samplers that ``save`` wrote: no pickle, nothing executed on load.

The format is described in :mod:`oversmith.samplers._saving`; what it does not describe is refused.
"""

from __future__ import annotations

import io
import json
import math
import os
import zipfile
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith._parameters import Settings
from oversmith._registry import METHODS, load_class
from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder
from oversmith.exceptions import InputError
from oversmith.samplers import settings
from oversmith.samplers._encoding import Encoder
from oversmith.samplers._saving import DOCUMENT, DTYPE_KINDS, NESTED, SCHEMA
from oversmith.samplers._version_0_1_0 import translated, translated_state

if TYPE_CHECKING:
    from oversmith.samplers.auto import Auto
    from oversmith.samplers.base import BaseSampler

# Schema of version 0.1.0, whose parameters are translated.
_FLAT_PARAMETERS = 1
# A fitted sampler is small; a file that claims more than this is refused before anything is allocated.
_MAX_JSON_BYTES = 64 * 2**20
_MAX_ARRAY_BYTES = 4 * 2**30
SETTINGS: dict[str, type[Settings]] = {
    kind.__name__: kind for kind in vars(settings).values() if isinstance(kind, type) and issubclass(kind, Settings)
}


def load(path: str | os.PathLike[str]) -> BaseSampler | Auto:
    """Read a sampler written by its ``save`` method, ready for ``sample``.

    Parameters
    ----------
    path : path-like
        A file written by ``save``.

    Returns
    -------
    sampler : BaseSampler or Auto
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
        raise InputError("path", f"{os.fspath(path)!r} does not exist", "give the file that save wrote") from None
    except (zipfile.BadZipFile, KeyError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise InputError(
            "path", f"{os.fspath(path)!r} is not a saved sampler ({error})", "give the file that save wrote"
        ) from error


def _read(archive: zipfile.ZipFile, path: str | os.PathLike[str]) -> BaseSampler | Auto:
    if archive.getinfo(DOCUMENT).file_size > _MAX_JSON_BYTES:
        raise InputError(
            "path",
            f"{os.fspath(path)!r} claims more than {_MAX_JSON_BYTES} bytes of JSON",
            "give the file that save wrote",
        )
    document = json.loads(archive.read(DOCUMENT))
    if document["format"] != "oversmith sampler" or document["schema"] not in (_FLAT_PARAMETERS, SCHEMA):
        raise InputError(
            "path",
            f"{os.fspath(path)!r} has schema {document['schema']!r}, this version of Oversmith reads up to {SCHEMA}",
            f"it was written by version {document['version']!r}, install that one",
        )
    flat = document["schema"] == _FLAT_PARAMETERS
    sampler: BaseSampler | Auto = _Reader(archive, f"path: {os.fspath(path)!r}", flat=flat).fitted(document)
    return sampler


def _class_by_name(name: str) -> Any:
    for kebab, method in METHODS.items():
        if method.name == name:
            return load_class(kebab)
    raise InputError(
        "class", f"{name!r} is not a sampler of this version of Oversmith", "load it with the version that wrote it"
    )


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
                finding = f"it sets {name!r}, which is not a fitted attribute"
                raise InputError(self.source, finding, "give the file that save wrote")
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
        raise InputError(
            "sampler.json", f"a value of unknown type {sorted(value)} found", "give the file that save wrote"
        )

    def _array(self, number: Any) -> np.ndarray:
        as_object = isinstance(number, list)
        name = f"arrays/{int(number[0] if as_object else number)}.npy"
        size = self.archive.getinfo(name).file_size
        with self.archive.open(name) as stream:
            if np.lib.format.read_magic(stream) != (1, 0):
                raise InputError(name, "not an array of version 1.0", "give the file that save wrote")
            shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
            expected = stream.tell() + math.prod(shape) * dtype.itemsize
        if dtype.kind not in DTYPE_KINDS or expected != size or size > _MAX_ARRAY_BYTES:
            raise InputError(
                name,
                f"dtype {dtype}, {size} bytes where its header promises {expected}",
                "the file is damaged or was not written by save",
            )
        array = np.lib.format.read_array(io.BytesIO(self.archive.read(name)), allow_pickle=False)
        return array.astype(object) if as_object else array


def _encoder(state: dict[str, Any]) -> Encoder:
    if "image" in state:
        return ImageEncoder.from_state(state)
    return SeriesEncoder.from_state(state) if "series" in state else TableEncoder.from_state(state)


def _nested_class(name: str) -> Any:
    import imblearn.over_sampling

    home, _, kind = name.partition(":")
    if home == "imblearn" and kind in imblearn.over_sampling.__all__:
        return getattr(imblearn.over_sampling, kind)
    if home == "oversmith" and kind in NESTED:
        return NESTED[kind]
    raise InputError(
        "estimator",
        f"{name!r} is neither an over-sampler of imbalanced-learn nor of Oversmith",
        "give the file that save wrote",
    )
