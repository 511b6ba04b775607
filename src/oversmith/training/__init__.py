"""The engine: recipes, one compiled loop for all of them, draws, losses, checkpoint choice and sampling."""

from __future__ import annotations

from oversmith.training.batches import (
    class_bucket,
    draw_balanced,
    draw_natural,
    draw_weighted,
    pad_rows,
    row_bucket,
    table_data,
    width_bucket,
)
from oversmith.training.compilation import count_compilations, default_cache_dir, enable_persistent_cache
from oversmith.training.loop import Checkpoint, TrainingEvent, TrainResult, train
from oversmith.training.recipe import Optimiser, Phase, Player, Recipe, Turn
from oversmith.training.sampling import generate

__all__ = [
    "Checkpoint",
    "Optimiser",
    "Phase",
    "Player",
    "Recipe",
    "TrainResult",
    "TrainingEvent",
    "Turn",
    "class_bucket",
    "count_compilations",
    "default_cache_dir",
    "draw_balanced",
    "draw_natural",
    "draw_weighted",
    "enable_persistent_cache",
    "generate",
    "pad_rows",
    "row_bucket",
    "table_data",
    "train",
    "width_bucket",
]
