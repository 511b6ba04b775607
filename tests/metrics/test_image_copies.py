"""Distances to the nearest training image, on images whose neighbours are known."""

from __future__ import annotations

import numpy as np
import pytest

from oversmith.exceptions import InputError
from oversmith.metrics import image_copy_check, nearest_images

RNG = np.random.default_rng(0)
TRAIN = RNG.integers(0, 256, (40, 3, 4, 5)).astype(np.uint8)
UNSEEN = RNG.integers(0, 256, (30, 3, 4, 5)).astype(np.uint8)


def test_the_nearest_is_the_one_a_loop_finds():
    result = nearest_images(TRAIN, UNSEEN, (0, 255))
    apart = ((TRAIN[None].astype(float) - UNSEEN[:, None]) ** 2).mean(axis=(2, 3, 4)) ** 0.5 / 255
    assert np.array_equal(result.index, apart.argmin(axis=1))
    assert np.allclose(result.distance, apart.min(axis=1), atol=1e-12)


def test_a_copy_is_at_distance_zero_and_black_is_one_from_white():
    assert not nearest_images(TRAIN, TRAIN[::-1], (0, 255)).distance.any()
    black, white = np.zeros((1, 2, 2)), np.ones((1, 2, 2))
    assert nearest_images(black, white, (0, 1)).distance.tolist() == [1.0]


def test_copies_stand_out_and_fresh_images_do_not():
    nearly = np.clip(TRAIN.astype(int) + RNG.integers(-2, 3, TRAIN.shape), 0, 255)
    fresh = RNG.integers(0, 256, TRAIN.shape)
    copied, close, fair = (image_copy_check(TRAIN, generated, UNSEEN, (0, 255)) for generated in (TRAIN, nearly, fresh))
    assert (copied.exact, copied.too_near) == (1.0, 1.0)
    assert (close.exact, close.too_near) == (0.0, 1.0)
    assert fair.exact == 0
    assert fair.too_near < 0.2
    assert copied.exact_unseen == 0
    assert copied.too_near_unseen == fair.too_near_unseen < 0.2
    # Within it lies another training image for a twentieth of them.
    apart = ((TRAIN[None].astype(float) - TRAIN[:, None]) ** 2).mean(axis=(2, 3, 4)) ** 0.5 / 255
    np.fill_diagonal(apart, np.inf)
    assert copied.limit == pytest.approx(np.quantile(apart.min(axis=1), 0.05))


def test_repeated_training_images_do_not_move_the_limit():
    twice = np.concatenate([TRAIN, TRAIN])
    assert image_copy_check(twice, UNSEEN, UNSEEN, (0, 255)).limit == pytest.approx(
        image_copy_check(TRAIN, UNSEEN, UNSEEN, (0, 255)).limit
    )


def test_no_held_out_image_is_no_share():
    result = image_copy_check(TRAIN, UNSEEN, UNSEEN[:0], (0, 255))
    assert np.isnan(result.too_near_unseen)
    assert not len(result.unseen.distance)


@pytest.mark.parametrize(
    "train, images, span, message",
    [
        (TRAIN, UNSEEN[:, :, :3], (0, 255), "give one shape"),
        (TRAIN[:0], UNSEEN, (0, 255), "no image found"),
        (TRAIN, UNSEEN, (1, 1), "value_range"),
        (TRAIN[:2], UNSEEN, (0, 255), "2 images found; three are needed"),
        (np.ones((5, 2, 2)), np.ones((5, 2, 2)), (0, 1), "all images are equal"),
    ],
)
def test_what_cannot_be_compared(train, images, span, message):
    with pytest.raises(InputError, match=message):
        image_copy_check(train, images, images, span)
        nearest_images(train, images, span)
