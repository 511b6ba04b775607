"""A pool of forked processes after the parent has trained a network: an error with a cure, never a wait without end."""

from __future__ import annotations

import subprocess
import sys

import pytest

SCRIPT = """
import multiprocessing as mp, sys, warnings
warnings.simplefilter("ignore")
import numpy as np
import oversmith as om
from oversmith.exceptions import OversmithError

rng = np.random.default_rng(0)
X, y = rng.normal(size=(40, 2)), np.repeat([0, 1], [30, 10])

def job(seed):
    try:
        return float(om.GAN(random_state=seed, max_steps=1).fit_resample(X, y)[0][-1, 0])
    except OversmithError as error:
        return str(error)

def draw(n):
    try:
        return len(SAMPLER.sample(n, 1))
    except OversmithError as error:
        return str(error)

if __name__ == "__main__":
    if "before" in sys.argv:
        # Forked before any use of JAX: it works, and so does the parent afterwards.
        with mp.get_context("fork").Pool(1) as pool:
            print("child", pool.apply_async(job, [0]).get(timeout=100) == job(0))
    elif "itself" in sys.argv:
        import jax
        jax.numpy.ones(2).block_until_ready()
        with mp.get_context("fork").Pool(1) as pool:
            print(pool.apply_async(job, [0]).get(timeout=60))
    else:
        SAMPLER = om.GAN(random_state=0, max_steps=1).fit(X, y)
        with mp.get_context("fork").Pool(1) as pool:
            print(pool.apply_async(job, [0]).get(timeout=60))
            print(pool.apply_async(draw, [3]).get(timeout=60))
            print("table", pool.apply_async(om.Jitter(random_state=0).fit_resample, [X, y]).get(timeout=60)[0].shape)
"""

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="there is no fork")


def printed(tmp_path, *words: str) -> list[str]:
    path = tmp_path / "pool.py"
    path.write_text(SCRIPT)
    done = subprocess.run([sys.executable, str(path), *words], capture_output=True, text=True, timeout=250, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_a_child_of_a_process_that_trained_says_how_to_start_one_that_works(tmp_path):
    training, drawing, table = printed(tmp_path)
    for line in (training, drawing):
        assert line.startswith("processes: this one was forked from one that had used JAX")
        assert "multiprocessing.get_context('spawn')" in line
        assert "joblib (loky)" in line
    assert table == "table (60, 2)", "what needs no network works in every child"


def test_a_child_of_a_process_that_used_jax_by_itself_says_so_too(tmp_path):
    (line,) = printed(tmp_path, "itself")
    assert line.startswith("processes: this one was forked")


def test_a_child_forked_before_any_use_of_jax_works(tmp_path):
    assert printed(tmp_path, "before") == ["child True"]
