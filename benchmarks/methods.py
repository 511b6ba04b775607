"""What every method costs: warm ``fit_resample`` seconds and memory, beside SMOTE and CTGAN, and rows drawn per second.

Each method and data set runs in a process of its own, CTGAN's too, held to one processor and one thread: a pool's
threads wait by spinning, which counts as processor time. The first call pays for imports and compilation, the second is
timed, every training step run (early stopping off). CTGAN is the pip package with its defaults (300 epochs), in an
environment of its own, trained on the whole table and asked for minority rows until the classes are level. The goals
stand in the last column; the exit code is 1 when one is missed.

    python benchmarks/methods.py [DATA_FOLDER] [--quick] [--methods a,b] [--ctgan-epochs N] [--json FILE]
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import subprocess
import sys
import time
import venv
from pathlib import Path

SETS = ("yeast_2_vs_4", "abalone_le7", "adult")
ADULT_ROWS = 10_000
CONTROLS = ("jitter", "gaussian-mixture", "gaussian-copula")
# Combinations of other methods, and a search: no goal of their own.
NO_GOAL = ("auto", "blend", "pca-sampler")
CTGAN_EPOCHS = 300
CTGAN_FACTOR = 10.0
# Seconds on yeast_2_vs_4, and rows per second at ten numeric columns.
MAX_SECONDS = dict.fromkeys(CONTROLS, 0.2) | {"tree-flow": 3.0}
MIN_ROWS = {"flow-matching": 20_000, "tree-flow": 5_000}
ONE_PASS = 200_000
CTGAN_HOME = Path.home() / ".cache" / "oversmith" / "ctgan"

CTGAN_PROGRAM = """
import json, sys, time, warnings
warnings.filterwarnings("ignore")
import pandas as pd
from ctgan import CTGAN
path, epochs = sys.argv[1], int(sys.argv[2])
table = pd.read_parquet(path)
levels = [c for c in table if c == "target" or table[c].dtype == object or str(table[c].dtype) in ("category", "str")]
counts = table["target"].value_counts()
began = time.process_time()
model = CTGAN(epochs=epochs, enable_gpu=False) if "enable_gpu" in CTGAN.__init__.__code__.co_varnames else CTGAN(
    epochs=epochs, cuda=False)
model.fit(table, levels)
trained = time.process_time() - began
missing, rare, drawn = int(counts.iloc[0] - counts.iloc[-1]), counts.index[-1], 0
while drawn < missing:
    made = model.sample(max(missing, 1000), condition_column="target", condition_value=rare)
    drawn += int((made["target"] == rare).sum())
print(json.dumps({"train": trained, "all": time.process_time() - began}))
"""


def load(folder: Path, name: str):
    """Read a data set: features without missing target, and a target of two classes."""
    import pandas as pd
    from sklearn.model_selection import train_test_split

    frame = pd.read_parquet(folder / "tabular" / f"{name}.parquet")
    if name == "adult":
        frame = frame.drop(columns=["split"], errors="ignore")
        frame, _ = train_test_split(frame, train_size=ADULT_ROWS, stratify=frame["target"], random_state=0)
    return frame.drop(columns="target").reset_index(drop=True), frame["target"].astype(str).reset_index(drop=True)


def smote_for(X):
    """Make imbalanced-learn's SMOTE for a table, and the table as it needs it."""
    from imblearn.over_sampling import SMOTE, SMOTENC

    text = [c for c in X if X[c].dtype.kind not in "biuf"]
    filled = X.assign(**{c: X[c].astype(object).where(X[c].notna(), "missing").astype(str) for c in text})
    return (SMOTENC(text, random_state=0) if text else SMOTE(random_state=0)), filled


