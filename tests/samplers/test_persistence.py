"""Saved samplers: plain data only, sizes checked, nothing executed."""

from __future__ import annotations

import io
import json
import pickle
import zipfile

import numpy as np
import pytest
from imblearn.over_sampling import BorderlineSMOTE, KMeansSMOTE

import oversmith
from oversmith.exceptions import InputError


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(60, 2)), np.repeat([0, 1], [40, 20])
    sampler = oversmith.EOWGAN(max_steps=1, random_state=0, smote=BorderlineSMOTE(k_neighbors=3)).fit(X, y)
    path = tmp_path_factory.mktemp("saved") / "sampler.zip"
    sampler.save(path)
    return path, sampler


def rewrite(path, target, change=None, replace=None):
    """Copy a saved sampler with a changed document or replaced members."""
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(target, "w") as out:
        for name in source.namelist():
            data = source.read(name)
            if name == "sampler.json" and change is not None:
                document = json.loads(data)
                change(document)
                data = json.dumps(document)
            out.writestr(name, (replace or {}).get(name, data))
    return target


def test_nested_sampler_comes_back(saved):
    path, sampler = saved
    twin = oversmith.load(path)
    assert isinstance(twin.smote, BorderlineSMOTE)
    assert twin.smote.k_neighbors == 3
    assert np.array_equal(twin.sample(9, 1), sampler.sample(9, 1))


def test_saved_sampler_goes_on_in_its_stream(saved, tmp_path):
    _, sampler = saved
    sampler.sample(2, 1)
    sampler.save(tmp_path / "later.zip")
    assert np.array_equal(oversmith.load(tmp_path / "later.zip").sample(4, 1), sampler.sample(4, 1))


def test_not_fitted(tmp_path):
    with pytest.raises(InputError, match="EOWGAN is not fitted; call fit"):
        oversmith.EOWGAN().save(tmp_path / "sampler.zip")
    assert not list(tmp_path.iterdir())


def test_what_cannot_be_saved_is_named(tmp_path):
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.repeat([0, 1], [40, 20])
    for change, name in (
        ({"stop__callbacks": [print]}, "callbacks"),
        ({"sampling_strategy": lambda y: {1: 40}}, "sampling_strategy"),
        ({"smote": KMeansSMOTE(kmeans_estimator=object())}, "kmeans_estimator"),
    ):
        sampler = oversmith.EOWGAN(max_steps=1, smote_share=0.0, random_state=0)
        sampler.fit(X, y).set_params(**change)
        with pytest.raises(InputError, match=rf"{name}.*cannot be saved"):
            sampler.save(tmp_path / "sampler.zip")
    assert not list(tmp_path.iterdir())


def test_damaged_files(saved, tmp_path):
    path, _ = saved
    with pytest.raises(InputError, match="does not exist"):
        oversmith.load(tmp_path / "none.zip")
    (tmp_path / "text.zip").write_text("no zip")
    with pytest.raises(InputError, match="is not a saved sampler"):
        oversmith.load(tmp_path / "text.zip")
    newer = rewrite(path, tmp_path / "newer.zip", lambda d: d.update(schema=3, version="9.0"))
    with pytest.raises(InputError, match=r"schema 3.*version '9\.0'"):
        oversmith.load(newer)


def test_nothing_is_executed_on_load(saved, tmp_path):
    path, _ = saved

    class Bomb:
        def __reduce__(self):
            return print, ("executed",)

    header = {"descr": "|O", "fortran_order": False, "shape": (1,)}
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, header)
    buffer.write(pickle.dumps(Bomb()))
    bad = rewrite(path, tmp_path / "bomb.zip", replace={"arrays/0.npy": buffer.getvalue()})
    with pytest.raises(InputError, match="dtype object"):
        oversmith.load(bad)


def test_a_lying_header_allocates_nothing(saved, tmp_path):
    path, _ = saved
    buffer = io.BytesIO()
    np.lib.format.write_array_header_1_0(buffer, {"descr": "<f8", "fortran_order": False, "shape": (10**12,)})
    bad = rewrite(path, tmp_path / "huge.zip", replace={"arrays/0.npy": buffer.getvalue()})
    with pytest.raises(InputError, match="its header promises"):
        oversmith.load(bad)


def test_only_known_names_are_loaded(saved, tmp_path):
    path, _ = saved

    def other_class(document):
        document["class"] = "Popen"

    def other_estimator(document):
        for key, value in document["params"]["dict"]:
            if key == "smote":
                value["estimator"] = "os:system"

    def other_attribute(document):
        document["fitted"]["dict"].append(["fit", 1])

    for change, message in (
        (other_class, "'Popen' is not a sampler"),
        (other_estimator, "'os:system' is neither"),
        (other_attribute, "'fit', which is not a fitted attribute"),
    ):
        bad = rewrite(path, tmp_path / f"{change.__name__}.zip", change)
        with pytest.raises(InputError, match=message):
            oversmith.load(bad)


def test_networks_are_traced_once_for_all_draws(tmp_path):
    traced = []

    class Watched(oversmith.GAN):
        def _players(self, key, training):
            traced.append(training.width)
            return super()._players(key, training)

    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.repeat([0, 1], [40, 20])
    sampler = Watched(max_steps=1, random_state=0).fit(X, y)
    made = [sampler.sample(3, 1) for _ in range(2)]
    assert traced == [2]
    sampler.fit(np.hstack([X, X]), y)
    sampler.sample(3, 1)
    assert traced == [2, 4]
    # Nothing is remembered from elsewhere: a loaded sampler finds the shapes itself, and draws the same.
    oversmith.GAN(max_steps=1, random_state=0).fit(X, y).save(tmp_path / "sampler.zip")
    twin = oversmith.load(tmp_path / "sampler.zip")
    assert all(np.array_equal(twin.sample(3, 1), rows) for rows in made)


def test_a_parameter_that_shapes_the_networks_may_not_change_after_fit():
    X, y = np.random.default_rng(0).normal(size=(60, 2)), np.repeat([0, 1], [40, 20])
    sampler = oversmith.GAN(max_steps=1, random_state=0).fit(X, y)
    sampler.set_params(generator_widths=(8,))
    with pytest.raises(InputError, match="a parameter that shapes the networks was changed since fit"):
        sampler.sample(3, 1)
    sampler.set_params(generator_widths=oversmith.GAN().generator_widths)
    assert sampler.sample(3, 1).shape == (3, 2)
