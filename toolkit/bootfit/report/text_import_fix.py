"""The part of the text report about imports that are made lazy."""

from rich.console import Group, RenderableType
from rich.text import Text

from bootfit.model.import_fix import LazyEdit
from bootfit.model.run import Run


def import_fix_section(run: Run) -> list[RenderableType]:
    """Return what `measure --fix` changes, and why it leaves what it leaves."""
    fix = run.import_fix
    if fix is None:
        return []
    lines: list[RenderableType] = [Text("Lazy imports", style="bold")]
    lines += [Text(_in_words(edit)) for edit in fix.edits]
    if fix.edits:
        lines.append(Text("written" if fix.written else "--write writes it"))
    lines += [Text(f"· {note}", style="yellow") for note in fix.notes]
    for one in fix.declined:
        place = f"  [{one.place}]" if one.place else ""
        lines.append(Text(f"{one.name} stays: {one.reason}{place}", style="yellow"))
    if not fix.edits and not fix.declined:
        lines.append(Text("no library that takes much is imported at boot"))
    return [Group(*lines)]


def _in_words(edit: LazyEdit) -> str:
    becomes = f"in {', '.join(edit.functions)}" if edit.functions else f"lazy {edit.statement}"
    return f"{edit.statement} → {becomes}  [{edit.place}]"
