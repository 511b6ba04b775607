"""Make the tables of the decision page from the committed raw scores: ``python docs/decision.py``.

Everything below the marker line of ``docs/should-i-oversample.md`` comes from here.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pandas as pd

from oversmith._atomic import replacing
from oversmith._registry import METHODS
from oversmith.classifiers import CLASSIFIERS
from oversmith.evaluation import Effect, Store, analyse, read_scores
from oversmith.report.protocol_summary import size_groups

PAGE = Path(__file__).parent / "should-i-oversample.md"
RAW = Path(__file__).parent / "results" / "raw"
MARK = "<!-- tables -->\n"
NONE, TUNED = "none", "none-tuned"
AT_HALF, AT_TUNED = "f1", "f1_tuned"
JUDGES = {entry.long_name: entry.title for entry in CLASSIFIERS.values()}


def read(group: str, protocol: str) -> pd.DataFrame:
    """Read the raw scores of a run under one protocol."""
    store = Store(None)
    read_scores(store, RAW / f"{group}.parquet")
    scores = store.scores()
    return scores[scores["protocol"] == protocol]


def title(contender: str) -> str:
    """Name a contender of the raw scores for readers."""
    known = {"smote": "SMOTE, all of the deficit", "class-weight": "class weights, all of the deficit", "auto": "Auto"}
    if contender in known:
        return known[contender]
    if contender == "series-smote-0.33":
        return "SMOTE, a third"
    return f"{METHODS[contender.removesuffix('-0.33')].title}, a third"


def tuning_alone(scores: pd.DataFrame) -> Effect:
    """Set the tuned threshold against 0.5, both without any resampling."""
    pair = scores[scores["contender"].isin([NONE, TUNED])].replace({"contender": {TUNED: "threshold"}})
    tuned = pair["contender"] == "threshold"
    pair.loc[tuned, AT_HALF] = pair.loc[tuned, AT_TUNED]
    return _pairs(pair, AT_HALF, NONE)["threshold"]


def _pairs(scores: pd.DataFrame, metric: str, control: str) -> dict[str, Effect]:
    """Set each contender against the control by itself, over the classifiers that these two have."""
    found = {}
    for name in sorted(set(scores["contender"]) - {control}):
        pair = scores[scores["contender"].isin([name, control])]
        found[name] = analyse(pair, control=control, tested=(), described=(metric,)).effect(name, metric)
    known = {name: effect for name, effect in found.items() if effect is not None}
    return dict(sorted(known.items(), key=lambda item: (-item[1].difference, item[0])))


def against_nothing(
    scores: pd.DataFrame, metric: str, methods: Sequence[str] | None = None, control: str = TUNED
) -> dict[str, Effect]:
    """Set contenders against no resampling, both read alike; one that skipped a classifier is left out under it."""
    kept = scores if methods is None else scores[scores["contender"].isin([*methods, control])]
    other = NONE if control == TUNED else TUNED
    return _pairs(kept[kept["contender"] != other], metric, control)


def effect(row: Effect | None) -> str:
    """Write mean and interval, in bold where the interval leaves zero out."""
    if row is None:
        return "–"
    # Lines break before the interval, not in it.
    text = f"{row.difference:+.3f} [{row.low:+.3f},\N{NO-BREAK SPACE}{row.high:+.3f}]".replace("-", "−")
    return f"**{text}**" if row.low > 0 or row.high < 0 else text


def record(row: Effect) -> str:
    """Write data sets won, tied and lost."""
    return f"{row.wins} / {row.ties} / {row.losses}"


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], words: int = 1) -> list[str]:
    """Write a Markdown table; the first columns hold words."""
    ruler = ["---"] * words + ["---:"] * (len(heads) - words)
    return [f"| {' | '.join(cells)} |" for cells in (heads, ruler, *rows)]


def size_bins(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Part the scores by the minority rows of the training part."""
    return {name: scores[scores["dataset"].isin(datasets)] for name, datasets in size_groups(scores)}


