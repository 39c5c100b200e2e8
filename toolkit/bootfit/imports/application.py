"""Find the app object of a project that does not name it: from its start command, else its source.

Nothing is imported: source is parsed. Pure but for `find_applications` and `find_application`.
"""

import ast
import re
import shlex
import stat
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bootfit.model.errors import UndeterminedError
from bootfit.model.syntax_tree import parse_quietly

_SERVERS = ("gunicorn", "uvicorn", "hypercorn", "daphne", "granian")
_REFERENCE = re.compile(r"[A-Za-z_][\w.]*(?::[A-Za-z_][\w.]*(?:\([^()]*\))?)?")
_CONSTRUCTORS = (
    "Flask",
    "FastAPI",
    "Starlette",
    "Quart",
    "Litestar",
    "Sanic",
    "APIFlask",
    "Bottle",
)
_GETTERS = ("get_wsgi_application", "get_asgi_application")
_FACTORIES = ("create_app", "make_app", "get_app")
_LIKELY = ("wsgi", "asgi", "app", "main", "application", "server", "api", "run")
_SKIPPED = frozenset({"tests", "test", "docs", "build", "dist", "node_modules", "migrations"})
_START_FILES = ("Procfile", "render.yaml", "render.yml", "railway.json", "Dockerfile", "fly.toml")
_MOST_FILES = 400
#: Bytes of a file that is read; what is larger was made by a program.
LARGEST_FILE = 512 * 1024


@dataclass(frozen=True)
class Candidate:
    """An app that the project may mean, and the reason in words."""

    #: "module:attribute", or "module:factory()".
    app: str
    reason: str
    path: str
    line: int


def apps_in_command(text: str, path: str) -> tuple[Candidate, ...]:
    """Return the apps that a server is started with in ``text``, of whatever format it is."""
    found = []
    for number, line in enumerate(text.splitlines(), start=1):
        words = _words(line)
        for server in _SERVERS:
            if server not in words:
                continue
            reference = _argument(words[words.index(server) + 1 :])
            if reference:
                reason = f"{path} starts {server} with it"
                found.append(Candidate(reference, reason, path, number))
    return tuple(found)


