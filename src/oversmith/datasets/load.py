"""Loading by name: a local folder, then the cache, then the network."""

from __future__ import annotations

import dataclasses
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from oversmith._atomic import replacing
from oversmith.datasets.download import DownloadError, cache_folder, fetch
from oversmith.datasets.info import Dataset, DatasetInfo, content_sha256
from oversmith.datasets.makers import cut_task
from oversmith.datasets.registry import dataset_info
from oversmith.datasets.simulated import make_hydrogel_spectra
from oversmith.datasets.spectra import SpectralAxis
from oversmith.exceptions import InputError

FOLDER_VARIABLE = "OVERSMITH_DATA"


def load_dataset(name: str, *, folder: str | os.PathLike[str] | None = None, download: bool = True) -> Dataset:
    """Load a data set by name.

    Looked for in this order: the folder (files as the registry names them), the user's cache, the network. Everything
    is checked against the registry: the checksum of a file; rows, columns and classes; after a download from a
    pinned source every value.

    Parameters
    ----------
    name : str
        Key of the registry.
    folder : path, optional
        Folder of data sets; that of the environment variable ``OVERSMITH_DATA`` by default.
    download : bool, default=True
        Whether the network may be used.

    Returns
    -------
    Dataset
        Features, classes, positive class, groups, checksum, and the axis of spectra.

    Raises
    ------
    InputError
        For an unknown name, or a folder that does not exist.
    DownloadError
        When the set is nowhere, or what was found is damaged or another version.

    Examples
    --------
    >>> from oversmith.datasets import load_dataset
    >>> data = load_dataset("yeast_2_vs_4")  # doctest: +SKIP
    >>> data.X.shape, data.positive  # doctest: +SKIP
    ((514, 8), 'positive')
    """
    info = dataset_info(name)
    if info.of is not None:
        return _cut(info, load_dataset(info.of, folder=folder, download=download))
    if info.simulated:
        return _simulated(info)
    path = local_file(info, folder)
    if path is not None:
        return _checked(info, *_read(info, path))
    if not info.downloadable or not download:
        raise DownloadError(_advice(info, "it cannot be downloaded" if not info.downloadable else "not downloading"))
    cached = cache_folder() / f"{info.name}.parquet"
    try:
        X, y = fetch(info, cache_folder())
    except DownloadError as error:
        raise DownloadError(_advice(info, str(error))) from error
    X = X.reset_index(drop=True)
    data = _checked(info, X, y.reset_index(drop=True), None, pinned=info.source["kind"] != "openml")
    cached.parent.mkdir(parents=True, exist_ok=True)
    with replacing(cached) as file:
        X.assign(target=data.y).to_parquet(file, compression="zstd", index=False)
    # What the next call checks: the registry cannot know the bytes of a file that is written here.
    with replacing(_seal(cached)) as file:
        file.write(hashlib.sha256(cached.read_bytes()).hexdigest().encode())
    return data


def local_file(info: DatasetInfo, folder: str | os.PathLike[str] | None = None) -> Path | None:
    """Find the file of a data set in the folder or the cache, and check it.

    Parameters
    ----------
    info : DatasetInfo
        The entry.
    folder : path, optional
        As in :func:`load_dataset`.

    Returns
    -------
    Path or None
        The file; None where there is none.

    Raises
    ------
    InputError
        For a folder that does not exist.
    DownloadError
        For a file with another checksum.
    """
    given = folder if folder is not None else os.environ.get(FOLDER_VARIABLE)
    if given:
        base = Path(given)
        if not base.is_dir():
            what = "folder" if folder is not None else FOLDER_VARIABLE
            raise InputError(what, f"there is no folder {str(base)!r}", "correct it, or leave it out to download")
        path = base / info.file
        if path.is_file():
            _check_file(path, info.sha256, "get it again, or take it out of the folder to download another")
            return path
    cached = cache_folder() / f"{info.name}.parquet"
    if cached.is_file() and _seal(cached).is_file():
        _check_file(cached, _seal(cached).read_text().strip(), "delete it to download it again")
        return cached
    return None


def _seal(path: Path) -> Path:
    return path.with_suffix(".sha256")


def _check_file(path: Path, sha256: str, cure: str) -> None:
    checksum = hashlib.sha256(path.read_bytes()).hexdigest()
    if checksum != sha256:
        raise DownloadError(
            f"{path} has checksum {checksum[:12]}..., not {sha256[:12]}...: damaged or another version; {cure}"
        )


def _simulated(info: DatasetInfo) -> Dataset:
    spectra = make_hydrogel_spectra(info.source["system"])
    return dataclasses.replace(_checked(info, spectra.X, spectra.y, None), axis=spectra.axis)


def _read(info: DatasetInfo, path: Path) -> tuple[Any, Any, np.ndarray | None, SpectralAxis | None]:
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as arrays:
            groups = info.merged(arrays[info.groups]) if info.groups else None
            return arrays["X"], arrays[info.target].astype(str), groups, axis_of(info, arrays)
    frame = pd.read_parquet(path)
    X = frame.drop(columns=[info.target, *(name for name in info.drop if name in frame)])
    return X.reset_index(drop=True), frame[info.target].astype(str).reset_index(drop=True), None, None


def axis_of(info: DatasetInfo, arrays: Mapping[str, Any]) -> SpectralAxis | None:
    """Find the axis of spectra among the arrays of their file.

    Parameters
    ----------
    info : DatasetInfo
        The entry, which says what the axis is called.
    arrays : mapping of str to ndarray
        What the file holds.

    Returns
    -------
    SpectralAxis or None
        The axis; None where the entry names none, or the file has none of that name.
    """
    axis = info.axis
    if not axis or axis["array"] not in arrays:
        return None
    return SpectralAxis(arrays[axis["array"]], axis["name"], axis.get("unit", ""), axis.get("quantity", ""))


def _checked(
    info: DatasetInfo,
    X: Any,
    y: Any,
    groups: np.ndarray | None,
    axis: SpectralAxis | None = None,
    *,
    pinned: bool = False,
) -> Dataset:
    width = X.shape[1] if info.modality == "tabular" else X.shape[1:]
    counts = dict(zip(*(part.tolist() for part in np.unique(np.asarray(y), return_counts=True)), strict=True))
    if width != info.columns or counts != dict(info.classes):
        raise DownloadError(
            f"{info.name}: {len(X)} rows, {width} columns and classes {counts} found, {info.rows}, {info.columns} and "
            f"{dict(info.classes)} expected: another version"
        )
    checksum = content_sha256(X, y)
    if pinned and info.content is not None and checksum != info.content:
        raise DownloadError(
            f"{info.name}: the values differ from those of the registry (checksum {checksum[:12]}..., not "
            f"{info.content[:12]}...): another version"
        )
    return Dataset(info.name, X, y, info.target, info.positive, groups, checksum, info, axis)


def _cut(info: DatasetInfo, base: Dataset) -> Dataset:
    rows = cut_task(base.y, info.cut["positive"], info.cut.get("negative"), info.cut.get("rows"))
    y = np.where(np.asarray(base.y)[rows] == info.cut["positive"], info.cut["positive"], "rest")
    X = base.X.iloc[rows].reset_index(drop=True)
    return _checked(info, X, pd.Series(y, name=info.target), None)


def _advice(info: DatasetInfo, reason: str) -> str:
    return (
        f"{info.name} is not at hand: {reason}. Put {info.file} into a folder and name the folder in "
        f"{FOLDER_VARIABLE}; it comes from {info.origin}"
    )
