"""`[tool.bootfit]`, options and environment become one frozen `Config`."""

import difflib
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec

from bootfit.model.app import ImplementationDeclaration, PluginDeclaration, RequestSpec
from bootfit.model.compare_table import CompareTable, SubjectTable, allowances_of
from bootfit.model.deployment import TABLES, Deployment, check_deployment
from bootfit.model.errors import UsageError
from bootfit.model.requirement_source import with_choices
from bootfit.model.server_bounds import check_bounds
from bootfit.model.sizes import parse_size
from bootfit.model.spans import parse_fraction, parse_seconds

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

T = TypeVar("T")
D = TypeVar("D")

DEFAULT_PLATFORM = "render-free"
DEFAULT_HEADROOM = 0.10


class _Shape(msgspec.Struct, forbid_unknown_fields=True, rename="kebab", frozen=True):
    """Base of the tables below: written with dashes, closed to unknown keys."""


class _Budget(_Shape, frozen=True):
    memory: str | None = None
    headroom: str | None = None
    import_time: str | None = None


_Count = Annotated[int, msgspec.Meta(ge=1)]


class _Server(_Shape, frozen=True):
    workers: _Count | None = None
    threads: _Count | None = None
    timeout: _Count | None = None
    preload: bool | None = None
    max_requests: Annotated[int, msgspec.Meta(ge=0)] | None = None


class _Request(_Shape, frozen=True):
    path: str
    method: str = "GET"
    json: Any = None
    headers: dict[str, str] | None = None
    expect: list[int] | int = 200


class _Plugin(_Shape, frozen=True):
    imports: list[str]
    exercise: str = ""
    distributions: list[str] = []
    extra: str = ""


class _Table(_Shape, frozen=True):
    name: str | None = None
    platform: str | None = None
    target: str | None = None
    python: str | None = None
    requirements: list[str] | None = None
    app: str | None = None
    interpreter: str | None = None
    health_path: str | None = None
    environment: dict[str, str] = {}
    plugins: str | dict[str, _Plugin] = ""
    budget: _Budget = _Budget()
    server: _Server = _Server()
    requests: list[_Request] = []
    compare: CompareTable = CompareTable()
    deploy: Deployment = Deployment()


@dataclass(frozen=True)
class ServerWishes:
    """Server settings that the user fixed; None leaves the choice to `tune`."""

    workers: int | None = None
    threads: int | None = None
    timeout_seconds: int | None = None
    preload: bool | None = None
    max_requests: int | None = None


@dataclass(frozen=True)
class Config:
    """What the project and the caller want, after precedence; sizes in bytes, times in seconds."""

    root: Path
    #: What the service is called: `name`, else that of `[project]`, else of the folder.
    name: str
    #: True where pyproject.toml makes the project itself an installable distribution.
    is_distribution: bool
    platform: str = DEFAULT_PLATFORM
    #: What wheels must match, where it is not the platform: "aarch64-linux-musl1.2".
    target: str | None = None
    python: str | None = None
    requirements: tuple[str, ...] = ()
    app: str | None = None
    interpreter: Path | None = None
    health_path: str | None = None
    #: Environment that the app needs to boot, in probes and in `verify` (never secrets).
    environment: Mapping[str, str] = field(default_factory=dict)
    plugins_registry: str | None = None
    plugins: tuple[PluginDeclaration, ...] = ()
    budget_memory_bytes: int | None = None
    headroom: float = DEFAULT_HEADROOM
    #: CPU seconds that the import of one implementation may take; None: as long as it likes.
    import_seconds: float | None = None
    server: ServerWishes = ServerWishes()
    requests: tuple[RequestSpec, ...] = ()
    #: What figures may grow by between two runs, as it is written.
    compare: CompareTable = field(default_factory=CompareTable)
    #: What the emitted files hold beside the web process.
    deployment: Deployment = field(default_factory=Deployment)
    #: What the project does not say and was assumed, in words.
    assumptions: tuple[str, ...] = ()


