"""Downloads from a real server on loopback: whole, cut short, damaged, missing, and from OpenML's interface."""

from __future__ import annotations

import hashlib
import http.server
import json
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pytest

from oversmith.datasets import DownloadError, content_sha256, dataset_info, fetch_url, load_dataset, read_csv, read_keel
from oversmith.datasets import load as load_module
from oversmith.exceptions import InputError


class Server:
    """Files by path; a path may announce more bytes than it sends."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.longer: set[str] = set()
        self.asked: list[str] = []
        files, longer, requests = self.files, self.longer, self.asked

        class Handler(http.server.BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                requests.append(self.path)
                body = files.get(self.path)
                if body is None:
                    self.send_error(404)
                    return
                self.send_response(200)
                self.send_header("Content-Length", str(len(body) + (10 if self.path in longer else 0)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *args: object) -> None:
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()


@pytest.fixture
def server() -> Iterator[Server]:
    result = Server()
    yield result
    result.server.shutdown()
    result.server.server_close()


@pytest.fixture(autouse=True)
def _own_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.delenv("OVERSMITH_DATA", raising=False)


KEEL = """@relation toy
@attribute size real [0.0, 1.0]
@attribute count integer [0, 9]
@attribute kind{a, b}
@attribute class {positive, negative}
@inputs size, count, kind
@outputs class
@data
0.5, 1, a, negative
0.25, 2, b, negative
0.125, 3, <null>, positive
"""


def toy(server: Server, kind: str = "keel", **changes):
    X, y = read_keel(KEEL)
    info = replace(
        dataset_info("glass2"),
        name="toy",
        rows=3,
        columns=3,
        classes={"negative": 2, "positive": 1},
        content=content_sha256(X, y),
        source={"kind": kind, "url": f"{server.url}/toy.dat"},
        file="tabular/toy.parquet",
    )
    return replace(info, **changes)


@pytest.fixture
def registered(server: Server, monkeypatch: pytest.MonkeyPatch):
    """Put one entry in the place of the registry's."""

    def put(info):
        monkeypatch.setattr(load_module, "dataset_info", lambda name: info)
        return info

    return put


def cache(tmp_path: Path) -> list[str]:
    folder = tmp_path / "cache" / "oversmith" / "datasets"
    return sorted(path.name for path in folder.rglob("*") if path.is_file()) if folder.exists() else []


def test_a_table_is_fetched_once_checked_and_kept(server, registered, tmp_path):
    server.files["/toy.dat"] = KEEL.encode()
    registered(toy(server))
    data = load_dataset("toy")
    assert data.y.tolist() == ["negative", "negative", "positive"]
    assert data.X["kind"].tolist()[:2] == ["a", "b"]
    assert data.X["kind"].isna().tolist() == [False, False, True]
    assert cache(tmp_path) == ["toy.parquet", "toy.sha256"]
    again = load_dataset("toy", download=False)
    assert again.checksum == data.checksum
    assert server.asked == ["/toy.dat"]


def test_values_that_differ_are_refused_and_nothing_is_kept(server, registered, tmp_path):
    server.files["/toy.dat"] = KEEL.replace("0.125", "0.126").encode()
    registered(toy(server))
    with pytest.raises(DownloadError, match="the values differ"):
        load_dataset("toy")
    assert cache(tmp_path) == []


def test_other_counts_are_refused(server, registered, tmp_path):
    server.files["/toy.dat"] = (KEEL + "0.1, 1, a, positive\n").encode()
    registered(toy(server))
    with pytest.raises(DownloadError, match=r"4 rows, 3 columns and classes .*'positive': 2.* expected"):
        load_dataset("toy")
    assert cache(tmp_path) == []


def test_a_damaged_cache_is_found(server, registered, tmp_path):
    server.files["/toy.dat"] = KEEL.encode()
    registered(toy(server))
    load_dataset("toy")
    path = tmp_path / "cache" / "oversmith" / "datasets" / "toy.parquet"
    path.write_bytes(path.read_bytes()[:-7] + b"damaged")
    with pytest.raises(DownloadError, match="delete it to download it again"):
        load_dataset("toy")


@pytest.mark.parametrize("kind", ["keel", "csv"])
def test_a_page_instead_of_a_table_is_refused(server, registered, kind, tmp_path):
    server.files["/toy.dat"] = b"<html><body>moved</body></html>"
    registered(toy(server, kind))
    with pytest.raises(DownloadError, match="not the table it should be"):
        load_dataset("toy")
    assert cache(tmp_path) == []


def test_without_a_network_the_error_says_what_to_do(server, registered):
    server.server.shutdown()
    server.server.server_close()
    registered(toy(server))
    with pytest.raises(
        DownloadError, match=r"could not be reached .* Put tabular/toy.parquet into a folder .* OVERSMITH_DATA"
    ):
        load_dataset("toy")


