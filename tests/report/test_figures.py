"""What the captions of the pictures say."""

from __future__ import annotations

import copy
import dataclasses

from oversmith.evaluation import Comparison
from oversmith.report import render, summarise
from oversmith.report.pictures import draw

FROZEN = "generated rows of a class are nearly alike"
STRONG = "the discriminator is nearly always right"


def test_what_was_noticed_of_the_players_is_told_under_their_training(binary: Comparison) -> None:
    training = copy.deepcopy(binary.training)
    history = training["eo-wgan-1.0"]["history"]
    history[3]["notice"] = STRONG
    history[7]["notice"] = f"{STRONG}; {FROZEN}"
    history[-1]["notice"] = FROZEN
    noticed = dataclasses.replace(binary, training=training)
    captions = [picture.caption for _, drawn in draw(summarise(noticed))["training"] for picture in drawn]
    caption, plain = (next(text for text in captions if part in text) for part in ("fill 1.0", "fill 0.33"))
    looks = len(history)
    assert (
        f" Attention: {STRONG}, in 2 of {looks} checks. Attention: {FROZEN}, in 2 of {looks} checks, also in the last"
        in caption
    )
    assert "Attention" not in plain
    assert f"{FROZEN}, in 2 of {looks} checks, also in the last one." in render(summarise(noticed))
