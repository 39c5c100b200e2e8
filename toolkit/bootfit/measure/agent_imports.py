# ruff: noqa: PTH120 - pathlib would add modules to every figure
"""The agent that tells what each import takes: run by its path, CPython 3.8 and later.

`importlib._bootstrap._find_and_load` is what every first import comes through, be it a statement,
`importlib.import_module` or a call from C. It is replaced by one that reads CPU time and
``/proc/self/statm`` before and after, and charges what was taken since the reading before to
whatever ran in between: so the parts add up to the whole. ``-X importtime`` tells time only, and
misses what `import_module` loads. Pauses of the garbage collector are charged to nobody.
"""

from __future__ import annotations

import _thread
import gc
import os
import sys
import time

TYPE_CHECKING = False
if TYPE_CHECKING or __package__:
    from bootfit.measure.agent import (
        ProbedCodeError,
        attempt,
        begin,
        exercise,
        failure,
        load,
        resolve,
    )
    from bootfit.measure.agent_waiting import let_wait, uses
else:
    # Run by its path, or imported by `agent_deep`, which was: its folder is first on the path,
    # until `begin` takes it off.
    from agent import ProbedCodeError, attempt, begin, exercise, failure, load, resolve
    from agent_waiting import let_wait, uses

    # The project may have modules of these names.
    del sys.modules["agent"], sys.modules["agent_waiting"]

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable
    from typing import Any

    from bootfit.measure.agent import Channel

_cpu = time.process_time
_open, _pread = os.open, getattr(os, "pread", None)
_bootstrap: Any = sys.modules["_frozen_importlib"]
_importlib: Any = sys.modules["importlib"]
#: Code that imports on behalf of other code.
_MACHINERY = (
    __file__,
    attempt.__code__.co_filename,
    let_wait.__code__.co_filename,
    _importlib.__file__,
)
_PACKAGES = (os.sep + "site-packages" + os.sep, os.sep + "dist-packages" + os.sep)
_STDLIB = os.path.dirname(os.path.realpath(os.__file__)) + os.sep


class Memory:
    """Anonymous and file-backed pages of this process."""

    def __init__(self) -> None:
        self.known = True
        self._file = -1
        self.read()

    def read(self) -> tuple[int, int]:
        """Return anonymous and file-backed pages; (0, 0) where the system does not tell."""
        for _ in range(2 if self.known else 0):
            try:
                if self._file < 0:
                    self._file = _open("/proc/self/statm", os.O_RDONLY)
                fields = _pread(self._file, 128, 0).split()  # type: ignore[misc]
                shared = int(fields[2])
                return int(fields[1]) - shared, shared
            except (OSError, ValueError, IndexError, TypeError):
                self._file = -1  # the probed code closed it, and may have opened another
        self.known = False
        return 0, 0


class Node:
    """One import, or what ran outside of imports in one phase."""

    __slots__ = ("anonymous", "cpu", "file_backed", "importer", "line", "name", "parent", "path")

    def __init__(self, parent: int, name: str) -> None:
        self.parent = parent
        self.name = name
        self.importer = self.path = ""
        self.line = self.anonymous = self.file_backed = 0
        self.cpu = 0.0


