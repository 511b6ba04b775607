"""Samplers in the documents' settings, as contenders."""

from __future__ import annotations

import math
from collections.abc import Mapping
from functools import partial
from typing import Any

import numpy as np

from oversmith._registry import load_class, method
from oversmith.evaluation.contenders import Contender, Situation
from oversmith.samplers.eo_wgan_variants import TABLE_9

# Document 001's plain GAN: the networks of its SMOTified-GAN, noise in place of SMOTE's rows.
GAN_001 = {
    "generator_widths": (128, 128, 128),
    "critic_widths": (128,),
    "n_critic": 1,
    "learning_rate": 1e-5,
    "batch_size": 128,
    "max_epochs": 2_000,
    "patience": None,
    "ema_decay": None,
}


def paper_contender(kebab: str, name: str, title: str, **changes: Any) -> Contender:
    """Make a contender of a method in its document's setting.

    ``Plan.max_steps`` caps its generator steps: the documents' epochs are run in full where they are fewer, and cut to
    the cap where they are more.

    Parameters
    ----------
    kebab : str
        The method.
    name, title : str
        Key in records, and name for readers.
    **changes : object
        Parameters that differ from the document's.

    Returns
    -------
    Contender
        The contender.

    Examples
    --------
    >>> from oversmith.studies.contenders import paper_contender
    >>> paper_contender("eo-wgan", "eo-wgan-paper", "EO-WGAN").trained
    True
    """
    build = partial(_paper, kebab=kebab, changes=changes)
    return Contender(name, title, kebab, build, trained=method(kebab).cost != "low")


def _paper(situation: Situation, *, kebab: str, changes: Mapping[str, Any]) -> Any:
    sampler = load_class(kebab).paper(**changes)
    sampler.set_params(random_state=situation.seed)
    if situation.max_steps is not None:
        if situation.max_steps == 1:
            # The warm-up: compile, and train as little as can be.
            return sampler.set_params(max_epochs=1)
        counts = np.bincount(situation.y, minlength=len(situation.classes))
        # EO-WGAN's networks see the class after SMOTE levelled it, the others the class itself.
        rows = int(counts.max() if kebab == "eo-wgan" else counts.min())
        per_epoch = math.ceil(rows / sampler.batch_size)
        sampler.set_params(max_epochs=max(1, min(sampler.max_epochs, situation.max_steps // per_epoch)))
    return sampler


EO_WGAN = paper_contender("eo-wgan", "eo-wgan-paper", "EO-WGAN")
WGAN = paper_contender("wgan", "wgan-paper", "WGAN")
GAN = paper_contender("gan", "gan-paper", "GAN")
SMOTIFIED = paper_contender("smotified-gan", "smotified-gan-paper", "SMOTified-GAN")
PLAIN_GAN = paper_contender("gan", "gan-001", "GAN", **GAN_001)

# Table 8 of document 000: row → contender; rows 2 and 3 are SMOTE and the plain WGAN.
ABLATION: dict[int, Contender | str] = {
    1: EO_WGAN,
    2: "smote",
    3: WGAN,
    4: paper_contender("eo-wgan", "eo-wgan-no-smote", "EO-WGAN without SMOTE", smote="none", smote_share=0.0),
    5: paper_contender("eo-wgan", "eo-wgan-no-wgan", "EO-WGAN without WGAN refinement", smote_share=1.0),
    6: paper_contender("eo-wgan", "eo-wgan-one-critic", "EO-WGAN, one critic", n_critics=1),
    7: "random-over-sampling",
}

# Table 9: (critic updates, penalty weight) → contender.
SETTINGS = {
    (n_critic, weight): paper_contender(
        "eo-wgan",
        f"eo-wgan-{n_critic}-{weight:g}",
        f"EO-WGAN, n_critic {n_critic}, penalty {weight:g}",
        n_critic=n_critic,
        penalty_weight=weight,
    )
    for n_critic, weight in TABLE_9
}