def judges(scores: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Part the scores by classifier."""
    return {JUDGES[str(name)]: part for name, part in scores.groupby("classifier", sort=True)}


def find_your_case(scores: pd.DataFrame) -> list[str]:
    """Size by classifier: the threshold, and two methods with and without it."""
    two = ("smote", "eo-wgan-0.33")
    rows = []
    for size, part in size_bins(scores).items():
        for judge, cell in judges(part).items():
            half, tuned = (against_nothing(cell, metric, two) for metric in (AT_HALF, AT_TUNED))
            effects = [tuning_alone(cell), half[two[0]], half[two[1]], tuned[two[0]], tuned[two[1]]]
            rows.append([size, judge, *(effect(row) for row in effects)])
    heads = ["minority rows in training", "classifier", "tuning the threshold, nothing else"]
    heads += ["SMOTE, threshold 0.5", "EO-WGAN, threshold 0.5", "SMOTE, threshold tuned", "EO-WGAN, threshold tuned"]
    return table(heads, rows, words=2)


def threshold_table(scores: pd.DataFrame) -> list[str]:
    """Write what the tuned threshold gains alone."""
    parts = {"all 26 sets": scores, **size_bins(scores), **judges(scores)}
    rows = [[name, effect(row), record(row)] for name, row in ((n, tuning_alone(p)) for n, p in parts.items())]
    return table(["where", "F1, threshold tuned against 0.5", "sets won / tied / lost"], rows)


def method_table(scores: pd.DataFrame) -> list[str]:
    """Every method over all sets, by four metrics."""
    columns = [against_nothing(scores, metric) for metric in ("average_precision", AT_TUNED, AT_HALF, "brier")]
    rows = [
        [title(name), effect(row), record(row), *(effect(column[name]) for column in columns[1:])]
        for name, row in columns[0].items()
    ]
    heads = ["method", "average precision", "sets won / tied / lost", "F1, threshold tuned", "F1, threshold 0.5"]
    return table([*heads, "Brier score"], rows)


def parted_table(parts: dict[str, pd.DataFrame], metric: str) -> list[str]:
    """Every method, a column for each part."""
    columns = [against_nothing(part, metric) for part in parts.values()]
    names = sorted({name for column in columns for name in column}, key=lambda name: title(name).lower())
    return table(
        ["method", *parts], [[title(name), *(effect(column.get(name)) for column in columns)] for name in names]
    )


def elsewhere() -> list[str]:
    """Write what other runs say in average precision: other sets, series, and Auto."""
    runs = [
        ("judging group, two classifiers", "auto", "5-fold, no tuned threshold", NONE),
        ("sets of Riaz et al. 2025", "eo-wgan", "5-fold", TUNED),
        ("sets of Sharma et al. 2022", "smotified-gan", "5-fold", TUNED),
        ("time series", "ganbats", "3-fold, inner 2", TUNED),
    ]
    rows = []
    for name, group, protocol, control in runs:
        scores = read(group, protocol)
        where = f"[{name}](results/{group}.md), {scores['dataset'].nunique()} sets"
        for contender, row in against_nothing(scores, "average_precision", control=control).items():
            rows.append([where, title(contender), effect(row), record(row)])
    return table(["run", "method", "average precision", "sets won / tied / lost"], rows, words=2)


def tables() -> str:
    """Write all that stands below the marker line."""
    scores = read("judging", "5-fold")
    sizes, classes = size_bins(scores), judges(scores)
    lines = [
        "## Find your case",
        "",
        "Gain in F1 over no resampling *read at the same threshold*; the third column is the gain of tuning the",
        "threshold over reading at 0.5, without any resampling.",
        "",
        *find_your_case(scores),
        "",
        "## What tuning the threshold gains alone",
        "",
        *threshold_table(scores),
        "",
        "## What each method adds",
        "",
        "Against no resampling with the same reading of labels. Average precision and Brier score need no threshold.",
        "",
        *method_table(scores),
        "",
        "## By size of the minority",
        "",
        "F1, both thresholds at 0.5:",
        "",
        *parted_table(sizes, AT_HALF),
        "",
        "F1, both thresholds tuned:",
        "",
        *parted_table(sizes, AT_TUNED),
        "",
        "Average precision:",
        "",
        *parted_table(sizes, "average_precision"),
        "",
        "## By classifier",
        "",
        "F1, both thresholds at 0.5:",
        "",
        *parted_table(classes, AT_HALF),
        "",
        "F1, both thresholds tuned:",
        "",
        *parted_table(classes, AT_TUNED),
        "",
        "Average precision:",
        "",
        *parted_table(classes, "average_precision"),
        "",
        "## Other runs",
        "",
        *elsewhere(),
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    above = PAGE.read_text(encoding="utf-8").split(MARK, 1)[0]
    with replacing(PAGE) as file:
        file.write((above + MARK + "\n" + tables()).encode())
    print(PAGE)
