"""What ``oversmith compare`` prints: leaderboard, warnings and verdict."""

from __future__ import annotations

from typing import Any

from oversmith.cli.output import print_table, wrap


def print_summary(summary: dict[str, Any]) -> None:
    """Print leaderboard, warnings and verdict on stdout.

    Parameters
    ----------
    summary : dict
        From :func:`oversmith.report.summarise`.
    """
    data, protocol = summary["data"], summary["protocol"]
    rows = []
    for row in summary["places"][0]["leaderboard"]:
        metrics = row["metrics"]
        key = "f1" if row["read_at"] == "0.5" else "f1_tuned"
        rows.append(
            (
                row["title"],
                _number(row["rank"], 2),
                row["failure"] or _spread(metrics["average_precision"]),
                _spread(metrics["roc_auc"]),
                _spread(metrics[key]),
                _spread(metrics["g_mean_read"]),
                _spread(metrics["brier"]),
                _number(row["seconds"], 2),
                str(row["failed"]),
            )
        )
    names = ("rank", "AP", "ROC-AUC", "F1", "G-mean", "Brier", "seconds", "failed")
    headings = [("contender", "left"), *((name, "right") for name in names)]
    title = (
        f"{data['name']}: {data['rows']} rows, {len(data['classes'])} classes; "
        f"{protocol['folds']} folds × {protocol['repeats']}, mean ± SD over folds, best mean rank first"
    )
    print_table(title, headings, rows, spare=("seconds", "failed", "G-mean", "ROC-AUC", "Brier"))
    untuned = [row["title"] for row in summary["places"][0]["leaderboard"] if row["read_at"] == "0.5"]
    wrap(f"F1 and G-mean are read at the tuned threshold{''.join(f'; {name} at 0.5' for name in untuned)}.")
    print()
    for warning in summary["warnings"]:
        wrap(f"Note: {warning}")
    verdict = summary["verdict"]
    wrap(f"{verdict['tag']}. {verdict['sentence']}")
    for line in verdict["support"]:
        wrap(line)


def _number(value: float | None, digits: int) -> str:
    return "–" if value is None else f"{value:.{digits}f}"


def _spread(metric: dict[str, float | None]) -> str:
    mean, sd = metric["mean"], metric["sd"]
    return _number(mean, 3) + ("" if mean is None or sd is None else f" ± {sd:.3f}")
