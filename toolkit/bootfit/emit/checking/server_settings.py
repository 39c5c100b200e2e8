"""What gunicorn would run with, from a start command, its variables and its own file.

Precedence is gunicorn's: its configuration file, then ``GUNICORN_CMD_ARGS``, then the command.
``WEB_CONCURRENCY`` is the default of workers.
"""

import ast
import re
import shlex
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bootfit.model.finding import Place
from bootfit.model.syntax_tree import parse_quietly

#: option, short and long → the name of the setting in gunicorn's own file.
_OPTIONS = {
    "-w": "workers",
    "--workers": "workers",
    "--threads": "threads",
    "-t": "timeout",
    "--timeout": "timeout",
    "-k": "worker_class",
    "--worker-class": "worker_class",
    "-b": "bind",
    "--bind": "bind",
    "-c": "config",
    "--config": "config",
}
_SHORT = re.compile(r"(-[wtkbc])(.+)", re.DOTALL)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_OPERATORS = frozenset({"&&", "||", ";", "|", "&"})
#: Calls that answer for the machine, not for the share of it that an instance has.
_COUNTS_CPUS = re.compile(r"\bcpu_count\s*\(|\$\(\s*nproc|`\s*nproc")


@dataclass(frozen=True)
class Stated:
    """A setting as it is written, and where."""

    value: str
    place: Place


@dataclass(frozen=True)
class ServerSettings:
    """The settings of one gunicorn that somebody wrote down, by gunicorn's own names."""

    stated: Mapping[str, Stated] = field(default_factory=dict)
    #: Those that something of higher precedence beats, with what.
    beaten: tuple[tuple[str, Stated, Stated], ...] = ()

    def number(self, name: str) -> int | None:
        """Return the whole number that ``name`` is set to, None where none is."""
        value = self.stated[name].value if name in self.stated else ""
        return int(value) if value.isascii() and value.isdecimal() else None


def gunicorn_words(line: str) -> list[str] | None:
    """Return the words of the gunicorn command in a shell line, None where none runs.

    What stands before it (``flask db upgrade && ...``) is passed over, assignments are kept.
    """
    for words in commands_of(line):
        rest = list(words)
        while rest and (_ASSIGNMENT.fullmatch(rest[0]) or rest[0] in ("exec", "env")):
            del rest[0]
        name = rest[0].rpartition("/")[2] if rest else ""
        if (
            name == "gunicorn"
            or rest[1:3] == ["-m", "gunicorn"]
            or rest[1:3] == ["run", "gunicorn"]
        ):
            return list(words)
    return None


def commands_of(line: str) -> list[list[str]]:
    """Return the simple commands of a shell line as words; none where quotes are not closed."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars=";&|")
    lexer.whitespace_split = True
    lexer.commenters = ""
    found: list[list[str]] = [[]]
    try:
        for word in lexer:
            if word in _OPERATORS:
                found.append([])
            else:
                found[-1].append(word)
    except ValueError:
        return []
    return [words for words in found if words]


def settings_from_words(words: Sequence[str], place: Place) -> dict[str, Stated]:
    """Return the settings that a gunicorn command line (or ``GUNICORN_CMD_ARGS``) states."""
    found: dict[str, Stated] = {}
    rest = iter(words)
    for word in rest:
        if match := _ASSIGNMENT.fullmatch(word):
            if match[1] == "WEB_CONCURRENCY":
                found.setdefault("workers", Stated(match[2], place))
            continue
        option, equals, value = word.partition("=")
        short = _SHORT.fullmatch(word)
        if option in _OPTIONS and (equals or option == word):
            found[_OPTIONS[option]] = Stated(value if equals else next(rest, ""), place)
        elif short and not word.startswith("--"):
            found[_OPTIONS[short[1]]] = Stated(short[2], place)
        elif word == "--preload":
            found["preload_app"] = Stated("True", place)
    return found


def settings_from_file(text: str, path: str) -> dict[str, Stated]:
    """Return the settings that a gunicorn.conf.py states at its top; nothing is executed."""
    try:
        tree = parse_quietly(text)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return {}
    return {
        target.id: Stated(_written(node.value), Place(path, node.lineno, node.col_offset + 1))
        for node in tree.body
        if isinstance(node, ast.Assign)
        for target in node.targets
        if isinstance(target, ast.Name)
    }


def _written(value: ast.expr) -> str:
    return str(value.value) if isinstance(value, ast.Constant) else ast.unparse(value)


def joined(*layers: Mapping[str, Stated]) -> ServerSettings:
    """Return what counts of ``layers``, each of which beats those before it."""
    stated: dict[str, Stated] = {}
    beaten: list[tuple[str, Stated, Stated]] = []
    for layer in layers:
        for name, one in layer.items():
            if name in stated and stated[name].value != one.value:
                beaten.append((name, stated[name], one))
            stated[name] = one
    return ServerSettings(stated, tuple(beaten))


def counting_cpus(text: str) -> Iterator[tuple[int, str]]:
    """Yield (1-based line, what is written) for each count of the machine's processors."""
    for number, line in enumerate(text.splitlines(), 1):
        code = line.partition("#")[0]
        if match := _COUNTS_CPUS.search(code):
            yield number, code[match.start() :].strip()
