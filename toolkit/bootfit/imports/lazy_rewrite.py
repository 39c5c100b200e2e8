"""Which imports at boot become lazy, and the files that they stand in then. Needs libcst."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import libcst as cst

from bootfit.imports.boot_imports import BootImport
from bootfit.imports.lazy_move import rewritten, statement_text
from bootfit.imports.lazy_safety import Movable, NotSafeError, modules_loaded, movable_names
from bootfit.imports.name_uses import NameUses, read_uses
from bootfit.imports.outside_uses import outside_use
from bootfit.imports.project_source import ProjectSource
from bootfit.imports.savings import why_nothing_is_saved
from bootfit.imports.statements import parse_module
from bootfit.model.attribution import Saving
from bootfit.model.file_change import FileChange, bytes_of, diff_of
from bootfit.model.finding import Place
from bootfit.model.import_fix import ImportFix, LazyEdit, NotLazy


def make_lazy(
    source: ProjectSource,
    imports: Sequence[BootImport],
    savings: Mapping[str, Saving],
    *,
    keyword: bool,
) -> tuple[ImportFix, tuple[FileChange, ...]]:
    """Return the imports that can wait for their first use, and the files changed so.

    A library is made lazy at all the places where boot imports it, or at none: one that is left
    would load it. Nothing is written.

    Args:
        source: the project.
        imports: the libraries.
        savings: what each saves, by name, as it was measured; what saves nothing stays.
        keyword: write ``lazy import`` (PEP 810, Python 3.15); else imports move into the functions
            that use them.

    Raises:
        UsageError: a file cannot be read.
    """
    rewriter = _Rewriter(source, keyword)
    accepted: dict[str, dict[str, list[Movable]]] = {}
    declined: list[NotLazy] = []
    alone_first = sorted(imports, key=lambda one: bool(_loaders(savings.get(one.name))))
    for one in alone_first:
        saving = savings.get(one.name)
        if left := [name for name in _loaders(saving) if name not in accepted]:
            reason = f"{', '.join(left)}, which loads it as well, stays"
            declined.append(NotLazy(one.name, reason, one.places[0]))
            continue
        if reason := _not_worth_it(one.name, saving):
            declined.append(NotLazy(one.name, reason, one.places[0]))
            continue
        try:
            accepted[one.name] = rewriter.movables(one)
        except _DeclinedError as why:
            declined.append(NotLazy(one.name, str(why), why.place))
    by_file: dict[str, list[Movable]] = {}
    for files in accepted.values():
        for path, movables in files.items():
            by_file.setdefault(path, []).extend(movables)
    changes = tuple(rewriter.changed(path, by_file[path]) for path in sorted(by_file))
    edits = tuple(
        edit
        for name, files in accepted.items()
        for path, movables in files.items()
        for edit in rewriter.edits(name, path, movables)
    )
    diff = "".join(rewriter.diff(change) for change in changes)
    return ImportFix(edits, tuple(declined), diff, notes=_notes(edits, keyword=keyword)), changes


class _DeclinedError(Exception):
    """A library stays as it is; the text says why."""

    def __init__(self, reason: str, place: Place) -> None:
        super().__init__(reason)
        self.place = place


@dataclass
class _Rewriter:
    """The project's files, each read once."""

    source: ProjectSource
    keyword: bool
    read: dict[str, tuple[bytes, NameUses]] = field(default_factory=dict)

    def movables(self, one: BootImport) -> dict[str, list[Movable]]:
        """Return what moves, by file.

        Raises:
            _DeclinedError: some place of it cannot be made lazy.
            UsageError: a file cannot be read.
        """
        if not self.source.complete:
            raise _DeclinedError(
                "the project has more files than are looked at: one of the others may need it",
                one.places[0],
            )
        found: dict[str, list[Movable]] = {}
        for place in one.places:
            uses = self.uses(place)
            try:
                here = movable_names(uses, one.name, place.line or 0, keyword=self.keyword)
            except NotSafeError as why:
                raise _DeclinedError(str(why), Place(place.path, why.line)) from None
            for movable in here:
                self._check_outside(place.path, movable)
            found.setdefault(place.path, []).extend(here)
        for path, movables in found.items():
            self.changed(path, movables)
        return found

    def uses(self, place: Place) -> NameUses:
        """Return what a file does with names.

        Raises:
            _DeclinedError: it cannot be edited.
            UsageError: it cannot be read.
        """
        path = place.path
        if path not in self.read:
            root = self.source.root.resolve()
            if not (root / path).resolve().is_relative_to(root):
                raise _DeclinedError(f"{path} lies outside of the project", place)
            data = bytes_of(root, path)
            try:
                uses = read_uses(data)
            except (cst.ParserSyntaxError, SyntaxError, UnicodeDecodeError, RecursionError):
                raise _DeclinedError(f"{path} is not understood by libcst", place) from None
            if uses.module.bytes != data:
                raise _DeclinedError(f"{path} would not keep its encoding", place)
            self.read[path] = data, uses
        return self.read[path][1]

    def changed(self, path: str, movables: Sequence[Movable]) -> FileChange:
        """Return a file as it would be written: it compiles, if it does now.

        Raises:
            _DeclinedError: it would not.
        """
        before, uses = self.read[path]
        after = rewritten(uses, movables, keyword=self.keyword)
        if _compiles(uses.module.encoding, before) and not _compiles(uses.module.encoding, after):
            raise _DeclinedError(
                f"{path} would not compile with it", Place(path, movables[0].stated.line)
            )
        return FileChange(path, before, after)

    def edits(self, name: str, path: str, movables: Sequence[Movable]) -> Iterator[LazyEdit]:
        """Yield what becomes of each name."""
        functions = self.read[path][1].functions
        for one in movables:
            names = () if self.keyword else tuple(functions[each] for each in one.functions)
            place = Place(path, one.stated.line)
            yield LazyEdit(name, place, statement_text(one), names)

    def diff(self, change: FileChange) -> str:
        """Return a change as a unified diff."""
        encoding = self.read[change.path][1].module.encoding
        texts = (data.decode(encoding) for data in (change.before, change.after))
        return diff_of(change.path, *texts)

    def _check_outside(self, path: str, movable: Movable) -> None:
        found = outside_use(
            self.source, path, movable.name, modules_loaded(movable), keyword=self.keyword
        )
        if found is not None:
            raise _DeclinedError(f"{found.place} needs it here: {found.reason}", found.place)


def _loaders(saving: Saving | None) -> tuple[str, ...]:
    return saving.together_with if saving is not None else ()


def _not_worth_it(name: str, saving: Saving | None) -> str:
    """Return why an import stays because of what was measured, "" where it saves something."""
    if saving is None:
        return "what it saves was not measured"
    if reason := why_nothing_is_saved(name, saving):
        return reason
    if saving.saved is None:
        return f"booted with it imported lazily, the app {saving.without.detail}"
    return ""


def _compiles(encoding: str, data: bytes) -> bool:
    try:
        tree = parse_module(data.decode(encoding).removeprefix("\ufeff"))
        compile(tree, "<rewritten>", "exec", dont_inherit=True)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    return True


def _notes(edits: Sequence[LazyEdit], *, keyword: bool) -> tuple[str, ...]:
    if not edits:
        return ()
    if keyword:
        return ("`lazy import` is a syntax error before Python 3.15",)
    return ("the first call that needs a library then waits for its import",)
