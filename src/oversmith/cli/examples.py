"""One line about each command, and examples for their help."""

from __future__ import annotations

COMMANDS = {
    "compare": "Compare methods with their simple rivals on your data, without leakage, and write a report.",
    "resample": "Write a balanced file: the real rows, unchanged, then the synthetic ones.",
    "bench": "Run a grid of data sets, contenders, classifiers, folds and seeds; it can be resumed.",
    "study": "Rebuild the experiments of a paper: every table and figure, published and ours side by side.",
    "report": "Write the page of a stored comparison, benchmark or study.",
    "datasets": "Data sets by name: list them, show one, fetch one.",
    "check-leakage": "Check a whole procedure, or a split, for leakage.",
    "methods": "List the methods.",
    "doctor": "Show versions, devices, folders, extras and the configuration.",
    "completion": "Print or install the completion of a shell.",
}
"""Command to what it does, in the order of the help."""

EXAMPLES: dict[tuple[str, ...], tuple[str, ...]] = {
    (): (
        "oversmith compare",
        "oversmith compare machines.csv --target fault",
        "oversmith resample machines.csv --target fault --method eo-wgan -o balanced.csv",
    ),
    ("compare",): (
        "oversmith compare machines.csv --target fault --dry-run",
        "oversmith compare machines.csv --target fault --drop serial --groups machine",
        "oversmith compare machines.csv --target fault --method jitter --store stored",
        "oversmith compare beats.npz --groups record --json > numbers.json",
    ),
    ("resample",): (
        "oversmith resample machines.csv --target fault --method eo-wgan -o balanced.csv",
        "oversmith resample machines.csv --target fault --method jitter --fill 0.33 -o third.csv",
        "oversmith resample beats.npz --target y --method wgan-gp -o new.npz",
    ),
    ("bench",): (
        "oversmith bench run plan.toml -o results",
        "oversmith bench status results",
        "oversmith bench resume results",
    ),
    ("study",): (
        "oversmith study eo-wgan --quick --dry-run",
        "oversmith study eo-wgan --quick",
        "oversmith study eo-wgan --from study-eo-wgan/raw.parquet --json",
    ),
    ("report",): (
        "oversmith report stored",
        "oversmith report results -o results.html",
        "oversmith report study-eo-wgan/raw.parquet -o study.html",
    ),
    ("datasets",): (
        "oversmith datasets list --modality series",
        "oversmith datasets info yeast_2_vs_4",
        "oversmith datasets get yeast_2_vs_4 -o yeast.csv",
    ),
    ("check-leakage",): (
        "oversmith check-leakage mine.py:evaluate machines.csv --target fault --metric roc_auc",
        "oversmith check-leakage --train train.csv --test test.csv --target fault",
    ),
    ("methods",): ("oversmith methods", "oversmith methods --json"),
    ("doctor",): ("oversmith doctor",),
    ("completion",): ("oversmith completion bash --install", "oversmith completion zsh > _oversmith"),
}
"""Command to examples."""


def epilogue(command: tuple[str, ...]) -> str:
    """Lines below the help of a command.

    Parameters
    ----------
    command : tuple of str
        The command; empty for the program.

    Returns
    -------
    str
        Markdown.

    Examples
    --------
    >>> from oversmith.cli.examples import epilogue
    >>> "oversmith doctor" in epilogue(("doctor",))
    True
    """
    return "\n".join(["Examples", "", "```sh", *EXAMPLES[command], "```"])