def time_method(folder: Path, kebab: str, name: str) -> dict:
    """Time the second ``fit_resample`` of this process."""
    X, y = load(folder, name)
    if kebab == "smote":
        sampler, X = smote_for(X)
    else:
        from oversmith._registry import load_class

        sampler = load_class(kebab)(random_state=0)
        if "patience" in sampler.get_params(deep=False):
            sampler.set_params(patience=None)
    sampler.fit_resample(X, y)
    cpu, wall = time.process_time(), time.perf_counter()
    sampler.fit_resample(X, y)
    found = {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}
    steps = set(getattr(sampler, "n_steps_", {}).values())
    if steps and hasattr(sampler, "max_steps"):
        assert steps == {sampler.max_steps}, f"every step must be run, {steps} of {sampler.max_steps} were"
    found["steps"] = max(steps, default=0)
    found["mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


def rows_per_second(kebab: str) -> dict:
    """Draw from a sampler fitted on ten numeric columns; how well it is trained makes no difference to the speed."""
    import numpy as np

    from oversmith._registry import load_class

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(600, 10)), np.repeat([0, 1], [500, 100])
    sampler = load_class(kebab)(random_state=0)
    if "max_steps" in sampler.get_params(deep=False):
        sampler.set_params(max_steps=20)
    sampler.fit(X, y)
    sampler.sample(4096, 1)
    n, seconds = 4096, 0.0
    while seconds < 1.0 and n < 2_000_000:
        n *= 4
        began = time.perf_counter()
        sampler.sample(n, 1)
        seconds = time.perf_counter() - began
    return {"rows": n / seconds}


def ctgan_python(make: bool) -> Path | None:
    """Return the interpreter of CTGAN's own environment; make it where asked to."""
    python = CTGAN_HOME / "bin" / "python"
    if not python.exists() and make:
        venv.create(CTGAN_HOME, with_pip=True)
        subprocess.run([python, "-m", "pip", "install", "--quiet", "ctgan", "pyarrow"], check=True)
    return python if python.exists() else None


