"""What an installer would choose on a target: one run of `uv pip compile`, and its answer.

No project code runs, and no sdist is unpacked: a run that comes to one is ended, and asked again
with what the sdist says (`resolver_log`). Where that should fail, builds have no isolation and meet
an interpreter with nothing installed that refuses to do anything but describe itself.
"""

import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass, field, fields
from pathlib import Path
from threading import Lock, Timer
from typing import IO, TYPE_CHECKING

from packaging.version import Version

from bootfit.model.credentials import without_credentials
from bootfit.model.errors import UndeterminedError
from bootfit.model.platform import Target
from bootfit.requirements.bare_interpreter import bare_interpreter
from bootfit.requirements.index_address import IndexAddress
from bootfit.requirements.page_cache import MAX_AGE_SECONDS, Freshness
from bootfit.requirements.resolver_answer import (
    Answer,
    NeedsMetadata,
    NoSolution,
    Resolution,
    read_answer,
)
from bootfit.requirements.resolver_log import LOG, Heard, forget_sdists, listen
from bootfit.requirements.target_environment import uv_environment, uv_platform

if TYPE_CHECKING:
    from bootfit.requirements.core_metadata import SdistMetadata

__all__ = [
    "Answer",
    "NeedsMetadata",
    "NoSolution",
    "Question",
    "Resolution",
    "Resolver",
    "cache_folder",
    "open_resolver",
    "read_answer",
]

_TLS = ("UV_NATIVE_TLS", "UV_SYSTEM_CERTS", "UV_INSECURE_HOST", "UV_CLIENT_CERT")
_TRY_AGAIN = "pin more versions, or try again on a faster connection"


@dataclass(frozen=True)
class Question:
    """What is asked of the resolver. Markers were evaluated: requirements stand without them."""

    requirements: tuple[str, ...]
    constraints: tuple[str, ...] = ()
    #: (name, version) → what its sdist says.
    metadata: Mapping[tuple[str, Version], "SdistMetadata"] = field(default_factory=dict)
    prereleases: bool = False
    #: Refuse whatever has no usable wheel, and take the lowest version of what is asked for.
    strict_lowest: bool = False
    strict: bool = False
    no_binary: tuple[str, ...] = ()
    #: What must have a wheel; ":all:" for everything.
    only_binary: tuple[str, ...] = ()


