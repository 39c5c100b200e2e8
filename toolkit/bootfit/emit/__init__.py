"""A plan becomes files: ``{path: text}``, pure, one module an artefact."""

from bootfit.emit.artefacts import emit_all
from bootfit.emit.context import EmitContext

__all__ = ["EmitContext", "emit_all"]
