"""How near the rows of every method and peer are to the truth, and what they cost.

Toys with known truth (``quality_toys.py``) at 50, 200 and 1,000 training rows, and the sets of the tuning group with
at least 60 rows in the rare class, of which half trains and half is unseen. Each method runs at its defaults in a
process of its own, with one thread; peers run in environments of their own. Every unit (method, data, rows, seed) is
one line of the store, so that a run goes on where it stopped.

    python benchmarks/quality.py [DATA_FOLDER] [--quick] [--methods a,b] [--peers] [--store FILE] [--page]

``--quick`` takes three toys with 200 rows and one seed, without peers. ``--page`` writes ``docs/quality.md`` and
``docs/results/raw/quality.parquet`` from the store.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
import venv
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from quality_toys import TOYS, Toy

ROOT = Path(__file__).resolve().parents[1]
PAGE, RAW = ROOT / "docs" / "quality.md", ROOT / "docs" / "results" / "raw" / "quality.parquet"
HOME = Path.home() / ".cache" / "oversmith"
SIZES, QUICK_SIZES = (50, 200, 1000), (200,)
SEEDS, QUICK_SEEDS = 5, 1
QUICK_TOYS = ("ring", "moons", "levels")
LEAST_ROWS = 60
# Rows generated for a toy, and unseen rows they are compared with.
JUDGED = 1000
# Others' rows beside the class's own, for methods that learn from all classes.
OTHERS = 2
# A mode counts when it has this part of its true share of rows.
MODE_SHARE = 0.2
# Another real sample in place of generated rows: what the numbers would be for a perfect generator.
REAL = "real rows"
NO_METHOD = ("auto", "blend", "pca-sampler")
# What the page says before its first run; people write the rest.
HEAD = """# How near generated rows are to real ones

Energy distances are multiples of the distance between two real samples: 1 is as good as real rows. Medians over seeds.

"""
PEERS = {"ctgan": "ctgan", "tvae": "ctgan", "forest-diffusion": "ForestDiffusion"}

PEER_PROGRAM = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import numpy as np, pandas as pd
peer, source, target, n, seed = sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4]), int(sys.argv[5])
table = pd.read_parquet(source)
levels = [name for name in table if table[name].dtype.kind not in "biuf"]
np.random.seed(seed)
began = time.process_time()
if peer in ("ctgan", "tvae"):
    import torch
    torch.manual_seed(seed)
    torch.set_num_threads(1)
    from ctgan import CTGAN, TVAE
    model = (CTGAN if peer == "ctgan" else TVAE)(enable_gpu=False)
    model.fit(table, levels)
    rows = model.sample(n)
else:
    from ForestDiffusion import ForestDiffusionModel
    names = {name: sorted(table[name].unique()) for name in levels}
    codes = table.assign(**{name: table[name].map({v: i for i, v in enumerate(names[name])}) for name in levels})
    whole = [i for i, name in enumerate(table) if table[name].dtype.kind in "iu"]
    model = ForestDiffusionModel(codes.to_numpy(dtype=float), label_y=None, n_t=50, duplicate_K=100,
        diffusion_type="flow", cat_indexes=[i for i, name in enumerate(table) if name in levels], int_indexes=whole,
        n_jobs=1, seed=seed)
    rows = pd.DataFrame(model.generate(batch_size=n), columns=list(table))
    for name in levels:
        rows[name] = [names[name][int(code)] for code in rows[name]]
seconds = time.process_time() - began
rows[list(table)].to_parquet(target)
print(json.dumps({"seconds": seconds}))
"""


def toy_task(name: str, rows: int, seed: int) -> dict[str, Any]:
    """Rows of a toy: for training, unseen, another real sample, and rows of another class with the same columns."""
    toy = TOYS[name]
    rng = np.random.default_rng([seed, rows, list(TOYS).index(name)])
    train, unseen, again = toy.draw(rows, rng), toy.draw(JUDGED, rng), toy.draw(JUDGED, rng)
    other = toy.draw(OTHERS * rows, rng)
    # Each column by itself: rows that the class surrounds, with the same columns and levels.
    other = other.apply(lambda column: rng.permutation(column.to_numpy()))
    return {"train": train, "unseen": unseen, "again": again, "other": other, "toy": toy}


def set_task(folder: Path, name: str, seed: int) -> dict[str, Any]:
    """Half of a rare class for training, the other half unseen; the training half is the other real sample."""
    from sklearn.model_selection import train_test_split

    frame = pd.read_parquet(folder / "tabular" / f"{name}.parquet")
    labels = frame.pop("target").astype(str)
    rare = labels.value_counts().index[-1]
    train, unseen = train_test_split(frame[labels == rare], train_size=0.5, random_state=seed)
    train, unseen = train.reset_index(drop=True), unseen.reset_index(drop=True)
    other = frame[labels != rare].reset_index(drop=True)
    return {"train": train, "unseen": unseen, "again": train, "other": other, "toy": None}


