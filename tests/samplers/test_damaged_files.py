"""Saved samplers that are damaged or changed: one error of ours, which names the file."""

from __future__ import annotations

import io
import json
import random
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import oversmith as om
from oversmith.exceptions import InputError
from oversmith.samplers import persistence
from oversmith.samplers._saving import digest

VALUES: list[Any] = [None, True, -1, 0, 1e308, "x", [], {}, {"dict": []}, {"array": 0}, {"tuple": [1]}, [[1]], 10**30]


@pytest.fixture(scope="module", params=["Jitter", "GaussianCopula", "GAN"])
def saved(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    rng = np.random.default_rng(0)
    X = pd.DataFrame({"a": rng.normal(size=40), "b": rng.integers(0, 5, 40), "c": rng.choice(["u", "v"], 40)})
    more = {"max_steps": 1} if request.param == "GAN" else {}
    path = tmp_path_factory.mktemp("saved") / f"{request.param}.zip"
    getattr(om, request.param)(random_state=0, **more).fit(X, np.repeat(["p", "q"], [30, 10])).save(path)
    return path


def members(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def written(path: Path, content: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> Path:
    with zipfile.ZipFile(path, "w", compression) as archive:
        for name, data in content.items():
            archive.writestr(name, data)
    return path


def places(node: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ()
    for key, value in items:
        yield (*path, key)
        yield from places(value, (*path, key))


def changed(document: dict[str, Any], draw: random.Random) -> dict[str, Any]:
    copy: dict[str, Any] = json.loads(json.dumps(document))
    *above, last = draw.choice([place for place in places(copy) if place[0] not in ("arrays", "sha256")])
    node = copy
    for key in above:
        node = node[key]
    if draw.random() < 0.2:
        del node[last]
    else:
        node[last] = draw.choice(VALUES)
    return copy


def loaded(path: Path) -> Any:
    """The sampler, or None where the one error there may be was raised."""
    try:
        return om.load(path)
    except InputError as error:
        problem = error
    assert problem.argument == "path"
    assert path.name in problem.finding
    return None


def test_changed_values_are_refused(saved: Path, tmp_path: Path):
    content, draw = members(saved), random.Random(0)
    document = json.loads(content["sampler.json"])
    for number in range(120):
        new = changed(document, draw)
        if number % 2:  # by somebody who corrects the checksum
            new["sha256"] = digest(new)
        bad = written(tmp_path / "bad.zip", content | {"sampler.json": json.dumps(new).encode()})
        sampler = loaded(bad)
        if sampler is not None and not number % 2:
            assert new == document


def test_changed_arrays_are_refused(saved: Path, tmp_path: Path):
    content = members(saved)
    for name in sorted(set(content) - {"sampler.json"}):
        array = np.load(io.BytesIO(content[name]))
        stream = io.BytesIO()
        np.save(stream, np.roll(array, 1) if array.size > 1 else np.zeros_like(array))
        if stream.getvalue() != content[name]:
            bad = written(tmp_path / "bad.zip", content | {name: stream.getvalue()})
            with pytest.raises(InputError, match=r"bad\.zip"):
                om.load(bad)


def test_flipped_and_cut_files_are_refused(saved: Path, tmp_path: Path):
    good, draw, bad = saved.read_bytes(), random.Random(1), tmp_path / "bad.zip"
    expected = om.load(saved).sample(2, "q")
    for number in range(120):
        content = bytearray(good)
        if number % 3:
            content[draw.randrange(len(content))] ^= 1 << draw.randrange(8)
        else:
            content = content[: draw.randrange(len(content))]
        bad.write_bytes(content)
        sampler = loaded(bad)
        if sampler is not None and number % 30 == 1:  # a date in the zip was changed, for instance
            pd.testing.assert_frame_equal(sampler.sample(2, "q"), expected)


@pytest.fixture(scope="module")
def jitter(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("jitter") / "jitter.zip"
    X = np.random.default_rng(0).normal(size=(40, 2))
    om.Jitter(random_state=0).fit(X, np.repeat([0, 1], [30, 10])).save(path)
    return path


def test_zips_that_cannot_be_read(jitter: Path, tmp_path: Path):
    bad, content = tmp_path / "bad.zip", members(jitter)
    raw = bytearray(written(bad, content).read_bytes())
    start, middle = raw.find(b"PK\x03\x04"), raw.find(b"PK\x01\x02")
    unknown, encrypted = bytearray(raw), bytearray(raw)
    unknown[start + 8], unknown[middle + 10] = 99, 99
    encrypted[start + 6] |= 1
    encrypted[middle + 8] |= 1
    for damaged in (unknown, encrypted, b"", b"PK", raw[:-30]):
        bad.write_bytes(damaged)
        with pytest.raises(InputError, match=r"path: '.*bad\.zip' is not a saved sampler \("):
            om.load(bad)


@pytest.mark.parametrize(
    "text", ["[" * 100_000 + "]" * 100_000, "[1, 2]", "{", "null", '{"format": NaN}', "\udcff", "9" * 5000]
)
def test_documents_that_are_none(jitter: Path, tmp_path: Path, text: str):
    content = members(jitter) | {"sampler.json": text.encode(errors="surrogateescape")}
    with pytest.raises(InputError, match=r"bad\.zip"):
        om.load(written(tmp_path / "bad.zip", content))


def test_deeply_nested_parameters(jitter: Path, tmp_path: Path):
    content = members(jitter)
    document = json.loads(content["sampler.json"])
    document["params"] = "deep"
    text = json.dumps(document).replace('"deep"', '{"tuple": [' * 400 + "]}" * 400)
    with pytest.raises(InputError, match=r"bad\.zip"):
        om.load(written(tmp_path / "bad.zip", content | {"sampler.json": text.encode()}))


def test_the_size_is_bounded_before_anything_is_unpacked(jitter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(persistence, "_SAFE_BYTES", 1_000_000)
    content = {"arrays/999.npy": bytes(30_000_000)} | members(jitter)
    bomb = written(tmp_path / "bomb.zip", content, zipfile.ZIP_DEFLATED)
    with pytest.raises(InputError, match=r"bomb\.zip' would unpack from \d+ to 30\d{6} bytes"):
        om.load(bomb)


def test_an_array_is_read_once(jitter: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    content = members(jitter)
    document = json.loads(content["sampler.json"])
    document["fitted"]["dict"].append(["more_", [{"array": 0}] * 20])
    read: list[str] = []
    whole = zipfile.ZipFile.read
    monkeypatch.setattr(
        zipfile.ZipFile, "read", lambda self, name, pwd=None: (read.append(name), whole(self, name, pwd))[1]
    )
    document["sha256"] = digest(document)
    sampler = om.load(written(tmp_path / "many.zip", content | {"sampler.json": json.dumps(document).encode()}))
    assert len(sampler.more_) == 20
    assert read.count("arrays/0.npy") == 1


def test_folders_are_named_as_such(tmp_path: Path):
    with pytest.raises(InputError, match="is a folder; give the file that save wrote"):
        om.load(tmp_path)
