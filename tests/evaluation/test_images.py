"""Images in comparisons: how they are read, scaled and handed on, and what is kept of them for a report."""

from __future__ import annotations

import json

import numpy as np
import pytest

from oversmith import compare
from oversmith.datasets import dataset_info
from oversmith.datasets.info import Dataset
from oversmith.evaluation import Comparison, Plan, Protocol, run
from oversmith.evaluation.classifiers import default_classifiers
from oversmith.evaluation.contenders import default_contenders
from oversmith.evaluation.image_panels import MOST_PIXELS, image_panels, pixels
from oversmith.evaluation.task import prepare
from oversmith.exceptions import InputError


def stripes(n: int = 40, rare: int = 10, side: int = 4, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Grey images of a bright row, or, in the rare class, of a bright column."""
    rng = np.random.default_rng(seed)
    X = rng.integers(0, 90, (n, side, side))
    for place, image in enumerate(X):
        if place < rare:
            image[:, rng.integers(side)] += 150
        else:
            image[rng.integers(side)] += 150
    return X.astype(np.uint8), np.where(np.arange(n) < rare, "down", "across")


X, Y = stripes()


def flat(rows: np.ndarray) -> np.ndarray:
    return rows.reshape(len(rows), -1)


# ---------------------------------------------------------------------- reading


def test_images_become_columns_and_keep_their_shape_and_type():
    grey = prepare(X, Y, target="t", name="n", modality="image")
    assert grey.modality == "image"
    assert grey.shape == (1, 4, 4)
    assert list(grey.X)[:2] == ["row 0 column 0", "row 0 column 1"]
    assert (grey.X.dtypes == np.uint8).all()
    assert np.array_equal(grey.X.to_numpy(), flat(X))
    colour = prepare(np.stack([X, X, X], axis=1), Y, target="t", name="n")
    assert colour.shape == (3, 4, 4)
    assert list(colour.X)[16] == "channel 1 row 0 column 0"
    assert colour.describe()["shape"] == [3, 4, 4]


@pytest.mark.parametrize(
    "found, modality, message",
    [
        (X, "auto", "series of 4 channels and 4 time points, or grey images of 4 x 4 pixels"),
        (flat(X), "image", r"modality: 'image' found, but X has shape \(40, 16\)"),
        (X, "table", "modality: 'table' found"),
        (X[:, None], "series", "modality: 'series' found"),
        (X.astype(str), "image", "they hold numbers alone"),
        (X[:, :0], "image", "every number must be above zero"),
        (np.where(X > 200, np.nan, X.astype(float)), "image", "NaN found in image"),
        ([X[0], X[1, :3]], "image", "images of unequal size found"),
        (X, "picture", "modality: 'picture' found"),
    ],
)
def test_what_cannot_be_read(found, modality, message):
    with pytest.raises(InputError, match=message):
        prepare(found, Y[: len(found)], target="t", name="n", modality=modality)


def test_series_of_bytes_have_to_be_declared_and_floats_are_series():
    assert prepare(X, Y, target="t", name="n", modality="series").shape == (4, 4)
    assert prepare(X.astype(float), Y, target="t", name="n").shape == (4, 4)


def test_a_data_set_of_images_says_so_itself():
    info = dataset_info("mnist_test")
    data = Dataset("mnist_test", X, Y, "y", "down", None, "", info)
    (unit, *_) = Plan([data], ["none"], ["lr"], Protocol(folds=2)).units()
    assert unit.job.task.modality == "image"


# ---------------------------------------------------------------------- who takes part


def test_who_takes_part_and_who_does_not():
    names = [entry.name for entry in default_contenders({"a": "numeric"}, None, "image")]
    assert names[-3:] == ["smote", "cgan-0.33", "cgan-1.0"]
    assert [classifier.name for classifier in default_classifiers("image")][-1] == "image-network"
    with pytest.raises(
        InputError, match=r"method: 'ganbats' takes series and the data are images; choose one of .*cgan"
    ):
        default_contenders({"a": "numeric"}, ["ganbats"], "image")


def test_channels_are_scaled_as_a_whole():
    task = prepare(np.stack([X, 255 - X], axis=1), Y, target="t", name="n")
    plan = Plan([task], ["smote"], ["lr"], Protocol(folds=2, inner_folds=None), details=True)
    kept = run(plan, n_jobs=1, isolate=False)
    embedding = kept.details(plan.units()[0].key)["embedding"]
    channels = embedding["real"].reshape(-1, 2, 16)
    assert np.allclose(channels.mean(axis=(0, 2)), 0, atol=1e-5)
    assert np.allclose(channels.std(axis=(0, 2)), 1, atol=1e-5)


# ---------------------------------------------------------------------- galleries


def shown(made=None, unseen=None, snapshots=(), shape=(1, 4, 4), rows=None, value_range=(0, 255)):
    train = flat(X) if rows is None else rows
    label = (Y == "down").astype(int)
    made = train[:6] if made is None else made
    unseen = flat(stripes(seed=1)[0]) if unseen is None else unseen
    return image_panels(
        (train, label),
        (made, np.ones(len(made), dtype=int)),
        (unseen, label[: len(unseen)]),
        shape=shape,
        classes=["across", "down"],
        value_range=value_range,
        snapshots=snapshots,
    )


def test_a_gallery_shows_what_there_is():
    found = shown()
    assert json.loads(json.dumps(found)) == found
    down, across = found["classes"]
    assert (down["class"], across["class"]) == ("down", "across")
    assert (down["real"]["n"], down["generated"]["n"], across["generated"]["n"]) == (10, 6, 0)
    read = [pixels(image, found["shape"]) for image in down["generated"]["images"]]
    assert np.array_equal(np.array(read)[:, 0], X[:6])
    assert down["real"]["mean"] == pytest.approx(X[:10].mean() / 255)
    assert down["real"]["diversity"] == pytest.approx(X[:10].std(axis=0).mean() / 255)
    assert "copies" not in across


def test_pairs_go_from_the_nearest_to_the_farthest():
    fresh = flat(stripes(40, 40, seed=2)[0])
    (down, _) = shown(made=np.concatenate([fresh, flat(X[3:4])]))["classes"]
    distances = [pair["distance"] for pair in down["pairs"]]
    assert distances[0] == 0
    assert distances == sorted(distances)
    assert len(distances) == 12
    image, nearest = (pixels(part, (1, 4, 4))[0] for part in down["pairs"][0]["images"])
    assert np.array_equal(image, X[3])
    assert np.array_equal(nearest, X[3])
    assert down["copies"]["n_generated"] == 41
    assert down["copies"]["exact"] == pytest.approx(1 / 41)
    assert len(down["control"]) == 6
    assert down["distances"]["generated"][-1] == pytest.approx(distances[-1], abs=1e-5)


def test_without_held_out_images_there_is_no_control():
    (down, _) = shown(unseen=flat(X)[:0])["classes"]
    assert down["control"] == down["distances"]["unseen"] == []
    assert down["copies"]["p"] is None
    assert down["copies"]["too_near_unseen"] is None


def test_large_images_are_shown_smaller():
    side = 2 * MOST_PIXELS + 1
    rows = np.zeros((40, side, side))
    rows[:, 0, 0] = 3.0
    rows[:, -1, -1] = 1.0
    found = shown(
        made=flat(rows[:5]), rows=flat(rows), shape=(1, side, side), unseen=flat(rows[:4]), value_range=(0, 3)
    )
    assert (found["shrunk"], found["shape"]) == (3, [1, 43, 43])
    image = pixels(found["classes"][0]["generated"]["images"][0], found["shape"])[0]
    # A ninth of three of three, and the far corner, which is a whole block too.
    assert (image[0, 0], image[-1, -1]) == (round(255 / 9), round(255 / 27))
    # Training images that are all alike say nothing of what near means.
    assert "copies" not in found["classes"][0]


def test_a_gallery_of_many_large_colour_images_is_bounded():
    rng = np.random.default_rng(0)
    rows = rng.integers(0, 256, (40, 3 * 100 * 100)).astype(np.uint8)
    found = shown(made=rows[:30], rows=rows, shape=(3, 100, 100), unseen=rows[30:])
    assert (found["shrunk"], found["shape"]) == (3, [3, 34, 34])
    assert len(json.dumps(found)) < 400_000


def test_what_a_training_went_through_is_kept_small():
    steps = [0, 100, 200, 300]
    images = [flat(X[:9]) for _ in steps]
    (down, _) = shown(snapshots=[{"code": 1, "steps": steps, "images": images, "kept": 200}])["classes"]
    told = down["training"]
    assert (told["steps"], told["kept"]) == (steps, 200)
    assert [len(part) for part in told["images"]] == [6, 6, 6, 6]
    assert told["distance"] == [0.0] * 4


# ---------------------------------------------------------------------- a whole comparison


def test_a_comparison_of_images_end_to_end():
    found = compare(
        X,
        Y,
        modality="image",
        methods=["gan"],
        contenders=["none-tuned", "smote", "gan-1.0"],
        classifiers=["logistic-regression"],
        folds=2,
        inner_folds=2,
        max_steps=2,
        n_jobs=1,
    ).comparison
    assert {row["status"] for row in found.scores} == {"done"}
    assert set(found.images) == {"smote", "gan-1.0"}
    down = found.images["gan-1.0"]["classes"][0]
    assert (down["class"], down["generated"]["n"]) == ("down", 10)
    assert down["training"]["steps"] == [0, 2]
    assert "training" not in found.images["smote"]["classes"][0]
    # Mixtures of real images are nearer to these than fresh ones are.
    distances = found.images["smote"]["classes"][0]["distances"]
    assert distances["generated"][50] < distances["unseen"][50]
    again = Comparison.from_dict(json.loads(json.dumps(found.to_dict())))
    assert again.images == found.images
    assert found.data["shape"] == [1, 4, 4]
