"""Raw scores as Markdown tables: effect and interval first, p last."""

from __future__ import annotations

import html
import itertools
from collections.abc import Sequence

import numpy as np
import pandas as pd

from oversmith.evaluation.contenders import NONE_TUNED
from oversmith.evaluation.standings import ROPE, Standing, minority_rows, places_of, standings
from oversmith.evaluation.statistics import Interval, effects_against
from oversmith.evaluation.statistics.matrix import fill_with_chance
from oversmith.exceptions import InputError
from oversmith.metrics import METRICS

TABLE_METRICS = ("average_precision", "f1_tuned", "f1", "brier")
SIZES = (50, 200)
"""Training rows of the minority that part small, middling and large."""
_HEADS = ("contender", "difference", "95 % interval", "wins / ties / losses")


def report_markdown(scores: pd.DataFrame, *, control: str = NONE_TUNED.name) -> str:
    """Write the report of a benchmark.

    Every contender is set against the control, per data set the mean over classifiers, folds and seeds; a result
    that failed counts as chance, one that was skipped is left out on both sides. Over several data sets the table is
    that of :func:`oversmith.evaluation.statistics.rank_methods`, which refuses while a result is pending; on a single
    one it rests on the corrected resampled t-test over folds.

    Parameters
    ----------
    scores : DataFrame
        Raw scores, as :meth:`Store.scores` gives them.
    control : str, default="none-tuned"
        The contender all others are set against.

    Returns
    -------
    str
        Markdown.

    Raises
    ------
    InputError
        Without scores, or without the control.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.evaluation import Plan, run
    >>> from oversmith.evaluation.bench_report import report_markdown
    >>> rng = np.random.default_rng(0)
    >>> toy = ("toy", rng.normal(size=(60, 2)), np.repeat([0, 1], [45, 15]))
    >>> store = run(Plan([toy], ["none-tuned", "smote"], ["knn"]), n_jobs=1, isolate=False)
    >>> print(report_markdown(store.scores()).splitlines()[0])
    # Benchmark
    """
    if not len(scores):
        raise InputError("scores: no result found; run the plan first")
    if control not in set(scores["contender"]):
        known = ", ".join(sorted(set(scores["contender"])))
        raise InputError(f"control: {control!r} is not among the contenders ({known}); name one of them")
    lines = ["# Benchmark", "", _summary(scores), ""]
    lines.append(
        f"Differences are against `{_safe(control)}`; positive is better. A result that failed counts as chance."
    )
    places = places_of(scores)
    for where in sorted(set(places)):
        # "none" repeats the fits of the control and is read at another threshold.
        part = scores[(places == where) & ((scores["contender"] != "none") | (control == "none"))]
        for metric in TABLE_METRICS:
            lines += ["", f"## {_safe(where)}: {_title(metric)}", ""]
            if (part["status"] == "done").any() and part[metric].isna().all():
                lines.append("Not measured under this protocol.")
                continue
            try:
                lines += _ranked(part, metric, control)
            except InputError as refusal:
                lines.append(f"No table: {_safe(str(refusal))}.")
            lines += _by_classifier(part, metric, control)
            lines += _by_size(part, metric, control)
            lines += ["", f"Mean {_title(metric)} by classifier:", "", *_means(scores[places == where], metric)]
    lines += ["", "## Failures", "", *_failures(scores)]
    lines += ["", "## Time", "", *_times(scores)]
    return "\n".join(lines) + "\n"


def _summary(scores: pd.DataFrame) -> str:
    counts = scores["status"].value_counts()
    told = ", ".join(f"{counts[status]} {status}" for status in counts.index)
    sizes = [f"{scores[name].nunique()} {title}" for name, title in _SIZES]
    return f"{', '.join(sizes)}; {len(scores)} results: {told}."


_SIZES = (
    ("dataset", "data set(s)"),
    ("contender", "contenders"),
    ("classifier", "classifier(s)"),
    ("seed", "seed(s)"),
)


def _ranked(scores: pd.DataFrame, metric: str, control: str) -> list[str]:
    """Every contender against the control, over data sets or over the folds of one."""
    found = standings(scores, metric, control=control)
    over_sets = found.unit == "data set"
    heads = [*_HEADS, *(["P worse / equal / better", "mean rank", "failed"] if over_sets else []), "p (Holm)"]
    body = [
        [
            f"`{_safe(row.contender)}`",
            *_effect(row.difference, row.low, row.high),
            f"{row.wins} / {row.ties} / {row.losses}",
            *(_over_sets(row) if over_sets else []),
            f"{row.p_holm:.3f}",
        ]
        for row in found.rows
    ]
    if not over_sets:
        told = [
            f"One data set, {found.n} folds, corrected resampled t-test; {len(found.rows)} comparisons, one family for",
            "Holm's correction.",
        ]
    else:
        told = [
            f"{found.n} data sets; {len(found.rows)} comparisons, one family for Holm's correction; with so many data",
            f"sets Wilcoxon's p is at least {found.smallest_p:.2g}. Equal is within {ROPE:g} of the control. Mean rank",
            f"of the control {_number(found.control_rank, '.2f')},",
            f"critical difference {found.critical_difference:.2f}.",
        ]
    if not np.isnan(found.p_any):
        told.append(f"Friedman with Iman–Davenport: p = {found.p_any:.3g}.")
    return [*_table(heads, body), "", " ".join(told)]