def generate(method: str, task: dict[str, Any], seed: int) -> tuple[pd.DataFrame, float, int]:
    """Rows of a method at its defaults, as many as are unseen; CPU seconds of fit and draw, and training steps."""
    train, other, n = task["train"], task["other"], len(task["unseen"])
    if method == REAL:
        return task["again"], 0.0, 0
    table = pd.concat([train, other], ignore_index=True)
    labels = np.repeat(["rare", "other"], [len(train), len(other)])
    from oversmith._registry import load_class

    sampler = load_class(method)(random_state=seed)
    began = time.process_time()
    sampler.set_params(sampling_strategy={"rare": len(train) + n})
    sampler.fit(table, labels)
    rows = sampler.sample(n, "rare")
    return rows, time.process_time() - began, max(getattr(sampler, "n_steps_", {}).values(), default=0)


def judge(rows: pd.DataFrame, task: dict[str, Any], seed: int) -> dict[str, float]:
    """Every column of the table for generated rows."""
    from oversmith.metrics import copy_check, density_coverage, energy_distance, pair_trends, two_sample_test
    from oversmith.metrics._mixed import Space

    train, unseen, again = task["train"], task["unseen"], task["again"]
    rows = rows[list(train)].reset_index(drop=True)
    space = Space(unseen)
    generated, truth, other = space(rows), space(unseen), space(again)
    density, coverage = density_coverage(truth, generated)
    copies = copy_check(train, rows, unseen)
    result = {
        "energy": energy_distance(generated, truth),
        "energy_real": energy_distance(other, truth),
        "auc": two_sample_test(truth, generated, random_state=seed).auc,
        "density": density,
        "coverage": coverage,
        "copies": copies.exact,
        "too_near": copies.too_near,
        "too_near_unseen": copies.too_near_unseen,
        "trends": pair_trends(unseen, rows) if train.shape[1] > 1 else float("nan"),
        "spread": float(np.sqrt(generated.var(axis=0).sum() / truth.var(axis=0).sum())),
    }
    toy: Toy | None = task["toy"]
    if toy is not None and toy.parts is not None:
        parts = toy.parts(rows)
        shares = np.bincount(parts[parts >= 0], minlength=len(toy.shares)) / len(rows)
        result["near"] = float(np.mean(parts >= 0))
        result["modes"] = float(np.mean(shares >= MODE_SHARE * np.array(toy.shares)))
    return result


def units(folder: Path | None, quick: bool) -> list[tuple[str, int, int]]:
    """Every data set with its training rows and seed."""
    toys = QUICK_TOYS if quick else tuple(TOYS)
    seeds = range(QUICK_SEEDS if quick else SEEDS)
    listed = [(name, rows, seed) for name in toys for rows in (QUICK_SIZES if quick else SIZES) for seed in seeds]
    if not quick and folder is not None:
        listed += [(name, rows, seed) for name, rows in tuning_sets().items() for seed in seeds]
    return listed


