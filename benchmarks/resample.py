"""CPU seconds and memory of EO-WGAN's ``fit_resample`` at the library default, every step run.

Each data set runs in fresh processes: the first ``fit_resample`` of a process pays for imports and compilation, the
second does not. Early stopping is off, so all 1,000 generator steps with five critic steps each are run. The same
run prints the energy distance of generated rows to held-out minority rows at the default number of steps and at
twice as many, with its standard error.

    python benchmarks/resample.py [DATA_FOLDER]
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import time
from pathlib import Path

from oversmith import Stop

REPEATS = 3
# Data set → (label of the minority, columns that are no features, target CPU seconds first and second, target MB).
SETS = {
    "yeast_2_vs_4": ("positive", [], 12.0, 3.0, None),
    "unsw_nb15_82k": ("Worms", ["id", "label_binary"], 60.0, None, 2000.0),
}


def load(folder: Path, name: str):
    import pandas as pd

    positive, dropped, *_ = SETS[name]
    frame = pd.read_parquet(folder / "tabular" / f"{name}.parquet").drop(columns=dropped)
    return frame.drop(columns="target"), (frame["target"] == positive).astype(int)


def time_it(folder: Path, name: str) -> dict[str, float]:
    """Run in a fresh process: CPU seconds since its start, then of a second call, and peak memory."""
    import oversmith

    X, y = load(folder, name)
    sampler = oversmith.EOWGAN(random_state=0, stop=Stop(patience=None))
    sampler.fit_resample(X, y)
    first = time.process_time()
    sampler.fit_resample(X, y)
    second = time.process_time() - first
    steps = set(sampler.n_steps_.values())
    assert steps == {1000}, f"the benchmark must run every step, it ran {steps}"
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return {"first": first, "second": second, "peak_mb": peak}


def distances(folder: Path, name: str) -> dict[str, list[float]]:
    """Energy distance to held-out minority rows at the default number of steps and at twice as many."""
    import numpy as np

    import oversmith
    from oversmith.metrics import energy_distance_error

    X, y = load(folder, name)
    minority = np.flatnonzero(y == 1)
    held = np.random.default_rng(0).permutation(minority)[: len(minority) // 3]
    train = np.setdiff1d(np.arange(len(y)), held)
    found = {}
    for steps in (1000, 2000):
        # smote_share=0: the rows of the network alone.
        sampler = oversmith.EOWGAN(max_steps=steps, smote_share=0.0, random_state=0, stop=Stop(patience=None))
        sampler.fit(X.iloc[train], y.iloc[train])
        made = sampler.encoder_.transform(sampler.sample(512, 1))
        found[str(steps)] = list(energy_distance_error(made, sampler.encoder_.transform(X.iloc[held])))
    return found


def child(job: str, folder: Path, name: str) -> dict:
    command = [sys.executable, __file__, "--child", job, str(folder), name]
    return json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def verdict(value: float, target: float | None) -> str:
    if target is None:
        return ""
    return f" (target {target:g}: {'met' if value < target else 'MISSED'})"


def main() -> None:
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("OVERSMITH_DATA", "../shared/data")
    folder = Path(given).resolve()
    if not folder.is_dir():
        print(f"no data folder {given!r}: give it as an argument or set OVERSMITH_DATA; nothing was measured")
        return
    print(f"EO-WGAN fit_resample, library default, 1,000 x 5 steps, process CPU seconds, best of {REPEATS}")
    for name, (_, _, first_target, second_target, memory_target) in SETS.items():
        runs = [child("time", folder, name) for _ in range(REPEATS)]
        first, second, peak = (
            min(run["first"] for run in runs),
            min(run["second"] for run in runs),
            max(run["peak_mb"] for run in runs),
        )
        print(f"\n{name}")
        print(f"  fresh process, imports and compilation included {first:7.2f} s{verdict(first, first_target)}")
        print(f"  second call in the same process                 {second:7.2f} s{verdict(second, second_target)}")
        print(f"  peak resident memory                            {peak:7.0f} MB{verdict(peak, memory_target)}")
        found = child("distance", folder, name)
        (once, error), (twice, _) = found["1000"], found["2000"]
        print(f"  energy distance to held-out rows, 1,000 steps   {once:7.4f} ± {error:.4f}")
        print(f"  the same, 2,000 steps                           {twice:7.4f}")
        print(f"  no worse by more than its error                 {'yes' if once <= twice + error else 'NO':>7}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        job = {"time": time_it, "distance": distances}[sys.argv[2]]
        print(json.dumps(job(Path(sys.argv[3]), sys.argv[4])))
    else:
        main()
