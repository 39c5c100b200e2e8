"""The web process's command: found in the emitted files, read without a shell, run right here."""

import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bootfit.model.errors import UsageError

_WEB = re.compile(r"^web:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_PYTHON = re.compile(r"python(3(\.\d+)?)?")
_VARIABLE = r"""\\(?P<escaped>[$`]) | \\. | (?P<shell>`|\$\() |
    \$\{(?P<braced>\w+)(?::?-(?P<default>[^}]*))?\} | \$(?P<plain>\w+)"""
#: What may stand in a command: 'as it is', "with variables", \x, $(, $NAME, ${NAME:-default}.
_PIECE = re.compile(
    r"""'[^']*' | (?P<quoted>"(?:\\.|[^"\\])*") | """ + _VARIABLE, re.VERBOSE | re.DOTALL
)
_INSIDE_QUOTES = re.compile(_VARIABLE, re.VERBOSE | re.DOTALL)
#: Stands for a value while words are split: no value is ever read as shell.
_PLACE = re.compile("\x00(\\d+)\x00")


@dataclass(frozen=True)
class WebCommand:
    """A command as words, and the variables that it sets in front of them."""

    words: tuple[str, ...]
    assignments: dict[str, str]


def web_line(procfile: str) -> str:
    """Return what stands behind ``web:``.

    Raises:
        UsageError: there is no such line.
    """
    match = _WEB.search(procfile)
    if not match:
        raise UsageError("the Procfile has no web: line", "verify runs what web: says")
    return match[1]


def start_line(files: Mapping[str, str], app: str) -> str:
    """Return the line that starts the web process, from what the platform reads.

    That is the Procfile, or the ``startCommand`` of render.yaml, or gunicorn with its emitted
    configuration file.

    Raises:
        UsageError: none of them says it.
    """
    if "Procfile" in files:
        return web_line(files["Procfile"])
    if "render.yaml" in files:
        return _start_command(files["render.yaml"])
    if "gunicorn.conf.py" in files:
        return f"gunicorn -c gunicorn.conf.py {shlex.quote(app)}"
    raise UsageError(
        "the emitted files do not say what to run",
        "emit a Procfile, a render.yaml or a gunicorn.conf.py",
    )


def _start_command(blueprint: str) -> str:
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        document = YAML(typ="safe").load(blueprint)
        services = document["services"]
        lines = [each["startCommand"] for each in services if each.get("type") == "web"]
        return str(lines[0])
    except (YAMLError, LookupError, TypeError, AttributeError):
        raise UsageError(
            "render.yaml has no web service with a startCommand", "verify runs that command"
        ) from None


def read_command(line: str, environment: Mapping[str, str]) -> WebCommand:
    """Return the words of ``line`` as POSIX sh would make them, variables expanded.

    A variable that is not set is empty. A value becomes several words only where the variable
    stands alone and unquoted.

    Raises:
        UsageError: the line needs more of a shell than that: pipes, lists, substitutions.
    """
    values = _Values(environment)
    marked = _PIECE.sub(values.replace, line)
    words = [part for word in _split(marked, line) for part in values.put_back(word)]
    if values.need_shell:
        raise _needs_shell(line)
    assignments: dict[str, str] = {}
    while words and (match := _ASSIGNMENT.fullmatch(words[0])):
        assignments[match[1]] = match[2]
        del words[0]
    if words and words[0] == "exec":
        del words[0]
    if not words:
        raise UsageError(f"no command in {line!r}", "write the server's command behind web:")
    return WebCommand(tuple(words), assignments)


class _Values:
    """The values of a line's variables, each behind a mark while the line is split."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self._environment = environment
        self._values: list[str] = []
        self._quoted: list[bool] = []
        self.need_shell = False

    def replace(self, match: re.Match[str]) -> str:
        """Return what stands for one piece of the line."""
        if quoted := match["quoted"]:
            return _INSIDE_QUOTES.sub(lambda inner: self._mark(inner, quoted=True), quoted)
        return self._mark(match, quoted=False)

    def put_back(self, word: str) -> list[str]:
        """Return the words that ``word`` is once its marks are values again."""
        alone = _PLACE.fullmatch(word)
        if alone and not self._quoted[int(alone[1])]:
            return self._values[int(alone[1])].split()
        return [_PLACE.sub(lambda at: self._values[int(at[1])], word)]

    def _mark(self, match: re.Match[str], *, quoted: bool) -> str:
        if match["shell"]:
            self.need_shell = True
        name = match["braced"] or match["plain"]
        if name:
            value = self._environment.get(name) or match["default"] or ""
        elif match["escaped"]:
            value, quoted = match["escaped"], True
        else:
            return match[0]
        self._values.append(value)
        self._quoted.append(quoted)
        return f"\x00{len(self._values) - 1}\x00"


def _split(marked: str, line: str) -> list[str]:
    lexer = shlex.shlex(marked, posix=True, punctuation_chars=True)
    lexer.whitespace_split = True
    lexer.commenters = ""
    try:
        words = list(lexer)
    except ValueError as error:
        raise UsageError(f"{line!r} cannot be read: {error}", "close the quotation") from None
    if any(word and not word.strip("();<>|&") for word in words):
        raise _needs_shell(line)
    return words


def _needs_shell(line: str) -> UsageError:
    return UsageError(
        f"{line!r} needs a shell", "one server command, without pipes, lists, redirections"
    )


def run_by(words: Sequence[str], interpreter: Path) -> tuple[str, ...]:
    """Return the command run by the project's own interpreter: ``gunicorn`` as its module.

    The script ``gunicorn`` on the PATH may belong to another environment.
    """
    name = words[0].rpartition("/")[2]
    if name == "gunicorn":
        return (str(interpreter), "-m", "gunicorn", *words[1:])
    if _PYTHON.fullmatch(name):
        return (str(interpreter), *words[1:])
    return tuple(words)


def is_gunicorn(words: Sequence[str]) -> bool:
    """Return whether the command runs gunicorn, by name or as a module of Python."""
    return words[0].rpartition("/")[2] == "gunicorn" or tuple(words[1:3]) == ("-m", "gunicorn")


def without_bind(words: Sequence[str]) -> tuple[str, ...]:
    """Return gunicorn's arguments without ``-b`` and ``--bind``, all else as it was.

    gunicorn adds addresses up: one more would not replace them.
    """
    kept: list[str] = []
    rest = iter(words)
    for word in rest:
        if word in ("-b", "--bind"):
            next(rest, None)
        elif not (word.startswith("--bind=") or re.match(r"-b[^-]", word)):
            kept.append(word)
    return tuple(kept)


def bound_to(
    words: Sequence[str], environment: Mapping[str, str], address: str
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return a gunicorn command and its environment, listening at ``address`` alone.

    The address goes into ``GUNICORN_CMD_ARGS``, which wins over the configuration file; what the
    platform or the plan put there stays.
    """
    arguments = without_bind(shlex.split(environment.get("GUNICORN_CMD_ARGS", "")))
    joined = shlex.join([*arguments, "--bind", address])
    return without_bind(words), {**environment, "GUNICORN_CMD_ARGS": joined}
