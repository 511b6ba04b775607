"""Parameters of version 0.1.0 under their present names, so that its saved samplers can be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from oversmith.encoders import ImageEncoder, SeriesEncoder, TableEncoder
from oversmith.samplers import settings
from oversmith.samplers._encoding import Encoder

_CLASSES = {"SeriesSMOTE": "SMOTE"}
_RENAMED = {"n_critic": "critic_steps", "discriminator_widths": "critic_widths"}
_DROPPED = ("verbose",)
# Group → its values → names of version 0.1.0.
_OUTPUT = {"filters": "filters", "too_few": "on_too_few", "keep_index": "keep_index", "weight": "synthetic_weight"}
_STOP = {
    "rule": "stop",
    "patience": "patience",
    "validation_fraction": "validation_fraction",
    "max_epochs": "max_epochs",
    "max_seconds": "max_seconds",
    "loss_floor": "loss_floor",
    "callbacks": "callbacks",
}
_NETWORK = {
    "backbone": "backbone",
    "class_scaling": "class_scaling",
    "conditional": "conditional",
    "ema_decay": "ema_decay",
}
_SPECTRA_NETWORK = {
    "head_units": "head_units",
    "label_input": "label_input",
    "initial_sd": "initial_sd",
    "standardise_points": "standardise_points",
    "ema_decay": "ema_decay",
}
_CRITICS = {"n": "n_critics", "reduce": "critics", "label_smoothing": "label_smoothing", "loss_clip": "loss_clip"}
_TABLE = {
    "categorical_features": "categorical_features",
    "numeric": "numeric",
    "missing": "missing",
    "only_seen_levels": "only_seen_levels",
}
# Methods whose stop was no parameter, or had other names for its rules.
_RULES = {"auto": "distance", None: "steps"}


def translated(name: str, old: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    """Translate the class name and the parameters of a sampler of version 0.1.0.

    Parameters
    ----------
    name : str
        Its class.
    old : mapping of str to object
        Its parameters.

    Returns
    -------
    name : str
        The class of today.
    parameters : dict of str to object
        The parameters of today.

    Examples
    --------
    >>> from oversmith.samplers._version_0_1_0 import translated
    >>> translated("WGAN", {"n_critic": 3, "patience": 2, "max_epochs": None, "clip": 0.1})
    ('WGAN', {'critic_steps': 3, 'clip': 0.1, 'stop': Stop(patience=2)})
    """
    left = {_RENAMED.get(key, key): value for key, value in old.items() if key not in _DROPPED}
    new: dict[str, Any] = {}
    if name == "Auto":
        new["encoder"] = _encoder(left, name)
        return name, left | new
    for translate in (_old_encoder, _output, _stop, *_OF_CLASS.get(name, ()), _network):
        translate(name, left, new)
    return _CLASSES.get(name, name), left | new


def translated_state(name: str, fitted: dict[str, Any]) -> dict[str, Any]:
    """Complete what a sampler of version 0.1.0 stored of its fit.

    Parameters
    ----------
    name : str
        Its class in version 0.1.0.
    fitted : dict of str to object
        Its fitted attributes.

    Returns
    -------
    dict of str to object
        The attributes of today.
    """
    if name in ("SeriesSMOTE", "SeriesBorderlineSMOTE"):
        state = fitted["state_"]
        rows = next(iter(state["rows"].values()), np.empty((0, 0)))
        fitted["state_"] = state | {"discrete": np.zeros(rows.shape[1], dtype=bool)}
    for model in fitted.get("state_", {}).get("models", ()):
        model["players"] = {name: in_present_order(arrays) for name, arrays in model["players"].items()}
    return fitted


def in_present_order(arrays: Sequence[np.ndarray]) -> list[np.ndarray]:
    """Order the stored arrays of a player as its networks have them now.

    Version 0.1.0 stored the dense layer of a critic of series between its convolutions and the biases; nothing else
    begins with arrays of three dimensions that one of two dimensions follows.

    Examples
    --------
    >>> import numpy as np
    >>> from oversmith.samplers._version_0_1_0 import in_present_order
    >>> sizes = [(4, 2, 8), (4, 8, 8), (16, 1), (8,), (8,), (1,)]
    >>> [array.shape for array in in_present_order([np.zeros(size) for size in sizes])]
    [(4, 2, 8), (4, 8, 8), (8,), (8,), (16, 1), (1,)]
    """
    ordered: list[np.ndarray] = []
    rest = list(arrays)
    while rest:
        n = next((number for number, array in enumerate(rest) if array.ndim != 3), len(rest))
        if not 0 < n < len(rest) or rest[n].ndim != 2:
            return [*ordered, *rest]
        end = next((number for number in range(n + 1, len(rest)) if rest[number].ndim != 1), len(rest))
        biases, last, norms = rest[n + 1 : 2 * n + 1], rest[2 * n + 1], rest[2 * n + 2 : end]
        ordered += [*rest[:n], *biases, *norms, rest[n], last]
        rest = rest[end:]
    return ordered


def _taken(left: dict[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    """Take the values of a group out of the flat parameters."""
    return {new: left.pop(old) for new, old in names.items() if old in left}


def _encoder(left: dict[str, Any], name: str) -> Encoder | None:
    """Make the encoder that the flat parameters describe; None where they are all at their defaults."""
    table = _taken(left, _TABLE)
    modality, shape = left.pop("modality", "auto"), left.pop("input_shape", None)
    channels, scaling, bounds = left.pop("channels", "first"), left.pop("scaling", "auto"), left.pop("bounds", None)
    if modality == "auto" and shape is not None:
        modality = "image" if len(shape) == 3 else "series"
    common = {"bounds": bounds, "input_shape": shape} | ({} if scaling == "auto" else {"scaling": scaling})
    if modality == "series":
        return SeriesEncoder(**common)
    if modality == "image":
        return ImageEncoder(channels=channels, **common)
    if modality == "table" or table not in ({}, _DEFAULT_TABLE, _FIXED_TABLE):
        return TableEncoder(**table)
    if bounds is not None or scaling != "auto":
        # Without the kind of data: the fitted encoder has it, and `sample` reads that one.
        return SeriesEncoder(**common)
    return None


_DEFAULT_TABLE = {"categorical_features": "auto", "numeric": "quantile", "missing": "encode", "only_seen_levels": False}
# Fixed values of methods that take no tables.
_FIXED_TABLE = _DEFAULT_TABLE | {"numeric": "standard"}


def _old_encoder(name: str, left: dict[str, Any], new: dict[str, Any]) -> None:
    new["encoder"] = _encoder(left, name)
    if new["encoder"] is None:
        del new["encoder"]


def _output(name: str, left: dict[str, Any], new: dict[str, Any]) -> None:
    if values := _taken(left, _OUTPUT):
        new["output"] = settings.Output(**values)


def _stop(name: str, left: dict[str, Any], new: dict[str, Any]) -> None:
    values = _taken(left, _STOP)
    if not values:
        return
    if "rule" in values:
        values["rule"] = _RULES.get(values["rule"], values["rule"])
    values["callbacks"] = values.get("callbacks") or ()
    if name == "CGAN":
        values.pop("validation_fraction", None)
    new["stop"] = settings.Stop(**values)


def _network(name: str, left: dict[str, Any], new: dict[str, Any]) -> None:
    if "network" in new or name == "TreeFlow":
        return
    own = left.pop("min_rows_own_model", 20)
    values = _taken(left, _NETWORK)
    if not values:
        return
    if values.get("conditional") == "auto":
        values["conditional"] = own
    new["network"] = settings.Network(**values)


def _eo_wgan(name: str, left: dict[str, Any], new: dict[str, Any]) -> None:
    sampler, stage = left.pop("smote"), {"k_neighbors": left.pop("k_neighbors"), "clean": left.pop("clean")}
    new["smote"] = sampler if sampler == "none" else settings.SmoteStage(sampler, **stage)
    weight, bound = left.pop("penalty_weight"), left.pop("clip")
    clips = left.pop("lipschitz") == "clip"
    new["lipschitz"] = settings.WeightClip(bound) if clips else settings.GradientPenalty(weight)
    new["critics"] = settings.Critics(**_taken(left, _CRITICS))
    new["guidance"] = settings.Guidance(left.pop("guidance"), clamp=left.pop("guidance_clamp"))
    new["refinement"] = settings.Refinement(left.pop("refine_rounds"), hard_weight=left.pop("hard_weight"))


def _smotified(name: str, left: dict[str, Any], new: dict[str, Any]) -> None:
    if left.pop("latent") == "noise":
        left["base"] = "noise"
    elif left["base"] is None:
        left["base"] = "smote"
    new["last_layer"] = left.pop("output")
    factor = left.pop("accept_factor")
    new["accept_factor"] = 1.0 if left.pop("accept") == "all" else factor


def _labelled(name: str, left: dict[str, Any], new: dict[str, Any]) -> None:
    new["network"] = settings.SpectraNetwork(**_taken(left, _SPECTRA_NETWORK))
    if name in ("ACGAN", "CooperativeGAN"):
        return
    new["discriminator_rows"] = settings.DiscriminatorRows(
        real=left.pop("real_sampling"), wrong_label=left.pop("mislabel_draw"), wrong_weight=left.pop("mislabel_weight")
    )
    new["penalty"] = settings.GradientPenalty(left.pop("penalty_weight"), at=left.pop("penalty"))


Translation = Callable[[str, dict[str, Any], dict[str, Any]], None]
_OF_CLASS: dict[str, tuple[Translation, ...]] = {
    "EOWGAN": (_eo_wgan,),
    "SMOTifiedGAN": (_smotified,),
    **dict.fromkeys(("ThreePlayerGAN", "CooperativeGAN", "ACGAN", "BAGANGP", "CDRAGAN"), (_labelled,)),
}
