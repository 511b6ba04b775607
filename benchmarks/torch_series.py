"""The training steps of the methods for series in PyTorch: the library's layers, losses and batches, as a yardstick."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import torch
from torch import nn

SOFTPLUS = nn.functional.softplus
WASSERSTEIN = ("wgan", "wgan-gp")
CLIP = 0.1


class Lambda(nn.Module):
    """A function as a layer."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        super().__init__()
        self.function = function

    def forward(self, x: Any) -> Any:
        """Apply it."""
        return self.function(x)


class Recurrent(nn.Module):
    """Two layers of a bidirectional LSTM over (batch, channels, time)."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.lstm = nn.LSTM(inputs, 64, 2, bidirectional=True, batch_first=True)

    def forward(self, x: Any) -> Any:
        """Read the series."""
        return self.lstm(x.transpose(1, 2))[0].transpose(1, 2)


class Attention(nn.Module):
    """Self-attention with keys as values, and a mean over time."""

    def __init__(self, units: int) -> None:
        super().__init__()
        self.query, self.value = nn.Linear(units, units, bias=False), nn.Linear(units, units, bias=False)

    def forward(self, x: Any) -> Any:
        """Attend."""
        x = x.transpose(1, 2)
        q, v = self.query(x), self.value(x)
        return (x + torch.softmax(q @ v.transpose(1, 2) / x.shape[2] ** 0.5, dim=2) @ v).mean(dim=1)


class Residual(nn.Module):
    """A dilated convolution added to its input."""

    def __init__(self, units: int, dilation: int) -> None:
        super().__init__()
        self.conv = nn.Conv1d(units, units, 3, padding=dilation, dilation=dilation)

    def forward(self, x: Any) -> Any:
        """Add."""
        return x + self.conv(nn.functional.silu(x))


def _normed(units: int, on: bool) -> list[Any]:
    return [nn.BatchNorm1d(units)] if on else []


def _generator(inputs: int, length: int, stem: int, widths: tuple[int, ...], norm: bool) -> Any:
    start = -(-length // (stem * 2 ** (len(widths) - 1)))

    def spread(x: Any) -> Any:
        return x.reshape(len(x), stem, 16, -1).permute(0, 2, 3, 1).reshape(len(x), 16, -1)

    def cut(x: Any) -> Any:
        before = (x.shape[2] - length) // 2
        return x[:, :, before : before + length]

    layers = [nn.Linear(inputs, start * widths[0]), nn.Unflatten(1, (widths[0], start))]
    layers += [*_normed(widths[0], norm), nn.ReLU()]
    for a, b in pairwise(widths):
        layers += [nn.ConvTranspose1d(a, b, 4, 2, 1), *_normed(b, norm), nn.ReLU()]
    layers += [nn.Conv1d(widths[-1], stem * 16, 3, padding=1), Lambda(spread), nn.ReLU()]
    return nn.Sequential(*layers, nn.Conv1d(16, 1, 5, padding=2), Lambda(cut))


def _critic(channels: int, stem: int, widths: tuple[int, ...], norm: bool) -> Any:
    layers: list[Any] = [nn.ConstantPad1d((stem // 2, stem), 0.0), nn.Conv1d(channels, widths[0], 2 * stem, stem)]
    layers.append(nn.LeakyReLU(0.2))
    for a, b in pairwise(widths):
        layers += [nn.ConstantPad1d((1, 2), 0.0), nn.Conv1d(a, b, 4, 2), *_normed(b, norm), nn.LeakyReLU(0.2)]
    return nn.Sequential(*layers, nn.Flatten(), nn.LazyLinear(1))


def _map(before: int, length: int, patch: int, widths: tuple[int, ...]) -> Any:
    units, places = widths[0] // 2, -(-length // patch)

    def patches(x: Any) -> Any:
        told, series = x
        series = nn.functional.pad(series, (0, places * patch - length))
        series = series.reshape(len(series), places, patch).transpose(1, 2)
        return torch.cat([told[:, :, None].expand(-1, -1, places), series], dim=1)

    def points(x: Any) -> Any:
        return x.transpose(1, 2).reshape(len(x), 1, -1)[:, :, :length]

    layers: list[Any] = [Lambda(patches), nn.Conv1d(before + patch, units, 5, padding=2)]
    layers += [Residual(units, 2**number) for number in range(len(widths))]
    return nn.Sequential(*layers, nn.SiLU(), nn.Conv1d(units, patch, 3, padding=1), Lambda(points))


def step_of(method: str, length: int, batch: int, widths: tuple[int, ...], before: int) -> Callable[[], None]:
    """Make one generator step of a method.

    Parameters
    ----------
    method : str
        Kebab name.
    length, batch : int
        Points per series, series per update.
    widths : tuple of int
        Of the method's networks; GANBATS has its own.
    before : int
        Numbers told in front of a series: its class, and the time of a flow.

    Returns
    -------
    callable
        The step.
    """
    torch.set_num_threads(1)
    torch.manual_seed(0)
    stem = 2
    while length > stem * 128:
        stem *= 2
    real, told = torch.randn(batch, 1, length), torch.zeros(batch, before)
    if method == "flow-matching":
        return _flow_step(_map(before, length, stem, widths), real, told)
    norm = method == "dcgan"
    if method == "ganbats":
        generator, critic = _ganbats(before)
        noise = lambda: torch.randn(batch, 1 + before, length)  # noqa: E731
    elif method == "smotified-gan":
        generator, critic = _map(before, length, stem, widths), _critic(1 + before, stem, widths, norm)
        noise = lambda: (told, torch.randn(batch, 1, length))  # noqa: E731
    else:
        generator = _generator(32 + before, length, stem, widths, norm)
        critic = _critic(1 + before, stem, widths, norm)
        noise = lambda: torch.randn(batch, 32 + before)  # noqa: E731
    return _adversarial_step(method, generator, critic, noise, real, told)


def _ganbats(before: int) -> tuple[Any, Any]:
    made: list[Any] = [Recurrent(1 + before)]
    for a, b in ((128, 128), (128, 64), (64, 32)):
        made += [nn.Conv1d(a, b, 5, padding=2, bias=False), nn.BatchNorm1d(b), nn.ReLU()]
    judged: list[Any] = []
    for a, b in ((1 + before, 32), (32, 64)):
        judged += [nn.Conv1d(a, b, 5, 2, 2), nn.ReLU(), nn.BatchNorm1d(b)]
    generator = nn.Sequential(*made, nn.Conv1d(32, 1, 1), nn.Tanh())
    return generator, nn.Sequential(*judged, Attention(64), nn.Linear(64, 1))


def _flow_step(network: Any, real: Any, told: Any) -> Callable[[], None]:
    network((told, real))
    optimiser = torch.optim.Adam(network.parameters(), lr=1e-4, fused=True)

    def step() -> None:
        start, time = torch.randn_like(real), torch.rand(len(real), 1, 1)
        error = network((told, (1 - time) * start + time * real)) - (real - start)
        optimiser.zero_grad(set_to_none=True)
        (error**2).mean().backward()
        optimiser.step()

    return step


def _adversarial_step(
    method: str, generator: Any, critic: Any, noise: Callable[[], Any], real: Any, told: Any
) -> Callable[[], None]:
    batch = len(real)

    def judged(rows: Any) -> Any:
        if not told.shape[1]:
            return critic(rows)
        beside = told[:1, :, None].expand(len(rows), -1, rows.shape[2])
        return critic(torch.cat([beside, rows], dim=1))

    judged(real)
    players = [torch.optim.Adam(net.parameters(), lr=1e-4, betas=(0.5, 0.9), fused=True) for net in (critic, generator)]

    def critic_loss() -> Any:
        fake = generator(noise()).detach()
        both = judged(torch.cat([real, fake]))
        if method not in WASSERSTEIN:
            return SOFTPLUS(-both[:batch]).mean() + SOFTPLUS(both[batch:]).mean()
        loss = both[batch:].mean() - both[:batch].mean()
        if method == "wgan":
            return loss
        mixed = (real + torch.rand(batch, 1, 1) * (fake - real)).requires_grad_()
        (slope,) = torch.autograd.grad(judged(mixed).sum(), mixed, create_graph=True)
        return loss + 10 * ((slope.flatten(1).norm(dim=1) - 1) ** 2).mean()

    def generator_loss() -> Any:
        made = generator(noise())
        if method in WASSERSTEIN:
            return -judged(made).mean()
        if method in ("dcgan", "ganbats"):
            # Their batch norms go by real and generated series together.
            return SOFTPLUS(-judged(torch.cat([real, made]))[batch:]).mean()
        return SOFTPLUS(-judged(made)).mean()

    def update(optimiser: Any, loss: Any) -> None:
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        optimiser.step()

    def step() -> None:
        for _ in range(5 if method in WASSERSTEIN else 1):
            update(players[0], critic_loss())
            if method == "wgan":
                with torch.no_grad():
                    for weight in critic.parameters():
                        weight.clamp_(-CLIP, CLIP)
        update(players[1], generator_loss())

    return step
