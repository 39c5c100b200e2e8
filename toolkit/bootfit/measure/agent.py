# ruff: noqa: PTH100, PTH110, PTH118, PTH120, PTH123 - pathlib would add modules to every figure
"""The probe agent: run by its path with the project's own interpreter, CPython 3.8 and later.

It imports nothing but a few small modules of the standard library, because whatever it imports
is part of every figure: `json` alone would bring `re` and 1 MiB. So it reads its orders with
`marshal`, a built-in, and writes literals. Standard output and error belong to the code that is
probed; the agent speaks through two named pipes, opened anew for each word, so that probed code
may close every file descriptor. After each word it waits for the answer: in between the parent
reads the memory of a process tree that stands still.
"""

from __future__ import annotations

import faulthandler
import gc
import importlib
import marshal
import os
import sys
import time

try:
    import resource
except ImportError:  # not on Windows
    resource = None  # type: ignore[assignment,unused-ignore]

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import Any

# Kept, in case the probed code replaces them.
_open, _read, _write, _close, _exit = os.open, os.read, os.write, os.close, os._exit
_getpid, _cpu, _wall = os.getpid, time.process_time, time.perf_counter
_NOBODY_LISTENS = 70
_AGENT = __file__
#: How long one rung is exercised again and again.
_GROWING_SECONDS = 1.0


class Channel:
    """Tells the parent what is done, and waits until it has taken note."""

    def __init__(self, folder: str) -> None:
        self._events = os.path.join(folder, "events")
        self._answers = os.path.join(folder, "answers")
        self._pid = _getpid()

    def tell(self, **event: object) -> None:
        """Write one event; return when the parent answered. Silent in a forked child."""
        if _getpid() != self._pid:
            return
        try:
            pipe = _open(self._events, os.O_WRONLY | os.O_NONBLOCK)
            os.set_blocking(pipe, True)
            rest = (ascii(event) + "\n").encode("ascii")
            while rest:
                rest = rest[_write(pipe, rest) :]
            _close(pipe)
            pipe = _open(self._answers, os.O_RDONLY | os.O_NONBLOCK)
            os.set_blocking(pipe, True)
            answer = _read(pipe, 1)
            _close(pipe)
        except OSError:
            answer = b""
        if not answer:  # the parent is gone, and nobody else would end this process
            _exit(_NOBODY_LISTENS)


