# ruff: noqa: PTH100, PTH118, PTH120, PTH123 - pathlib would add modules to every figure
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
    from collections.abc import Callable, Iterable, Iterator
    from typing import Any

    Route = tuple[str, str, list[str]]

# Kept, in case the probed code replaces them.
_open, _read, _write, _close, _exit = os.open, os.read, os.write, os.close, os._exit
_getpid, _cpu, _wall = os.getpid, time.process_time, time.perf_counter
_NOBODY_LISTENS = 70


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

    def __init__(self, module: str, attribute: str, candidates: list[str]) -> None:
        super().__init__(f"module {module!r} has no attribute {attribute!r}")
        self.candidates = candidates


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
            raise NoSuchAttributeError(module_name, path, app_like(module)) from None
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


def app_like(module: object) -> list[str]:
    """Return the names in ``module`` that could be meant: apps first, then their factories."""
    names = [name for name in vars(module) if not name.startswith("_")]
    apps = [name for name in names if framework_of(vars(module)[name])]
    factories = [name for name in names if name in ("create_app", "make_app", "get_app")]
    return apps + [name + "()" for name in factories]


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
    """Import the app if asked to, load every rung, exercise each twice; tell after each step."""
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
            channel.tell(phase=phase, subject=rung["subject"], **meter.since_start())
    channel.tell(phase="done", lazy=len(getattr(sys, "lazy_modules", ())))


def attempt(stage: str, implementation: str, work: Callable[..., Any], *args: object) -> Any:
    """Return what ``work`` returns; what it raises is the probed code's, sys.exit included."""
    try:
        return work(*args)
    except BaseException as error:
        raise ProbedCodeError(stage, implementation) from error


def survey(order: dict[str, Any], channel: Channel) -> None:
    """Tell what is installed and which of the named modules can be found, without importing any."""
    channel.tell(
        phase="surveyed",
        python=".".join(map(str, sys.version_info[:3])),
        installed=installed(),
        missing=[name for name in order["modules"] if not findable(name)],
    )


def findable(name: str) -> bool:
    """Return whether the top-level package of that module can be found."""
    from importlib.util import find_spec

    try:
        return find_spec(name.partition(".")[0]) is not None
    except (ImportError, ValueError):
        return False


def installed() -> list[tuple[str, str]]:
    """Return name and version of every distribution that this interpreter sees."""
    from importlib.metadata import distributions

    found: dict[str, tuple[str, str]] = {}
    for one in distributions():
        name = one.metadata["Name"]
        if name:
            found.setdefault(name.lower(), (name, one.version))
    return sorted(found.values())


def describe(order: dict[str, Any], channel: Channel) -> None:
    """Tell interface, framework, routes and plugins of the app."""
    found: dict[str, Any] = {"interface": "unknown", "framework": "", "routes": [], "plugins": []}
    if order["app"]:
        app = attempt("app", "", resolve, order["app"], ("application", "app"))
        found.update(attempt("app", "", look_at, app))
    if order["registry"]:
        registry = attempt("registry", "", resolve, order["registry"])
        found["plugins"] = attempt("registry", "", registry.describe)
    channel.tell(phase="described", **found)


_WSGI = ("flask", "django", "bottle", "falcon", "pyramid")
_ASGI = ("fastapi", "starlette", "quart", "litestar", "sanic", "blacksheep")


def framework_of(value: object) -> str:
    """Return the framework that the class of ``value``, or a base of it, comes from, or ""."""
    for base in type(value).__mro__:
        package = (base.__module__ or "").partition(".")[0]
        if package in _WSGI + _ASGI and callable(value):
            return package
    return ""


def look_at(app: Any) -> dict[str, Any]:
    """Return interface, framework and routes of an app; middleware around it is taken off."""
    inner, framework = app, framework_of(app)
    while not framework and hasattr(inner, "app"):
        inner = inner.app
        framework = framework_of(inner)
    is_asgi = framework in _ASGI or type(app).__name__ == "ASGIHandler"
    return {
        "interface": ("asgi" if is_asgi else "wsgi") if framework else interface_by_signature(app),
        "framework": framework,
        "routes": routes_of(inner, framework),
    }


def interface_by_signature(app: Any) -> str:
    """Return what a bare callable looks like: asgi takes (scope, receive, send)."""
    import inspect

    if not callable(app):
        raise TypeError(f"the app is a {type(app).__name__}, which cannot be called")
    call = app if inspect.isroutine(app) else type(app).__call__
    if inspect.iscoroutinefunction(call):
        return "asgi"
    try:
        inspect.signature(app).bind(None, None)
    except (TypeError, ValueError):
        return "unknown"
    return "wsgi"


def routes_of(app: Any, framework: str) -> list[Route]:
    """Return (method, path, parameter names) of every route that the framework tells."""
    if hasattr(app, "url_map"):  # Flask, Quart
        return sorted(
            (method, rule.rule, sorted(rule.arguments))
            for rule in app.url_map.iter_rules()
            for method in (rule.methods or ("GET",))
            if method not in ("HEAD", "OPTIONS")
        )
    if framework == "django":
        urls = importlib.import_module("django.urls")
        return sorted(django_routes(urls.get_resolver(), "/"))
    if framework == "bottle":
        return sorted((route.method, route.rule, []) for route in app.routes)
    return sorted(starlette_routes(getattr(app, "routes", ()), ""))


def starlette_routes(routes: Iterable[Any], prefix: str) -> Iterator[Route]:
    """Yield the routes of Starlette and what builds on it, mounted apps included."""
    for route in routes:
        path = prefix + getattr(route, "path", "")
        if getattr(route, "routes", None):
            yield from starlette_routes(route.routes, path)
            continue
        parameters = sorted(getattr(route, "param_convertors", ()))
        for method in getattr(route, "methods", None) or ():
            if method not in ("HEAD", "OPTIONS"):
                yield method, path, parameters


def django_routes(resolver: Any, prefix: str) -> Iterator[Route]:
    """Yield Django's routes; it does not say which methods a view answers."""
    for pattern in resolver.url_patterns:
        path = prefix + str(pattern.pattern)
        if hasattr(pattern, "url_patterns"):
            yield from django_routes(pattern, path)
        else:
            yield "GET", path, sorted(pattern.pattern.converters)


def failure(error: ProbedCodeError) -> dict[str, Any]:
    """Return what was raised, for the parent: type, message, and the frames, outermost first."""
    cause = error.__cause__ or error
    frames = []
    trace = cause.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        if code.co_filename != __file__:
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
        "candidates": getattr(cause, "candidates", None),
        "frames": frames[-40:],
    }


def main(folder: str) -> None:
    """Read the order, put the project first on the path, and do it."""
    faulthandler.enable()  # a crash, or the parent's SIGABRT at the time limit, tells where
    with open(os.path.join(folder, "order"), "rb") as stream:
        order = marshal.load(stream)  # noqa: S302 - the parent wrote it a moment ago
    here = os.path.dirname(os.path.abspath(__file__))
    sys.path[:] = order["paths"] + [
        entry for entry in sys.path if os.path.abspath(entry or ".") != here
    ]
    sys.argv[:] = ["bootfit-probe"]
    channel = Channel(folder)
    work = {"probe": probe, "describe": describe, "survey": survey}[order["job"]]
    try:
        work(order, channel)
    except ProbedCodeError as error:
        channel.tell(phase="failed", **failure(error))


if __name__ == "__main__":
    main(sys.argv[1])
