"""Arrays as they were read: a matrix ``X``, series, spectra or images, an array of classes, an axis."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import IO, TYPE_CHECKING, Any, ClassVar

import numpy as np

from oversmith.exceptions import InputError, nearest_hint

if TYPE_CHECKING:
    from oversmith.datasets import DatasetInfo, SpectralAxis

AXIS_NAMES = ("axis", "wavenumber", "wavelength", "frequency", "raman_shift", "energy", "two_theta", "mz", "ppm")
"""Arrays that are the axis of spectra without being named, where they have a value for each point."""
# Other words for them, in names without signs.
_AXIS_WORDS = {
    "x",
    "xaxis",
    "wn",
    "wl",
    "nm",
    "nu",
    "lambda",
    "freq",
    "freqs",
    "frequencies",
    "masses",
    "2theta",
    "shift",
}
UNIT = "axis_unit"
DECLARED = "modality"
"""Array of an npz file that says what ``X`` holds."""
_KINDS = {
    "table": "table",
    "tabular": "table",
    "series": "series",
    "spectra": "series",
    "image": "image",
    "images": "image",
}
_DIMENSIONS = {"table": (2,), "series": (2, 3), "image": (3, 4)}
_SHAPES = {
    "table": "(rows, columns)",
    "series": "(cases, channels, time points), or (cases, time points, channels) with channels='last'",
    "image": "(cases, height, width), or (cases, channels, height, width), or (cases, height, width, channels) with "
    "channels='last'",
}


def axis_names(names: Iterable[str]) -> list[str]:
    """Select the names that an axis of spectra has, in any case, in the plural, and with a unit after them.

    Parameters
    ----------
    names : iterable of str
        Names of arrays.

    Returns
    -------
    list of str
        Those that name an axis.

    Examples
    --------
    >>> from oversmith.io.arrays import axis_names
    >>> axis_names(["X", "y", "Wavenumbers", "wavelength_nm", "axis_unit", "timeaxis"])
    ['Wavenumbers', 'wavelength_nm']
    """
    selected = []
    for name in names:
        words = re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")
        is_usual = any(words in (known, f"{known}s") or words.startswith(f"{known}_") for known in AXIS_NAMES)
        if name not in ("X", UNIT) and (is_usual or words.replace("_", "") in _AXIS_WORDS):
            selected.append(name)
    return sorted(selected, key=lambda name: name not in AXIS_NAMES)


def is_monotone(array: np.ndarray[Any, Any]) -> bool:
    """Whether the numbers of an array rise, or fall, all the way.

    Parameters
    ----------
    array : ndarray
        An array of one dimension, or with one long one.

    Returns
    -------
    bool
        False for anything but numbers too.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.io.arrays import is_monotone
    >>> is_monotone(np.array([3.0, 2.0, 0.5])), is_monotone(np.array(["a", "b"]))
    (True, False)
    """
    if array.dtype.kind not in "iuf" or array.size != max(array.shape, default=0):
        return False
    steps = np.diff(np.ravel(array).astype(float))
    return bool(np.all(steps > 0) or np.all(steps < 0))


@dataclass(frozen=True)
class Arrays:
    """Arrays as they were read.

    Parameters
    ----------
    name : str
        File name, for messages.
    arrays : dict of str to ndarray
        The arrays by name.
    compressed : bool
        Whether the file is compressed; the output then is too.
    info : DatasetInfo or None
        Entry of the data set of this name in the registry.
    kind : {"table", "series", "image"}
        What ``X`` holds.
    channels : {"first", "last"}
        Where the channels of series with three dimensions are, and of images with four.
    axis : SpectralAxis or None
        Where the points of spectra lie; a 2-D ``X`` then holds spectra of one channel.
    axis_array : str or None
        The array it was read from.
    notes : tuple of str
        What a reader must know about how the file was read.
    """

    name: str
    arrays: dict[str, np.ndarray[Any, Any]]
    compressed: bool
    info: DatasetInfo | None = None
    kind: str = "table"
    channels: str = "first"
    axis: SpectralAxis | None = None
    axis_array: str | None = None
    notes: tuple[str, ...] = ()

    suffixes: ClassVar[tuple[str, ...]] = (".npz",)

    @property
    def modality(self) -> str:
        """What ``X`` holds, spectra told apart from other series."""
        return "spectra" if self.axis is not None else self.kind

    @property
    def columns(self) -> list[str]:
        """Names of the arrays that may hold the classes."""
        return [name for name in self.arrays if name not in ("X", self.axis_array, UNIT, DECLARED)]

    @property
    def default_target(self) -> str | None:
        """Array ``y``, else the one that the registry knows."""
        known = ("y",) if self.info is None else ("y", self.info.target)
        return next((name for name in known if name in self.columns), None)

    def column(self, name: str) -> np.ndarray[Any, Any]:
        """Return an array with a value for each row."""
        values, rows = self.arrays[name], len(self.arrays["X"])
        if values.shape != (rows,):
            raise InputError(
                "target",
                f"array {name!r} in {self.name!r} has shape {values.shape}",
                f"one class for each of the {rows} rows of X is needed, shape ({rows},)",
            )
        return values

    def features(self, without: Sequence[str]) -> np.ndarray[Any, Any]:
        """Return the matrix, or the series, spectra or images with their channels first."""
        x = self.arrays["X"]
        if self.kind == "image":
            return x[:, None] if x.ndim == 3 else np.moveaxis(x, 3, 1) if self.channels == "last" else x
        if self.kind == "series" and x.ndim == 3 and self.channels == "last":
            return np.moveaxis(x, 2, 1)
        return x[:, None] if x.ndim == 2 and self.kind == "series" else x

    def written(self, target: str, features: Sequence[str]) -> list[str]:
        """List the arrays of an output: the axis, its unit and what says what ``X`` holds are written again."""
        more = (DECLARED,) if self.axis is None else (self.axis_array, UNIT, DECLARED)
        return ["X", target, *(name for name in more if name in self.arrays)]

    def write(
        self,
        file: IO[bytes],
        suffix: str,
        *,
        rows: np.ndarray[Any, Any],
        target: str,
        X: Any,
        y: Any,
        flag: str | None,
    ) -> None:
        """Write real rows as they were read, and then generated ones; see :class:`oversmith.io.source.Source`."""
        real, labels = self.arrays["X"][rows], self.arrays[target][rows]
        if self.kind == "image" and self.channels == "last":
            X = np.moveaxis(X, 1, 3)
        elif self.kind == "series" and self.channels == "last":
            X = np.moveaxis(X, 1, 2)
        X = X.reshape(-1, *real.shape[1:])
        out = {
            "X": np.concatenate([real, X.astype(real.dtype, copy=False)]),
            target: np.concatenate([labels, y.astype(labels.dtype, copy=False)]),
        }
        if flag is not None:
            out[flag] = np.arange(len(out["X"])) >= len(rows)
        out |= {name: self.arrays[name] for name in self.written(target, ())[2:]}
        save: Any = np.savez_compressed if self.compressed else np.savez
        save(file, **out)

    # ------------------------------------------------------------------ what the arrays hold

    def with_modality(self, modality: str | None, channels: str | None) -> Arrays:
        """Settle what ``X`` holds: by the caller, the array ``modality``, the registry, or the dimensions.

        Parameters
        ----------
        modality : str or None
            What the caller says.
        channels : {"first", "last"} or None
            Where the channels of series and images are, as the caller says.

        Returns
        -------
        Arrays
            The same with ``kind`` and ``channels``.

        Raises
        ------
        InputError
            When shape and declaration disagree, unsigned bytes of three dimensions could be read in two ways, or
            series look turned round.
        """
        x = self.arrays["X"]
        declared, argument = self._declared(modality)
        if declared is not None and x.ndim not in _DIMENSIONS[declared]:
            raise InputError(
                argument, f"{declared!r} found, but X in {self.name!r} has shape {x.shape}", f"give {_SHAPES[declared]}"
            )
        if declared is None and x.ndim == 3 and x.dtype == "uint8":
            raise InputError(
                "path",
                f"X in {self.name!r} is a 3-D array of unsigned bytes of shape {x.shape}: grey images of {x.shape[1]} "
                f"x {x.shape[2]} pixels, or series of {x.shape[1]} channels and {x.shape[2]} time points",
                f"say which with modality='image' or modality='series', or in an array called {DECLARED!r}",
            )
        kind = declared or {2: "table", 3: "series", 4: "image"}[x.ndim]
        if channels is not None and x.ndim != {"series": 3, "image": 4}.get(kind):
            raise InputError(
                "channels",
                f"{channels!r} is for series of three dimensions and images of four, and X in {self.name!r} has shape "
                f"{x.shape}",
                "leave it out",
            )
        if kind == "series" and x.ndim == 3 and channels is None and self.info is None:
            from oversmith.encoders.reading import turned_round

            if finding := turned_round(x.shape):
                raise InputError(
                    "path",
                    f"X in {self.name!r}: {finding}",
                    "say channels='last' if the channels come last, and channels='first' if they are as they should be",
                )
        return replace(self, kind=kind, channels=channels or "first")

    def _declared(self, modality: str | None) -> tuple[str | None, str]:
        """Find what somebody says that the arrays hold, and the argument that says it."""
        if modality is not None:
            return _KINDS[modality], "modality"
        if DECLARED in self.arrays:
            value = self.arrays[DECLARED]
            word = str(value.reshape(-1)[0]) if value.size == 1 else None
            kind = None if word is None else _KINDS.get(word.casefold())
            if kind is None:
                finding = repr(word) if word is not None else f"shape {value.shape}"
                raise InputError(
                    "path",
                    f"array {DECLARED!r} of {self.name!r} holds {finding}",
                    "one word is needed: table, series or image",
                )
            return kind, f"array {DECLARED!r}"
        # A file that only has the name of a data set is read as what it looks like.
        if self.info is not None and self.info.modality == "images" and self.arrays["X"].ndim in _DIMENSIONS["image"]:
            return "image", "path"
        return None, ""

    def with_axis(self, named: str | None) -> Arrays:
        """Find the axis of spectra: the array named, the one the registry knows, or one called like an axis.

        Parameters
        ----------
        named : str or None
            The array, as the caller says; ``"none"`` for no axis.

        Returns
        -------
        Arrays
            The same with its axis, where there is one.

        Raises
        ------
        InputError
            For an array that is not there, or is no axis for these spectra.
        """
        if named is not None and named.casefold() == "none":
            return self
        if self.kind == "image":
            if named is not None:
                raise InputError("axis", f"{self.name!r} holds images, and an axis belongs to spectra", "leave it out")
            return self
        if named is not None and (named == "X" or named not in self.arrays):
            raise InputError("axis", f"{named!r} is no other array", nearest_hint(named, self.columns))
        known = dict(self.info.axis) if self.info is not None else {}
        length = self._points
        for name in (named,) if named is not None else (known.get("array"), *axis_names(self.arrays)):
            array = self.arrays.get(name) if name is not None else None
            if name is None or array is None or (named is None and array.size != length):
                continue
            if named is None and name not in (*AXIS_NAMES, known.get("array")) and not is_monotone(array):
                continue
            return self._over(name, known if name == known.get("array") else {"name": name.replace("_", " ")})
        return self

    @property
    def _points(self) -> int:
        """Points of a series."""
        shape = self.arrays["X"].shape
        return int(shape[1] if self.kind == "series" and len(shape) == 3 and self.channels == "last" else shape[-1])

    def _over(self, name: str, known: dict[str, str]) -> Arrays:
        """Take an array as the axis."""
        from oversmith.datasets import SpectralAxis

        x, unit = self.arrays["X"], self.arrays.get(UNIT)
        written = str(unit) if unit is not None and unit.ndim == 0 else ""
        try:
            axis = SpectralAxis(
                np.ravel(self.arrays[name]), known["name"], known.get("unit") or written, known.get("quantity", "")
            )
            axis.check(self._points)
        except InputError as error:
            raise InputError(
                "axis", f"array {name!r} of {self.name!r} is no axis ({error.finding})", error.cure
            ) from error
        notes = self.notes
        if x.ndim == 2:
            notes = (*notes, f"X holds spectra over {name!r}; axis='none' reads a table")
        return replace(self, axis=axis, axis_array=name, kind="series", notes=notes)