def test_a_set_that_cannot_be_downloaded_says_where_it_comes_from(registered, server):
    registered(toy(server, "file", origin="github.com/somebody/something"))
    with pytest.raises(DownloadError, match=r"cannot be downloaded.*github.com/somebody/something"):
        load_dataset("toy")


def test_cut_short_missing_or_of_another_checksum(server, tmp_path):
    body = b"x" * 1000
    server.files |= {"/whole": body, "/short": body}
    server.longer.add("/short")
    target = tmp_path / "file"
    assert fetch_url(f"{server.url}/whole", target, sha256=hashlib.sha256(body).hexdigest()).read_bytes() == body
    target.unlink()
    for path, words in (("/short", "cut short|could not be reached"), ("/gone", "answered 404")):
        with pytest.raises(DownloadError, match=words):
            fetch_url(server.url + path, target)
    with pytest.raises(DownloadError, match=r"has checksum .* not abcabcabcabc"):
        fetch_url(f"{server.url}/whole", target, sha256="abc" * 20)
    assert list(tmp_path.glob("file*")) == []
    with pytest.raises(InputError, match="http or https"):
        fetch_url("file:///etc/hostname", target)


def test_a_folder_that_cannot_be_made_is_an_error(server):
    server.files["/whole"] = b"x" * 100
    with pytest.raises(OSError, match=r"(?i)permission|not a directory|no such"):
        fetch_url(f"{server.url}/whole", Path("/proc/nowhere/file"))


ARFF = b"""@relation toy
@attribute size numeric
@attribute kind {a,b}
@attribute class {bad,good}
@data
0.5,a,good
0.25,b,good
?,a,bad
"""


def openml(server: Server, monkeypatch: pytest.MonkeyPatch, md5: str) -> None:
    """Serve one data set as OpenML's interface does."""
    from sklearn.datasets import _openml

    for name in ("_DATA_INFO", "_DATA_FEATURES", "_DATA_QUALITIES"):
        path = getattr(_openml, name).removeprefix("https://www.openml.org")
        monkeypatch.setattr(_openml, name, server.url + path)
    description = {
        "id": "7",
        "name": "toy",
        "description": "a toy",
        "version": "1",
        "format": "ARFF",
        "status": "active",
        "file_id": "7",
        "url": f"{server.url}/data/v1/download/7/toy.arff",
        "default_target_attribute": "class",
        "md5_checksum": md5,
    }
    features = [
        {"index": "0", "name": "size", "data_type": "numeric"},
        {"index": "1", "name": "kind", "data_type": "nominal"},
        {"index": "2", "name": "class", "data_type": "nominal"},
    ]
    for feature in features:
        feature |= {"is_target": "true" if feature["name"] == "class" else "false", "is_ignore": "false"}
        feature |= {"is_row_identifier": "false", "number_of_missing_values": "1" if feature["index"] == "0" else "0"}
    qualities = [{"name": "NumberOfInstances", "value": "3.0"}, {"name": "NumberOfFeatures", "value": "3.0"}]
    server.files |= {
        "/api/v1/json/data/7": json.dumps({"data_set_description": description}).encode(),
        "/api/v1/json/data/features/7": json.dumps({"data_features": {"feature": features}}).encode(),
        "/api/v1/json/data/qualities/7": json.dumps({"data_qualities": {"quality": qualities}}).encode(),
        "/data/v1/download/7/toy.arff": ARFF,
    }


def from_openml(server: Server):
    changes = {"columns": 2, "classes": {"1": 2, "2": 1}, "content": None, "positive": "2"}
    source = {"kind": "openml", "id": 7, "labels": {"good": "1", "bad": "2"}}
    return toy(server, **changes, source=source)


def test_openml_through_scikit_learn(server, registered, monkeypatch):
    openml(server, monkeypatch, hashlib.md5(ARFF).hexdigest())
    registered(from_openml(server))
    data = load_dataset("toy")
    assert data.y.tolist() == ["1", "1", "2"]
    assert data.X["size"].tolist()[:2] == [0.5, 0.25]
    assert data.X["size"].isna().tolist() == [False, False, True]
    pd.testing.assert_frame_equal(load_dataset("toy", download=False).X, data.X, check_dtype=False)


def test_openml_with_another_checksum_is_refused(server, registered, monkeypatch):
    openml(server, monkeypatch, "0" * 32)
    registered(from_openml(server))
    with pytest.raises(DownloadError, match="OpenML's answer"):
        load_dataset("toy")


def test_csv_with_missing_values_and_an_identifier():
    X, y = read_csv("id a cls\n1 0.5 x\n2 ? y\n", {"separator": "\\s+", "header": True, "skip_columns": 1})
    assert y.tolist() == ["x", "y"]
    assert X["a"].isna().tolist() == [False, True]


def test_keel_that_is_none():
    with pytest.raises(InputError, match="KEEL"):
        read_keel("1,2,3")
    with pytest.raises(InputError, match="other lengths"):
        read_keel(KEEL + "1,2\n")
