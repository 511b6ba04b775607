"""Speed of one training step against the arithmetic it needs and against PyTorch.

A step is five critic updates with gradient penalty and one generator update of EO-WGAN's own recipe, with three hidden
layers in each network. Run ``python benchmarks/engine.py``; PyTorch is used where it is installed.

Every engine runs in a child process that is held to one processor and one thread. What counts is processor time, the
best of several repetitions after a warm-up, so that compilation and other programs on the machine stay out.
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
from typing import Any

SIZES = (64, 128, 256)
STEPS = {64: 400, 128: 150, 256: 30}
REPEATS = 11
N_CRITIC = 5

# The square products of a step as (count, kind, batches): kind is which side is transposed, batches is 2 where real
# and generated rows go through the critic together. The products with the critic's one output are left out.
CRITIC_UPDATE = [
    (4, "NN", 1),  # generator, forward
    (3, "NN", 2),  # critic on real and generated rows, forward
    (2, "NT", 2),  # its gradient by hidden values
    (3, "TN", 2),  # its gradient by weights
    (3, "NN", 1),  # penalty: critic on mixed rows, forward
    (3, "NT", 1),  # penalty: gradient by rows, the direction
    (3, "NN", 1),  # penalty: derivative along the direction
    (2, "NT", 1),  # penalty: its gradient by hidden values
    (4, "TN", 1),  # penalty: its gradient by weights, and by the first layer's once more through the bend of tanh
]
GENERATOR_UPDATE = [
    (4, "NN", 1),  # generator, forward
    (3, "NN", 1),  # critic, forward
    (3, "NT", 1),  # critic, gradient by rows
    (3, "NT", 1),  # generator, gradient by hidden values
    (4, "TN", 1),  # generator, gradient by weights
]
PRODUCTS = [(count * N_CRITIC, kind, batches) for count, kind, batches in CRITIC_UPDATE] + GENERATOR_UPDATE
UNITS = sum(count * batches for count, _, batches in PRODUCTS)


def cpu_time(work: Callable[[], Any]) -> float:
    """Return the processor seconds of one call."""
    start = time.process_time()
    work()
    return time.process_time() - start


def best(times: list[float]) -> dict[str, float]:
    """Return the best and the median of several repetitions."""
    return {"best": min(times), "median": sorted(times)[len(times) // 2]}


# ------------------------------------------------------------------ Oversmith, and the floor in the same process


def product_loops(size: int, loops: int) -> dict[tuple[str, int], Callable[[], Any]]:
    """Return, for each kind of product, a compiled loop of ``loops`` of them, each fed by the one before."""
    import jax

    def chain(kind: str, batches: int) -> Callable[[], Any]:
        rows = batches * size
        x = jax.random.normal(jax.random.key(0), (rows, size))
        other = jax.random.normal(jax.random.key(1), (rows if kind == "TN" else size, size)) * rows**-0.5

        def body(_: Any, x: Any) -> Any:
            if kind == "TN":
                # Transposed first, as the engine does: faster than the product of the transposed matrix.
                product = jax.lax.optimization_barrier(x.T) @ other
                return jax.lax.dynamic_update_slice(x, product, (0, 0))
            return x @ (other.T if kind == "NT" else other)

        run = jax.jit(lambda x: jax.lax.fori_loop(0, loops, body, x))
        return lambda: run(x).block_until_ready()

    return {(kind, batches): chain(kind, batches) for _, kind, batches in PRODUCTS}


def rate_loops() -> list[Callable[[], Any]]:
    """Return the product of 1,024 x 1,024 matrices in both libraries; the faster one sets the floor."""
    import jax
    import numpy as np

    a = np.random.default_rng(0).normal(size=(1024, 1024)).astype(np.float32)
    on_device = jax.numpy.asarray(a)
    square = jax.jit(lambda a: a @ a)
    return [lambda: square(on_device).block_until_ready(), lambda: a @ a]


def measure_oversmith(size: int) -> dict[str, Any]:
    """Time training, the 1,024 product and the exact list of products, in turn."""
    from types import SimpleNamespace

    import jax
    import numpy as np

    from oversmith.networks import column_arrays
    from oversmith.recipes import wasserstein
    from oversmith.recipes.sizes import Sizes
    from oversmith.training import count_compilations, table_data, train

    steps, loops = STEPS[size], 10 * STEPS[size]
    columns = column_arrays([SimpleNamespace(start=0, stop=size, activation="linear")], size)
    training = Sizes(width=size, padded_width=size, condition_width=0, columns=columns, steps=steps)
    recipe = wasserstein.recipe(steps=steps, batch_size=size, lipschitz="gradient_penalty", combine="mean", ema=False)
    widths = (size,) * 3
    players = wasserstein.players(
        jax.random.key(0), training, latent_dim=size, generator_widths=widths, critic_widths=widths, n_critics=1
    )
    hyper = wasserstein.hyper(
        training,
        latent_dim=size,
        learning_rate=1e-4,
        critic_steps=N_CRITIC,
        penalty_weight=10.0,
        clip=0.01,
        ema_decay=0.9,
    )
    data = table_data(np.random.default_rng(0).normal(size=(1000, size)), np.zeros(1000, int), n_classes=1)

    def run() -> None:
        train(recipe, players, data, hyper, jax.random.key(0), check_every=steps)

    rates, products = rate_loops(), product_loops(size, loops)
    for work in (run, *rates, *products.values()):
        work()
    times: list[float] = []
    square: list[float] = []
    single: dict[tuple[str, int], list[float]] = {kind: [] for kind in products}
    with count_compilations() as count:
        for _ in range(REPEATS):
            times.append(cpu_time(run) / steps)
            square += [cpu_time(work) for work in rates for _ in range(2)]
            for kind, work in products.items():
                single[kind].append(cpu_time(work) / loops)
    return {
        **best(times),
        "rate": 2 * 1024**3 / min(square),
        "products": sum(n * min(single[kind, batches]) for n, kind, batches in PRODUCTS),
        "compiled_while_timed": count.programs,
    }


# ------------------------------------------------------------------ PyTorch


def torch_networks(size: int) -> tuple[Any, Any]:
    """Return a generator and a critic of the same shape."""
    import torch
    from torch import nn

    torch.manual_seed(0)
    hidden = [nn.Linear(size, size) for _ in range(7)]
    generator = nn.Sequential(hidden[0], nn.ReLU(), hidden[1], nn.ReLU(), hidden[2], nn.ReLU(), hidden[3])
    critic = nn.Sequential(
        hidden[4], nn.Tanh(), hidden[5], nn.LeakyReLU(0.2), hidden[6], nn.LeakyReLU(0.2), nn.Linear(size, 1)
    )
    return generator, critic


def torch_eager(size: int) -> Callable[[], None]:
    """Return one step as PyTorch users write it: double backward for the penalty, fused Adam."""
    import torch

    generator, critic = torch_networks(size)
    data = torch.randn(1000, size)
    adam = {"lr": 1e-4, "betas": (0.5, 0.9), "fused": True}
    critic_adam = torch.optim.Adam(critic.parameters(), **adam)
    generator_adam = torch.optim.Adam(generator.parameters(), **adam)

    def step() -> None:
        critic.requires_grad_(True)
        for _ in range(N_CRITIC):
            real = data[torch.randint(0, 1000, (size,))]
            with torch.no_grad():
                fake = generator(torch.randn(size, size))
            mixed = (real + torch.rand(size, 1) * (fake - real)).requires_grad_(True)
            scores = critic(torch.cat([real, fake]))
            (slope,) = torch.autograd.grad(critic(mixed).sum(), mixed, create_graph=True)
            penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
            loss = scores[size:].mean() - scores[:size].mean() + 10 * penalty
            critic_adam.zero_grad(set_to_none=True)
            loss.backward()
            critic_adam.step()
        # The critic's own gradient is not wanted here, and PyTorch would compute it.
        critic.requires_grad_(False)
        loss = -critic(generator(torch.randn(size, size))).mean()
        generator_adam.zero_grad(set_to_none=True)
        loss.backward()
        generator_adam.step()

    return step


def torch_compiled(size: int) -> Callable[[], None]:
    """Return the same step with compiled gradients; by `torch.func`, since a compiled graph has no double backward."""
    import torch
    from torch.func import functional_call, grad

    generator, critic = torch_networks(size)
    data = torch.randn(1000, size)
    adam = {"lr": 1e-4, "betas": (0.5, 0.9), "fused": True}
    critic_adam = torch.optim.Adam(critic.parameters(), **adam)
    generator_adam = torch.optim.Adam(generator.parameters(), **adam)
    critic_weights, generator_weights = dict(critic.named_parameters()), dict(generator.named_parameters())

    def critic_loss(weights: Any, real: Any, fake: Any, share: Any) -> Any:
        mixed = real + share * (fake - real)
        scores = functional_call(critic, weights, (torch.cat([real, fake]),))
        slope = grad(lambda rows: functional_call(critic, weights, (rows,)).sum())(mixed)
        penalty = ((slope.norm(dim=1) - 1) ** 2).mean()
        return scores[size:].mean() - scores[:size].mean() + 10 * penalty

    def generator_loss(weights: Any, critic_weights: Any, noise: Any) -> Any:
        fake = functional_call(generator, weights, (noise,))
        return -functional_call(critic, critic_weights, (fake,)).mean()

    @torch.compile
    def critic_gradient(weights: Any, generator_weights: Any, real: Any, noise: Any, share: Any) -> Any:
        fake = functional_call(generator, generator_weights, (noise,))
        return grad(critic_loss)(weights, real, fake, share)

    @torch.compile
    def generator_gradient(weights: Any, critic_weights: Any, noise: Any) -> Any:
        return grad(generator_loss)(weights, critic_weights, noise)

    def update(optimiser: Any, weights: dict[str, Any], gradient: dict[str, Any]) -> None:
        for name, weight in weights.items():
            weight.grad = gradient[name]
        optimiser.step()

    def detached(weights: dict[str, Any]) -> dict[str, Any]:
        return {name: weight.detach() for name, weight in weights.items()}

    def step() -> None:
        for _ in range(N_CRITIC):
            real = data[torch.randint(0, 1000, (size,))]
            noise, share = torch.randn(size, size), torch.rand(size, 1)
            gradient = critic_gradient(detached(critic_weights), detached(generator_weights), real, noise, share)
            update(critic_adam, critic_weights, gradient)
        gradient = generator_gradient(detached(generator_weights), detached(critic_weights), torch.randn(size, size))
        update(generator_adam, generator_weights, gradient)

    return step


def measure_torch(size: int, make: Callable[[int], Callable[[], None]]) -> dict[str, Any]:
    """Time a step in PyTorch."""
    import torch

    torch.set_num_threads(1)
    step, steps = make(size), STEPS[size] // 4

    def run() -> None:
        for _ in range(steps):
            step()

    run()
    return best([cpu_time(run) / steps for _ in range(REPEATS)])


# ------------------------------------------------------------------ children and table

ENGINES: dict[str, Callable[[int], dict[str, Any]]] = {
    "oversmith": measure_oversmith,
    "torch": lambda size: measure_torch(size, torch_eager),
    "torch-compile": lambda size: measure_torch(size, torch_compiled),
}


def in_child(engine: str, size: int) -> dict[str, Any]:
    """Measure in a process of one thread; an engine that fails says why in ``error``."""
    threads = ("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS")
    done = subprocess.run(
        [sys.executable, __file__, "--child", engine, str(size)],
        env={**os.environ, **dict.fromkeys(threads, "1"), "CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu"},
        capture_output=True,
        text=True,
    )
    if done.returncode:
        return {"error": (done.stderr.strip().splitlines() or [f"exit code {done.returncode}"])[-1]}
    return json.loads(done.stdout.splitlines()[-1])


def as_child(engine: str, size: int) -> None:
    """Hold this process to one processor, measure, and print the result."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})
    print(json.dumps(ENGINES[engine](size)))


