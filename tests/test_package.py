"""Names, start-up cost and direction of imports."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

import oversmith
from oversmith._registry import METHODS, load_class, method
from oversmith.exceptions import InputError

HEAVY = {"jax", "sklearn", "matplotlib", "pandas", "xgboost", "scipy", "imblearn", "equinox", "optax"}


def loaded_after(code: str) -> dict:
    program = f"import sys, json, resource\n{code}\nusage = resource.getrusage(resource.RUSAGE_SELF)\n"
    program += "print(json.dumps({'modules': sorted(sys.modules), 'cpu': usage.ru_utime + usage.ru_stime}))"
    run = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return json.loads(run.stdout.splitlines()[-1])


def test_import_is_light():
    result = loaded_after("import oversmith, oversmith.cli; dir(oversmith)")
    assert not HEAVY & set(result["modules"])
    assert result["cpu"] < 0.5


def test_jax_loads_where_training_starts():
    code = "from sklearn.base import clone; import oversmith; clone(oversmith.EOWGAN(max_steps=3)).get_params()"
    assert "jax" not in loaded_after(code)["modules"]


def test_public_names_resolve():
    for name in oversmith.__all__:
        assert getattr(oversmith, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'EOGAN'"):
        _ = oversmith.EOGAN


def test_registry_is_true():
    for kebab, entry in METHODS.items():
        sampler = load_class(kebab)
        assert sampler.__name__ == entry.name
        assert sampler.__module__ == entry.module
        assert getattr(oversmith, entry.name) is sampler
    with pytest.raises(InputError, match="did you mean 'eo-wgan'"):
        method("eowgan")


def test_imports_point_one_way():
    run = subprocess.run(
        [
            sys.executable,
            "-c",
            "from importlinter.cli import lint_imports_command; lint_imports_command()",
            "--no-cache",
        ],
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout + run.stderr
