"""The ``envVars`` of a blueprint: where a value comes from, and what YAML makes of it."""

import difflib
import re
from collections.abc import Iterator

from ruamel.yaml.nodes import Node, ScalarNode

from bootfit.emit import rules
from bootfit.emit.checking import blueprint_spec as spec
from bootfit.emit.yaml_nodes import (
    Entry,
    entries,
    is_boolean,
    is_null,
    is_number,
    items,
    place,
)
from bootfit.model.finding import Finding

_FULL_VERSION = re.compile(r"3\.\d+\.\d+")
#: variable → what it does not do, and what it does.
_WITHOUT_EFFECT = {
    "PYTHONUNBUFFERED": "it saves no memory: it flushes what is printed at once, and only that",
    "PYTHONDONTWRITEBYTECODE": "it saves no memory: it lets every boot compile modules anew",
}


def variable_values(node: Node | None) -> dict[str, Entry]:
    """Return variable → its entry ``value`` of a service, those that another source gives out."""
    found: dict[str, Entry] = {}
    for one in items(entries(node)["envVars"].value) if "envVars" in entries(node) else ():
        has = entries(one)
        if "key" in has and has["key"].text and "value" in has:
            found[has["key"].text] = has["value"]
    return found


def variables_checked(listed: Entry | None, where: str, path: str) -> Iterator[Finding]:
    """Yield what is wrong with the variables of the service or group ``where``."""
    if listed is None:
        return
    seen: dict[str, Node] = {}
    for node in items(listed.value):
        has = entries(node)
        name = has["key"].text if "key" in has else None
        subject = f"{where}.envVars.{name or 'fromGroup'}"
        for key, entry in has.items():
            if key not in spec.VARIABLE:
                near = difflib.get_close_matches(key, spec.VARIABLE, n=1)
                yield rules.PlatformRefuses.finding(
                    f"{subject}.{key}",
                    f"{key}: a variable has no such key",
                    remedy=f"did you mean {near[0]}?"
                    if near
                    else f"known: {', '.join(sorted(spec.VARIABLE))}",
                    place=place(path, entry.key),
                )
        yield from _source(node, has, name, subject, path)
        if name and name in seen:
            first = seen[name].start_mark.line + 1
            yield _refused(
                subject,
                f"{name} is set twice, first in line {first}",
                "take one of them out",
                has["key"].value,
                path,
            )
        elif name:
            seen[name] = has["key"].value
        if "value" in has:
            yield from _value(name or "", has["value"], subject, path)
        yield from _references(has, subject, path)


def _source(
    node: Node, has: dict[str, Entry], name: str | None, subject: str, path: str
) -> Iterator[Finding]:
    sources = [key for key in spec.SOURCES if key in has]
    if name is None:
        if "fromGroup" not in has:
            yield _refused(
                subject, "a variable without key or fromGroup", "add its key", node, path
            )
    elif not sources:
        yield _refused(
            subject,
            f"{name} has no value",
            f"add one of {', '.join(spec.SOURCES)}",
            has["key"].key,
            path,
        )
    elif len(sources) > 1 and set(sources) != {"value", "sync"}:
        yield _refused(
            subject,
            f"{name} has its value from {' and '.join(sources)}",
            "keep one of them",
            has[sources[1]].key,
            path,
        )


def _value(name: str, entry: Entry, subject: str, path: str) -> Iterator[Finding]:
    text, node = entry.text, entry.value
    if is_boolean(node):
        yield _refused(
            subject,
            f"{name}: a bare {text} is a boolean in YAML, and Render takes strings and numbers",
            f'`value: "{text}"`',
            node,
            path,
        )
    elif is_null(node):
        yield _refused(
            subject,
            f"{name} has an empty value",
            '`value: ""`, or `sync: false` to be asked',
            entry.key,
            path,
        )
    elif text is None:
        yield _refused(subject, f"{name} is no text", "write one string", node, path)
    elif name == "PYTHON_VERSION" and not _FULL_VERSION.fullmatch(text):
        read = f", which YAML reads as the number {float(text):g}" if _loses(node, text) else ""
        yield _refused(
            subject,
            f"PYTHON_VERSION {text!r} is no full version{read}",
            'write three numbers, in quotes: "3.13.4"',
            node,
            path,
        )
    elif name in _WITHOUT_EFFECT:
        yield rules.WithoutEffect.finding(
            subject,
            f"{name}: {_WITHOUT_EFFECT[name]}",
            remedy="keep it only for that",
            place=place(path, entry.value),
        )


def _loses(node: Node, text: str) -> bool:
    return is_number(node) and text.count(".") == 1 and f"{float(text):g}" != text


def _references(has: dict[str, Entry], subject: str, path: str) -> Iterator[Finding]:
    if "fromDatabase" in has:
        asked = entries(has["fromDatabase"].value).get("property")
        if asked is None:
            yield _refused(
                f"{subject}.fromDatabase",
                "fromDatabase has no property",
                "add it: connectionString",
                has["fromDatabase"].key,
                path,
            )
        elif asked.text not in spec.DATABASE_PROPERTIES:
            near = difflib.get_close_matches(asked.text or "", spec.DATABASE_PROPERTIES, n=1)
            yield _refused(
                f"{subject}.fromDatabase.property",
                f"a database has no property {asked.text!r}",
                f"did you mean {near[0]!r}?"
                if near
                else f"one of {', '.join(spec.DATABASE_PROPERTIES)}",
                asked.value,
                path,
            )
    if "fromService" in has:
        inside = entries(has["fromService"].value)
        for key in ("name", "type"):
            if key not in inside:
                yield _refused(
                    f"{subject}.fromService",
                    f"fromService has no {key}",
                    "add it",
                    has["fromService"].key,
                    path,
                )
    sync = has.get("sync")
    if sync and isinstance(sync.value, ScalarNode) and sync.text != "false":
        yield _refused(
            f"{subject}.sync", "sync can only be false", "`sync: false`", sync.value, path
        )


def _refused(subject: str, message: str, remedy: str, node: Node, path: str) -> Finding:
    return rules.PlatformRefuses.finding(subject, message, remedy=remedy, place=place(path, node))
