"""What the page's words and metrics mean, in plain words."""

from __future__ import annotations

from typing import Any

_TERMS: dict[str, tuple[str, str]] = {
    "control": (
        "Control",
        "No resampling, with the threshold tuned. Moving the threshold is free, so a resampler has to beat this and "
        "not the untouched default.",
    ),
    "average_precision": (
        "Average precision (AP)",
        "How pure the top of the ranking is: area under the staircase of precision against recall. A random ranking "
        "scores the prevalence, a perfect one 1. The threshold does not enter, so a gain is not a threshold effect. "
        "With several classes: the mean over the classes, each against the rest.",
    ),
    "roc_auc": (
        "ROC-AUC",
        "Chance that a random positive row is ranked above a random negative one: 0.5 is a guess, 1 perfect. It "
        "looks good early when positives are rare, since false alarms are counted against very many negative rows.",
    ),
    "tuned": (
        "Tuned threshold",
        "Chosen inside the training part: inner folds give out-of-fold scores of real rows, and the cut with the "
        "best F1 on them is taken. Test rows have no part in it. With several classes: the largest score after each "
        "class is divided by a cut of its own.",
    ),
    "precision": (
        "Precision and recall",
        "Precision: share of the rows called positive that are. Recall (sensitivity): share of the positive rows "
        "that are found. Of the positive class; with several classes the mean over the classes.",
    ),
    "f1": (
        "F1",
        "Harmonic mean of precision and recall: high only when both are. Of the positive class (with several classes"
        " the mean over them); majority F1 is that of the other class.",
    ),
    "g_mean": ("G-mean", "Geometric mean of the recalls of the classes: one class that is never found makes it 0."),
    "brier": (
        "Brier score",
        "Mean squared error of the predicted probabilities (several classes: summed over them): lower is better. "
        "Over-sampling inflates the probability of rare classes, and this is where it shows.",
    ),
    "calibration": (
        "Calibration",
        "Of rows given a probability of 30 %, three in ten should be positive. The curve sets the observed share "
        "against the predicted one, in ten groups of equally many rows; below the diagonal, probabilities are too "
        "high. ECE is the mean gap, weighted by rows.",
    ),
    "rank": (
        "Mean rank",
        "Place by average precision within each {unit}, the mean over the classifiers that all contenders have; 1 is "
        "the best; averaged over {unit}s. Ties share a place; a contender with a failed fold has none. Nothing and its "
        "tuned twin have the same fits and the same rank.",
    ),
    "critical": (
        "Critical difference",
        "Mean ranks closer than this cannot be told apart by Nemenyi’s test at 5 %; a bar joins them. It depends on "
        "who else takes part, so it is a picture and no proof.",
    ),
    "difference": (
        "Difference and interval",
        "Contender minus control in the same {unit}, the mean over the classifiers that all contenders have; positive "
        "is better, whatever the metric. {interval} The p of every difference in average precision and in F1 at the "
        "tuned threshold, from the control and from SMOTE, is corrected for their number (Holm): they are one family, "
        "declared before the run. Differences in the Brier score, and those of parts of the results, are described "
        "and not tested.",
    ),
    "odds": (
        "P worse / equal / better",
        "Probability that the contender is worse than the control, within 0.01 of it, or better on one more data set"
        " of this kind (Bayesian signed-rank test).",
    ),
    "decision": (
        "Helps, harms, undecided",
        "Helps or harms when p after Holm is below 0.05; undecided otherwise, which is not the same as equal.",
    ),
    "do_not": (
        "Do not over-sample here",
        "Said when generated rows harm, or when no sampler’s 95 % interval reaches a gain of 0.01: there is nothing "
        "worth having that a tuned threshold does not give for free.",
    ),
    "failed": (
        "Failed fit",
        "Its contender has no means, no rank, no differences and no verdict: without the fold they would be over other "
        "folds than those of its rivals. Time-outs and fits that ran out of memory are failures.",
    ),
    "twins": (
        "Nothing, and its tuned twin",
        "The same fits, read at 0.5 and at the tuned threshold: what one gets without doing anything, and with a "
        "free step more.",
    ),
    "shape": (
        "Shape and difference of a column",
        "Largest gap between the cumulative shares of real and generated values (Kolmogorov and Smirnov); for levels"
        " half the sum of the gaps between shares. 0 is equal, 1 disjoint.",
    ),
    "copies": (
        "Copy check",
        "Distance of each generated row to the nearest training row, beside that of real rows the generator has not "
        "seen (the control curve). Generated rows that lie nearer than those copy. A check for copies, not a proof "
        "of privacy.",
    ),
    "boundary": (
        "Boundary share",
        "Share of generated rows whose five nearest real neighbours are mostly of another class: rows that teach the"
        " classifier the wrong side. Unseen real rows of the class say how many are natural.",
    ),
    "told_apart": (
        "Told apart",
        "Area under the ROC curve of a classifier that tries to tell generated from unseen real rows: 0.5 means it "
        "cannot, 1 that it always can.",
    ),
    "coverage": (
        "Coverage",
        "Share of training rows that have a generated row in their neighbourhood: low when a generator makes the "
        "same few rows again and again.",
    ),
    "leakage": (
        "Leakage",
        "Everything that learns (encoder, sampler, classifier, threshold, the rows that stop a training) learns "
        "inside the training part. Test parts are never resampled.",
    ),
    "reproduced": (
        "Reproduced",
        "The published value lies within the 95 % interval of ours under the paper’s protocol, and that interval "
        "is no wider than 0.25: a wide one is easily hit.",
    ),
}
_INTERVALS = {
    "fold": "The 95 % interval and p come from the corrected resampled t-test (Nadeau and Bengio): training parts of "
    "folds overlap, and the plain test would be too sure.",
    "data set": "The 95 % interval resamples data sets, then folds within them; p is Wilcoxon’s over data sets.",
}
_METRIC_TERMS = ("average_precision", "roc_auc", "tuned", "precision", "f1", "g_mean", "brier")
_QUALITY_TERMS = ("shape", "copies", "boundary", "told_apart", "coverage")


def definitions(summary: dict[str, Any]) -> list[dict[str, str]]:
    """Terms of a page and what they mean.

    Parameters
    ----------
    summary : dict
        What the page is made of; its ``kind`` decides which terms it needs.

    Returns
    -------
    list of dict
        ``term`` and ``text``.

    Examples
    --------
    >>> from oversmith.report.definitions import definitions
    >>> definitions({"kind": "bench"})[0]["term"]
    'Control'
    """
    kind = summary.get("kind", "comparison")
    sound = summary.get("sound") or {}
    places = summary.get("places") or sound.get("places") or [{"unit": "data set"}]
    unit = places[0]["unit"]
    fills = {"unit": unit, "interval": _INTERVALS[unit]}
    if kind == "study":
        keys = ["reproduced", *_METRIC_TERMS, "difference", "leakage"]
    elif kind == "bench":
        keys = ["control", *_METRIC_TERMS, "calibration", "rank", "critical", "difference", "odds"]
        keys += ["decision", "do_not", "failed", "twins", "leakage"]
    else:
        keys = [
            "control",
            *_METRIC_TERMS,
            "calibration",
            "rank",
            "critical",
            "difference",
            "decision",
            "do_not",
            "failed",
            "twins",
        ]
        keys += [*(_QUALITY_TERMS if summary.get("quality") else ()), "leakage"]
    return [{"term": _TERMS[key][0], "text": _TERMS[key][1].format(**fills)} for key in keys]
