"""Run the probe agent once, in a fresh process, and record what it went through."""

import ast
import marshal
import os
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from bootfit.limits.accounting import (
    TreeMemory,
    high_water_rss,
    reset_high_water,
    tree_memory,
    without_borrowers,
)
from bootfit.limits.boundary import (
    Boundary,
    BoundaryReadings,
    open_boundary,
    strongest_kind,
)
from bootfit.limits.children import Child, ChildResult, Watch, run_child
from bootfit.limits.free_memory import free_memory
from bootfit.limits.launcher import start
from bootfit.measure.facts import mapped_files, threads_of
from bootfit.measure.phases import Phase, Reading, peak_from_high_water
from bootfit.model.errors import UndeterminedError
from bootfit.model.evidence import LimitKind
from bootfit.model.sizes import MIB

_AGENTS = {
    "probe": Path(__file__).with_name("agent.py"),
    "describe": Path(__file__).with_name("agent_survey.py"),
    "survey": Path(__file__).with_name("agent_survey.py"),
    "modules": Path(__file__).with_name("agent_modules.py"),
    "attribute": Path(__file__).with_name("agent_imports.py"),
    "deep": Path(__file__).with_name("agent_deep.py"),
}
#: How often the whole tree is looked at: who is there, and what the root takes.
_SAMPLING_SECONDS = 0.004
#: How often its child processes are looked at in between: a solver may live for 20 ms.
_CHILD_SAMPLING_SECONDS = 0.001
#: How long a probe that is done may take to end: an exit handler may hang.
_ENDING_SECONDS = 2.0
_LAST_WORDS = frozenset({"done", "described", "surveyed", "failed"})
_ENDED_LATE = "it was done, and did not end"

