"""YAML as nodes that know their place, for files that somebody else wrote."""

from collections.abc import Iterator
from dataclasses import dataclass

from ruamel.yaml import YAML
from ruamel.yaml.error import MarkedYAMLError, YAMLError
from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bootfit.model.finding import Place

#: What readers of YAML 1.1 take for a boolean where it stands unquoted.
BOOLEANS = frozenset({"true", "false", "yes", "no", "on", "off"})
_MERGE = "<<"
#: Brackets within brackets that nobody writes, and that would take the reader minutes.
_DEEPEST = 200


class NotYamlError(Exception):
    """The text is no YAML; 1-based line and column where that shows."""

    def __init__(self, message: str, line: int | None, column: int | None) -> None:
        super().__init__(message)
        self.message, self.line, self.column = message, line, column


@dataclass(frozen=True)
class Entry:
    """A key of a mapping and its value."""

    key: Node
    value: Node

    @property
    def text(self) -> str | None:
        """Return the value as it is written, without quotes; None where it is no scalar."""
        return self.value.value if isinstance(self.value, ScalarNode) else None


def composed(text: str) -> Node | None:
    """Return the root of the document in ``text``, None where it is empty.

    Raises:
        NotYamlError: it cannot be read, or holds several documents.
    """
    if _depth(text) > _DEEPEST:
        raise NotYamlError("it is nested too deeply", None, None)
    try:
        root: Node | None = YAML(typ="rt", pure=True).compose(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        told = error.problem or error.context or "it cannot be read"
        place = (mark.line + 1, mark.column + 1) if mark else (None, None)
        raise NotYamlError(" ".join(str(told).split()), *place) from None
    except (YAMLError, RecursionError, ValueError) as error:
        told = " ".join(str(error).split()) or "it is nested too deeply"
        raise NotYamlError(told, None, None) from None
    return root


def _depth(text: str) -> int:
    """Return how deep brackets lie in brackets, at most: those in strings are counted as well."""
    deepest = depth = 0
    for char in text:
        if char in "[{":
            depth += 1
            deepest = max(deepest, depth)
        elif char in "]}":
            depth = max(0, depth - 1)
    return deepest


def entries(node: Node | None) -> dict[str, Entry]:
    """Return key → entry of a mapping, merged keys (``<<``) behind its own; {} for others."""
    found: dict[str, Entry] = {}
    merged: list[Node] = []
    for key, value in node.value if isinstance(node, MappingNode) else ():
        if not isinstance(key, ScalarNode):
            continue
        if key.value == _MERGE and not key.style:
            merged += items(value) if isinstance(value, SequenceNode) else [value]
        else:
            found[key.value] = Entry(key, value)
    for other in merged:
        if other is not node:
            for name, entry in entries(other).items():
                found.setdefault(name, entry)
    return found


def direct(node: Node | None) -> dict[str, Entry]:
    """Return key → entry of a mapping as it is written, without merged keys; {} for others."""
    return {
        key.value: Entry(key, value)
        for key, value in (node.value if isinstance(node, MappingNode) else ())
        if isinstance(key, ScalarNode) and (key.style or key.value != _MERGE)
    }


def repeated(node: Node | None) -> Iterator[Node]:
    """Yield the keys of a mapping that it has had before."""
    seen: set[str] = set()
    for key, _ in node.value if isinstance(node, MappingNode) else ():
        if isinstance(key, ScalarNode):
            if key.value in seen:
                yield key
            seen.add(key.value)


def items(node: Node | None) -> list[Node]:
    """Return the items of a list; none for others."""
    return list(node.value) if isinstance(node, SequenceNode) else []


def is_boolean(node: Node) -> bool:
    """Return whether a reader of YAML 1.1 takes ``node`` for true or false."""
    return (
        isinstance(node, ScalarNode)
        and not node.style
        and node.value.lower() in BOOLEANS
        and node.start_mark.index + len(node.value) == node.end_mark.index
    )


def is_null(node: Node) -> bool:
    """Return whether ``node`` is nothing: left empty, ``~`` or ``null``."""
    return isinstance(node, ScalarNode) and node.tag == "tag:yaml.org,2002:null"


def is_number(node: Node) -> bool:
    """Return whether ``node`` is an integer or a float."""
    return isinstance(node, ScalarNode) and node.tag in (
        "tag:yaml.org,2002:int",
        "tag:yaml.org,2002:float",
    )


def place(path: str, node: Node) -> Place:
    """Return where ``node`` stands in ``path``."""
    return Place(path, node.start_mark.line + 1, node.start_mark.column + 1)
