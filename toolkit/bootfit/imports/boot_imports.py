"""Which required distributions an app imports when it boots, so that each can be measured.

An app that declares no plugins still gets an answer: what its top-level imports cost.
"""

import ast
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from bootfit.imports.application import python_files, source_text
from bootfit.model.app import ImplementationDeclaration, PluginDeclaration

#: Distributions whose module has another name, from their own metadata (``top_level.txt``).
_MODULES: Mapping[str, str] = {
    "beautifulsoup4": "bs4",
    "faiss-cpu": "faiss",
    "opencv-python": "cv2",
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "psycopg2-binary": "psycopg2",
    "pyjwt": "jwt",
    "python-dateutil": "dateutil",
    "python-dotenv": "dotenv",
    "pyyaml": "yaml",
    "scikit-image": "skimage",
    "scikit-learn": "sklearn",
}


@dataclass(frozen=True)
class BootImport:
    """A module that is imported at a module's top level, and the distribution it is of."""

    module: str
    distribution: str
    path: str
    line: int


def imports_at_boot(source: str) -> tuple[tuple[str, int], ...]:
    """Return (top-level module, line) of what is imported as soon as ``source`` is.

    Imports inside functions wait for their call, and those under ``if TYPE_CHECKING`` never run.
    Source that does not parse imports nothing.
    """
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return ()
    return tuple(_imports(tree.body))


def boot_imports(root: Path, distributions: Iterable[str]) -> tuple[BootImport, ...]:
    """Return the imports at boot that belong to one of ``distributions``, each module once."""
    wanted = {module_name(name): name for name in distributions}
    found: dict[str, BootImport] = {}
    for path in python_files(root):
        for module, line in imports_at_boot(source_text(root / path)):
            if module in wanted and module not in found:
                found[module] = BootImport(module, wanted[module], path.as_posix(), line)
    return tuple(found[module] for module in sorted(found))


def as_plugins(imports: Iterable[BootImport]) -> tuple[PluginDeclaration, ...]:
    """Return each import as a plugin of one rung, to be measured."""
    return tuple(
        PluginDeclaration(
            one.module,
            (
                ImplementationDeclaration(
                    one.module, "", imports=(one.module,), distributions=(one.distribution,)
                ),
            ),
        )
        for one in imports
    )


def module_name(distribution: str) -> str:
    """Return the module that a distribution is imported as."""
    name = re.sub(r"[-_.]+", "-", distribution).lower()
    return _MODULES.get(name, name.replace("-", "_"))


def _imports(body: Iterable[ast.stmt]) -> Iterator[tuple[str, int]]:
    for node in body:
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield alias.name.partition(".")[0], node.lineno
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module.partition(".")[0], node.lineno
        elif isinstance(node, ast.If):
            if "TYPE_CHECKING" not in ast.dump(node.test):
                yield from _imports(node.body)
            yield from _imports(node.orelse)
        elif isinstance(node, ast.Try):
            for part in (node.body, node.orelse, node.finalbody):
                yield from _imports(part)
        elif isinstance(node, ast.With | ast.ClassDef):
            yield from _imports(node.body)