class Tracer:
    """Charges what is taken to the import that runs; of each thread, the innermost."""

    def __init__(self) -> None:
        self.nodes: list[Node] = []
        self.phases: list[int] = []
        #: CPU seconds that the collector had taken when each phase began.
        self.paused_before: list[float] = []
        self.paused = 0.0
        self.memory = Memory()
        self._root = 0
        self._stacks: dict[int, list[int]] = {}
        self._lock = _thread.RLock()
        self._collected_from = self._mark_cpu = 0.0
        self._mark = (0, 0)
        self._tracing = True

    def install(self) -> None:
        """See every import from now on."""
        gc.callbacks.append(self._on_collection)
        if hasattr(os, "register_at_fork"):
            os.register_at_fork(after_in_child=self.stop)
        original = _bootstrap._find_and_load
        modules, ident = sys.modules, _thread.get_ident

        def find_and_load(name: str, *rest: Any) -> Any:
            if not self._tracing or name in modules:
                return original(name, *rest)
            thread = ident()
            self._enter(thread, name)
            try:
                return original(name, *rest)
            finally:
                self._leave(thread)

        _bootstrap._find_and_load = find_and_load
        self._mark_cpu, self._mark = _cpu() - self.paused, self.memory.read()

    def stop(self) -> None:
        """See nothing more."""
        self._tracing = False

    def begin_phase(self) -> None:
        """Charge what is taken outside of imports to a new phase from now on."""
        with self._lock:
            if self.nodes:
                self._charge(self._root)
            self._mark_cpu, self._mark = _cpu() - self.paused, self.memory.read()
            self._root = len(self.nodes)
            self.phases.append(self._root)
            self.paused_before.append(self.paused)
            self.nodes.append(Node(-1, ""))

    def end_phase(self) -> None:
        """Charge what has been taken since the last import."""
        with self._lock:
            self._charge(self._root)

    def _on_collection(self, phase: str, _info: dict[str, int]) -> None:
        if phase == "start":
            self._collected_from = _cpu()
        else:
            self.paused += _cpu() - self._collected_from

    def _enter(self, thread: int, name: str) -> None:
        with self._lock:
            stack = self._stacks.setdefault(thread, [])
            running = stack[-1] if stack else self._root
            self._charge(running)
            node = Node(running, name)
            frame: Any = sys._getframe(2)
            while frame is not None:
                path = frame.f_code.co_filename
                if not path.startswith("<frozen importlib") and path not in _MACHINERY:
                    node.importer = frame.f_globals.get("__name__", "")
                    node.path, node.line = path, frame.f_lineno
                    break
                frame = frame.f_back
            stack.append(len(self.nodes))
            self.nodes.append(node)
            self._mark_cpu = _cpu() - self.paused

    def _leave(self, thread: int) -> None:
        with self._lock:
            self._charge(self._stacks[thread].pop())
            self._mark_cpu = _cpu() - self.paused

    def _charge(self, index: int) -> None:
        """Charge what was taken since the mark; what the tracer itself takes lies between marks."""
        cpu, now = _cpu() - self.paused, self.memory.read()
        node = self.nodes[index]
        node.cpu += cpu - self._mark_cpu
        node.anonymous += now[0] - self._mark[0]
        node.file_backed += now[1] - self._mark[1]
        self._mark = now


def block(names: Iterable[str]) -> None:
    """Let these modules, and what lies in them, be found no more, as if they were not installed."""
    blocked = tuple(names)
    below = tuple(name + "." for name in blocked)
    original = _bootstrap._find_spec

    def find_spec(name: str, *rest: Any) -> Any:
        if name in blocked or name.startswith(below):
            return None
        return original(name, *rest)

    _bootstrap._find_spec = find_spec
    util: Any = sys.modules.get("importlib.util")
    if util is not None:
        util._find_spec = find_spec


def attribute(order: dict[str, Any], channel: Channel) -> None:
    """Import the app if asked to, load every rung, exercise it once; tell what each import took."""
    rungs = order["rungs"]
    at_start = sorted(sys.modules)
    if order["blocked"]:
        block(order["blocked"])
    if order["waiting"]:
        let_wait(*order["waiting"])
    channel.tell(phase="started")
    tracer = Tracer()
    tracer.install()
    if order["app"]:
        step(tracer, "app", "", resolve, order["app"], ("application", "app"))
        if uses:  # the app caught it, and may have gone another way
            raise ProbedCodeError("app", "") from uses[0]
        channel.tell(phase="app", modules=len(sys.modules))
    if rungs:
        values = [step(tracer, "load", rung["subject"], load, rung) for rung in rungs]
        channel.tell(phase="loaded", modules=len(sys.modules))
        for rung, value in zip(rungs, values):  # noqa: B905 - strict= is new in 3.10
            step(tracer, "exercise", rung["subject"], exercise, rung, value)
        channel.tell(phase="exercised", modules=len(sys.modules))
    tracer.stop()
    import json  # all is measured

    channel.tell(phase="attributed", told=json.dumps({**told(tracer, order), "at_start": at_start}))
    channel.tell(phase="done")


def step(
    tracer: Tracer, stage: str, subject: str, work: Callable[..., Any], *args: object
) -> object:
    """Return what ``work`` returns; what it takes is charged to a phase of its own."""
    tracer.begin_phase()
    value = attempt(stage, subject, work, *args)
    tracer.end_phase()
    return value