@dataclass(frozen=True)
class Overrides:
    """What options or `BOOTFIT_*` variables say; None where they are silent."""

    platform: str | None = None
    python: str | None = None
    requirements: tuple[str, ...] = ()
    app: str | None = None
    interpreter: Path | None = None
    memory: str | None = None
    #: Optional dependencies and dependency groups that are checked besides.
    extras: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    target: str | None = None


def load_config(root: Path, overrides: Overrides | None = None) -> Config:
    """Return the configuration of the project in ``root``.

    Raises:
        UsageError: no such folder, TOML that does not parse, an unknown key (with the nearest
            known one), a value of the wrong kind.
    """
    overrides = overrides or Overrides()
    if not root.is_dir():
        raise UsageError(f"no such project folder: {root}", "name a folder with requirements")
    document = _read_pyproject(root / "pyproject.toml")
    project = _table_at(document, "project")
    raw = _table_at(document, "tool").get("bootfit", {})
    if not isinstance(raw, dict):
        raise UsageError("pyproject.toml: tool.bootfit is no table", "write [tool.bootfit]")
    _refuse_unknown_keys(raw)
    table = _convert(raw)
    assumptions: list[str] = []

    platform = overrides.platform or table.platform
    if platform is None:
        platform = DEFAULT_PLATFORM
        assumptions.append(f"platform {platform}: the project names none")

    requirements = overrides.requirements or tuple(table.requirements or ())
    if not requirements:
        requirements = _find_requirements(root, project)
        if requirements:
            assumptions.append(f"requirements from {', '.join(requirements)}")
    requirements = with_choices(requirements, overrides.extras, overrides.groups)

    declared, registry = _plugins(table.plugins)
    interpreter = overrides.interpreter or (
        root / table.interpreter if table.interpreter is not None else None
    )
    memory = overrides.memory or table.budget.memory
    name = table.name or project.get("name")
    return Config(
        root=root,
        name=name if isinstance(name, str) else root.resolve().name,
        is_distribution="build-system" in document and "name" in project,
        platform=platform,
        target=overrides.target or table.target,
        python=overrides.python or table.python,
        requirements=requirements,
        app=overrides.app or table.app,
        interpreter=interpreter,
        health_path=table.health_path,
        environment=table.environment,
        plugins_registry=registry,
        plugins=declared,
        budget_memory_bytes=_parsed("memory", memory, parse_size, None),
        headroom=_parsed("headroom", table.budget.headroom, parse_fraction, DEFAULT_HEADROOM),
        import_seconds=_parsed("import-time", table.budget.import_time, parse_seconds, None),
        server=ServerWishes(
            workers=table.server.workers,
            threads=table.server.threads,
            timeout_seconds=table.server.timeout,
            preload=table.server.preload,
            max_requests=table.server.max_requests,
        ),
        requests=tuple(_request(entry) for entry in table.requests),
        compare=table.compare,
        deployment=table.deploy,
        assumptions=tuple(assumptions),
    )


def _parsed(key: str, text: str | None, parse: Callable[[str], T], default: D) -> T | D:
    if text is None:
        return default
    try:
        return parse(text)
    except UsageError as error:
        raise UsageError(f"budget.{key}: {error.message}", error.hint) from None


def _read_pyproject(path: Path) -> dict[str, Any]:
    try:
        document: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path.name} is not TOML: {error}", "mend the place it names") from None
    except OSError as error:
        raise UsageError(f"{path.name} cannot be read: {error.strerror}", "mend its mode") from None
    return document


def _table_at(document: dict[str, Any], key: str) -> dict[str, Any]:
    value = document.get(key, {})
    return value if isinstance(value, dict) else {}