class Resolver:
    """`uv`, with its own configuration, cache and interpreter. Made by `open_resolver`."""

    def __init__(
        self,
        folder: Path,
        addresses: Sequence[IndexAddress],
        *,
        exclude_newer: str | None,
        timeout_seconds: float,
        freshness: Freshness = "young",
    ) -> None:
        self._folder = folder
        self._addresses = addresses
        self._exclude_newer = exclude_newer
        self._freshness = freshness
        self._timeout_seconds = timeout_seconds
        self._known: dict[object, Answer] = {}
        self._lock = Lock()
        self._making = Lock()
        self._running: list[subprocess.Popen[str]] = []
        self._abandoned = False
        self._cache = _writable(cache_folder() / "uv", folder / "cache")

    def ask(
        self,
        question: Question,
        target: Target,
        *,
        heard: Callable[[str], None] = lambda _: None,
        meanwhile: Callable[[], None] = lambda: None,
    ) -> Answer:
        """Return what the target would get.

        Args:
            question: what is wanted.
            target: where it must install.
            heard: told the name of each project whose index page is read, as it is read.
            meanwhile: called once `uv` runs, which it does beside this process: not where the
                answer is known.

        Raises:
            UndeterminedError: the index does not answer, or `uv` does not run.
        """
        key = _key(question, target)
        if key not in self._known:
            with tempfile.TemporaryDirectory(dir=self._folder) as run:
                self._known[key] = self._ask(
                    question, target, Path(run), heard=heard, meanwhile=meanwhile
                )
        return self._known[key]

    @property
    def exclude_newer(self) -> str | None:
        """Return the date after which uploads do not exist."""
        return self._exclude_newer

    def of_today(self) -> "Resolver":
        """Return a resolver for which uploads of every date exist; what it keeps is shared."""
        other = copy(self)
        other._exclude_newer = None
        other._known = {}
        return other

    def abandon(self) -> None:
        """End all runs of `uv` and refuse new ones: their answers are of no use any more."""
        with self._lock:
            self._abandoned = True
            for process in self._running:
                process.kill()

    def _ask(
        self, question: Question, target: Target, folder: Path, **told: Callable[..., None]
    ) -> Answer:
        import uv

        config = folder / "uv.toml"
        keep = self._freshness != "refresh"
        config.write_text(_configuration(self._addresses, question, keep=keep))
        command = [
            *(uv.find_uv_bin(), "pip", "compile", "-", "--format", "requirements.txt"),
            *("--annotation-style", "line", "--no-header", "--color", "never", "--no-progress"),
            *("--python-version", target.python, "--python-platform", uv_platform(target)),
            *("--python", str(self._interpreter(target)), "--config-file", str(config)),
            *("--cache-dir", str(self._cache), "--no-build-isolation"),
        ]
        if question.constraints:
            constraints = folder / "constraints.txt"
            constraints.write_text("\n".join(question.constraints) + "\n")
            command += ["--constraints", str(constraints)]
        if self._freshness != "young":
            command += [f"--{self._freshness}"]
        if len(self._addresses) > 1:
            # What pip does with --extra-index-url.
            command += ["--index-strategy", "unsafe-best-match"]
        if self._exclude_newer:
            command += ["--exclude-newer", self._exclude_newer]
        command += _wishes(question)
        wanted, given = folder / "wanted.txt", folder / "given.txt"
        wanted.write_text("\n".join(question.requirements) + "\n", encoding="utf-8")
        with wanted.open() as entered, given.open("w") as printed:
            code, heard = self._run(
                command, entered, printed, variables=uv_environment(target), **told
            )
        if heard.sdist:
            forget_sdists(self._cache)
            return heard.sdist
        return read_answer(code, given.read_text(encoding="utf-8"), without_credentials(heard.said))

    def _interpreter(self, target: Target) -> Path:
        with self._making:
            return bare_interpreter(
                cache_folder(), self._folder, free_threaded=target.free_threaded
            )

    def _run(
        self,
        command: Sequence[str],
        entered: IO[str],
        printed: IO[str],
        *,
        variables: Mapping[str, str],
        heard: Callable[[str], None],
        meanwhile: Callable[[], None],
    ) -> tuple[int, Heard]:
        """Return the exit code and what was said on stderr."""
        try:
            process = subprocess.Popen(
                command,
                stdin=entered,
                stdout=printed,
                stderr=subprocess.PIPE,
                text=True,
                encoding="utf-8",
                errors="replace",
                cwd=self._folder,
                env={**_environment(self._timeout_seconds), **variables},
            )
        except OSError as error:
            raise UndeterminedError(
                f"uv does not run: {error.strerror}", "install bootfit anew: it brings uv"
            ) from None
        limit = 20 * self._timeout_seconds
        timer = Timer(limit, process.kill)
        timer.daemon = True
        with process, self._listed(process), ThreadPoolExecutor(1) as listener:
            timer.start()
            try:
                # Beside `meanwhile`: uv goes on while it is not heard.
                said = listener.submit(listen, process, heard)
                meanwhile()
                result = said.result()
                code = process.wait()
            finally:
                process.kill()
                late = not timer.is_alive()
                timer.cancel()
        if self._abandoned:
            raise UndeterminedError("the index did not answer in time", _TRY_AGAIN)
        if late and code < 0:
            raise UndeterminedError(f"the resolver found no answer in {limit:.0f} s", _TRY_AGAIN)
        return code, result

    @contextmanager
    def _listed(self, process: "subprocess.Popen[str]") -> Iterator[None]:
        """Let `abandon` end ``process`` while it runs."""
        with self._lock:
            self._running.append(process)
            if self._abandoned:
                process.kill()
        try:
            yield
        finally:
            with self._lock:
                self._running.remove(process)


