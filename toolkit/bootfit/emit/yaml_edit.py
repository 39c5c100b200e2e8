"""Small changes to a YAML file that somebody wrote: all other bytes stay as they are."""

import re
from collections.abc import Iterable

from ruamel.yaml.nodes import CollectionNode, MappingNode, Node, ScalarNode, SequenceNode

from bootfit.emit.yaml_nodes import Entry, is_null
from bootfit.emit.yaml_scalar import dumped, scalar
from bootfit.model.errors import UsageError

_ALIAS = re.compile(r"\s*\*[^\s,\[\]{}]+")
_TRAILING = re.compile(r"[ \t]*(?:#[^\n]*)?")


class YamlEdit:
    """Changes to one text, by the marks of its nodes; `result` makes them all at once."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._edits: list[tuple[int, int, str]] = []

    def result(self) -> str:
        """Return the text with all changes made."""
        text = self._text
        # What is put in at one place stays in the order in which it was asked for.
        for _, (start, end, new) in sorted(
            enumerate(self._edits), key=lambda one: (one[1][0], one[0]), reverse=True
        ):
            text = text[:start] + new + text[end:]
        return text

    def set_value(self, entry: Entry, value: object) -> None:
        """Write ``value`` (a string, a number, a boolean) where the value of ``entry`` stands."""
        new = _inline(value)
        node = entry.value
        after_key = self._after_colon(entry)
        if self._is_alias(entry):
            match = _ALIAS.match(self._text, after_key)
            end = match.end() if match else after_key
            self._edits.append((after_key, end, f" {new}"))
        elif is_null(node) and node.start_mark.index == node.end_mark.index:
            self._edits.append((after_key, after_key, f" {new}"))
        elif isinstance(node, ScalarNode):
            self._edits.append((node.start_mark.index, self._end(node), new))
        else:
            raise _cannot(entry.key, f"{entry.key.value} holds more than a text")

    def rename_and_set(self, old: Entry, key: str, value: object) -> None:
        """Write ``key: value`` where ``old`` stands."""
        if self._is_alias(old):
            raise _cannot(old.key, f"{old.key.value} is an alias")
        end = self._end(old.value) if not is_null(old.value) else old.key.end_mark.index + 1
        self._edits.append((old.key.start_mark.index, end, f"{scalar(key)}: {_inline(value)}"))

    def add_entry(self, mapping: MappingNode, key: str, value: object) -> None:
        """Add ``key: value`` at the end of ``mapping``."""
        if mapping.flow_style:
            comma = ", " if mapping.value else ""
            at = self._end(mapping) - 1
            self._edits.append((at, at, f"{comma}{scalar(key)}: {_flow(value)}"))
            return
        column = mapping.value[0][0].start_mark.column
        self._add_lines(self._end(mapping), _indented(dumped({key: value}), column))

    def add_items(self, sequence: SequenceNode, values: Iterable[object]) -> None:
        """Add ``values`` at the end of ``sequence``."""
        wanted = list(values)
        if not wanted:
            return
        if sequence.flow_style:
            at = self._end(sequence) - 1
            inside = ", ".join(_flow(value) for value in wanted)
            self._edits.append((at, at, f", {inside}" if sequence.value else inside))
            return
        column = sequence.start_mark.column
        text = "".join(_indented(_item(value), column) for value in wanted)
        self._add_lines(self._end(sequence), text)

    def remove_item(self, item: Node) -> None:
        """Take ``item`` of a block sequence out, with its lines."""
        start = self._text.rfind("\n", 0, item.start_mark.index) + 1
        if self._text[start : item.start_mark.index].strip() != "-":
            raise _cannot(item, "it stands in a list on one line")
        self._edits.append((start, self._line_end(self._end(item)), ""))

    def add_at_end(self, value: object) -> None:
        """Add ``value``, a mapping, as further lines of the document."""
        self._add_lines(len(self._text.rstrip()), dumped(value))

    def _add_lines(self, end: int, lines: str) -> None:
        at = self._line_end(end)
        # The last line of a file may not have been ended.
        missing = "" if at == 0 or self._text[at - 1] == "\n" else "\n"
        self._edits.append((at, at, missing + lines))

    def _line_end(self, index: int) -> int:
        """Return where the line after ``index`` starts; only a comment may stand between."""
        match = _TRAILING.match(self._text, index)
        end = match.end() if match else index
        if end == len(self._text):
            return end
        if self._text[end] != "\n":
            raise UsageError(
                f"line {self._text.count(chr(10), 0, end) + 1} cannot be added to",
                "write what --diff shows into it by hand, or give each value a line of its own",
            )
        return end + 1

    def _after_colon(self, entry: Entry) -> int:
        return self._text.index(":", entry.key.end_mark.index) + 1

    def _is_alias(self, entry: Entry) -> bool:
        return bool(entry.value.start_mark.index < entry.key.end_mark.index)

    def _end(self, node: Node) -> int:
        """Return where ``node`` ends, without the blank lines and comments behind it."""
        if isinstance(node, CollectionNode) and not node.flow_style and node.value:
            last = node.value[-1]
            if isinstance(node, SequenceNode):
                if last.start_mark.index < node.start_mark.index:
                    raise _cannot(node, "its last item is an alias")
                return self._end(last)
            entry = Entry(*last)
            if self._is_alias(entry):
                match = _ALIAS.match(self._text, self._after_colon(entry))
                return match.end() if match else entry.key.end_mark.index
            if is_null(entry.value) and entry.value.start_mark.index == entry.value.end_mark.index:
                return self._after_colon(entry)
            return self._end(entry.value)
        end: int = node.end_mark.index
        if isinstance(node, ScalarNode) and node.style in ("|", ">"):
            return len(self._text[:end].rstrip())
        return end


def _inline(value: object) -> str:
    """Return a scalar as it stands behind its key, on one line."""
    return dumped({"k": value}).removeprefix("k: ").rstrip("\n")


def _flow(value: object) -> str:
    """Return ``value`` in flow style, on one line."""
    if isinstance(value, dict):
        inside = ", ".join(f"{scalar(key)}: {_flow(one)}" for key, one in value.items())
        return f"{{{inside}}}"
    if isinstance(value, (list, tuple)):
        return f"[{', '.join(map(_flow, value))}]"
    return _inline(value)


def _item(value: object) -> str:
    """Return ``value`` as one item of a block sequence, its dash in the first column."""
    text = dumped({"k": [value]}).removeprefix("k:\n")
    return "".join(line[2:] for line in text.splitlines(keepends=True))


def _indented(text: str, column: int) -> str:
    return "".join(" " * column + line for line in text.splitlines(keepends=True))


def _cannot(node: Node, why: str) -> UsageError:
    return UsageError(
        f"line {node.start_mark.line + 1} cannot be changed by itself: {why}",
        "change it by hand, as --diff shows it",
    )
