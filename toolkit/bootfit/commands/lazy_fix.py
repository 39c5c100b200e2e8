"""`bootfit measure --fix`: imports at boot that can wait, and the change that makes them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import click

from bootfit.commands.app_asked import app_named
from bootfit.commands.boot_weight import HeavyBoot, heavy_boot
from bootfit.commands.fixing import visible
from bootfit.commands.imports_of import imports_of
from bootfit.commands.outcome import check_formats, deliver
from bootfit.commands.walk import Walk
from bootfit.model.app import AppDescription
from bootfit.model.errors import BootfitError, UndeterminedError, UsageError
from bootfit.model.file_change import FileChange, write_changes
from bootfit.model.import_fix import ImportFix

#: The first Python that has ``lazy import`` (PEP 810).
_HAS_KEYWORD = (3, 15)

_MakeLazy = Callable[..., tuple[ImportFix, tuple[FileChange, ...]]]


def fix_imports(options: Mapping[str, Any], *, alone: bool) -> int:
    """Show or write what makes heavy imports at boot lazy, and return the exit code.

    Implementations are not measured. What is reported after a written fix is the app as it then
    boots; where it boots no longer, the files are as they were.

    Args:
        options: of the command.
        alone: whether nothing else is asked of it.

    Raises:
        UsageError: choices exclude one another; what rewrites is not installed.
    """
    write = bool(options["write"])
    if not options["fix"]:
        raise UsageError("--diff and --write go with --fix", "add --fix")
    if options["diff"] and write:
        raise UsageError("--diff and --write exclude one another", "give one of them")
    if not alone:
        raise UsageError("--fix measures the boot alone", "leave the other choices out")
    make_lazy = _rewriter()
    check_formats(options)
    walk = Walk("measure", options)
    with walk.progress:
        description, interpreter = _described(walk)
        imports = imports_of(walk, description, interpreter)
        heavy = heavy_boot(walk, description, imports)
        keyword = imports.source.python[:2] >= _HAS_KEYWORD
        fix, files = make_lazy(imports.source, heavy.imports, heavy.savings, keyword=keyword)
        findings = heavy.findings
        if write and files:
            fix = replace(fix, written=True)
            write_changes(walk.root, files)
            if keyword:
                notes = (*fix.notes, "the app was not booted with it: see that its tests pass")
                fix = replace(fix, notes=notes)
            else:
                loaded = _loaded_now(walk, description, interpreter, files)
                fix, findings = _as_it_boots(fix, heavy, loaded)
    walk.learn(*findings, import_fix=fix)
    code = deliver(walk.run, options)
    to_stdout = [name for name in options["formats"] if "=" not in name and not options["output"]]
    if not to_stdout:
        if options["quiet"]:
            reasons = (f"{one.name} stays: {one.reason}\n" for one in fix.declined)
            click.echo(visible("".join(reasons)), nl=False)
        click.echo(visible(fix.diff), nl=False, color=True)
    return code


def _rewriter() -> _MakeLazy:
    """Return what rewrites, once it is known that it can.

    Raises:
        UsageError: libcst is not installed, or is too old to know Python 3.15.
    """
    try:
        from bootfit.imports.lazy_rewrite import make_lazy
    except (ImportError, AttributeError):
        raise UsageError(
            "measure --fix needs libcst 1.9 or later, which is not installed",
            "pip install 'bootfit[rewrite]'",
        ) from None
    return make_lazy


def _described(walk: Walk) -> tuple[AppDescription, Path]:
    from bootfit.measure import describe

    app, interpreter = app_named(walk)
    description = describe(
        walk.root,
        interpreter,
        app,
        walk.config.plugins_registry,
        walk.config.plugins,
        budget_bytes=walk.budget_bytes,
        environment=walk.config.environment,
        time_limit_seconds=walk.options["time_limit"],
        progress=walk.progress,
    )
    return description, interpreter


def _loaded_now(
    walk: Walk, description: AppDescription, interpreter: Path, files: Sequence[FileChange]
) -> frozenset[str]:
    """Return what the changed app loads at boot.

    Raises:
        UndeterminedError: it does not boot; the files are as they were.
    """
    walk.progress("boot with the changed files")
    try:
        return imports_of(walk, description, interpreter).environment.loaded
    except BaseException as error:
        write_changes(walk.root, [FileChange(one.path, one.after, one.before) for one in files])
        if not isinstance(error, BootfitError):
            raise
        raise UndeterminedError(
            f"with these imports lazy the app does not boot: {error.message}; "
            "the files are as they were",
            "see the change without --write",
        ) from None


def _as_it_boots(
    fix: ImportFix, heavy: HeavyBoot, loaded: frozenset[str]
) -> tuple[ImportFix, tuple[Any, ...]]:
    """Return the fix and the findings that hold once it is written."""
    lazy = {one.name for one in fix.edits}
    left = sorted(lazy & loaded)
    notes = (
        (*fix.notes, f"still loaded at boot, by others: {', '.join(left)}") if left else fix.notes
    )
    findings = tuple(one for one in heavy.findings if one.subject not in lazy - loaded)
    return replace(fix, notes=notes), findings