def time_ctgan(python: Path, folder: Path, name: str, epochs: int) -> dict:
    """Train CTGAN and draw what is missing; with fewer than 300 epochs, from two runs and a straight line."""
    X, y = load(folder, name)
    # CTGAN takes no missing values.
    table = X.assign(**{c: X[c].astype(str) for c in X if X[c].dtype.kind not in "biuf"}, target=y)
    path = CTGAN_HOME / f"{name}.parquet"
    table.to_parquet(path)

    def run(n: int) -> dict:
        command = [python, "-c", CTGAN_PROGRAM, str(path), str(n)]
        done = subprocess.run(command, capture_output=True, text=True, env=one_thread(), check=True)
        return json.loads(done.stdout.splitlines()[-1])

    if epochs >= CTGAN_EPOCHS:
        return run(CTGAN_EPOCHS) | {"how": f"{CTGAN_EPOCHS} epochs, all run"}
    half, full = run(epochs // 2), run(epochs)
    if full["train"] <= half["train"]:
        # A few epochs on few rows take no longer than the noise of the clock.
        return run(CTGAN_EPOCHS) | {"how": f"{CTGAN_EPOCHS} epochs, all run"}
    slope = (full["train"] - half["train"]) / (epochs - epochs // 2)
    train = half["train"] + slope * (CTGAN_EPOCHS - epochs // 2)
    how = (
        f"{half['train']:.1f} s at {epochs // 2}, {full['train']:.1f} s at {epochs} epochs, drawn out to {CTGAN_EPOCHS}"
    )
    return {"train": train, "all": train + full["all"] - full["train"], "how": how}


def one_thread() -> dict[str, str]:
    """Limit a child's thread pools: methods are compared on one core."""
    names = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
    return os.environ | dict.fromkeys(names, "1")


def child(*words: str) -> dict:
    """Run one measurement in a fresh process; a failure is a result."""
    done = subprocess.run(
        [sys.executable, __file__, "--child", *words], capture_output=True, text=True, env=one_thread(), check=False
    )
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or ["killed"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def goals(kebab: str, sets: dict, rows: float | None, ctgan: dict, networks: set[str]) -> list[str]:
    """List the goals a method misses."""
    missed = []
    yeast = sets.get("yeast_2_vs_4", {}).get("cpu")
    if kebab in MAX_SECONDS and yeast is not None and yeast > MAX_SECONDS[kebab]:
        missed.append(f"{yeast:.2f} s on yeast, goal {MAX_SECONDS[kebab]} s")
    if kebab in networks:
        for name, found in sets.items():
            if name in ctgan and "cpu" in found and ctgan[name]["all"] / found["cpu"] < CTGAN_FACTOR:
                missed.append(f"{ctgan[name]['all'] / found['cpu']:.1f} x CTGAN on {name}, goal {CTGAN_FACTOR:g}")
    least = MIN_ROWS.get(kebab, ONE_PASS if kebab in networks else None)
    if rows is not None and least is not None and rows < least:
        missed.append(f"{rows:,.0f} rows/s, goal {least:,}")
    return missed + [f"{name}: {found['error']}" for name, found in sets.items() if "error" in found]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", nargs="?", type=Path, default=os.environ.get("OVERSMITH_DATA"))
    parser.add_argument("--quick", action="store_true", help="yeast_2_vs_4 alone; CTGAN where it is installed")
    parser.add_argument("--methods", help="comma-separated; all but auto unless given")
    parser.add_argument("--ctgan-epochs", type=int, default=CTGAN_EPOCHS, help="fewer are drawn out from two runs")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--child", nargs="+", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        kind, *words = options.child
        from oversmith.training import enable_persistent_cache

        enable_persistent_cache()
        print(json.dumps(rows_per_second(*words) if kind == "rows" else time_method(Path(words[0]), *words[1:])))
        return 0
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    beside = Path(__file__).resolve().parents[2] / "shared" / "data"
    folder = Path(options.folder or beside)
    if not folder.is_dir():
        sys.exit("give the folder of the data sets, or set OVERSMITH_DATA")
    from oversmith._registry import METHODS, load_class

    known = [kebab for kebab, entry in METHODS.items() if kebab != "auto" and "table" in entry.modality]
    chosen = options.methods.split(",") if options.methods else known
    networks = {kebab for kebab in chosen if hasattr(load_class(kebab), "partial_fit") and kebab not in NO_GOAL}
    sets = SETS[:1] if options.quick else SETS
    python = ctgan_python(make=not options.quick)
    ctgan = {}
    found = "in an environment of its own" if python else "not installed, left out (run without --quick)"
    print(f"one processor; CTGAN {found}")
    for name in sets if python else ():
        ctgan[name] = time_ctgan(python, folder, name, options.ctgan_epochs)
        print(f"CTGAN on {name}: {ctgan[name]['all']:.1f} CPU s ({ctgan[name]['how']})", flush=True)
    heading = "".join(f"{f'{name}: s, MB':>26s}{'x CTGAN':>9s}" for name in sets)
    print(f"\n{'method':18s}{'steps':>6s}{heading}{'rows/s':>12s}  goals missed")
    results, failed = {"ctgan": ctgan}, False
    for kebab in ["smote", *chosen]:
        found = {name: child("time", str(folder), kebab, name) for name in sets}
        rows = None if kebab in ("smote", *NO_GOAL) else child("rows", kebab).get("rows")
        missed = goals(kebab, found, rows, ctgan, networks)
        failed |= bool(missed)
        cells = ""
        for name in sets:
            entry = found[name]
            cost = f"{entry['cpu']:.3f}, {entry['mb']:,.0f}" if "cpu" in entry else "failed"
            ratio = f"{ctgan[name]['all'] / entry['cpu']:.0f}" if name in ctgan and "cpu" in entry else "–"
            cells += f"{cost:>26s}{ratio:>9s}"
        steps = max((entry.get("steps", 0) for entry in found.values()), default=0)
        speed = f"{rows:,.0f}" if rows else "–"
        print(f"{kebab:18s}{steps or '–':>6}{cells}{speed:>12s}  {'; '.join(missed)}", flush=True)
        results[kebab] = {"sets": found, "rows": rows, "missed": missed}
    if options.json:
        options.json.with_suffix(".partial").write_text(json.dumps(results, indent=1))
        options.json.with_suffix(".partial").replace(options.json)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
