"""A file is written whole or not at all."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from oversmith._atomic import replacing


def test_an_error_leaves_the_old_file_and_no_other(tmp_path):
    path = tmp_path / "page.html"
    path.write_text("old")
    with pytest.raises(KeyError), replacing(path) as file:
        file.write(b"half")
        raise KeyError
    assert path.read_text() == "old"
    assert list(tmp_path.iterdir()) == [path]


def test_a_link_stays_a_link(tmp_path):
    (tmp_path / "real").write_text("old")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    with replacing(tmp_path / "link") as file:
        file.write(b"new")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "real").read_text() == "new"


@pytest.mark.parametrize("mode", [0o600, 0o640, 0o644, 0o444])
def test_a_file_that_is_replaced_keeps_its_permissions(tmp_path: Path, mode: int):
    path = tmp_path / "a.txt"
    path.write_text("old")
    path.chmod(mode)
    with replacing(path) as file:
        [temporary] = tmp_path.glob(".oversmith-*.tmp")
        assert temporary.stat().st_mode & 0o777 == mode  # nobody can look in meanwhile
        file.write(b"new")
    assert path.stat().st_mode & 0o777 == mode
    assert path.read_text() == "new"


def test_files_of_killed_processes_are_removed_by_the_next_run(tmp_path: Path):
    code = (
        "import sys, time; from oversmith._atomic import replacing\n"
        "with replacing(sys.argv[1]) as file: print('open', flush=True); time.sleep(60)"
    )
    child = subprocess.Popen([sys.executable, "-c", code, tmp_path / "b.txt"], stdout=subprocess.PIPE)
    assert child.stdout is not None
    assert child.stdout.readline() == b"open\n"
    [temporary] = tmp_path.iterdir()
    with replacing(tmp_path / "a.txt"):
        pass
    assert temporary.exists()  # its process lives
    child.kill()
    child.wait()
    with replacing(tmp_path / "a.txt"):
        pass
    assert list(tmp_path.iterdir()) == [tmp_path / "a.txt"]
    child.stdout.close()