def tuning_sets() -> dict[str, int]:
    """Name the tables of the tuning group with enough rows in the rare class, with their training rows."""
    from oversmith.datasets import list_datasets

    rare = {info.name: min(info.classes.values()) for info in list_datasets("tuning", "tabular")}
    return {name: count // 2 for name, count in rare.items() if count >= LEAST_ROWS}


def task_of(name: str, rows: int, seed: int, folder: Path | None) -> dict[str, Any]:
    """Make the task of a unit."""
    if name in TOYS:
        return toy_task(name, rows, seed)
    assert folder is not None
    return set_task(folder, name, seed)


def run_unit(method: str, unit: tuple[str, int, int], folder: Path | None, source: Callable[..., Any]) -> dict:
    """Generate and judge; a method that fails is a result."""
    name, rows, seed = unit
    result: dict[str, Any] = {"method": method, "data": name, "rows": rows, "seed": seed}
    task = task_of(name, rows, seed, folder)
    try:
        generated, seconds, steps = source(method, task, seed)
        return result | judge(generated, task, seed) | {"seconds": seconds, "steps": steps, "error": ""}
    except Exception as error:
        return result | {"error": f"{type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''}"}


def from_peer(method: str, task: dict[str, Any], seed: int) -> tuple[pd.DataFrame, float, int]:
    """Train a peer on the rows of the class alone, in its own environment."""
    with tempfile.TemporaryDirectory() as folder:
        source, target = Path(folder) / "train.parquet", Path(folder) / "rows.parquet"
        task["train"].to_parquet(source)
        words = [python_of(method), "-c", PEER_PROGRAM, method, source, target, str(len(task["unseen"])), str(seed)]
        done = subprocess.run(list(map(str, words)), capture_output=True, text=True, env=one_thread(), check=False)
        if done.returncode:
            raise RuntimeError((done.stderr.strip().splitlines() or ["killed"])[-1])
        return pd.read_parquet(target), json.loads(done.stdout.splitlines()[-1])["seconds"], 0


def python_of(peer: str) -> Path:
    """Return the interpreter of a peer's environment, which is made when it is missing."""
    home = HOME / PEERS[peer].lower()
    python = home / "bin" / "python"
    if not python.exists():
        venv.create(home, with_pip=True)
        command = [python, "-m", "pip", "install", "--quiet", PEERS[peer], "pyarrow"]
        subprocess.run(command, check=True)
    return python


def one_thread() -> dict[str, str]:
    """Limit a child's thread pools: methods are compared on one core."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NPROC")
    return os.environ | dict.fromkeys(names, "1")


def in_child(method: str, listed: list[tuple[str, int, int]], folder: Path | None) -> Iterator[dict]:
    """Run the units of a method in one fresh process, and yield each result as it comes."""
    words = [sys.executable, __file__, "--child", method, *([str(folder)] if folder else [])]
    with subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=one_thread()) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(listed))
        child.stdin.close()
        for line in child.stdout:
            if line.startswith("{"):
                yield json.loads(line)


def run(methods: list[str], folder: Path | None, quick: bool, store: Path) -> pd.DataFrame:
    """Run what the store lacks."""
    store.parent.mkdir(parents=True, exist_ok=True)
    done = read_store(store)
    keys = set() if done.empty else set(done[["method", "data", "rows", "seed"]].itertuples(index=False, name=None))
    for method in methods:
        missing = [unit for unit in units(folder, quick) if (method, *unit) not in keys]
        if not missing:
            continue
        began = time.perf_counter()
        with store.open("a", encoding="utf-8") as file:
            for result in in_child(method, missing, folder):
                file.write(json.dumps(result) + "\n")
                file.flush()
        print(f"{method}: {len(missing)} units, {time.perf_counter() - began:.0f} s", file=sys.stderr, flush=True)
    return read_store(store)


def read_store(store: Path) -> pd.DataFrame:
    """Read every whole line; a line cut short by a kill is run again."""
    if not store.exists():
        return pd.DataFrame()
    results = []
    for line in store.read_text(encoding="utf-8").splitlines():
        try:
            results.append(json.loads(line))
        except json.JSONDecodeError:
            continue
    return pd.DataFrame(results)


def medians(scores: pd.DataFrame) -> pd.DataFrame:
    """Median over seeds of every method on every data set, energy distances as multiples of real to real."""
    known = scores[scores["error"] == ""].assign(ratio=lambda f: f["energy"] / f["energy_real"].clip(lower=1e-6))
    numbers = known.select_dtypes("number").columns.difference(["seed", "rows"])
    return known.groupby(["method", "data", "rows"], sort=False)[list(numbers)].median().reset_index()


def tables(scores: pd.DataFrame) -> str:
    """Lay the results out as Markdown."""
    middle, lines = medians(scores), []
    order = [REAL, "smote", *sorted(set(middle["method"]) - {REAL, "smote"})]
    toys = [name for name in TOYS if name in set(middle["data"])]
    for rows in sorted(set(middle.loc[middle["data"].isin(toys), "rows"])):
        part = middle[(middle["rows"] == rows) & middle["data"].isin(toys)]
        lines += [f"### Toys, {rows:,} training rows", ""]
        lines += _wide(part, order, toys, "ratio", "{:.1f}")
        lines += ["", f"Modes reached and share of rows near one, {rows:,} training rows:", ""]
        shaped = [name for name in toys if TOYS[name].parts is not None]
        lines += [*_modes_table(part, order, shaped), ""]
    sets = [name for name in dict.fromkeys(middle["data"]) if name not in TOYS]
    if sets:
        lines += ["### Tuning sets", "", *_wide(middle[middle["data"].isin(sets)], order, sets, "ratio", "{:.1f}"), ""]
    lines += ["### Every measure, mean over data sets of the medians", "", *_measures(middle, order)]
    failed = scores[scores["error"] != ""]
    if len(failed):
        counts = failed.groupby(["method", "error"]).size()
        lines += ["", "Failed:", ""] + [f"- {m}: {count} of its units, {e}" for (m, e), count in counts.items()]
    return "\n".join(lines).rstrip() + "\n"


def _row(cells: list[str]) -> str:
    return "| " + " | ".join(cells) + " |"


def _wide(part: pd.DataFrame, order: list[str], names: list[str], column: str, form: str) -> list[str]:
    lines = [_row(["method", *names]), "| --- |" + " ---: |" * len(names)]
    cells = part.set_index(["method", "data"])[column]
    for method in order:
        if method in set(part["method"]):
            row = [cells.get((method, name)) for name in names]
            lines.append(_row([method, *("–" if value is None else form.format(value) for value in row)]))
    return lines


def _modes_table(part: pd.DataFrame, order: list[str], names: list[str]) -> list[str]:
    lines = [_row(["method", *names]), "| --- |" + " ---: |" * len(names)]
    by_key = part.set_index(["method", "data"])
    for method in order:
        if method not in set(part["method"]):
            continue
        cells = []
        for name in names:
            if (method, name) not in by_key.index:
                cells.append("–")
                continue
            entry = by_key.loc[(method, name)]
            count = len(TOYS[name].shares)
            cells.append(f"{round(entry['modes'] * count)} of {count}, {entry['near']:.0%}")
        lines.append(_row([method, *cells]))
    return lines


MEASURES = {
    "auc": "two-sample AUC",
    "density": "density",
    "coverage": "coverage",
    "copies": "exact copies",
    "too_near": "too near",
    "trends": "pair trends",
    "spread": "spread",
    "seconds": "CPU seconds",
}


def _measures(middle: pd.DataFrame, order: list[str]) -> list[str]:
    lines = [_row(["method", *MEASURES.values()]), "| --- |" + " ---: |" * len(MEASURES)]
    means = middle.groupby("method")[list(MEASURES)].mean()
    for method in order:
        if method in means.index:
            lines.append(_row([method, *(f"{value:.2f}" for value in means.loc[method])]))
    return lines


def write_page(scores: pd.DataFrame) -> None:
    """Write the raw results, and the tables of the page below its line."""
    RAW.parent.mkdir(parents=True, exist_ok=True)
    partial = RAW.with_suffix(".partial")
    scores.sort_values(["method", "data", "rows", "seed"], kind="stable").to_parquet(partial, index=False)
    partial.replace(RAW)
    head = PAGE.read_text(encoding="utf-8").split("<!-- tables -->")[0] if PAGE.exists() else HEAD
    PAGE.write_text(f"{head}<!-- tables -->\n\n{tables(pd.read_parquet(RAW))}", encoding="utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("OVERSMITH_DATA"))
    parser.add_argument("--quick", action="store_true", help="three toys, 200 rows, one seed")
    parser.add_argument("--methods", help="comma-separated; all methods of tables unless given")
    parser.add_argument("--peers", action="store_true", help=f"{', '.join(PEERS)} too, installed where missing")
    parser.add_argument("--store", type=Path, default=HOME / "quality.jsonl")
    parser.add_argument("--page", action="store_true", help="write docs/quality.md and the raw results")
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        method, *folder = options.child
        from oversmith.training import enable_persistent_cache

        enable_persistent_cache()
        source = from_peer if method in PEERS else generate
        for name, rows, seed in json.load(sys.stdin):
            unit = (name, rows, seed)
            print(json.dumps(run_unit(method, unit, Path(folder[0]) if folder else None, source)), flush=True)
        return 0
    beside = ROOT.parent / "shared" / "data"
    folder = options.folder or (beside if beside.is_dir() else None)
    from oversmith._registry import METHODS

    known = [name for name, entry in METHODS.items() if "table" in entry.modality and name not in NO_METHOD]
    methods = options.methods.split(",") if options.methods else [REAL, *known, *(PEERS if options.peers else ())]
    if unknown := set(methods) - {REAL, *METHODS, *PEERS}:
        sys.exit(f"--methods: {', '.join(sorted(unknown))} found; choose from {', '.join([REAL, *METHODS, *PEERS])}")
    scores = run(methods, folder, options.quick, options.store)
    wanted = {(method, *unit) for method in methods for unit in units(folder, options.quick)}
    keys = list(scores[["method", "data", "rows", "seed"]].itertuples(index=False, name=None))
    scores = scores[[key in wanted for key in keys]]
    print(tables(scores))
    if options.page:
        write_page(scores)
    return int((scores["error"] != "").any())


if __name__ == "__main__":
    sys.exit(main())