@contextmanager
def open_resolver(
    addresses: Sequence[IndexAddress],
    *,
    exclude_newer: str | None,
    timeout_seconds: float,
    freshness: Freshness = "young",
) -> Iterator[Resolver]:
    """Open a resolver whose temporary files are gone afterwards."""
    with tempfile.TemporaryDirectory(prefix="bootfit-resolve-") as folder:
        yield Resolver(
            Path(folder),
            addresses,
            exclude_newer=exclude_newer,
            timeout_seconds=timeout_seconds,
            freshness=freshness,
        )


def _key(question: Question, target: Target) -> object:
    """Return what makes two questions the same; what sdists say does not change on the way."""
    parts = tuple(getattr(question, f.name) for f in fields(question) if f.name != "metadata")
    return (*parts, frozenset(question.metadata), target)


def _wishes(question: Question) -> list[str]:
    options = ["--prerelease", "allow"] if question.prereleases else []
    if question.strict_lowest:
        options += ["--resolution", "lowest-direct"]
    return options


def _configuration(
    addresses: Sequence[IndexAddress],
    question: Question,
    *,
    keep: bool,
) -> str:
    # Said of an index, it would win over --refresh.
    api = f'api = "max-age={MAX_AGE_SECONDS:.0f}", ' if keep else ""
    lines = []
    for number, address in enumerate(reversed(addresses)):
        lines += [
            "[[index]]",
            f"url = {_quoted(address.with_credentials)}",
            # The first address is the default index; the others come before it in uv's order.
            f"default = {'true' if number == len(addresses) - 1 else 'false'}",
            f'cache-control = {{ {api}files = "max-age=365000000, immutable" }}',
        ]
    for (name, version), known in question.metadata.items():
        lines += [
            "[[dependency-metadata]]",
            f"name = {_quoted(name)}",
            f"version = {_quoted(str(version))}",
            f"requires-dist = [{', '.join(map(_quoted, known.requires_dist))}]",
            f"provides-extra = [{', '.join(map(_quoted, known.provides_extra))}]",
        ]
        if known.requires_python:
            lines.append(f"requires-python = {_quoted(known.requires_python)}")
    # On the command line the two exclude each other; here the second is an exception to the first.
    strict = question.strict or question.strict_lowest
    only = (":all:",) if strict else question.only_binary
    lines += [
        "[pip]",
        f"only-binary = [{', '.join(map(_quoted, only))}]",
        f"no-binary = [{', '.join(map(_quoted, question.no_binary))}]",
    ]
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    import json

    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _environment(timeout_seconds: float) -> dict[str, str]:
    """Return our environment without what would change the answer: uv's, pip's, Python's own."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _TLS
        or not name.startswith(("UV_", "PIP_", "PYTHON", "VIRTUAL_ENV", "CONDA_", "__PYVENV"))
    }
    return {
        **kept,
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_HTTP_TIMEOUT": str(max(1, round(timeout_seconds))),
        "UV_HTTP_RETRIES": "1",
        "UV_NO_PROGRESS": "1",
        "RUST_LOG": LOG,
    }


def _writable(wanted: Path, otherwise: Path) -> Path:
    """Return ``wanted``, made where it can be; a home that cannot be written costs speed alone."""
    try:
        wanted.mkdir(parents=True, exist_ok=True)
    except OSError:
        return otherwise
    return wanted if os.access(wanted, os.W_OK) else otherwise


def cache_folder() -> Path:
    """Return the user's cache folder for bootfit; nothing is created."""
    base = os.environ.get("XDG_CACHE_HOME", "")
    root = Path(base) if base.startswith("/") else Path("~/.cache").expanduser()
    return root / "bootfit"
