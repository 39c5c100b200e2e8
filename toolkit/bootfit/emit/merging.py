"""A plan goes into a render.yaml that somebody wrote: what it decides, and nothing else."""

import re
from collections.abc import Mapping
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.error import YAMLError
from ruamel.yaml.nodes import MappingNode, Node, SequenceNode

from bootfit.emit.checking.blueprint import services_of
from bootfit.emit.checking.server_settings import gunicorn_words
from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import start_command
from bootfit.emit.render_services import Table, blueprint, set_by_plan
from bootfit.emit.yaml_edit import YamlEdit
from bootfit.emit.yaml_nodes import Entry, NotYamlError, composed, direct, entries, items
from bootfit.model.errors import UsageError
from bootfit.model.plan import Plan

PATH = "render.yaml"
#: Variables that only bootfit writes: those of an earlier plan are taken out.
_OURS = ("BOOTFIT_FORBID", "BOOTFIT_COST")
#: What the plan decides, whatever stands there.
_DECIDED = ("plan", "preDeployCommand", "numInstances", "scaling", "maxShutdownDelaySeconds")
#: What a service has to have, where nobody said it.
_MISSING = ("runtime", "buildCommand", "healthCheckPath")
_SEGMENT = re.compile(r"""(?:'[^']*'|"(?:\\.|[^"\\])*"|\\.|[^;&|'"\\])+""", re.DOTALL)
_GUNICORN = re.compile(r"(?:(?<=\s)|(?<=/)|\A)gunicorn(?=\s|\Z)")


def merge(existing: str, plan: Plan, context: EmitContext) -> str:
    """Return ``existing`` (a render.yaml) with what ``plan`` decides in the service of the app.

    All other bytes stay: comments, order, quotes, other services. What `[tool.bootfit.deploy]`
    wants beside the service is added where nothing has its name. Merging again changes nothing.

    Raises:
        UsageError: it is no blueprint, it does not say which service is the app's, or a change
            would touch more than that service (anchors).
    """
    if "\r\n" in existing and existing.count("\r\n") == existing.count("\n"):
        return merge(existing.replace("\r\n", "\n"), plan, context).replace("\n", "\r\n")
    if existing.startswith("\ufeff"):
        return "\ufeff" + merge(existing[1:], plan, context)
    if not existing.endswith("\n"):
        merged = merge(existing + "\n", plan, context)
        return existing if merged == existing + "\n" else merged
    root = _root(existing)
    if root is None:
        raise UsageError(f"{PATH} is empty", "take it away, and bootfit writes a new one")
    wanted = blueprint(plan, context)
    edit = YamlEdit(existing)
    expected = _loaded(existing)
    service = _service(root, context, plan)
    if service is None:
        # None of the app's own: the whole of it is added.
        missing = wanted["services"]
    else:
        path = _path_to(root, service)
        _merge_service(edit, service, _at(expected, path), wanted["services"][0], plan)
        missing = wanted["services"][1:]
    for key, tables in (("services", missing), ("databases", wanted.get("databases", []))):
        _add_missing(edit, root, expected, key, tables)
    merged = edit.result()
    # The marks of anchors and aliases can mislead: nothing else may have changed.
    try:
        same = _loaded(merged) == expected
    except UsageError:
        same = False
    if not same:
        raise UsageError(
            f"{PATH} cannot be merged: its anchors share values with more than the app's service",
            "write these values out, or write over the file with --force",
        )
    return merged


def _root(text: str) -> MappingNode | None:
    try:
        root = composed(text)
    except NotYamlError as error:
        raise UsageError(
            f"{PATH}:{error.line or 1} is not YAML: {error.message}",
            "mend it, or write over it with --force",
        ) from None
    if root is not None and not isinstance(root, MappingNode):
        raise UsageError(f"{PATH} is no mapping", "start it with `services:`")
    return root


def _loaded(text: str) -> Any:
    yaml = YAML(typ="safe", pure=True)
    try:
        return _unshared(yaml.load(text))
    except (YAMLError, ValueError, TypeError, RecursionError) as error:
        told = " ".join(str(error).split())[:200]
        raise UsageError(f"{PATH} cannot be read: {told}", "mend the place it names") from None


def _unshared(value: Any) -> Any:
    """Return a copy in which what an anchor shares is a value of its own in each place."""
    if isinstance(value, dict):
        return {key: _unshared(inside) for key, inside in value.items()}
    return [_unshared(one) for one in value] if isinstance(value, list) else value


def _service(root: Node, context: EmitContext, plan: Plan) -> MappingNode | None:
    """Return the service of the app, None where no web service runs Python.

    Raises:
        UsageError: there are several, and nothing tells which.
    """
    web = [
        node
        for node in services_of(root)
        if isinstance(node, MappingNode) and _said(node, "type") == "web"
    ]
    named = [node for node in web if _said(node, "name") == context.service]
    python = [n for n in web if "python" in (_said(n, "runtime"), _said(n, "env"))]
    starting = [n for n in python if plan.app in (_said(n, "startCommand") or "").split()]
    for found in (named, python, starting):
        if len(found) == 1:
            return found[0]
    if not named and not python:
        return None
    names = ", ".join(_said(node, "name") or "?" for node in named or python)
    raise UsageError(
        f"{PATH} does not say which web service is {plan.app}: {names}",
        'write its name into pyproject.toml: [tool.bootfit] name = "..."',
    )


def _said(node: Node, key: str) -> str | None:
    entry = entries(node).get(key)
    return entry.text if entry else None


