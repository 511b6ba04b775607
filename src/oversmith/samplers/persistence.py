"""Reading of fitted samplers that ``save`` wrote: no pickle, nothing executed on load.

The format is described in :mod:`oversmith.samplers._saving`; what it does not describe is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import lzma
import math
import os
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import numpy as np

from oversmith._parameters import Settings
from oversmith._registry import METHODS, load_class
from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder
from oversmith.exceptions import InputError, MissingExtraError, describe_error, system_reason
from oversmith.samplers import settings
from oversmith.samplers._encoding import Encoder
from oversmith.samplers._saved_attributes import check_fitted
from oversmith.samplers._saving import DOCUMENT, DTYPE_KINDS, NESTED, SCHEMA, digest
from oversmith.samplers._version_0_1_0 import translated, translated_state

if TYPE_CHECKING:
    from oversmith.samplers.auto import Auto
    from oversmith.samplers.base import BaseSampler

# Schema of version 0.1.0, whose parameters are translated.
_FLAT_PARAMETERS = 1
# A fitted sampler is small; a file that claims more than this is refused before anything is allocated.
_MAX_JSON_BYTES = 64 * 2**20
_MAX_ARRAY_BYTES = 4 * 2**30
# Bounds of the whole file: packed rows of zeros and ones shrink to a hundredth, what shrinks more is small.
_MAX_BYTES = 16 * 2**30
_SAFE_BYTES = 256 * 2**20
_MAX_RATIO = 200
# What a damaged file can lead to, in the zip, in the arrays and where its values are put together.
_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    OSError,
    EOFError,
    RuntimeError,
    SyntaxError,
    ArithmeticError,
    AttributeError,
    LookupError,
    MemoryError,
    TypeError,
    ValueError,
)
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
    name = os.fspath(path)
    if os.path.isdir(path):
        raise InputError("path", f"{name!r} is a folder", "give the file that save wrote")
    try:
        with zipfile.ZipFile(path) as archive:
            return _read(archive, os.path.getsize(path))
    except FileNotFoundError:
        raise InputError("path", f"{name!r} does not exist", "give the file that save wrote") from None
    except PermissionError as error:
        raise InputError("path", f"{name!r} cannot be read, {system_reason(error)}", "check the file") from error
    except InputError as error:
        where = "" if error.argument in ("path", DOCUMENT) else f"{error.argument}: "
        raise InputError("path", f"{name!r} {where}{error.finding}", error.cure) from error
    except MissingExtraError:
        raise
    except _DAMAGE as error:
        raise InputError(
            "path", f"{name!r} is not a saved sampler ({describe_error(error)})", "give the file that save wrote"
        ) from error


def _read(archive: zipfile.ZipFile, packed: int) -> BaseSampler | Auto:
    unpacked = sum(member.file_size for member in archive.infolist())
    if archive.getinfo(DOCUMENT).file_size > _MAX_JSON_BYTES:
        raise _refused(f"claims more than {_MAX_JSON_BYTES} bytes of JSON")
    if unpacked > min(_MAX_BYTES, max(_SAFE_BYTES, _MAX_RATIO * packed)):
        raise _refused(f"would unpack from {packed} to {unpacked} bytes")
    document = json.loads(archive.read(DOCUMENT), parse_constant=_no_constant)
    if document["format"] != "oversmith sampler" or document["schema"] not in (_FLAT_PARAMETERS, SCHEMA):
        raise InputError(
            "path",
            f"has schema {document['schema']!r}, this version of Oversmith reads up to {SCHEMA}",
            f"it was written by version {document['version']!r}, install that one",
        )
    flat = document["schema"] == _FLAT_PARAMETERS
    reader = _Reader(archive, flat=flat)
    sampler: BaseSampler | Auto = reader.fitted(document)
    # Version 0.1.0 wrote no digests. What has a more telling error was found before.
    if not flat:
        reader.check(document)
    return sampler


def _no_constant(text: str) -> float:
    raise _refused(f"holds {text}, which is no JSON")


def _refused(finding: str) -> InputError:
    return InputError("path", finding, "give the file that save wrote")


def _class_by_name(name: str) -> Any:
    for kebab, method in METHODS.items():
        if method.name == name:
            return load_class(kebab)
    raise InputError(
        "class", f"{name!r} is not a sampler of this version of Oversmith", "load it with the version that wrote it"
    )


class _Reader:
    """JSON → typed values; sizes and types are checked before an array is allocated."""

    def __init__(self, archive: zipfile.ZipFile, *, flat: bool) -> None:
        self.archive = archive
        self.flat = flat
        self._arrays: dict[int, np.ndarray] = {}
        self._digests: dict[int, str] = {}

    def check(self, document: Mapping[str, Any]) -> None:
        """Refuse a document or an array that is not as it was written."""
        digests = document["arrays"]
        if document["sha256"] != digest(document) or len(digests) != len(self._digests):
            raise _refused("was changed after it was written: sampler.json has another checksum")
        for number, text in sorted(self._digests.items()):
            if digests[number] != text:
                raise _refused(f"was changed after it was written: arrays/{number}.npy has another checksum")

    def fitted(self, document: dict[str, Any]) -> Any:
        sampler = self.estimator(document["class"], document["params"])
        for name, value in self.fitted_attributes(document).items():
            if not name.endswith("_") or name.startswith("_"):
                raise _refused(f"sets {name!r}, which is not a fitted attribute")
            setattr(sampler, name, _encoder(value) if name == "encoder_" else value)
        check_fitted(sampler)
        # Until the next fit: errors of a draw are those of the file.
        sampler._file = self.archive.filename
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
        raise InputError(DOCUMENT, f"holds a value of unknown type {sorted(value)}", "give the file that save wrote")

    def _array(self, number: Any) -> np.ndarray:
        as_object = isinstance(number, list)
        [plain] = number if as_object else [number]
        if type(plain) is not int:
            raise _refused(f"refers to an array by {plain!r}")
        if plain not in self._arrays:
            self._arrays[plain] = self._read_array(plain)
        array = self._arrays[plain]
        return array.astype(object) if as_object else array

    def _read_array(self, number: int) -> np.ndarray:
        name = f"arrays/{number}.npy"
        size = self.archive.getinfo(name).file_size
        with self.archive.open(name) as stream:
            if np.lib.format.read_magic(stream) != (1, 0):
                raise InputError(name, "not an array of version 1.0", "give the file that save wrote")
            shape, _, dtype = np.lib.format.read_array_header_1_0(stream)
            expected = stream.tell() + math.prod(shape) * dtype.itemsize
        if dtype.kind not in DTYPE_KINDS or expected != size or size > _MAX_ARRAY_BYTES or not dtype.itemsize:
            raise InputError(
                name,
                f"dtype {dtype}, {size} bytes where its header promises {expected}",
                "the file is damaged or was not written by save",
            )
        content = self.archive.read(name)
        self._digests[number] = hashlib.sha256(content).hexdigest()
        array: np.ndarray = np.lib.format.read_array(io.BytesIO(content), allow_pickle=False)
        return array


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
