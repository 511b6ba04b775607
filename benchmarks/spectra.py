"""Methods of spectra: seconds per step of all players beside PyTorch, and seconds of whole calls.

A step is what the method's schedule does for one update of its generator, or of its one network: the discriminator (one
or five times), the generator, the classifier where there is one, at batch 32. PyTorch, where it is installed, takes the
step of the three players with the same layers and the penalty by double backward. Steps are measured in a child process
held to one processor and one thread: processor time, the best of several after a warm-up. Whole calls take what
processors there are: wall clock, compilation included. The goals stand in the last column; the exit code is 1 when one
is missed.

    python benchmarks/spectra.py [--quick] [--calls]
"""

from __future__ import annotations

import argparse
import importlib.util
import sys
import time
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from series import answer, best_of, child, print_row

LENGTHS = (235, 800, 1600)
STEPS = {235: 20, 800: 8, 1600: 4}
BATCH = 32
# Settings that are measured, by name: method and constructor.
SETTINGS = {
    "three-player-gan": ("three-player-gan", "default"),
    "three-player-gan, paper": ("three-player-gan", "paper"),
    "bagan-gp": ("bagan-gp", "default"),
    "cdragan": ("cdragan", "default"),
    "cooperative-gan": ("cooperative-gan", "default"),
    "acgan": ("acgan", "default"),
    "conditional-diffusion": ("conditional-diffusion", "default"),
}
# Wall seconds of `fit_resample` on 150 + 4 spectra of 800 points, two cores.
CALLS = {"three-player-gan": 90.0, "three-player-gan, paper": 360.0}


def spectra(length: int, rare: int = 4) -> tuple[Any, Any]:
    """Peaks on a slope, the rare class with its peak elsewhere."""
    import numpy as np

    rng = np.random.default_rng(0)
    y = np.repeat([0, 1], [150, rare])
    at = np.linspace(0, 1, length)
    centre = 0.4 + 0.1 * y[:, None] + rng.normal(scale=0.02, size=(len(y), 1))
    X = np.exp(-(((at - centre) / 0.05) ** 2)) + 0.3 * at + rng.normal(scale=0.01, size=(len(y), length))
    return X[:, None], y


def sampler_of(setting: str, **options: Any) -> Any:
    """Make the sampler of a setting."""
    from oversmith._registry import load_class

    kebab, made_by = SETTINGS[setting]
    make = load_class(kebab)
    return (make.paper if made_by == "paper" else make)(random_state=0, **options)


def ours(setting: str, length: int) -> float:
    """Seconds of one step: a long training less a short one, both warm."""
    X, y = spectra(length)
    steps = STEPS[length]

    def fit(n: int) -> Callable[[], Any]:
        options: dict[str, Any] = {"max_steps": n, "max_epochs": None, "batch_size": BATCH}
        if "pretrain_epochs" in sampler_of(setting).get_params():
            options["pretrain_epochs"] = 0
        sampler = sampler_of(setting, **options)
        # Scores of checkpoints are not steps.
        sampler._monitor = lambda session: None
        return lambda: sampler.fit(X, y)

    return (best_of(fit(2 * steps)) - best_of(fit(steps))) / steps