def told(tracer: Tracer, order: dict[str, Any]) -> dict[str, Any]:
    """Return the nodes, and which packages hold something of which others."""
    root = os.path.realpath(order["paths"][0]) + os.sep
    page = os.sysconf("SC_PAGE_SIZE") if tracer.memory.known else 0
    paths = {node.path for node in tracer.nodes}
    places = {path: place_of(path, root) for path in paths}
    whose = {node.name: kind_of(node.name, root) for node in tracer.nodes}
    return {
        "phases": tracer.phases,
        "collector": [tracer.paused - before for before in tracer.paused_before],
        "memory_known": tracer.memory.known,
        "nodes": [
            (
                node.name,
                node.parent,
                node.importer,
                places[node.path],
                node.line,
                node.cpu,
                node.anonymous * page,
                node.file_backed * page,
                whose[node.name],
            )
            for node in tracer.nodes
        ],
        "uses": sorted(package_uses()),
        "users": module_users(order["about"]) if order["about"] else [],
    }


def kind_of(name: str, root: str) -> str:
    """Return "project", "python", "" for what is installed, "missing" for what is not loaded."""
    module = sys.modules.get(name)
    if module is None:
        return "missing"
    path = file_of(module)
    if path:
        return kind_of_file(path, root)
    origin = getattr(getattr(module, "__spec__", None), "origin", None)
    return "python" if origin in ("built-in", "frozen") else ""


def kind_of_file(path: str, root: str) -> str:
    """Return whose a real path is: "project", "python", or "" for what is installed."""
    if any(mark in path for mark in _PACKAGES):
        return ""
    if path.startswith(root):
        return "project"
    return "python" if path.startswith((_STDLIB, "<frozen")) else ""


def file_of(module: Any) -> str:
    """Return the real path of a module's file, or of the first folder of its namespace, or ""."""
    path = getattr(module, "__file__", None)
    if not isinstance(path, str):
        try:
            path = next(iter(module.__path__), "")
        except Exception:  # noqa: BLE001 - a module may be any object
            path = ""
    return os.path.realpath(path) if isinstance(path, str) and path else ""


def place_of(path: str, root: str) -> str:
    """Return a path relative to the project, or to the folder that it was found through."""
    if not path or path.startswith("<"):
        return path
    real = os.path.realpath(path)
    if real.startswith(root) and not any(mark in real for mark in _PACKAGES):
        return real[len(root) :].replace(os.sep, "/")
    best = ""
    for entry in sys.path:
        folder = os.path.realpath(entry) + os.sep if entry else ""
        if folder and real.startswith(folder) and len(folder) > len(best):
            best = folder
    return real[len(best) :].replace(os.sep, "/")


def references() -> Iterable[tuple[str, str]]:
    """Yield (module, module) for what each loaded module's globals hold of another one.

    Only plain modules, functions and classes are looked at: proxies do work when they are touched.
    """
    module_type, function_type = type(sys), type(references)
    for name, module in list(sys.modules.items()):
        if type(module) is not module_type:
            continue
        for value in list(vars(module).values()):
            kind = type(value)
            if kind is module_type:
                other = vars(value).get("__name__")
            elif kind is function_type:
                other = value.__module__
            elif issubclass(kind, type):
                other = type.__dict__["__dict__"].__get__(value).get("__module__")
            else:
                continue
            if type(other) is str and other != name and other in sys.modules:
                yield name, other


def package_uses() -> set[tuple[str, str]]:
    """Return (package, package) for what they hold of one another; namespaces by their parts."""
    known: dict[str, str] = {}

    def package(name: str) -> str:
        if name not in known:
            parts = name.split(".")
            top = sys.modules.get(parts[0])
            is_namespace = top is not None and getattr(top, "__file__", None) is None
            known[name] = ".".join(parts[:3]) if is_namespace else parts[0]
        return known[name]

    return {
        (package(one), package(other))
        for one, other in references()
        if package(one) != package(other)
    }


def module_users(about: str) -> list[str]:
    """Return the modules outside of ``about`` that hold it or something of it."""
    below = about + "."
    found = {
        one
        for one, other in references()
        if (other == about or other.startswith(below))
        and one not in (about, "__main__")
        and not one.startswith(below)
    }
    return sorted(found)


def main(folder: str) -> None:
    """Do what the order says; tell what the probed code raised."""
    order, channel = begin(folder)
    try:
        attribute(order, channel)
    except ProbedCodeError as error:
        channel.tell(phase="failed", **failure(error))


if __name__ == "__main__":
    main(sys.argv[1])
