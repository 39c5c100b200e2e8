"""What became of a probe, in words: pure, from what the agent told and how its process ended."""

import re
import signal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bootfit.limits.children import ChildResult
from bootfit.measure.agent_run import AgentRun, Setting
from bootfit.model.finding import Place
from bootfit.model.measurement import ProbeStatus
from bootfit.model.sizes import format_mib

_STAGES = {
    "": "before it began",
    "started": "while the app was imported",
    "app": "while it was loaded",
    "loaded": "while its exercise ran",
    "exercised": "while its exercise ran again",
    "repeated": "while its exercise ran again",
}
_HUNG_IN = re.compile(
    r'^  File "(?P<path>[^"]+)", line (?P<line>\d+) in (?P<name>\S+)', re.MULTILINE
)
_AGENTS = str(Path(__file__).with_name("agent"))
_PACKAGES = ("site-packages", "dist-packages", "<frozen", "lib/python")


@dataclass(frozen=True)
class Outcome:
    """A status, why in one line, and the place in the project's own code, if there is one."""

    status: ProbeStatus
    detail: str = ""
    place: Place | None = None
    #: What the agent told about an exception; empty for every other outcome.
    failure: Mapping[str, Any] | None = None


def outcome(run: AgentRun, setting: Setting, *, has_app: bool) -> Outcome:
    """Return what became of a run.

    Args:
        run: what was recorded.
        setting: the limits that it ran under, and the project's root.
        has_app: whether the app was to be imported first.
    """
    stage = _stage(run, has_app=has_app)
    # Before what the agent told: a solver that is killed may leave a parent that goes on.
    if run.out_of_memory:
        limit = format_mib(setting.memory_limit_bytes or 0)
        how = " (sampled, not held by the kernel)" if run.limit_kind == "watchdog" else ""
        return Outcome(
            "out_of_memory", f"took more than the {limit} that a probe may have{how}, {stage}"
        )
    if run.complete:
        return Outcome("measured")
    if run.last is not None and run.last.name == "failed":
        return _raised(run.last.event, setting.root)
    return _ended_early(run.child, stage, setting)


def _ended_early(child: ChildResult, stage: str, setting: Setting) -> Outcome:
    frames = crash_frames(child.stderr)
    place, where = _own_place(frames, setting.root), _where(frames, setting.root)
    if child.timed_out:
        limit = f"{setting.time_limit_seconds:g} s"
        return Outcome("timed_out", f"did not end within {limit}, {stage}{where}", place)
    if child.flooded:
        return Outcome("flooded", f"wrote without end to its output, {stage}")
    if child.signal == signal.SIGKILL:
        return Outcome("killed", f"was killed (SIGKILL) {stage}: by the system or by itself")
    if child.signal is not None:
        name = signal_name(child.signal)
        return Outcome("crashed", f"crashed ({name}) {stage}{where}", place)
    said = _last_line(child.stderr)
    told = f"; it said: {said}" if said else ""
    return Outcome("crashed", f"ended its process (exit code {child.returncode}) {stage}{told}")


def signal_name(number: int) -> str:
    """Return ``SIGSEGV`` for 11; ``signal 70`` for one without a name."""
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def crash_frames(stderr: str) -> tuple[tuple[str, int, str], ...]:
    """Return (file, line, function) of the stack that faulthandler printed, innermost first."""
    start = max(stderr.rfind("Current thread"), stderr.rfind("most recent call first"))
    if start < 0:
        return ()
    found = _HUNG_IN.finditer(stderr, start)
    return tuple((match["path"], int(match["line"]), match["name"]) for match in found)


def own_frame(frames: Sequence[tuple[str, int, str]], root: Path) -> tuple[str, int, str] | None:
    """Return the first of ``frames`` that lies in the project and not in a package it installed."""
    for path, line, name in frames:
        inside = Path(path).is_relative_to(root)
        if inside and not any(mark in path.replace("\\", "/") for mark in _PACKAGES):
            return str(Path(path).relative_to(root)), line, name
    return None


def _own_place(frames: Sequence[tuple[str, int, str]], root: Path) -> Place | None:
    frame = own_frame(frames, root)
    return Place(frame[0], frame[1]) if frame else None


def _where(frames: Sequence[tuple[str, int, str]], root: Path) -> str:
    frames = [one for one in frames if not one[0].startswith(("<frozen", _AGENTS))]
    frame = own_frame(frames, root) or (frames[0] if frames else None)
    return f", in {frame[0]}:{frame[1]}" if frame else ""


def _raised(failure: Mapping[str, Any], root: Path) -> Outcome:
    frames = [(path, line, name) for path, line, name in reversed(failure["frames"])]
    where = _where(frames, root)
    first_line = str(failure["message"]).strip().partition("\n")[0][:300]
    detail = f"raised {failure['type']}{': ' if first_line else ''}{first_line}{where}"
    status: ProbeStatus = "out_of_memory" if failure["no_memory"] else "raised"
    return Outcome(status, detail, _own_place(frames, root), failure)


def _stage(run: AgentRun, *, has_app: bool) -> str:
    last = run.last.name if run.last else ""
    if last == "started" and not has_app:
        last = "app"
    return _STAGES.get(last, "at its end")


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1][:200] if lines else ""