class Meter:
    """CPU time of this process and of the children it waited for, less pauses of the collector.

    The collector's pauses land in whoever allocates when it is due: noise of hundreds of
    milliseconds.
    """

    def __init__(self) -> None:
        self._paused = 0.0
        self._began = 0.0
        self._cpu_mark = self._wall_mark = 0.0
        gc.callbacks.append(self._on_collection)
        self.start()

    def _on_collection(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._began = _cpu()
        else:
            self._paused += _cpu() - self._began

    def _now(self) -> float:
        used = _cpu() - self._paused
        if resource is not None:
            children = resource.getrusage(resource.RUSAGE_CHILDREN)
            used += children.ru_utime + children.ru_stime
        return used

    def start(self) -> None:
        """Count from now."""
        self._cpu_mark, self._wall_mark = self._now(), _wall()

    def since_start(self) -> dict[str, float]:
        """Return CPU and wall seconds since `start`."""
        return {"cpu": self._now() - self._cpu_mark, "wall": _wall() - self._wall_mark}


class ProbedCodeError(Exception):
    """Raised from whatever the probed code raised, to say where the agent was."""

    def __init__(self, stage: str, implementation: str = "") -> None:
        super().__init__(stage, implementation)
        self.stage = stage
        self.implementation = implementation


class NoSuchAttributeError(Exception):
    """A "module:attribute" whose module imports and has no such attribute."""

    def __init__(self, module: Any, attribute: str) -> None:
        super().__init__(f"module {module.__name__!r} has no attribute {attribute!r}")
        self.module = module


def resolve(reference: str, default_attributes: tuple[str, ...] = ()) -> Any:
    """Return the object that ``module:attribute`` names; ``module:factory(...)`` is called."""
    module_name, _, expression = reference.partition(":")
    module = importlib.import_module(module_name)
    if not expression:
        for name in default_attributes:
            if hasattr(module, name):
                return getattr(module, name)
        expression = default_attributes[0]
    path, called, arguments = expression.partition("(")
    value: Any = module
    for name in path.strip().split("."):
        try:
            value = getattr(value, name)
        except AttributeError:
            raise NoSuchAttributeError(module, path) from None
    if called:
        args, keywords = literal_arguments(arguments)
        value = value(*args, **keywords)
    return value


def literal_arguments(text: str) -> tuple[list[Any], dict[str, Any]]:
    """Return the arguments of a factory call, which must be literals, as gunicorn reads them."""
    import ast

    call = ast.parse("f(" + text, mode="eval").body
    if not isinstance(call, ast.Call):
        raise TypeError(f"not the arguments of a call: ({text}")
    args = [ast.literal_eval(argument) for argument in call.args]
    return args, {word.arg or "": ast.literal_eval(word.value) for word in call.keywords}


def load(rung: dict[str, Any]) -> Any:
    """Return the loaded object of a rung; None for one that is only imports."""
    if not rung["target"]:
        for name in rung["imports"]:
            importlib.import_module(name)
        return None
    return resolve(rung["target"])()


def exercise(rung: dict[str, Any], value: object) -> None:
    """Do the work that the rung names, if it names any."""
    if rung["exercise"]:
        work = resolve(rung["exercise"])
        work(value) if rung["target"] else work()


def probe(order: dict[str, Any], channel: Channel) -> None:
    """Import the app if asked to, load every rung, exercise each twice; tell after each step.

    With ``rounds`` in the order each is then exercised as often again, to see whether it grows, as
    far as a second is enough for that.
    """
    meter = Meter()
    rungs = order["rungs"]
    channel.tell(phase="started")
    if order["app"]:
        meter.start()
        attempt("app", "", resolve, order["app"], ("application", "app"))
        channel.tell(phase="app", modules=len(sys.modules), **meter.since_start())
    meter.start()
    values = [attempt("load", rung["subject"], load, rung) for rung in rungs]
    if rungs:
        channel.tell(phase="loaded", modules=len(sys.modules), **meter.since_start())
    for phase in ("exercised", "repeated"):
        for rung, value in zip(rungs, values):  # noqa: B905 - strict= is new in 3.10
            meter.start()
            attempt("exercise", rung["subject"], exercise, rung, value)
            took = meter.since_start()
            channel.tell(phase=phase, subject=rung["subject"], **took)
            if phase == "repeated":
                rounds = min(order.get("rounds", 0), int(_GROWING_SECONDS / (took["wall"] + 1e-3)))
                grow(rung, value, rounds, channel)
    channel.tell(phase="done", lazy=len(getattr(sys, "lazy_modules", ())), uncompiled=uncompiled())


def grow(rung: dict[str, Any], value: object, rounds: int, channel: Channel) -> None:
    """Exercise a rung again and again; tell after each time."""
    for _ in range(rounds):
        attempt("exercise", rung["subject"], exercise, rung, value)
        channel.tell(phase="grown", subject=rung["subject"])


def uncompiled() -> int:
    """Return how many modules come from source for which no ``.pyc`` file is there."""
    count = 0
    for module in list(sys.modules.values()):
        spec = getattr(module, "__spec__", None)
        cached = getattr(spec, "cached", None)
        if getattr(spec, "has_location", False) and isinstance(cached, str):
            count += not os.path.exists(cached)
    return count


def attempt(stage: str, implementation: str, work: Callable[..., Any], *args: object) -> Any:
    """Return what ``work`` returns; what it raises is the probed code's, sys.exit included."""
    try:
        return work(*args)
    except BaseException as error:
        raise ProbedCodeError(stage, implementation) from error


def failure(error: ProbedCodeError) -> dict[str, Any]:
    """Return what was raised, for the parent: type, message, and the frames, outermost first."""
    cause = error.__cause__ or error
    frames = []
    trace = cause.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename != _AGENT:
            frames.append((code.co_filename, trace.tb_lineno, code.co_name))
        trace = trace.tb_next
    if isinstance(cause, SyntaxError) and cause.filename:
        frames.append((cause.filename, cause.lineno or 0, ""))
    try:
        message = str(cause)
    except Exception:  # noqa: BLE001 - an exception whose own text raises
        message = ""
    return {
        "stage": error.stage,
        "implementation": error.implementation,
        "type": type(cause).__name__,
        "message": message,
        "missing": getattr(cause, "name", None) or "" if isinstance(cause, ImportError) else "",
        "not_found": isinstance(cause, ModuleNotFoundError),
        "no_memory": isinstance(cause, MemoryError),
        "candidates": None,
        "frames": frames[-40:],
    }


def begin(folder: str) -> tuple[dict[str, Any], Channel]:
    """Read the order and put the project first on the path; return the order and the channel."""
    faulthandler.enable()  # a crash, or the parent's SIGABRT at the time limit, tells where
    with open(os.path.join(folder, "order"), "rb") as stream:
        order: dict[str, Any] = marshal.load(stream)  # noqa: S302 - the parent wrote it just now
    here = os.path.dirname(os.path.abspath(_AGENT))
    # A process that the probed code spawns would run the file of this one's main module first, and
    # not find what it imports: a pool would start it again and again.
    sys.modules["__main__"].__dict__.pop("__file__", None)
    sys.path[:] = order["paths"] + [
        entry for entry in sys.path if os.path.abspath(entry or ".") != here
    ]
    sys.argv[:] = ["bootfit-probe"]
    return order, Channel(folder)


def main(folder: str) -> None:
    """Do what the order says; tell what the probed code raised."""
    order, channel = begin(folder)
    try:
        probe(order, channel)
    except ProbedCodeError as error:
        channel.tell(phase="failed", **failure(error))


if __name__ == "__main__":
    main(sys.argv[1])