def verdict(met: bool) -> str:
    return "met" if met else "NOT met"


def report(sizes: list[int]) -> bool:
    """Measure everything, print the tables, and return whether every target that could be judged is met."""
    print(f"One step: {N_CRITIC} critic updates with penalty and 1 generator update, batch b, width w, one thread.")
    per_critic, once = (sum(n * k for n, _, k in part) for part in (CRITIC_UPDATE, GENERATOR_UPDATE))
    print(f"Floor = ({N_CRITIC} x {per_critic} + {once}) x 2 b w^2 = {UNITS} x 2 b w^2 floating-point operations")
    print("        / rate of a 1,024^3 float32 product in the same process.\n")
    has_torch = importlib.util.find_spec("torch") is not None
    engines = ["oversmith", *(["torch", "torch-compile"] if has_torch else [])]
    if not has_torch:
        print("PyTorch is not installed here, so there is no comparison with it (pip install torch==2.13.0).\n")
    print(
        f"{'b/w':>8} {'GFLOP/s':>8} {'floor ms':>9} {'products':>9} {'oversmith':>10} {'(median)':>9} {'/floor':>7}",
        end="",
    )
    print(
        f" {'/products':>10} {'torch':>8} {'ratio':>6} {'compiled':>9} {'ratio':>6}"
        if has_torch
        else f" {'/products':>10}"
    )
    targets = []
    for size in sizes:
        found = {engine: in_child(engine, size) for engine in engines}
        ours = found["oversmith"]
        if "error" in ours:
            sys.exit(f"the engine failed at {size}/{size}: {ours['error']}")
        floor = UNITS * 2 * size**3 / ours["rate"]
        line = (
            f"{f'{size}/{size}':>8} {ours['rate'] / 1e9:8.0f} {1e3 * floor:9.3f} {1e3 * ours['products']:9.3f} "
            f"{1e3 * ours['best']:10.3f} {1e3 * ours['median']:9.3f} {ours['best'] / floor:7.2f} "
            f"{ours['best'] / ours['products']:10.2f}"
        )
        ratios = {}
        for engine in engines[1:]:
            if "error" in found[engine]:
                line += f" {'failed':>8} {'':>6}"
            else:
                ratios[engine] = found[engine]["best"] / ours["best"]
                line += f" {1e3 * found[engine]['best']:8.3f} {ratios[engine]:6.1f}"
        print(line, flush=True)
        for engine in engines[1:]:
            if "error" in found[engine]:
                print(f"         {engine} failed: {found[engine]['error']}")
        if ours["compiled_while_timed"]:
            print(f"         {ours['compiled_while_timed']} programs were compiled while the clock ran")
        if size == 128:
            ratio = ours["best"] / floor
            targets.append((f"128/128: {ratio:.2f} times the floor, at most 1.5", ratio <= 1.5))
        wanted = {64: 5.0, 128: 2.0}.get(size)
        if wanted and "torch" in ratios:
            text = f"{size}/{size}: {ratios['torch']:.1f} times as fast as PyTorch eager, at least {wanted:.0f}"
            targets.append((text, ratios["torch"] >= wanted))
    print()
    for text, met in targets:
        print(f"{verdict(met):>8}  {text}")
    return all(met for _, met in targets)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--sizes", type=int, nargs="+", default=list(SIZES), choices=SIZES, help="batch and width")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.child:
        as_child(arguments.child[0], int(arguments.child[1]))
    elif not report(arguments.sizes):
        sys.exit(1)


if __name__ == "__main__":
    main()