def torch_step(setting: str, length: int) -> float:
    """Seconds of the three players' step in PyTorch, penalty by double backward."""
    import torch
    from torch import nn

    torch.set_num_threads(1)
    torch.manual_seed(0)
    sampler = sampler_of(setting)
    wide, tall = sampler.critic_widths, sampler.generator_widths
    # Kernel 4 and stride 2, padded so that the places are halved and rounded up.
    start = length
    for _ in range(4):
        start = -(-start // 2)

    def halving(widths: tuple[int, ...]) -> list[Any]:
        layers: list[Any] = []
        for a, b in zip((1, *widths[:-1]), widths, strict=True):
            layers += [nn.ConstantPad1d((1, 2), 0.0), nn.Conv1d(a, b, 4, 2), nn.LeakyReLU(0.2)]
        return [*layers, nn.Flatten()]

    class Critic(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.convolutions = nn.Sequential(*halving(wide))
            n = self.convolutions(torch.zeros(1, 1, length)).shape[1]
            self.label = nn.Embedding(2, n)
            self.head = nn.Sequential(nn.Linear(n, sampler.head_units), nn.LeakyReLU(0.2))
            self.score = nn.Linear(sampler.head_units, 1)

        def judged(self, features: Any, label: Any) -> Any:
            return self.score(self.head(features * self.label(label)))[:, 0]

        def forward(self, rows: Any, label: Any) -> Any:
            return self.judged(self.convolutions(rows), label)

    class Generator(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.label = nn.Embedding(2, sampler.latent_dim)
            layers: list[Any] = [nn.Linear(sampler.latent_dim, tall[0] * start), nn.LeakyReLU(0.2)]
            layers.append(nn.Unflatten(1, (tall[0], start)))
            for a, b in pairwise(tall):
                layers += [nn.ConvTranspose1d(a, b, 4, 2, 1), nn.BatchNorm1d(b), nn.LeakyReLU(0.2)]
            self.layers = nn.Sequential(*layers, nn.ConvTranspose1d(tall[-1], 1, 4, 2, 1))

        def forward(self, noise: Any, label: Any) -> Any:
            x = self.layers(noise * self.label(label))
            at = (x.shape[2] - length) // 2
            return torch.tanh(x[:, :, at : at + length])

    critic, generator = Critic(), Generator()
    classifier = nn.Sequential(*halving(sampler.classifier_widths), nn.LazyLinear(2))
    real = torch.rand(BATCH, 1, length) * 2 - 1
    classifier(real)
    players = [
        torch.optim.Adam(net.parameters(), lr=2e-4, betas=(0.5, 0.9), fused=True)
        for net in (critic, generator, classifier)
    ]
    softplus, entropy = nn.functional.softplus, nn.functional.cross_entropy

    def updated(number: int, loss: Any) -> None:
        players[number].zero_grad(set_to_none=True)
        loss.backward()
        players[number].step()

    def made() -> tuple[Any, Any]:
        asked = torch.randint(2, (BATCH,))
        return generator(torch.randn(BATCH, sampler.latent_dim), asked), asked

    def step() -> None:
        label = torch.randint(2, (BATCH,))
        with torch.no_grad():
            fake, asked = made()
        features = critic.convolutions(torch.cat([real, fake]))
        features = torch.cat([features, features[:BATCH]])
        logits = critic.judged(features, torch.cat([label, asked, 1 - label]))
        mixed = (real + torch.rand(BATCH, 1, 1) * (fake - real)).requires_grad_()
        (slope,) = torch.autograd.grad(critic(mixed, label).sum(), mixed, create_graph=True)
        penalty = ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()
        loss = softplus(-logits[:BATCH]).mean() + softplus(logits[BATCH : 2 * BATCH]).mean()
        updated(0, loss + softplus(logits[2 * BATCH :]).mean() + 10 * penalty)
        fake, asked = made()
        updated(1, softplus(-critic(fake, asked)).mean() + entropy(classifier(fake), asked))
        with torch.no_grad():
            fake, asked = made()
        updated(2, entropy(classifier(torch.cat([real, fake])), torch.cat([label, asked])))

    steps = STEPS[length]
    return best_of(lambda: [step() for _ in range(steps)]) / steps


def whole_call(setting: str) -> tuple[float, int]:
    """Wall seconds of ``fit_resample`` on 150 + 4 spectra of 800 points, and steps run."""
    X, y = spectra(800)
    sampler = sampler_of(setting)
    start = time.perf_counter()
    sampler.fit_resample(X, y)
    return time.perf_counter() - start, sampler.n_steps_[1]


def main() -> int:
    """Measure everything and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="short spectra alone, no whole calls")
    parser.add_argument("--calls", action="store_true", help="whole calls alone")
    parser.add_argument("--child", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        answer(options.child, {"ours": ours, "torch": torch_step})
        return 0
    missed = 0
    rival = importlib.util.find_spec("torch") is not None
    if not options.calls:
        print_row("method", "length", "seconds a step", "PyTorch", "PyTorch / ours", "goal")
        print_row(*["---"] * 6)
        for setting in SETTINGS:
            for length in LENGTHS[:1] if options.quick else LENGTHS:
                mine = child("ours", setting, length, script=__file__)
                beside = rival and setting.startswith("three-player")
                theirs = child("torch", setting, length, script=__file__) if beside else None
                missed += theirs is not None and theirs < mine
                told = ("–", "–", "–") if theirs is None else (f"{theirs:.4f}", f"{theirs / mine:.2f}", "≥ 1")
                print_row(setting, length, f"{mine:.4f}", *told)
    if not options.quick:
        print()
        print_row("fit_resample, 150 + 4 spectra of 800 points", "wall s", "goal", "steps")
        print_row(*["---"] * 4)
        for setting, goal in CALLS.items():
            seconds, steps = whole_call(setting)
            missed += seconds > goal
            print_row(setting, f"{seconds:.0f}", f"{goal:.0f}", steps)
    return int(missed > 0)


if __name__ == "__main__":
    sys.exit(main())
