"""The agent that looks at an app without measuring it: CPython 3.8 and later, run by its path.

It is a file of its own so that none of it is part of the figures that `agent` takes.
"""

from __future__ import annotations

import sys

TYPE_CHECKING = False
if TYPE_CHECKING or __name__ != "__main__":
    from bootfit.measure.agent import (
        NoSuchAttributeError,
        ProbedCodeError,
        attempt,
        begin,
        failure,
        resolve,
    )
else:
    # Run by its path: its folder is first on the path, until `begin` takes it off.
    from agent import NoSuchAttributeError, ProbedCodeError, attempt, begin, failure, resolve

    del sys.modules["agent"]  # the project may have a module of that name

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from typing import Any

    from bootfit.measure.agent import Channel

    Route = tuple[str, str, list[str]]


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
        found["app"] = named(order["app"], app)
    if order["registry"]:
        registry = attempt("registry", "", resolve, order["registry"])
        found["plugins"] = attempt("registry", "", plugins_of, registry)
    channel.tell(phase="described", **found)


def named(reference: str, app: object) -> str:
    """Return ``reference`` with the attribute that a lone module left open."""
    if ":" in reference:
        return reference
    module = sys.modules[reference]
    name = next(name for name in ("application", "app") if getattr(module, name, None) is app)
    return f"{reference}:{name}"


_WSGI = ("flask", "django", "bottle", "falcon", "pyramid")
_ASGI = ("fastapi", "starlette", "quart", "litestar", "sanic", "blacksheep")


def plugins_of(registry: Any) -> Any:
    """Return what the registry says about its plugins; it has to be plain data."""
    import ast

    told = registry.describe()
    try:
        return ast.literal_eval(ascii(told))
    except (ValueError, SyntaxError):
        raise TypeError("describe() has to return lists, dicts and texts") from None


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
        return sorted(django_routes(sys.modules["django.urls"].get_resolver(), "/"))
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


def app_like(module: object) -> list[str]:
    """Return the names in ``module`` that could be meant: apps first, then their factories."""
    names = [name for name in vars(module) if not name.startswith("_")]
    apps = [name for name in names if framework_of(vars(module)[name])]
    factories = [name for name in names if name in ("create_app", "make_app", "get_app")]
    return apps + [name + "()" for name in factories]


def main(folder: str) -> None:
    """Do what the order says; tell what the probed code raised, and what could be meant."""
    order, channel = begin(folder)
    work = {"describe": describe, "survey": survey}[order["job"]]
    try:
        work(order, channel)
    except ProbedCodeError as error:
        told = failure(error)
        cause = error.__cause__
        if isinstance(cause, NoSuchAttributeError):
            told["candidates"] = app_like(cause.module)
        channel.tell(phase="failed", **told)


if __name__ == "__main__":
    main(sys.argv[1])
