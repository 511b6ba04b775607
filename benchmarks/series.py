"""Methods of series: seconds per generator step beside PyTorch, seconds of whole calls, and of dynamic time warping.

A step is what the method's schedule does for one update of its generator, with the library's own networks at their
defaults; PyTorch, where it is installed, trains the same layers with the same batch, convolutions and LSTM being its
own. Every measurement runs in a child process held to one processor and one thread; what counts is processor time, the
best of several after a warm-up. The goals stand in the last column; the exit code is 1 when one is missed.

    python benchmarks/series.py [DATA_FOLDER] [--quick]
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

LENGTHS = (96, 128, 187, 1024)
# Batch as the method's default; steps timed at each length.
METHODS = {
    "cgan": 64,
    "dcgan": 64,
    "wgan": 64,
    "wgan-gp": 64,
    "smotified-gan": 64,
    "flow-matching": 128,
    "ganbats": 32,
}
STEPS = {96: 20, 128: 20, 187: 10, 1024: 3}
# Steps of one or two updates are over too soon for so few.
DEAR = ("wgan", "wgan-gp", "ganbats")
REPEATS = 3
# PyTorch's seconds over ours, at least.
GOALS = {("ganbats", 128): 1 / 1.5, **{("wgan-gp", length): 1.0 for length in LENGTHS}}
CALLS = {"ganbats": 120.0, "wgan-gp": 40.0}
DTW_SECONDS = 10.0


def best_of(work: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Processor seconds of the fastest of several calls, after one that is not timed."""
    work()
    times = []
    for _ in range(repeats):
        start = time.process_time()
        work()
        times.append(time.process_time() - start)
    return min(times)


def waves(length: int) -> tuple[Any, Any]:
    """Forty series of each of two classes."""
    import numpy as np

    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [60, 40])
    return rng.normal(size=(100, 1, length)).cumsum(axis=2), y


def steps_timed(method: str, length: int) -> int:
    """Count the steps of one measurement."""
    return STEPS[length] * (1 if method in DEAR else 5)


def ours(method: str, length: int) -> float:
    """Seconds of one generator step: a long training less a short one, both warm."""
    from oversmith._registry import load_class

    X, y = waves(length)
    steps = steps_timed(method, length)

    def fit(n: int) -> Callable[[], Any]:
        options: dict[str, Any] = {"max_steps": n, "patience": None, "random_state": 0, "batch_size": METHODS[method]}
        if method == "ganbats":
            options |= {"lstm_stride": 1, "stop": "steps"}
        sampler = load_class(method)(**options)
        sampler._monitor = lambda session: None
        return lambda: sampler.fit(X, y)

    return (best_of(fit(2 * steps)) - best_of(fit(steps))) / steps


def torch_step(method: str, length: int) -> float:
    """Seconds of the same step in PyTorch."""
    import torch_series

    from oversmith._registry import load_class
    from oversmith.networks.inputs import TIME_FEATURES

    # Two classes are told where one network serves both; a flow is told its time too.
    sampler = load_class(method)()
    before = (2 if sampler._learns_from_all else 0) + (TIME_FEATURES if method == "flow-matching" else 0)
    known = sampler.get_params(deep=False)
    widths = tuple(known.get("widths") or known["generator_widths"])
    step = torch_series.step_of(method, length, METHODS[method], widths, before)
    steps = steps_timed(method, length)
    return best_of(lambda: [step() for _ in range(steps)]) / steps


def whole_call(method: str, folder: str) -> dict[str, float]:
    """Seconds of ``fit_resample`` on 80 % of ECG200, and how near the series come to those left out."""
    import numpy as np

    from oversmith._registry import load_class
    from oversmith.metrics import energy_distance

    with np.load(Path(folder) / "series" / "ecg200.npz") as arrays:
        X, y = arrays["X"], arrays["y"]
    kept = np.random.default_rng(0).permutation(len(X))
    train, test = kept[:160], kept[160:]
    options = {"max_epochs": 100, "batch_size": 32} if method == "ganbats" else {}
    sampler = load_class(method)(random_state=0, **options)
    seconds = best_of(lambda: sampler.fit_resample(X[train], y[train]))
    unseen = X[test][y[test] == -1].reshape(-1, X.shape[2])
    made = sampler.sample(200, -1).reshape(200, -1)
    real = X[train][y[train] == -1].reshape(-1, X.shape[2])
    return {
        "seconds": seconds,
        "steps": float(sampler.n_steps_[-1]),
        "distance": energy_distance(made, unseen),
        "distance_real": energy_distance(real, unseen),
    }


def warping() -> float:
    """Seconds of 40,000 warping distances of series of 187 points."""
    import numpy as np

    from oversmith.metrics import dtw_matrix

    a, b = np.random.default_rng(0).normal(size=(2, 200, 1, 187)).cumsum(axis=3)
    return best_of(lambda: dtw_matrix(a, b))


def child(what: str, *arguments: Any, script: str = __file__) -> Any:
    """Run one of a script's functions in a process held to one processor and one thread."""
    environment = os.environ | {
        "XLA_FLAGS": "--xla_cpu_multi_thread_eigen=false",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "JAX_PLATFORMS": "cpu",
    }
    command = [sys.executable, script, "--child", json.dumps([what, *arguments])]
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)
    return json.loads(done.stdout.splitlines()[-1])


def answer(asked: str, functions: dict[str, Callable[..., Any]]) -> None:
    """Be the child: hold on to one processor, run the function that is asked for, print what it gives."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    what, *arguments = json.loads(asked)
    print(json.dumps(functions[what](*arguments)))


def print_row(*cells: Any) -> None:
    """Print a row of a Markdown table."""
    print("|", " | ".join(map(str, cells)), "|", flush=True)


def main() -> int:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", default=os.environ.get("OVERSMITH_DATA"))
    parser.add_argument("--quick", action="store_true", help="short series alone, no whole calls")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        answer(options.child, {"ours": ours, "torch": torch_step, "call": whole_call, "warping": warping})
        return 0
    missed = 0
    rival = importlib.util.find_spec("torch") is not None
    print_row("method", "batch", "length", "seconds a step", "PyTorch", "PyTorch / ours", "goal")
    print_row(*["---"] * 7)
    for method, batch in METHODS.items():
        for length in LENGTHS[:1] if options.quick else LENGTHS:
            mine = child("ours", method, length)
            theirs = child("torch", method, length) if rival else None
            goal = GOALS.get((method, length))
            ratio = None if theirs is None else theirs / mine
            missed += ratio is not None and goal is not None and ratio < goal
            shown = [f"{x:.4f}" if x is not None else "–" for x in (mine, theirs)]
            told = "–" if ratio is None else f"{ratio:.2f}"
            print_row(method, batch, length, *shown, told, "–" if goal is None else f"≥ {goal:.2f}")
    seconds = child("warping")
    missed += seconds > DTW_SECONDS
    print(f"\nDynamic time warping, 200 x 200 series of 187 points: {seconds:.2f} s (goal {DTW_SECONDS:.0f} s)")
    if options.folder and not options.quick:
        print()
        print_row(
            "fit_resample on 80 % of ECG200", "CPU s", "goal", "steps", "energy distance to unseen", "of real rows"
        )
        print_row(*["---"] * 6)
        for method, goal in CALLS.items():
            found = child("call", method, options.folder)
            missed += found["seconds"] > goal
            numbers = [f"{found[name]:.2f}" for name in ("distance", "distance_real")]
            print_row(method, f"{found['seconds']:.1f}", f"{goal:.0f}", f"{found['steps']:.0f}", *numbers)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
