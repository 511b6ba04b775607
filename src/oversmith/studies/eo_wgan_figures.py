"""Document 000: Figures 4 to 11."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from oversmith.studies.contenders import EO_WGAN, WGAN
from oversmith.studies.data import SETS_000
from oversmith.studies.eo_wgan import RATIOS
from oversmith.studies.eo_wgan_tables import FIGURES_BY_METRIC, JUDGES, METHODS, TITLES, protocols
from oversmith.studies.figures import cells, embedding_panels, lines
from oversmith.studies.scores import Scores


def figures(scores: Scores, notes: Mapping[str, Any]) -> dict[str, str]:
    """Draw the figures of the study.

    Parameters
    ----------
    scores : Scores
        Raw scores.
    notes : mapping
        What else was measured.

    Returns
    -------
    dict of str to str
        File name → SVG.
    """
    thinned = protocols(notes)["thinned"]
    panels = [
        [
            {
                method: [
                    scores.mean(
                        metric,
                        protocol=thinned,
                        ratio=ratio,
                        dataset=entry.name,
                        contender=contender,
                        classifier=JUDGES,
                    )
                    for entry in SETS_000
                ]
                for method, contender in METHODS.items()
            }
            for ratio in RATIOS
        ]
        for _, metric in FIGURES_BY_METRIC
    ]
    extras = notes["extras"]
    loss, over = extras["losses"], extras["overfitting"]
    curves = {
        name: (loss["step"], loss[key])
        for name, key in (("critic", "loss_critic"), ("generator", "loss_generator"), ("Wasserstein", "wasserstein"))
    }
    trainings = []
    for name in ("to the end", "early stopping"):
        told = over[name]
        trainings.append(
            (name, {"training": (told["step"], told["training"]), "held out": (told["step"], told["held_out"])})
        )
    titles = {entry.name: entry.title for entry in SETS_000}
    return {
        "eo-wgan-ratios.svg": cells(
            panels,
            [TITLES[metric] for _, metric in FIGURES_BY_METRIC],
            [f"1:{ratio:g}" for ratio in RATIOS],
            [entry.title for entry in SETS_000],
        ),
        "eo-wgan-embeddings.svg": embedding_panels(
            extras["embeddings"], titles, {"smote": "SMOTE", WGAN.name: "WGAN", EO_WGAN.name: "EO-WGAN"}
        ),
        "eo-wgan-losses.svg": lines([("EO-WGAN on UNSW-NB15", curves)], "generator step", "loss"),
        "eo-wgan-overfitting.svg": lines(
            trainings, "step", "cross-entropy", marks={"early stopping": over["early stopping"]["best"]}
        ),
    }
