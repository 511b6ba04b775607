"""``oversmith doctor``: what this installation has, and how to get the rest."""

from __future__ import annotations

import importlib.util
import os
import platform
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

from oversmith import __version__
from oversmith.cli.cache import cache_folder
from oversmith.cli.errors import one_line
from oversmith.cli.examples import COMMANDS
from oversmith.cli.options import Flag
from oversmith.cli.output import print_json, print_table
from oversmith.cli.settings import CONFIG_FILE, config_path, variable_prefix

PACKAGES = (
    *("jax", "jaxlib", "equinox", "optax", "jaxtyping", "numpy", "scipy", "pandas", "pyarrow", "narwhals"),
    *(
        "scikit-learn",
        "imbalanced-learn",
        "joblib",
        "threadpoolctl",
        "jinja2",
        "matplotlib",
        "rich",
        "cyclopts",
    ),
)
# Extra → its modules.
EXTRAS = {"boost": ("xgboost",), "excel": ("openpyxl",), "tune": ("optuna",)}
THREAD_VARIABLES = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "XLA_FLAGS")


def doctor(*, json: Flag = False) -> None:
    """Show versions, devices, threads, folders and extras.

    Parameters
    ----------
    json : bool
        Print JSON instead of tables.
    """
    facts = examine()
    if json:
        print_json(facts)
        return
    cache, data = facts["cache"], facts["data"]
    lines = [
        ("oversmith", facts["oversmith"]),
        ("Python", f"{facts['python']} ({facts['executable']})"),
        ("platform", facts["platform"]),
        ("JAX devices", ", ".join(facts["devices"]) or f"none: {facts['devices_error']}"),
        ("CPU cores", f"{facts['cores_usable']} usable of {facts['cores']}"),
        *((name, value) for name, value in facts["thread_variables"].items()),
        ("compilation cache", f"{cache['path']} ({cache['files']} files, {cache['bytes'] / 2**20:.1f} MB)"),
        (
            "OVERSMITH_DATA",
            data["path"] + ("" if data["exists"] else " (no such folder)") if data["path"] else "not set",
        ),
        ("configuration", facts["config"] or f"no {CONFIG_FILE} in this folder"),
        *((name, value) for name, value in facts["option_variables"].items()),
    ]
    two = [("", "left"), ("", "left")]
    print_table("Oversmith", two, lines)
    print()
    print_table("Packages", two, [(name, version or "MISSING") for name, version in facts["packages"].items()])
    print()
    extras = [
        (name, "present" if extra["present"] else f"missing; {extra['cure']}")
        for name, extra in facts["extras"].items()
    ]
    print_table("Extras", two, extras)


def examine() -> dict[str, Any]:
    """Collect what ``doctor`` shows.

    Returns
    -------
    dict
        Plain values; nothing here fails because something is missing.

    Examples
    --------
    >>> from oversmith.cli.doctor import examine
    >>> examine()["extras"]["boost"]["cure"]
    "pip install 'oversmith[boost]'"
    """
    devices, error = _devices()
    data = os.environ.get("OVERSMITH_DATA", "")
    config = config_path(None)
    variables = tuple(variable_prefix((command,)) for command in COMMANDS)
    usable = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    return {
        "oversmith": __version__,
        "python": platform.python_version(),
        "executable": sys.executable,
        "platform": platform.platform(),
        "packages": {name: _version(name) for name in PACKAGES},
        "devices": devices,
        "devices_error": error,
        "cores": os.cpu_count(),
        "cores_usable": usable,
        "thread_variables": {name: os.environ[name] for name in THREAD_VARIABLES if name in os.environ},
        "cache": _cache(),
        "config": None if config is None else str(config.resolve()),
        "option_variables": {name: os.environ[name] for name in sorted(os.environ) if name.startswith(variables)},
        "data": {"path": data, "exists": bool(data) and Path(data).is_dir()},
        "extras": {
            name: {
                "present": all(importlib.util.find_spec(module) is not None for module in modules),
                "cure": f"pip install 'oversmith[{name}]'",
            }
            for name, modules in EXTRAS.items()
        },
    }


def _version(name: str) -> str | None:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _devices() -> tuple[list[str], str | None]:
    # Whatever is wrong with JAX is a finding here, not a failure: drivers raise errors of many kinds.
    try:
        import jax

        return [f"{device.platform}:{device.id} ({device.device_kind})" for device in jax.devices()], None
    except Exception as error:
        return [], one_line(f"{type(error).__name__}: {error}")


def _cache() -> dict[str, Any]:
    folder = cache_folder()
    sizes = [entry.stat().st_size for entry in folder.rglob("*") if entry.is_file()] if folder.is_dir() else []
    return {"path": str(folder), "files": len(sizes), "bytes": sum(sizes)}
