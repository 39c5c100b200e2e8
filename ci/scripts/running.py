"""bootfit's own commands, run as anybody runs them: documents in files, progress on stderr."""

import subprocess
import sys
from collections import deque
from collections.abc import Mapping, Sequence
from pathlib import Path

import documents
from asked import Asked, GateError
from documents import Document
from environments import install


class Bootfit:
    """The commands, with what the gate was asked for."""

    def __init__(self, request: Asked, environment: Mapping[str, str], folder: Path) -> None:
        self.request = request
        self.environment = environment
        #: Where documents are kept that nobody asked for.
        self.folder = folder

    def leg(self, project: Path, leg: str, *, into: Path | None = None) -> Document:
        """Return what ``leg`` says of ``project``, also written to ``into``.

        Raises:
            GateError: it says nothing.
        """
        target = into or self.folder / f"{project.name or 'project'}-{leg}.json"
        shard = ["--shard", self.request.shard] if self.request.shard else []
        python = [] if leg == "check" else self._interpreter()
        command = ["baseline", "check"] if leg == "baseline" else [leg]
        self._run([*command, str(project), *python, *shard], target)
        return documents.read(target)

    def compared(self, before: Path, after: Path, head: Document) -> Document:
        """Return what changed between two folders: measured in turn, unless only checked.

        Raises:
            GateError: the base has no such project, or nothing can be compared.
        """
        if not before.is_dir():
            raise GateError("the base has no such project")
        if self.request.leg == "check":
            return self._checked(before, after, head)
        install(self.request, before, self.environment)
        rounds = ["--rounds", str(self.request.rounds), *self._interpreter()]
        target = self.folder / "compared.json"
        self._run(["compare", str(before), str(after), *rounds], target)
        measured = documents.read(target)
        if not head["check"]:
            return measured
        try:
            return documents.joined(measured, self._checked(before, after, head))
        except GateError as error:
            return documents.weakened(measured, f"requirements were not compared: {error}")

    def _checked(self, before: Path, after: Path, head: Document) -> Document:
        """Return what changed of the requirements: their number and what they download."""
        older = self.folder / "base.json"
        newer = self.folder / "head.json"
        self._run(["check", str(before)], older)
        documents.write(newer, documents.only_check(head))
        return self.compared_documents(older, newer, after)

    def compared_documents(self, base: Path, head: Path, project: Path | None = None) -> Document:
        """Return what changed between two documents."""
        target = self.folder / "compared.json"
        home = ["--project", str(project or Path(self.request.project))]
        self._run(["compare", str(base), str(head), *home], target)
        return documents.read(target)

    def merged(self, shards: Sequence[Path], target: Path) -> Document:
        """Return the documents of all shards as one.

        Raises:
            GateError: there are none, or some are missing.
        """
        if not shards:
            raise GateError(f"no documents of shards in {self.request.merge}")
        self._run(["merge", *map(str, shards)], target)
        return documents.read(target)

    def report(self, document: Path, *formats: str) -> int:
        """Write ``document`` in these formats; return the exit code."""
        wanted = [part for one in formats for part in ("--format", one)]
        fail_on = ["--fail-on", self.request.fail_on]
        return self._start(["report", str(document), *fail_on, *wanted])[0]

    def _interpreter(self) -> list[str]:
        return ["--interpreter", self.request.interpreter] if self.request.interpreter else []

    def _run(self, arguments: Sequence[str], target: Path) -> None:
        """Run a command that writes a document to ``target``.

        Raises:
            GateError: it wrote none, with what it said last.
        """
        target.unlink(missing_ok=True)
        code, told = self._start([*arguments, "--format", f"json={target}"])
        if not target.is_file():
            said = next((one for one in reversed(told) if one.startswith("bootfit:")), "")
            last = said or (told[-1] if told else f"bootfit {arguments[0]} said nothing")
            raise GateError(last.removeprefix("bootfit: "), code if code in (2, 3) else 3)

    def _start(self, arguments: Sequence[str]) -> tuple[int, Sequence[str]]:
        """Return the exit code, and the last that was said on stderr, which passes through."""
        print(f"+ bootfit {' '.join(arguments)}", file=sys.stderr, flush=True)
        told: deque[str] = deque(maxlen=20)
        with subprocess.Popen(
            [sys.executable, "-m", "bootfit", *arguments],
            env=dict(self.environment),
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        ) as process:
            try:
                for line in process.stderr or ():
                    sys.stderr.write(line)
                    if line.strip():
                        told.append(line.strip())
            except BaseException:
                process.terminate()
                raise
        return process.returncode, tuple(told)
