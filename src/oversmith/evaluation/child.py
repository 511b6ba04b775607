"""One process that runs job after job under limits, and what the process that owns it does.

The child is a plain interpreter fed through its standard input: nothing of the caller's program runs in it but what
a job brings along, its environment is the runner's to set, and a kill takes nothing else down.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from typing import IO, Any

from oversmith.evaluation.classifiers import Classifier
from oversmith.evaluation.job import Job, Outcome, failed_outcome
from oversmith.evaluation.jobs import run_job
from oversmith.evaluation.timers import SHARED, WARM_UP
from oversmith.exceptions import MissingExtraError, OversmithError

try:
    import cloudpickle
except ImportError:
    # joblib before 1.6 carries its own.
    from joblib.externals import cloudpickle

try:
    import resource
except ImportError:  # Windows
    resource = None  # type: ignore[assignment]

_POLL = 0.05
# Exit code of a child that had no memory to say so.
_NO_MEMORY = 71
_CRASHES = (signal.SIGABRT, signal.SIGSEGV, getattr(signal, "SIGBUS", 7), signal.SIGILL, getattr(signal, "SIGTRAP", 5))
_START = 300.0
_LENGTH = 8
_MEGA = 1_000_000
_BOOT = "import json, sys; sys.path[:] = json.loads(sys.argv[1]); from oversmith.evaluation.child import serve; serve()"


class _Overrun(Exception):
    """A job was ended from outside."""

    def __init__(self, status: str, error: str, stage: str) -> None:
        super().__init__(error)
        self.status, self.error, self.stage = status, error, stage


def run_isolated(
    job: Job,
    *,
    time_limit: float | None = None,
    memory_limit: float | None = None,
    environment: Mapping[str, str] | None = None,
) -> tuple[Outcome, float | None]:
    """Run a job in a child process, within limits.

    The child is kept for the next job; a limit kills it. What a classifier costs beyond a limit is its own result:
    the other classifiers of the job are run again without it. Memory is that of the whole process, interpreter and
    libraries (some 300 MB) included.

    Parameters
    ----------
    job : Job
        The work.
    time_limit : float, optional
        Seconds for the sampler and one classifier together, inner folds included; the warm-up has as many again.
    memory_limit : float, optional
        Megabytes (10⁶ bytes) of resident memory.
    environment : mapping of str to str, optional
        Environment variables of the child beside those of this process.

    Returns
    -------
    (Outcome, float or None)
        What came of it, and the largest memory of the child during the job in megabytes, where it can be known.
    """
    limits = (time_limit, memory_limit)
    lost: list[Outcome] = []
    fresh = False
    while True:
        child = _take(dict(environment or {}), fresh=fresh)
        used = child.jobs
        try:
            outcome, peak = child.run(job, *limits)
        except _Overrun as error:
            child.kill()
            if error.status == "oom" and used and not fresh:
                # What earlier jobs left behind must not be held against this one.
                fresh = True
                continue
            blamed = [c for c in job.classifiers if c.name == error.stage] or list(job.classifiers)
            lost.append(failed_outcome(replace(job, classifiers=tuple(blamed)), error.status, error.error))
            job = replace(job, classifiers=_without(job.classifiers, blamed))
            if job.classifiers:
                continue
            outcome, peak = Outcome(), None
        except BaseException:
            child.kill()
            raise
        else:
            if any(row["status"] == "oom" for row in outcome.scores):
                # A library that was half imported stays so, and memory may be lost.
                child.kill()
            else:
                with _TAKING:
                    _IDLE.append(child)
        break
    for other in lost:
        outcome.scores += other.scores
    return outcome, peak


def _without(classifiers: tuple[Classifier, ...], gone: list[Classifier]) -> tuple[Classifier, ...]:
    return tuple(c for c in classifiers if c not in gone)


_IDLE: list[_Child] = []
_TAKING = threading.Lock()


def _take(environment: dict[str, str], *, fresh: bool) -> _Child:
    with _TAKING:
        while _IDLE and not fresh:
            child = _IDLE.pop()
            if child.environment == environment and child.alive:
                return child
            child.kill()
    return _Child(environment)


def start_child(environment: Mapping[str, str]) -> None:
    """Have an idle child at hand, so that no job's time holds the start of one."""
    child = _take(dict(environment), fresh=False)
    with _TAKING:
        _IDLE.append(child)


def close_children() -> None:
    """End the idle children of this process."""
    with _TAKING:
        while _IDLE:
            _IDLE.pop().kill()


atexit.register(close_children)


