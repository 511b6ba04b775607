"""What samplers make of images: the class asked for, no copies, whatever the backbone."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.distance import cdist
from sklearn.base import clone
from sklearn.datasets import load_digits
from toys import build

from oversmith import CGAN, FlowMatching, ImageCNN, ImageEncoder, Network
from oversmith.exceptions import InputError


def bars(n=(60, 30), size=8, seed=0):
    """Bytes of noisy images with a bright row near the upper edge, or one near the lower."""
    rng = np.random.default_rng(seed)
    y = np.repeat(["above", "below"], n)
    X = rng.integers(0, 60, (len(y), 1, size, size))
    X[y == "above", :, 1:3] += 180
    X[y == "below", :, -3:-1] += 180
    return X.astype(np.uint8), y


@pytest.mark.parametrize("options", [{}, {"batch_norm": True}], ids=str)
def test_the_class_asked_for(options):
    X, y = bars()
    sampler = build(
        CGAN,
        generator_widths=(16, 16),
        critic_widths=(16, 16),
        latent_dim=8,
        max_steps=300,
        learning_rate=1e-3,
        stop="steps",
        random_state=0,
        **options,
    ).fit(X, y, classes=["above", "below"])
    for label in ("above", "below"):
        made = sampler.sample(50, label)
        brightness = made[:, 0].mean(axis=2)
        upper = brightness[:, 1:3].mean(axis=1) > brightness[:, -3:-1].mean(axis=1)
        assert (upper == (label == "above")).mean() > 0.9
        # Ends in a tanh over the whole range of bytes, which a linear end would cross or miss.
        assert made.max() > 150


def test_the_reference_setting_takes_images_as_they_are():
    X, y = bars()
    paper = CGAN.paper(generator_widths=(16, 16), critic_widths=(16, 16, 16), max_steps=3, random_state=0)
    assert (paper.network.backbone, paper.dropout, paper.batch_norm) == ("mlp", 0.4, True)
    images = paper.fit_resample(X, y)[0]
    flat = paper.set_params(encoder=ImageEncoder(input_shape=(1, 8, 8))).fit_resample(X.reshape(90, -1), y)[0]
    assert np.array_equal(images.reshape(120, -1), flat)
    with pytest.raises(InputError, match=r"dropout: 0\.4 found, which dense layers alone have; set network"):
        CGAN.paper(network__backbone="conv2d").fit_resample(X, y)


def test_what_a_residual_generator_starts_from_is_left_as_it_is():
    """SMOTified images before any training are SMOTE's own: nothing comes after what is added to them."""
    from oversmith import SMOTifiedGAN

    X, y = bars()
    still = {"max_steps": 1, "learning_rate": 1e-12, "stop": "steps", "network__ema_decay": None, "random_state": 0}
    made = build(SMOTifiedGAN, residual=True, generator_widths=(4,), critic_widths=(4,), **still).fit_resample(X, y)[0][
        90:
    ]
    low, high = X[60:].min(axis=0), X[60:].max(axis=0)
    assert (made >= low).all()
    assert (made <= high).all()
    assert made[:, 0, -3:-1].mean() > 180


# ---------------------------------------------------------------------- digits that somebody else recognises


def digits():
    """Scikit-learn's digits as bytes, every other one."""
    data = load_digits()
    X = np.round(data.images * 15.9375).astype(np.uint8)[:, None]
    return (X[::2], data.target[::2]), (X[1::2], data.target[1::2])


def nearest(rows, real):
    """Distance of each image to the nearest real one, pixels in [0, 1]."""
    flat = (np.asarray(images).reshape(len(images), -1) / 255 for images in (rows, real))
    return cdist(*flat).min(axis=1)


# Networks as wide as 8 x 8 pixels need.
NARROW = {"generator_widths": (32, 16), "critic_widths": (16, 32), "max_steps": 500}


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(5))
@pytest.mark.parametrize(
    "method",
    [
        build(CGAN, **NARROW),
        build(CGAN, **NARROW, batch_norm=True),
        FlowMatching(max_steps=1000, network=Network(backbone="mlp")),
    ],
    ids=str,
)
def test_a_network_trained_on_other_real_digits_recognises_them(method, seed):
    """Fours beside the other digits, 60 against 600: nine in ten of those made are taken for fours, and none is a copy.

    As far from the real fours it was made from as real fours that were held out are, in the median.
    """
    (X, y), (X_other, y_other) = digits()
    judge = ImageCNN(hidden_widths=(16, 32), max_steps=500, random_state=seed).fit(X_other, y_other)
    assert (judge.predict(X) == y).mean() > 0.95
    fours, others = np.flatnonzero(y == 4)[:60], np.flatnonzero(y != 4)[:600]
    X_train = np.concatenate([X[others], X[fours]])
    label = np.repeat(["other", "four"], [600, 60])
    made = clone(method).set_params(random_state=seed).fit(X_train, label).sample(200, "four")
    assert (judge.predict(made) == 4).mean() >= 0.9
    held_out = X_other[y_other == 4]
    assert np.median(nearest(made, X[fours])) >= np.median(nearest(held_out, X[fours]))
    assert nearest(made, X[fours]).min() > 0.1
