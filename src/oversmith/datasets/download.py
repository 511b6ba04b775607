"""Files from the network: whole and checked, or not at all."""

from __future__ import annotations

import hashlib
import http.client
import io
import os
import sys
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from oversmith._atomic import replacing
from oversmith.exceptions import InputError, OversmithError

if TYPE_CHECKING:
    from oversmith.datasets.info import DatasetInfo

TIMEOUT = 30.0
MAX_BYTES = 512 * 1024 * 1024
_CHUNK = 1 << 16


class DownloadError(OversmithError):
    """A data set could not be fetched, or is not what it should be."""


def cache_folder() -> Path:
    """Folder of downloaded data sets, in the user's cache.

    Returns
    -------
    Path
        ``$XDG_CACHE_HOME/oversmith/datasets``, or the platform's equivalent; it need not exist.

    Examples
    --------
    >>> from oversmith.datasets import cache_folder
    >>> cache_folder().name
    'datasets'
    """
    home = Path.home()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or home / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = home / "Library" / "Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME") or home / ".cache")
    return base / "oversmith" / "datasets"


def fetch_url(url: str, path: Path, *, sha256: str | None = None, timeout: float = TIMEOUT) -> Path:
    """Download a file.

    Parameters
    ----------
    url : str
        ``https://`` or ``http://``.
    path : Path
        Where it goes; its folder is made. Until the file is whole and checked nothing is there.
    sha256 : str, optional
        What its checksum must be.
    timeout : float, default=30
        Seconds without an answer.

    Returns
    -------
    Path
        The path.

    Raises
    ------
    DownloadError
        Without a network, for an answer that is no file, one that was cut short, is too large, or has another checksum.
    """
    if urllib.parse.urlsplit(url).scheme not in ("http", "https"):
        raise InputError("url", f"{url!r} found", "use http or https")
    request = urllib.request.Request(url, headers={"User-Agent": "oversmith"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            expected = answer.headers.get("Content-Length")
            body = io.BytesIO()
            while chunk := answer.read(_CHUNK):
                body.write(chunk)
                if body.tell() > MAX_BYTES:
                    raise DownloadError(f"{url} is larger than {MAX_BYTES >> 20} MB; nothing was kept")
    except urllib.error.HTTPError as error:
        raise DownloadError(f"{url} answered {error.code} {error.reason}; the file may have moved") from error
    except (urllib.error.URLError, TimeoutError, http.client.HTTPException, ConnectionError) as error:
        reason = getattr(error, "reason", error)
        raise DownloadError(f"{url} could not be reached ({reason}); check the network") from error
    data = body.getvalue()
    if expected is not None and len(data) != int(expected):
        raise DownloadError(f"{url} was cut short: {len(data)} of {expected} bytes; try again")
    if sha256 is not None and (checksum := hashlib.sha256(data).hexdigest()) != sha256:
        raise DownloadError(
            f"{url} has checksum {checksum[:12]}…, not {sha256[:12]}...: damaged, or another version; nothing was saved"
        )
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(data)
    return path


def fetch(info: DatasetInfo, folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    """Download a table and read it.

    Parameters
    ----------
    info : DatasetInfo
        What to fetch.
    folder : Path
        Cache for the raw file.

    Returns
    -------
    X : DataFrame
        Features.
    y : Series
        Classes as text.

    Raises
    ------
    DownloadError
        As :func:`fetch_url`, and for OpenML's answers.
    """
    source = info.source
    if source["kind"] == "openml":
        return _openml(source, folder)
    suffix = Path(urllib.parse.urlsplit(source["url"]).path).suffix
    raw = folder / f"{info.name}.raw{suffix}"
    fetch_url(source["url"], raw, sha256=source.get("sha256"))
    try:
        text = raw.read_text(encoding="utf-8", errors="strict")
        return read_keel(text) if source["kind"] == "keel" else read_csv(text, source)
    except (ValueError, InputError) as error:
        raise DownloadError(f"{source['url']} is not the table it should be ({error}); it may have changed") from error
    finally:
        raw.unlink(missing_ok=True)


def _openml(source: Any, folder: Path) -> tuple[pd.DataFrame, pd.Series]:
    from sklearn.datasets import fetch_openml

    try:
        # scikit-learn checks OpenML's own checksum, and keeps the answers in the folder.
        bunch = fetch_openml(data_id=source["id"], as_frame=True, data_home=str(folder), parser="auto")
    except (urllib.error.URLError, TimeoutError, http.client.HTTPException, ConnectionError) as error:
        raise DownloadError(f"OpenML could not be reached ({error}); check the network") from error
    except (ValueError, OSError, KeyError) as error:
        raise DownloadError(
            f"OpenML's answer for data set {source['id']} cannot be used ({error}); try again"
        ) from error
    y = bunch.target.astype(str).str.strip()
    if labels := source.get("labels"):
        y = y.map(labels).fillna(y)
    X = bunch.data
    text = [name for name in X if isinstance(X[name].dtype, pd.CategoricalDtype)]
    return X.astype(dict.fromkeys(text, object)), y.rename("target")


def read_keel(text: str) -> tuple[pd.DataFrame, pd.Series]:
    """Read a table in KEEL's format.

    Parameters
    ----------
    text : str
        ``@attribute`` lines with names and types, ``@data``, then rows separated by commas; the last column (or the one
        ``@output`` names) holds the classes, ``<null>`` and ``?`` are missing.

    Returns
    -------
    X : DataFrame
        Numbers as float64 or int64, nominal columns as text.
    y : Series
        Classes as text.

    Raises
    ------
    InputError
        For text without attributes or data.

    Examples
    --------
    >>> from oversmith.datasets import read_keel
    >>> X, y = read_keel('''@relation toy
    ... @attribute size real [0, 1]
    ... @attribute kind {a, b}
    ... @attribute class {positive, negative}
    ... @data
    ... 0.5, a, positive
    ... 0.25, <null>, negative''')
    >>> X.to_dict("list"), y.tolist()
    ({'size': [0.5, 0.25], 'kind': ['a', None]}, ['positive', 'negative'])
    """
    names, numeric, rows, output, inside = [], [], [], None, False
    for line in text.splitlines():
        line = line.strip()
        if not line or line.startswith("%"):
            continue
        if inside:
            rows.append([cell.strip() for cell in line.split(",")])
            continue
        word, _, rest = line.partition(" ")
        if word.lower() == "@attribute":
            name, kind = _attribute(rest.strip())
            names.append(name)
            numeric.append(kind.lower().startswith(("real", "integer")))
        elif word.lower() in ("@output", "@outputs"):
            output = rest.strip()
        inside = word.lower() == "@data"
    if not names or not rows:
        raise InputError("text", "no @attribute lines or no rows after @data found", "this is not KEEL's format")
    if any(len(row) != len(names) for row in rows):
        raise InputError("text", f"rows of other lengths than {len(names)} columns found", "this is not KEEL's format")
    frame = pd.DataFrame(rows, columns=names).replace({"<null>": None, "?": None})
    target = output if output in names else names[-1]
    for name, is_number in zip(names, numeric, strict=True):
        if is_number and name != target:
            frame[name] = pd.to_numeric(frame[name])
    return frame.drop(columns=target), frame[target].astype(str).rename("target")


def _attribute(rest: str) -> tuple[str, str]:
    """Split name and type; names may be quoted, types may touch them ("class{a,b}")."""
    if rest[:1] in ("'", '"'):
        name, _, kind = rest[1:].partition(rest[0])
        return name, kind.strip()
    cut = min((index for index in (rest.find(" "), rest.find("\t"), rest.find("{")) if index > 0), default=len(rest))
    return rest[:cut], rest[cut:].strip()


def read_csv(text: str, source: Any) -> tuple[pd.DataFrame, pd.Series]:
    r"""Read separated values with the classes in the last column.

    Parameters
    ----------
    text : str
        The file.
    source : mapping
        ``separator`` (a comma by default), ``header`` (False by default), ``skip_columns`` (columns at the left that
        are no features).

    Returns
    -------
    X : DataFrame
        Features.
    y : Series
        Classes as text.

    Examples
    --------
    >>> from oversmith.datasets import read_csv
    >>> X, y = read_csv("1,0.5,a\n2,?,b\n", {"skip_columns": 1})
    >>> X.shape, y.tolist()
    ((2, 1), ['a', 'b'])
    """
    separator = source.get("separator", ",")
    frame = pd.read_csv(
        io.StringIO(text),
        sep=separator,
        header=0 if source.get("header") else None,
        na_values=["?"],
        skipinitialspace=True,
        engine="python" if len(separator) > 1 else "c",
    )
    frame = frame.iloc[:, source.get("skip_columns", 0) :]
    if frame.shape[1] < 2:
        raise InputError("text", f"{frame.shape[1]} column found", "features and classes are needed")
    X = frame.iloc[:, :-1]
    X.columns = [str(name) if source.get("header") else f"x{index}" for index, name in enumerate(X.columns)]
    return X, frame.iloc[:, -1].astype(str).str.strip().rename("target")
