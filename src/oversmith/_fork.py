"""Forked processes: JAX computes on threads, and threads do not survive a fork.

A child that was forked after its parent had used JAX would wait for ever for threads that are not there.
"""

from __future__ import annotations

import os
import sys

from oversmith.exceptions import OversmithError

_used_in: int | None = None
_inherited = False


def check_fork() -> None:
    """Refuse to use JAX in a process that was forked from one that had used it.

    Called before networks are trained or generate rows. Processes forked before any use of JAX pass.

    Raises
    ------
    OversmithError
        In such a process; the message names the ways to start one that works.

    Examples
    --------
    >>> from oversmith._fork import check_fork
    >>> check_fork()
    """
    global _used_in
    if _inherited or _used_in not in (None, os.getpid()):
        raise OversmithError(
            "processes: this one was forked from one that had used JAX, whose threads do not survive a fork: training "
            "would hang for ever; start processes with multiprocessing.get_context('spawn'), or use joblib (loky)"
        )
    _used_in = os.getpid()


def _forked() -> None:
    """Note in a new child whether its parent had used JAX, also by itself."""
    global _inherited
    # JAX has no public way to ask this without starting it.
    started = getattr(sys.modules.get("jax._src.xla_bridge"), "backends_are_initialized", None)
    _inherited = _inherited or bool(started is not None and started())


def watch_forks() -> None:
    """Have every child of this process note what its parent had used; called when the package is imported."""
    if hasattr(os, "register_at_fork"):
        os.register_at_fork(after_in_child=_forked)