class _Child:
    """The owner's end of one child process."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.jobs = 0
        self._owner = os.getppid()
        self._process = subprocess.Popen(
            [sys.executable, "-c", _BOOT, json.dumps([os.path.abspath(entry) for entry in sys.path])],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=os.environ | environment,
        )
        self._messages: queue.Queue[tuple[str, Any]] = queue.Queue()
        threading.Thread(target=self._listen, daemon=True).start()
        try:
            kind, _ = self._messages.get(timeout=_START)
        except queue.Empty:
            kind = "silence"
        except BaseException:
            self.kill()
            raise
        if kind != "ready":
            self.kill()
            limit = hard_memory_limit_mb()
            cure = "check the installation with 'oversmith doctor'"
            if limit is not None:
                cure = f"raise the limit of {limit:g} MB of address space (ulimit -v) or {cure}"
            raise OversmithError(f"a worker process could not start (exit code {self._process.returncode}); {cure}")

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
        with contextlib.suppress(OSError):
            if self._process.stdin is not None:
                self._process.stdin.close()

    def run(self, job: Job, time_limit: float | None, memory_limit: float | None) -> tuple[Outcome, float | None]:
        self.jobs += 1
        assert self._process.stdin is not None
        with contextlib.suppress(BrokenPipeError):
            _send(self._process.stdin, cloudpickle.dumps(job))
        spent: defaultdict[str, float] = defaultdict(float)
        stage, since = SHARED, time.monotonic()
        while True:
            try:
                kind, value = self._messages.get(timeout=_POLL)
            except queue.Empty:
                kind, value = "nothing", None
            at = time.monotonic()
            spent[stage] += at - since
            since = at
            if kind == "stage":
                stage = value
            elif kind == "done":
                return value
            elif kind == "end":
                raise _Overrun(*self._epitaph(), stage)
            elif kind == "interrupt":
                raise KeyboardInterrupt
            if time_limit is not None:
                used = spent[stage] if stage in (SHARED, WARM_UP) else spent[stage] + spent[SHARED]
                if used > time_limit:
                    raise _Overrun("timeout", f"TimeLimit: more than {time_limit:g} seconds", stage)
            if memory_limit is not None and resident_mb(self._process.pid) > memory_limit:
                raise _Overrun("oom", f"MemoryLimit: more than {memory_limit:g} MB", stage)
            if os.getppid() != self._owner:
                # The runner is gone (a kill leaves no time for good-byes): nobody waits for the result.
                self.kill()
                os._exit(1)

    def _epitaph(self) -> tuple[str, str]:
        code = self._process.wait()
        if code == -getattr(signal, "SIGKILL", 9):
            return "oom", "Killed: the system ended the process, most likely for want of memory"
        limit = hard_memory_limit_mb()
        if code == _NO_MEMORY or (limit is not None and -code in _CRASHES):
            # Compiled libraries end the process where the system gives them no memory.
            within = "" if limit is None else f", within {limit:g} MB of address space (ulimit -v)"
            return "oom", f"Died: the process ended with exit code {code}, most likely for want of memory{within}"
        return "failed", f"Died: the process ended with exit code {code}"

    def _listen(self) -> None:
        assert self._process.stdout is not None
        with contextlib.suppress(OSError, ValueError, EOFError):
            while True:
                self._messages.put(_receive(self._process.stdout))
        self._messages.put(("end", None))


def hard_memory_limit_mb() -> float | None:
    """Return the limit that the system sets to the address space of this process and its children.

    Returns
    -------
    float or None
        Megabytes (10⁶ bytes); None where there is no limit, or no such limits.

    Examples
    --------
    >>> from oversmith.evaluation.child import hard_memory_limit_mb
    >>> limit = hard_memory_limit_mb()
    >>> limit is None or limit > 0
    True
    """
    if resource is None:
        return None
    limits = [resource.getrlimit(kind)[0] for kind in (resource.RLIMIT_AS, resource.RLIMIT_DATA)]
    finite = [limit for limit in limits if limit != resource.RLIM_INFINITY]
    return min(finite) / _MEGA if finite else None


def resident_mb(pid: int) -> float:
    """Resident memory of a process.

    Parameters
    ----------
    pid : int
        Its number.

    Returns
    -------
    float
        Megabytes (10⁶ bytes); 0 for a process that is gone.

    Raises
    ------
    MissingExtraError
        Where the system has no ``/proc`` and psutil is not installed.
    """
    try:
        with open(f"/proc/{pid}/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / _MEGA
    except (FileNotFoundError, ProcessLookupError):
        if os.path.exists("/proc/self/statm"):
            return 0.0
    try:
        import psutil
    except ImportError as error:
        raise MissingExtraError(
            "memory_limit: this system tells no memory of processes without psutil; pip install 'oversmith[bench]'"
        ) from error
    try:
        return float(psutil.Process(pid).memory_info().rss) / _MEGA
    except psutil.Error:
        return 0.0


def serve() -> None:
    """Run jobs from standard input until it ends."""
    # What libraries print must not come between the messages.
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_watch, args=(os.getppid(),), daemon=True).start()
    _tell(out, "ready")
    while True:
        try:
            job = _receive(sys.stdin.buffer)
        except EOFError:
            return
        except MemoryError:
            os._exit(_NO_MEMORY)
        _reset_peak()
        try:
            outcome = run_job(job, lambda stage: _tell(out, "stage", stage))
        except KeyboardInterrupt:
            _tell(out, "interrupt")
            return
        except MemoryError:
            os._exit(_NO_MEMORY)
        _tell(out, "done", (outcome, _peak_mb()))


def _watch(owner: int) -> None:
    """End with the owner, however it ends."""
    while os.getppid() == owner:
        time.sleep(0.5)
    os._exit(1)


def _tell(out: IO[bytes], kind: str, value: Any = None) -> None:
    _send(out, cloudpickle.dumps((kind, value)))


def _send(pipe: IO[bytes], content: bytes) -> None:
    pipe.write(len(content).to_bytes(_LENGTH, "little") + content)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> Any:
    head = pipe.read(_LENGTH)
    if len(head) < _LENGTH:
        raise EOFError
    content = pipe.read(int.from_bytes(head, "little"))
    return cloudpickle.loads(content)


def _reset_peak() -> None:
    """Begin a new high-water mark of memory, where the system keeps one that can be reset."""
    with contextlib.suppress(OSError), open("/proc/self/clear_refs", "w", encoding="ascii") as file:
        file.write("5")


def _peak_mb() -> float | None:
    with contextlib.suppress(OSError), open("/proc/self/status", encoding="ascii", errors="replace") as file:
        for line in file:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024 / _MEGA
    return None