def _path_to(node: Node, sought: Node) -> list[str | int]:
    """Return the keys and indices that lead to ``sought``, which is below ``node``."""
    below: list[tuple[str | int, Node]] = [
        *((key, entry.value) for key, entry in direct(node).items()),
        *enumerate(items(node)),
    ]
    for step, inside in below:
        if inside is sought:
            return [step]
        if isinstance(inside, (MappingNode, SequenceNode)) and (rest := _path_to(inside, sought)):
            return [step, *rest]
    return []


def _at(value: Any, path: list[str | int]) -> Any:
    for step in path:
        value = value[step]
    return value


def _merge_service(
    edit: YamlEdit, node: MappingNode, data: dict[str, Any], wanted: Table, plan: Plan
) -> None:
    """Ask for the changes in the service ``node``, and make them in ``data``, which it loads as."""
    own, all_of_it = direct(node), entries(node)
    # First of all, since the list may be the last thing in the service.
    _merge_variables(edit, node, data, wanted, plan)
    settings: Table = {
        key: value
        for key, value in wanted.items()
        if key in _DECIDED
        or (
            key in _MISSING
            and key not in all_of_it
            and not _elsewhere(key, all_of_it)
            # Nothing to install is nothing to say.
            and value != "true"
        )
    }
    started = all_of_it["startCommand"].text if "startCommand" in all_of_it else None
    settings["startCommand"] = _started(started, plan)
    for key, value in settings.items():
        if key in data and data[key] == value:
            continue
        data[key] = value
        if key not in own:
            edit.add_entry(node, key, value)
        elif isinstance(value, dict):
            raise UsageError(
                f"{PATH}:{own[key].key.start_mark.line + 1}: {key} is not as pyproject.toml wants",
                "make them the same: bootfit changes no table that somebody wrote",
            )
        else:
            edit.set_value(own[key], value)


def _elsewhere(key: str, has: Mapping[str, Entry]) -> bool:
    """Return whether another key says what ``key`` would."""
    return key == "runtime" and ("env" in has or "image" in has)


def _started(existing: str | None, plan: Plan) -> str:
    """Return the start command: what stands before the server stays, its arguments do not."""
    ours = start_command(plan.app)
    if existing is None:
        return ours
    segments = list(_SEGMENT.finditer(existing))
    for segment in reversed(segments):
        words = gunicorn_words(segment[0])
        match = _GUNICORN.search(segment[0]) if words else None
        if match:
            tail = segment[0][len(segment[0].rstrip()) :] if segment is not segments[-1] else ""
            before = existing[: segment.start() + match.start()]
            return before + ours + tail + existing[segment.end() :]
    # Another server: what is done before it (`a && b`) is kept all the same.
    prepared = existing[: segments[-1].start()] if segments else ""
    return f"{prepared} {ours}" if prepared.endswith(("&&", ";")) else ours


def _merge_variables(
    edit: YamlEdit, node: MappingNode, data: dict[str, Any], wanted: Table, plan: Plan
) -> None:
    decided = {str(one["key"]): str(one["value"]) for one in set_by_plan(plan)}
    tables = wanted["envVars"] if isinstance(wanted["envVars"], list) else []
    own = direct(node).get("envVars")
    if own is None:
        if "envVars" in entries(node):
            raise UsageError(
                f"{PATH}:{node.start_mark.line + 1}: envVars come from an anchor that others share",
                "write the list out in the service of the app",
            )
        data["envVars"] = tables
        edit.add_entry(node, "envVars", tables)
        return
    if not isinstance(own.value, SequenceNode):
        raise UsageError(
            f"{PATH}:{own.key.start_mark.line + 1}: envVars is no list", "make it a list"
        )
    if not items(own.value):
        data["envVars"] = tables
        edit.add_items(own.value, tables)
        return
    names = [_said(item, "key") for item in items(own.value)]
    # From the last on, so that positions hold when one is taken out; a name may stand twice.
    for index in reversed(range(len(names))):
        name, item = names[index], items(own.value)[index]
        if name in decided:
            _set_variable(edit, item, data["envVars"][index], decided[name])
        elif name in _OURS:
            edit.remove_item(item)
            del data["envVars"][index]
    added = [one for one in tables if one["key"] not in names]
    data["envVars"] += added
    edit.add_items(own.value, added)


def _set_variable(edit: YamlEdit, item: Node, data: dict[str, Any], value: str) -> None:
    has = direct(item)
    if str(data.get("value")) == value and not isinstance(data.get("value"), bool):
        return
    others = [key for key in has if key not in ("key", "value", "previewValue")]
    if "value" in has:
        edit.set_value(has["value"], value)
    elif others:
        edit.rename_and_set(has[others[0]], "value", value)
        data.pop(others[0])
    elif isinstance(item, MappingNode):
        edit.add_entry(item, "value", value)
    data["value"] = value


def _add_missing(
    edit: YamlEdit, root: MappingNode, expected: Any, key: str, tables: list[Table]
) -> None:
    """Add those of ``tables`` whose name nothing in the blueprint has."""
    taken = {_said(node, "name") for node in services_of(root)}
    taken |= {_said(node, "name") for node in items(_value(root, "databases"))}
    missing = [table for table in tables if table["name"] not in taken]
    if not missing:
        return
    listed = _value(root, key)
    if listed is None:
        expected[key] = missing
        edit.add_at_end({key: missing})
    elif isinstance(listed, SequenceNode):
        expected[key] = [*expected[key], *missing]
        edit.add_items(listed, missing)
    else:
        raise UsageError(f"{PATH}: {key} is no list", "make it a list")


def _value(root: Node, key: str) -> Node | None:
    return direct(root)[key].value if key in direct(root) else None
