from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from oversmith.training import count_compilations, default_cache_dir


def test_counts_new_programs_alone():
    triple = jax.jit(lambda x: 3 * x)
    short, long = jnp.asarray(np.ones(3, np.float32)), jnp.asarray(np.ones(4, np.float32))
    with count_compilations() as first:
        triple(short)
    with count_compilations() as again:
        triple(short)
    with count_compilations() as other_shape:
        triple(long)
    assert (first.programs, again.programs, other_shape.programs) == (1, 0, 1)
    assert first.compiled + first.from_disk == 1


def test_default_folder(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / "oversmith" / "jax"
    monkeypatch.delenv("XDG_CACHE_HOME")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert default_cache_dir() == tmp_path / ".cache" / "oversmith" / "jax"


SCRIPT = """
import jax, numpy as np
from oversmith.training import count_compilations, enable_persistent_cache
print(jax.config.jax_compilation_cache_dir)
enable_persistent_cache()
x = jax.numpy.asarray(np.ones(3, np.float32))
with count_compilations() as count:
    jax.jit(lambda x: 3 * x + 1)(x)
print(count.programs, count.compiled, count.from_disk)
"""


def test_second_process_reads_what_the_first_compiled(tmp_path: Path):
    environment = {**os.environ, "XDG_CACHE_HOME": str(tmp_path)}

    def lines() -> list[str]:
        done = subprocess.run(
            [sys.executable, "-c", SCRIPT], env=environment, capture_output=True, text=True, check=True
        )
        return done.stdout.split("\n")

    # Importing the library switches nothing on.
    assert lines()[:2] == ["None", "1 1 0"]
    assert any((tmp_path / "oversmith" / "jax").iterdir())
    assert lines()[:2] == ["None", "1 0 1"]


def test_room_is_made_before_the_system_runs_out_of_it():
    """Programs of many shapes pile up memory maps; dropping them gives the maps back and changes no result."""
    import numpy as np

    from oversmith import GAN
    from oversmith.training.compilation import make_room, memory_maps

    rng = np.random.default_rng(0)
    X, y = rng.normal(size=(40, 2)), np.repeat([0, 1], [30, 10])

    def rows():
        return GAN(max_steps=2, generator_widths=(13, 17), random_state=0).fit(X, y).sample(5, 1)

    make_room(limit=0)
    low = memory_maps()
    first = rows()
    if low:
        assert memory_maps() > low + 50
        assert make_room(limit=low)
        assert memory_maps() < low + 200
    assert not make_room(limit=10**9)
    assert np.array_equal(first, rows())