def _over_sets(row: Standing) -> list[str]:
    odds = " / ".join(f"{value:.2f}" for value in (row.worse, row.equal, row.better))
    return [odds, _number(row.mean_rank, ".2f"), str(row.n_filled)]


def _by_classifier(scores: pd.DataFrame, metric: str, control: str) -> list[str]:
    """Differences from the control under each classifier: a weak one gains what a strong one loses."""
    if scores["dataset"].nunique() < 2 or scores["classifier"].nunique() < 2:
        return []
    columns: dict[str, dict[str, str]] = {}
    for judge, part in scores.groupby("classifier", sort=True):
        skipped = set(part.loc[part["status"] == "skipped", "contender"])
        try:
            found = effects_against(part[~part["contender"].isin(skipped)], metric, control=control)
        except InputError:
            # Said above already.
            return []
        columns[str(judge)] = {name: " ".join(_effect(*_ends(row.interval))) for name, row in found.items()}
    names = sorted({name for column in columns.values() for name in column})
    body = [[f"`{_safe(name)}`", *(column.get(name, "–") for column in columns.values())] for name in names]
    return [
        "",
        f"Difference in {_title(metric)} by classifier:",
        "",
        *_table(["contender", *map(_safe, columns)], body),
    ]


def _by_size(scores: pd.DataFrame, metric: str, control: str) -> list[str]:
    """Differences from the control by the number of minority rows a sampler has to learn from."""
    if scores["dataset"].nunique() < 4:
        return []
    sizes = minority_rows(scores)
    edges = (0, *SIZES, np.inf)
    columns: dict[str, dict[str, str]] = {}
    for low, high in itertools.pairwise(edges):
        chosen = sizes.index[(sizes >= low) & (sizes < high)]
        if len(chosen) < 2:
            continue
        title = f"below {high}" if not low else f"{low} and more" if np.isinf(high) else f"{low} to {high - 1}"
        try:
            found = effects_against(scores[scores["dataset"].isin(chosen)], metric, control=control)
        except InputError:
            # Said above already.
            return []
        columns[f"{title} ({len(chosen)} sets)"] = {
            name: " ".join(_effect(*_ends(row.interval))) for name, row in found.items()
        }
    names = sorted({name for column in columns.values() for name in column})
    body = [[f"`{_safe(name)}`", *(column.get(name, "–") for column in columns.values())] for name in names]
    heads = ["contender", *columns]
    return ["", f"Difference in {_title(metric)} by minority rows of the training part:", "", *_table(heads, body)]


def _ends(effect: Interval) -> tuple[float, float, float]:
    return effect.mean, effect.low, effect.high


def _effect(mean: float, low: float, high: float) -> tuple[str, str]:
    return f"{mean:+.3f}", f"[{low:+.3f}, {high:+.3f}]"


def _number(value: float, form: str) -> str:
    return "–" if pd.isna(value) else format(value, form)


def _means(scores: pd.DataFrame, metric: str) -> list[str]:
    filled = fill_with_chance(scores[scores["status"] != "skipped"], metric)
    by_set = filled.groupby(["contender", "classifier", "dataset"])["value"].mean()
    table = by_set.groupby(["contender", "classifier"]).mean().unstack("classifier")
    body = [
        [f"`{_safe(str(name))}`", *("–" if pd.isna(value) else f"{value:.3f}" for value in row)]
        for name, row in zip(table.index, table.to_numpy(dtype=np.float64), strict=True)
    ]
    return _table(["contender", *(_safe(str(name)) for name in table.columns)], body)


def _failures(scores: pd.DataFrame) -> list[str]:
    lost = scores[~scores["status"].isin(["done", "skipped"])]
    if not len(lost):
        return ["None."]
    names = ["status", "contender", "classifier", "error"]
    groups = lost.groupby(names).size().reset_index(name="results")
    body = [[_safe(str(cell)) for cell in row] for row in groups.itertuples(index=False)]
    return _table(["status", "contender", "classifier", "reason", "results"], body)


def _times(scores: pd.DataFrame) -> list[str]:
    done = scores[scores["status"] == "done"]
    columns = ["seconds_resample", "seconds_fit", "seconds_predict", "peak_mb"]
    groups = done.groupby("contender")
    medians, idle = groups[columns].median(), groups["n_synthetic"].agg(lambda made: float((made == 0).mean()))
    body = [
        [
            f"`{_safe(str(name))}`",
            *("–" if pd.isna(value) else f"{value:.3g}" for value in row),
            f"{100 * idle[name]:.0f} %",
        ]
        for name, row in zip(medians.index, medians.to_numpy(dtype=np.float64), strict=True)
    ]
    heads = ["contender", "sampler, s", "classifier, s", "prediction, s", "memory of the process, MB", "no row made"]
    told = (
        "Medians over results, of one fit on the whole training part; and the share of results whose sampler made no "
        "row."
    )
    return [told, "", *_table(heads, body)]


def _table(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    ruler = ["---", *("---:" for _ in heads[1:])]
    return [f"| {' | '.join(cells)} |" for cells in (heads, ruler, *rows)]


def _title(metric: str) -> str:
    known = METRICS[metric.removesuffix("_tuned")]
    if known.needs == "labels":
        return f"{known.title} at {'the tuned threshold' if metric.endswith('_tuned') else '0.5'}"
    return known.title


def _safe(text: str) -> str:
    """Names come from data: no markup, no table borders, one line."""
    return html.escape(" ".join(text.split()), quote=False).replace("|", "\\|").replace("`", "'")