#: What would change the figures, or load more than the project asked for.
_UNWANTED = (
    "BOOTFIT_COST",
    "BOOTFIT_FORBID",
    "COVERAGE_PROCESS_CONFIG",
    "COVERAGE_PROCESS_START",
    "PYTHONDEVMODE",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONHOME",
    "PYTHONMALLOC",
    "PYTHONPROFILEIMPORTTIME",
    "PYTHONTRACEMALLOC",
    "PYTHONVERBOSE",
)
_STEADY = {"PYTHONHASHSEED": "0", "OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}

#: Share of the memory that is free which all probes together may take.
_SHARE_OF_FREE_MEMORY = 0.8
#: A probe may take twice the budget, and this much more than a small one: what is over the budget
#: is to be measured truly, so that a verdict can name the number and the plan that would do, and
#: what runs away is to be ended soon.
_TIMES_THE_BUDGET = 2
_BEYOND_THE_BUDGET = 512 * MIB
#: One that stood at this share of its limit when its time was up was short of memory, not of time:
#: the kernel reclaims for minutes before it kills.
_AT_THE_LIMIT = 0.9


@dataclass(frozen=True)
class Setting:
    """Where and how agents run: the same for every probe of a project."""

    root: Path
    interpreter: Path
    time_limit_seconds: float = 120.0
    #: What one probe may take, all of its processes together; None limits nothing.
    memory_limit_bytes: int | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    #: What there will be where the app runs; None where nothing is judged.
    budget_bytes: int | None = None


@dataclass(frozen=True)
class AgentRun:
    """What an agent told before it ended, and how it ended."""

    phases: tuple[Phase, ...]
    child: ChildResult
    #: It, or a process of its tree, was ended because it reached the memory limit.
    out_of_memory: bool = False
    #: What held the limit: "watchdog" where it was sampled, and not held by the kernel.
    limit_kind: LimitKind = "watchdog"

    @property
    def last(self) -> Phase | None:
        """Return the last thing it told, None when it told nothing."""
        return self.phases[-1] if self.phases else None

    @property
    def complete(self) -> bool:
        """Return whether the agent did all that it was asked to, whatever happened then."""
        done = self.last and self.last.name in _LAST_WORDS - {"failed"}
        return bool(done and not self.out_of_memory)


def probe_environment(base: Mapping[str, str], own: Mapping[str, str]) -> dict[str, str]:
    """Return the environment of a probe: the user's, less what distorts, plus what steadies."""
    kept = {name: value for name, value in base.items() if name not in _UNWANTED}
    return {**kept, **_STEADY, **own}


def search_paths(root: Path) -> list[str]:
    """Return what goes to the front of ``sys.path``: the project, and its ``src`` folder."""
    source = root / "src"
    has_source = source.is_dir() and not (source / "__init__.py").exists()
    return [str(root), *([str(source)] if has_source else [])]


def run_agent(
    setting: Setting, order: Mapping[str, object], stop: threading.Event | None = None
) -> AgentRun:
    """Run the agent for one order ("probe", "describe" or "survey").

    Raises:
        OSError: the interpreter cannot be started.
    """
    with tempfile.TemporaryDirectory(prefix="bootfit-probe-") as name:
        folder = Path(name)
        paths = search_paths(setting.root)
        (folder / "order").write_bytes(marshal.dumps({**order, "paths": paths}, 2))
        for pipe in ("events", "answers"):
            os.mkfifo(folder / pipe)
        # Opened for both: a pipe that nobody writes to yet neither blocks nor ends.
        events = os.open(folder / "events", os.O_RDWR | os.O_NONBLOCK)
        answers = os.open(folder / "answers", os.O_RDWR | os.O_NONBLOCK)
        recorder = _Recorder(events, answers, setting.memory_limit_bytes)
        try:
            with _memory_held(setting.memory_limit_bytes) as boundary:
                recorder.boundary = boundary
                child = run_child(
                    [setting.interpreter, _AGENTS[str(order["job"])], folder],
                    cwd=setting.root,
                    environment=probe_environment(os.environ, setting.environment),
                    time_limit_seconds=setting.time_limit_seconds,
                    watch=Watch(
                        tick=recorder.tick,
                        interval_seconds=_CHILD_SAMPLING_SECONDS,
                        channel=events,
                        on_channel=recorder.listen,
                    ),
                    stop=stop,
                    spawn=boundary.spawn if boundary else start,
                )
        finally:
            os.close(events)
            os.close(answers)
    out_of_memory = recorder.over_limit
    if boundary is not None:
        held = boundary.readings()
        out_of_memory |= ran_out(held, recorder.most_anonymous, timed_out=child.timed_out)
    kind = boundary.kind if boundary else "watchdog"
    return AgentRun(tuple(recorder.phases), child, out_of_memory, kind)


@contextmanager
def _memory_held(limit_bytes: int | None) -> Iterator[Boundary | None]:
    """Yield an open boundary that the kernel holds; None where none can be had.

    Its kind was tried once. After that a control group (version 1 as root) costs a bare probe 8 ms
    of wall time, 6 of them in page faults that the kernel charges to it; the CPU time of a pandas
    import went from 223 to 228 ms.
    """
    with ExitStack() as stack:
        boundary = None
        if limit_bytes is not None and strongest_kind() != "watchdog":
            try:
                boundary = stack.enter_context(
                    open_boundary(limit_bytes, kinds=[strongest_kind()], proven=True)
                )
            except UndeterminedError:
                boundary = None  # no more groups can be made; the recorder samples in any case
        yield boundary


def ran_out(readings: BoundaryReadings, most_anonymous_bytes: int, *, timed_out: bool) -> bool:
    """Return whether the kernel ended a process for its memory, or kept it alive without any.

    Args:
        readings: what the boundary knows once all is over.
        most_anonymous_bytes: the highest that was sampled.
        timed_out: whether its time was up.
    """
    stood_there = most_anonymous_bytes >= _AT_THE_LIMIT * readings.limit_bytes
    starved = timed_out and stood_there and readings.failed_charges > 0
    return readings.oom_kills > 0 or starved


class _Recorder:
    """Samples the tree's memory, and closes a phase whenever the agent tells the end of one."""

    def __init__(self, events: int, answers: int, limit_bytes: int | None) -> None:
        self.phases: list[Phase] = []
        #: It was seen above the limit; a boundary's kernel ends it before that.
        self.over_limit = False
        self.most_anonymous = 0
        self.boundary: Boundary | None = None
        self._events = events
        self._answers = answers
        self._limit = limit_bytes
        self._unread = b""
        self._done_at: float | None = None
        self._next_full_look = 0.0
        self._last_look = TreeMemory(())
        #: Every process that was seen in the tree.
        self._seen: set[int] = set()
        self._forget()

    def tick(self, child: Child) -> str:
        """Sample; return a reason to stop the child."""
        if time.monotonic() < self._next_full_look:
            return self._look_at_children(child)
        memory = self._sample(child)
        if self._limit is not None and memory.anonymous_bytes > self._limit:
            self.over_limit = True
            return "it took more memory than a probe may have"
        if self._done_at is not None and time.monotonic() - self._done_at > _ENDING_SECONDS:
            return _ENDED_LATE
        return ""

    def listen(self, child: Child) -> None:
        """Read what the agent told, close the phase, and let the agent go on."""
        while True:
            try:
                chunk = os.read(self._events, 65536)
            except BlockingIOError:
                break
            self._unread += chunk
        *lines, self._unread = self._unread.split(b"\n")
        for line in lines:
            event = ast.literal_eval(line.decode("ascii"))
            self._close_phase(child, event)
            if event["phase"] in _LAST_WORDS:
                self._done_at = time.monotonic()
            os.write(self._answers, b"\n")

    def _forget(self) -> None:
        self._peak = self._peak_children = self._most_file_backed = 0

    def _look_at_children(self, child: Child) -> str:
        """Sample the children that the last full look found, beside the root as it was then."""
        root = [one for one in self._last_look.processes if one.pid == child.pid]
        others = [one.pid for one in self._last_look.processes if one.pid != child.pid]
        if others:
            now = without_borrowers((*root, *tree_memory(others).processes))
            memory = TreeMemory(now)
            self._peak = max(self._peak, memory.anonymous_bytes)
            self._peak_children = max(self._peak_children, memory.without(child.pid))
        return ""

    def _sample(self, child: Child) -> TreeMemory:
        began = time.monotonic()
        pids = child.pids()
        self._seen.update(pids)
        memory = self._last_look = tree_memory(pids)
        # A look at a large tree takes milliseconds, and must not take all of the time.
        took = time.monotonic() - began
        self._next_full_look = began + max(_SAMPLING_SECONDS, 3 * took)
        self.most_anonymous = max(self.most_anonymous, memory.anonymous_bytes)
        self._peak = max(self._peak, memory.anonymous_bytes)
        self._peak_children = max(self._peak_children, memory.without(child.pid))
        self._most_file_backed = max(self._most_file_backed, memory.file_backed_bytes)
        return memory

    def _close_phase(self, child: Child, event: Mapping[str, object]) -> None:
        memory = self._sample(child)
        high_water = high_water_rss(child.pid)
        if high_water is not None and reset_high_water(child.pid):
            known = peak_from_high_water(
                high_water, self._most_file_backed, os.cpu_count() or 1, os.sysconf("SC_PAGE_SIZE")
            )
            self._peak = max(self._peak, known)
        held = self.boundary.readings() if self.boundary else None
        reading = Reading(
            anonymous_bytes=memory.anonymous_bytes,
            file_backed_bytes=memory.file_backed_bytes,
            peak_anonymous_bytes=self._peak,
            peak_children_bytes=self._peak_children,
            high_water_rss_bytes=high_water or self._peak + memory.file_backed_bytes,
            basis=memory.basis,
            kernel_bytes=held.kernel_bytes if held else None,
            group_peak_bytes=held.peak_bytes if held else None,
            threads=threads_of([one.pid for one in memory.processes]),
            mapped_files=mapped_files(child.pid),
            children=len(self._seen - {child.pid}),
        )
        self.phases.append(Phase(str(event["phase"]), event, reading))
        self._forget()


def in_parallel(
    tasks: Sequence[Callable[[threading.Event], None]], jobs: int, stop: threading.Event
) -> None:
    """Run ``tasks`` on ``jobs`` threads; whatever ends the wait also stops their children.

    Raises:
        BaseException: the first that a task raised, or an interruption of the caller.
    """
    from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait

    with ThreadPoolExecutor(max(1, jobs)) as pool:
        futures = [pool.submit(task, stop) for task in tasks]
        try:
            done, _ = wait(futures, return_when=FIRST_EXCEPTION)
            for future in done:
                future.result()
        except BaseException:
            stop.set()
            pool.shutdown(wait=True, cancel_futures=True)
            raise


def memory_cap(jobs: int) -> int:
    """Return the bytes that one of ``jobs`` probes may take before this machine is in danger."""
    return int(free_memory() * _SHARE_OF_FREE_MEMORY / max(1, jobs))


def memory_limit(budget_bytes: int | None, jobs: int) -> int:
    """Return the bytes that one of ``jobs`` probes may take.

    That is twice the budget, or 512 MiB beyond it where that is more; never more than its part of
    what this machine has free, which is the limit where there is no budget.
    """
    cap = memory_cap(jobs)
    if budget_bytes is None:
        return cap
    return min(cap, max(_TIMES_THE_BUDGET * budget_bytes, budget_bytes + _BEYOND_THE_BUDGET))
