"""Pythons against distributions, in the text report."""

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from bootfit.model.check import Matrix, MatrixCell, MatrixRow
from bootfit.model.style import Style

_WORDS = {
    "wheel": "wheel",
    "pure-sdist": "sdist",
    "optional-c-sdist": "sdist",
    "c-sdist": "C",
    "rust-sdist": "Rust",
    "requires-python": "Python",
    "conflict": "conflict",
    "no-such-version": "none",
}


def matrix_section(matrix: Matrix, style: Style) -> RenderableType:
    """Return which Pythons the files work on, and the distributions that differ; all with -v."""
    rows = [row for row in matrix.rows if style.verbosity > 0 or not row.plain]
    parts: list[RenderableType] = [Text("Pythons", style="bold"), *_sentences(matrix)]
    if rows:
        table = Table(box=None, padding=(0, 1), pad_edge=False, header_style="dim")
        table.add_column("distribution", overflow="fold")
        for python in matrix.pythons:
            table.add_column(python, no_wrap=True)
        for row in rows:
            table.add_row(_named(row), *map(_cell, row.cells))
        parts.append(table)
    return Group(*parts)


def _sentences(matrix: Matrix) -> list[Text]:
    works = ", ".join(matrix.works) or "none of these Pythons"
    lines = [Text(f"works as it stands on {works}", style="green" if matrix.works else "bold red")]
    if matrix.compiles:
        lines.append(Text(f"if it builds, on {', '.join(matrix.compiles)}", style="yellow"))
    for python, refusal in zip(matrix.pythons, matrix.refusals, strict=True):
        if refusal:
            lines.append(Text(f"not on {python}: {refusal}", style="dim"))
    missing = [python for python in matrix.pythons if python not in matrix.offered]
    if missing:
        lines.append(Text(f"not offered by the platform: {', '.join(missing)}", style="dim"))
    return lines


def _named(row: MatrixRow) -> str:
    versions = {cell.version for cell in row.cells if cell is not None and cell.version}
    return f"{row.name} {versions.pop()}" if len(versions) == 1 else row.name


def _cell(cell: MatrixCell | None) -> Text:
    if cell is None:
        return Text("-", style="dim")
    word = _WORDS.get(cell.verdict, cell.verdict)
    if not cell.installs:
        return Text(f"✗ {word}", style="bold red")
    return Text(f"✓ {word}", style="dim" if cell.verdict == "wheel" else "yellow")