def apps_in_source(source: str, module: str, path: str) -> tuple[Candidate, ...]:
    """Return the apps that a module makes at its top level, and the factories it defines.

    Source that does not parse has none.
    """
    try:
        tree = parse_quietly(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ()
    apps, factories = [], []
    for node in _top_level(tree.body):
        if isinstance(node, ast.Assign | ast.AnnAssign) and isinstance(node.value, ast.Call):
            made_by = _called_name(node.value)
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            for target in targets:
                if (
                    isinstance(target, ast.Name)
                    and made_by in _CONSTRUCTORS + _GETTERS + _FACTORIES
                ):
                    reason = f"{path}:{node.lineno} says {target.id} = {made_by}(…)"
                    name = f"{module}:{target.id}"
                    apps.append(Candidate(name, reason, path, node.lineno))
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and _is_app(node):
            reason = f"{path}:{node.lineno} defines {node.name}({', '.join(_names(node))})"
            apps.append(Candidate(f"{module}:{node.name}", reason, path, node.lineno))
        elif isinstance(node, ast.FunctionDef) and node.name in _FACTORIES and _callable_bare(node):
            reason = f"{path}:{node.lineno} defines the factory {node.name}"
            factories.append(Candidate(f"{module}:{node.name}()", reason, path, node.lineno))
    return (*apps, *factories)


def module_of(path: Path) -> str:
    """Return the dotted module that a path relative to the project is imported as."""
    parts = list(path.with_suffix("").parts)
    if parts and parts[0] == "src":
        parts = parts[1:]
    if parts and parts[-1] == "__init__":
        parts = parts[:-1]
    return ".".join(parts)


def find_applications(root: Path) -> tuple[Candidate, ...]:
    """Return every app that the project may mean, the likeliest first, each once.

    A start command comes before source; of source, a made app before a factory, a module with a
    usual name before others, and a shallow one before a deep one.
    """
    found: list[Candidate] = []
    for name in _START_FILES:
        found += apps_in_command(source_text(root / name), name)
    made: list[Candidate] = []
    for path in python_files(root):
        made += apps_in_source(source_text(root / path), module_of(path), path.as_posix())
    made.sort(key=_likelihood)
    unique: dict[str, Candidate] = {}
    for candidate in (*found, *made):
        unique.setdefault(candidate.app, candidate)
    return tuple(unique.values())


def find_application(root: Path) -> Candidate:
    """Return the app that the project most likely means.

    Raises:
        UndeterminedError: there is none to be found.
    """
    candidates = find_applications(root)
    if not candidates:
        raise UndeterminedError(
            f"no app found in {root}: no start command names one, and no module makes one",
            'name it: app = "module:attribute" in [tool.bootfit], or --app',
        )
    return candidates[0]


def python_files(root: Path) -> tuple[Path, ...]:
    """Return the project's modules, relative to it: two levels of packages below it and ``src``.

    Tests, builds, virtual environments and hidden folders are left out.
    """
    patterns = ("*.py", "*/*.py", "*/*/*.py", "src/*/*/*.py")
    found: dict[Path, None] = {}
    for pattern in patterns:
        for path in sorted(root.glob(pattern)):
            relative = path.relative_to(root)
            if _belongs(root, relative):
                found[relative] = None
            if len(found) >= _MOST_FILES:
                return tuple(found)
    return tuple(found)


def _belongs(root: Path, relative: Path) -> bool:
    folders = relative.parts[:-1]
    if any(name in _SKIPPED or name.startswith(".") for name in folders):
        return False
    if relative.name.startswith((".", "test_", "conftest", "setup.")):
        return False
    return not any((root.joinpath(*folders[:n]) / "pyvenv.cfg").exists() for n in (1, 2))


def _likelihood(candidate: Candidate) -> tuple[bool, int, int, str]:
    module, _, attribute = candidate.app.partition(":")
    last = module.rpartition(".")[2]
    usual = _LIKELY.index(last) if last in _LIKELY else len(_LIKELY)
    return attribute.endswith("()"), usual, module.count("."), candidate.app


def _words(line: str) -> list[str]:
    line = line.split("#", 1)[0]
    if '["' in line or '",' in line:  # a list, as in a Dockerfile or in JSON
        line = line.replace("[", " ").replace("]", " ").replace('",', '" ')
    words = []
    for word in _split(line):
        # A whole command in quotes, as in YAML; the call of a factory may hold spaces as well.
        words += [word] if "(" in word else word.split()
    return [word.rpartition("/")[2] if word.endswith(_SERVERS) else word for word in words]


def _split(line: str) -> list[str]:
    try:
        return shlex.split(line)
    except ValueError:
        return line.split()


def _argument(words: Sequence[str]) -> str:
    """Return the first word that can only be an app: ``module:attribute``, else a lone module."""
    for word in words:
        if ":" in word and not word.startswith("-") and _REFERENCE.fullmatch(word):
            return word
    lone: list[str] = []
    skip = False
    for word in words:
        if skip or word.startswith("-"):
            skip = word.startswith("-") and "=" not in word
            continue
        lone.append(word)
    last = lone[-1] if lone else ""
    return last if "." in last and _REFERENCE.fullmatch(last) else ""


def _top_level(body: Iterable[ast.stmt]) -> Iterable[ast.stmt]:
    for node in body:
        if isinstance(node, ast.If | ast.Try | ast.With):
            yield from _top_level(node.body)
        else:
            yield node


def _called_name(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def _names(function: ast.FunctionDef | ast.AsyncFunctionDef) -> tuple[str, ...]:
    return tuple(argument.arg for argument in function.args.args)


def _is_app(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    """Return whether the function has the signature of PEP 3333 or of the ASGI specification."""
    if isinstance(function, ast.FunctionDef):
        return _names(function) == ("environ", "start_response")
    return _names(function) == ("scope", "receive", "send")


def _callable_bare(function: ast.FunctionDef) -> bool:
    arguments = function.args
    positional = len(arguments.posonlyargs) + len(arguments.args)
    return positional <= len(arguments.defaults) and None not in arguments.kw_defaults


def source_text(path: Path) -> str:
    """Return the text of a regular file of at most 512 KiB; "" for any other, or none."""
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode) or status.st_size > LARGEST_FILE:
            return ""
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
