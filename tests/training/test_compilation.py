from __future__ import annotations

import os
import subprocess
import sys
import zlib
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np

from oversmith.training import count_compilations, default_cache_dir
from oversmith.training.compilation import remove_cut_entries


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


CACHED = """
import sys
import jax.numpy as jnp
import jax
from oversmith.training import count_compilations, enable_persistent_cache

enable_persistent_cache(sys.argv[1])
with count_compilations() as count:
    jax.jit(lambda x: jnp.sin(x) @ x)(jnp.ones((3, 3))).block_until_ready()
print(count.compiled)
"""


def test_entries_cut_short_are_written_again(tmp_path):
    def compiled():
        words = [sys.executable, "-W", "error", "-c", CACHED, str(tmp_path)]
        return int(subprocess.run(words, capture_output=True, text=True, check=True).stdout)

    first = compiled()
    entries = {path: path.read_bytes() for path in tmp_path.glob("*-cache")}
    assert len(entries) == first > 0
    for number, (path, content) in enumerate(entries.items()):
        path.write_bytes(content[: len(content) // 2 * (number % 2)])
    assert compiled() == first
    assert {path: len(path.read_bytes()) > 100 for path in entries} == dict.fromkeys(entries, True)


def test_which_entries_are_cut_short(tmp_path):
    raw = bytes(range(256)) * 900
    # Frames of Zstandard: raw blocks and a repeated one, with a checksum at the end.
    raw_block, repeated = (5 << 3).to_bytes(3, "little") + b"hello", (9 << 3 | 1 << 1 | 1).to_bytes(3, "little") + b"x"
    frame = b"\x28\xb5\x2f\xfd" + bytes([1 << 5 | 1 << 2, 14]) + raw_block + repeated + b"sums"
    for whole in (zlib.compress(raw), frame):
        assert remove_cut_entries(tmp_path) == 0
        for length in {*range(0, len(whole), max(1, len(whole) // 50)), len(whole) - 1}:
            (tmp_path / f"{length}-cache").write_bytes(whole[:length])
        (tmp_path / "whole-cache").write_bytes(whole)
        n_cut = len(list(tmp_path.glob("[0-9]*-cache")))
        assert remove_cut_entries(tmp_path) == n_cut
        assert [path.name for path in tmp_path.glob("*-cache")] == ["whole-cache"]
    (tmp_path / "other-cache").write_bytes(b"another compression")
    assert remove_cut_entries(tmp_path) == 0
    assert remove_cut_entries(tmp_path / "nowhere") == 0