def _refuse_unknown_keys(raw: dict[str, Any]) -> None:
    tables: list[tuple[str, type[msgspec.Struct], Any]] = [
        ("", _Table, raw),
        ("budget.", _Budget, raw.get("budget")),
        ("server.", _Server, raw.get("server")),
        ("compare.", CompareTable, raw.get("compare")),
        ("deploy.", Deployment, raw.get("deploy")),
    ]
    if isinstance(deploy := raw.get("deploy"), dict):
        tables += [(f"deploy.{name}.", shape, deploy.get(name)) for name, shape in TABLES.items()]
    subjects = compare.get("subjects") if isinstance(compare := raw.get("compare"), dict) else None
    if isinstance(subjects, dict):
        tables += [(f"compare.subjects.{name}.", SubjectTable, subjects[name]) for name in subjects]
    plugins = raw.get("plugins")
    if isinstance(plugins, dict):
        tables += [(f"plugins.{name}.", _Plugin, plugins[name]) for name in plugins]
    requests = raw.get("requests")
    if isinstance(requests, list):
        tables += [(f"requests[{i}].", _Request, entry) for i, entry in enumerate(requests)]
    for prefix, shape, table in tables:
        if not isinstance(table, dict):
            continue
        known = [f.encode_name for f in msgspec.structs.fields(shape)]
        for key in table:
            if key not in known:
                near = difflib.get_close_matches(key, known, n=1)
                hint = f"did you mean {prefix}{near[0]}?" if near else f"known: {', '.join(known)}"
                raise UsageError(
                    f"pyproject.toml: unknown option {prefix + key!r} in [tool.bootfit]", hint
                )


def _convert(raw: dict[str, Any]) -> _Table:
    try:
        table = msgspec.convert(raw, _Table)
    except msgspec.ValidationError as error:
        message = str(error).replace("$.", "").replace(" - at ", " at ")
        raise UsageError(
            f"pyproject.toml: [tool.bootfit]: {message}", "the README shows each option"
        ) from None
    if table.health_path is not None and not table.health_path.startswith("/"):
        raise UsageError(
            f"pyproject.toml: [tool.bootfit] health-path {table.health_path!r} does not start "
            "with /",
            f"write health-path = {'/' + table.health_path!r}",
        )
    server = table.server
    try:
        allowances_of(table.compare)
        check_deployment(table.deploy)
        check_bounds(
            {
                "workers": server.workers,
                "threads": server.threads,
                "timeout": server.timeout,
                "max-requests": server.max_requests,
            }
        )
    except UsageError as error:
        raise UsageError(f"pyproject.toml: [tool.bootfit]: {error.message}", error.hint) from None
    return table


def _find_requirements(root: Path, project: dict[str, Any]) -> tuple[str, ...]:
    """Return what a deploy would install from, best evidence first."""
    for name in ("requirements.txt", "pylock.toml", "uv.lock", "poetry.lock", "Pipfile.lock"):
        if (root / name).is_file():
            return (name,)
    dynamic = project.get("dynamic")
    stated = project.get("dependencies") or (
        isinstance(dynamic, list) and "dependencies" in dynamic
    )
    return ("pyproject.toml",) if stated else ()


def _plugins(
    value: str | dict[str, _Plugin],
) -> tuple[tuple[PluginDeclaration, ...], str | None]:
    if isinstance(value, str):
        return (), value or None
    return tuple(
        PluginDeclaration(
            name=name,
            ladder=(
                ImplementationDeclaration(
                    name="imports",
                    target="",
                    imports=tuple(plugin.imports),
                    distributions=tuple(plugin.distributions),
                    extra=plugin.extra,
                    exercise=plugin.exercise,
                ),
            ),
        )
        for name, plugin in value.items()
    ), None


def _request(entry: _Request) -> RequestSpec:
    if not entry.path.startswith("/"):
        raise UsageError(
            f"pyproject.toml: [tool.bootfit] request path {entry.path!r} does not start with /",
            "write the path below the host, such as /health",
        )
    expect = entry.expect if isinstance(entry.expect, list) else [entry.expect]
    return RequestSpec(
        method=entry.method.upper(),
        path=entry.path,
        json=entry.json,
        headers=entry.headers,
        expect=tuple(expect),
    )
