"""An existing render.yaml: what Render would refuse, or read and pass over."""

import difflib
from collections.abc import Callable, Collection, Iterator

from ruamel.yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from bootfit.emit import rules
from bootfit.emit.checking import blueprint_spec as spec
from bootfit.emit.checking.blueprint_variables import variables_checked
from bootfit.emit.yaml_nodes import (
    Entry,
    NotYamlError,
    composed,
    entries,
    is_boolean,
    is_null,
    items,
    place,
    repeated,
)
from bootfit.model.finding import Finding, Place, Severity

PATH = "render.yaml"


def check_blueprint(text: str, path: str = PATH) -> Iterator[Finding]:
    """Yield what is wrong with the blueprint in ``text``, each finding with its line."""
    try:
        root = composed(text)
    except NotYamlError as error:
        yield rules.PlatformRefuses.finding(
            path,
            f"{path} is not YAML: {error.message}",
            remedy="mend the place it names",
            place=Place(path, error.line, error.column),
        )
        return
    if root is None:
        return
    if not isinstance(root, MappingNode):
        yield rules.PlatformRefuses.finding(
            path,
            f"{path} is no mapping of services and databases",
            remedy="start it with `services:`",
            place=place(path, root),
        )
        return
    yield from _unknown(root, spec.ROOT, "", path)
    for group in _groups(root):
        names: dict[str, Node] = {}
        for node in items(group.get("services", _NOTHING).value):
            yield from _service(node, path, names)
        for node in items(group.get("databases", _NOTHING).value):
            yield from _database(node, path, names)
        for node in items(group.get("envVarGroups", _NOTHING).value):
            yield from _unknown(node, spec.GROUP, "envVarGroups.", path)
            yield from variables_checked(
                entries(node).get("envVars"), f"envVarGroups.{_name(entries(node))}", path
            )


_NOTHING = Entry(ScalarNode("", ""), ScalarNode("", ""))


def services_of(root: Node | None) -> list[Node]:
    """Return the services of a blueprint, those of its projects' environments included."""
    return [node for g in _groups(root) for node in items(g.get("services", _NOTHING).value)]


def _groups(root: Node | None) -> list[dict[str, Entry]]:
    """Return what may hold services: the blueprint, what is ungrouped, each environment."""
    top = entries(root)
    found = [top, entries(top.get("ungrouped", _NOTHING).value)]
    for project in items(top.get("projects", _NOTHING).value):
        inside = entries(project).get("environments", _NOTHING).value
        found += [entries(environment) for environment in items(inside)]
    return found


def _service(node: Node, path: str, names: dict[str, Node]) -> Iterator[Finding]:
    has = entries(node)
    kind_name = has["type"].text or "" if "type" in has else ""
    where = f"services.{_name(has)}"
    yield from _named_once(node, has, where, path, names)
    if "type" not in has:
        yield _missing("type", where, node, path, "one of " + ", ".join(spec.VALUES["type"]))
    kind = spec.KINDS.get(kind_name)
    known = spec.SERVICE if kind is None else kind.keys
    yield from _unknown(node, spec.SERVICE, f"{where}.", path)
    for key, entry in has.items():
        if kind is not None and key in spec.SERVICE and key not in known:
            yield _out_of_place(key, kind_name, where, entry, path)
    for key in kind.required if kind else ():
        if key not in has and not (key == "runtime" and ("env" in has or "image" in has)):
            yield _missing(key, where, node, path, _WHY_MISSING.get(key, ""))
    for key, values in spec.VALUES.items():
        if key in has:
            yield from _one_of(key, has[key], values, where, path)
    for check in _SERVICE_CHECKS:
        yield from check(has, where, path)
    yield from variables_checked(has.get("envVars"), where, path)


#: (key, value) → where that is said instead.
_ELSEWHERE = {
    ("type", "database"): "PostgreSQL goes under `databases:`, beside the services",
    ("type", "postgres"): "PostgreSQL goes under `databases:`, beside the services",
    ("type", "static"): "`type: web` with `runtime: static`",
    ("type", "static_site"): "`type: web` with `runtime: static`",
}
_WHY_MISSING = {
    "ipAllowList": "`ipAllowList: []` lets only your own services in",
    "schedule": "a cron expression such as `0 3 * * *`",
    "runtime": "`runtime: python`",
}
#: Keys that Render refuses where they are out of place, and does not merely pass over.
_REFUSED = {("cron", "healthCheckPath")}


def _out_of_place(key: str, kind: str, where: str, entry: Entry, path: str) -> Finding:
    if (kind, key) in _REFUSED or kind in ("keyvalue", "redis"):
        return _refused(
            f"{where}.{key}", f"a {kind} service has no {key}", "take it out", entry.key, path
        )
    return rules.PlatformIgnores.finding(
        f"{where}.{key}",
        f"a {kind} service has no {key}: nothing comes of it",
        remedy="take it out",
        place=place(path, entry.key),
    )


def _plan(has: dict[str, Entry], where: str, path: str) -> Iterator[Finding]:
    entry = has.get("plan")
    plan = entry.text if entry else None
    if entry is None or plan is None or plan in spec.PLANS:
        free = spec.NOT_FREE if plan == "free" else {}
        for key, why in free.items():
            if key in has:
                yield _refused(
                    f"{where}.{key}",
                    f"{key} on the free plan: {why}",
                    "take it out, or choose a paid plan",
                    has[key].key,
                    path,
                )
        kind = has["type"].text if "type" in has else ""
        if entry and plan == "free" and kind in spec.NEVER_FREE:
            yield _refused(
                f"{where}.plan",
                f"there are no free {kind} services",
                "`plan: starter` is the smallest",
                entry.value,
                path,
            )
        return
    squeezed = plan.lower().replace("-", "").replace("_", "").replace(" ", "")
    for known in spec.PLANS:
        if squeezed == known.replace(" ", ""):
            yield _refused(
                f"{where}.plan",
                f"plan {plan!r} is spelled {known!r}",
                f"`plan: {known}`",
                entry.value,
                path,
            )


def _shutdown(has: dict[str, Entry], where: str, path: str) -> Iterator[Finding]:
    entry = has.get("maxShutdownDelaySeconds")
    if entry is None:
        return
    low, high = spec.SHUTDOWN_SECONDS
    text = entry.text or ""
    if not (text.isdecimal() and not _quoted(entry) and low <= int(text) <= high):
        yield _refused(
            f"{where}.maxShutdownDelaySeconds",
            f"maxShutdownDelaySeconds is {text or 'no number'}: Render takes {low} to {high}",
            f"write a whole number from {low} to {high}",
            entry.value,
            path,
        )


def _scaling(has: dict[str, Entry], where: str, path: str) -> Iterator[Finding]:
    entry = has.get("scaling")
    if entry is None:
        return
    inside = entries(entry.value)
    yield from _unknown(entry.value, spec.SCALING, f"{where}.scaling.", path)
    for key in ("minInstances", "maxInstances"):
        if key not in inside:
            yield _missing(key, f"{where}.scaling", entry.value, path)
    if not {"targetMemoryPercent", "targetCPUPercent"} & inside.keys():
        yield _missing(
            "targetMemoryPercent or targetCPUPercent", f"{where}.scaling", entry.value, path
        )
    if "numInstances" in has:
        yield rules.PlatformIgnores.finding(
            f"{where}.numInstances",
            "numInstances beside scaling: the number of instances is scaled",
            remedy="take one of them out",
            place=place(path, has["numInstances"].key),
        )
    if "disk" in has:
        yield _refused(
            f"{where}.scaling",
            "a service with a disk runs one instance and cannot scale",
            "take scaling or the disk out",
            entry.key,
            path,
        )


def _deprecated(has: dict[str, Entry], where: str, path: str) -> Iterator[Finding]:
    for old, new in (("autoDeploy", "autoDeployTrigger"), ("env", "runtime")):
        if old in has:
            yield rules.PlatformIgnores.finding(
                f"{where}.{old}",
                f"{old} is deprecated"
                + (f" and {new} wins over it" if new in has else f": {new} says it now"),
                remedy=f"write {new}",
                place=place(path, has[old].key),
                severity=Severity.WARNING if new in has else Severity.NOTE,
            )


def _health(has: dict[str, Entry], where: str, path: str) -> Iterator[Finding]:
    entry = has.get("healthCheckPath")
    if entry and entry.text is not None and not entry.text.startswith("/"):
        yield _refused(
            f"{where}.healthCheckPath",
            f"healthCheckPath {entry.text!r} does not start with /",
            "write the path below the host, such as /health",
            entry.value,
            path,
        )


def _disk(has: dict[str, Entry], where: str, path: str) -> Iterator[Finding]:
    if "disk" in has:
        yield from _unknown(has["disk"].value, spec.DISK, f"{where}.disk.", path)


_Check = Callable[[dict[str, Entry], str, str], Iterator[Finding]]
_SERVICE_CHECKS: tuple[_Check, ...] = (_plan, _shutdown, _scaling, _deprecated, _health, _disk)


def _database(node: Node, path: str, names: dict[str, Node]) -> Iterator[Finding]:
    has = entries(node)
    where = f"databases.{_name(has)}"
    yield from _named_once(node, has, where, path, names)
    yield from _unknown(node, spec.DATABASE, f"{where}.", path)
    if "name" not in has:
        yield _missing("name", where, node, path)


def _named_once(
    node: Node, has: dict[str, Entry], where: str, path: str, names: dict[str, Node]
) -> Iterator[Finding]:
    for key in repeated(node):
        yield _refused(
            f"{where}.{key.value}", f"{key.value} is said twice", "take one of them out", key, path
        )
    name = has["name"].text if "name" in has else None
    if name and name in names:
        first = names[name].start_mark.line + 1
        yield _refused(
            where,
            f"two things are named {name!r}, the first in line {first}",
            "name each of them once",
            has["name"].value,
            path,
        )
    elif name:
        names[name] = has["name"].value


def _one_of(
    key: str, entry: Entry, values: Collection[str], where: str, path: str
) -> Iterator[Finding]:
    text = entry.text
    if is_boolean(entry.value):
        yield _refused(
            f"{where}.{key}",
            f"{key}: a bare {text} is a boolean in YAML, and Render wants a string",
            f'`{key}: "{text}"`' if text in values else f"one of {', '.join(values)}",
            entry.value,
            path,
        )
        return
    if text in values or (key == "type" and text in spec.KINDS):
        return
    if text is None or is_null(entry.value):
        yield _refused(
            f"{where}.{key}", f"{key} is empty", f"one of {', '.join(values)}", entry.key, path
        )
        return
    near = difflib.get_close_matches(text, values, n=1)
    remedy = f"did you mean {near[0]!r}?" if near else f"one of {', '.join(values)}"
    yield _refused(
        f"{where}.{key}",
        f"{key} {text!r} is none that Render has",
        _ELSEWHERE.get((key, text), remedy),
        entry.value,
        path,
    )


def _unknown(node: Node, known: Collection[str], prefix: str, path: str) -> Iterator[Finding]:
    for key, entry in entries(node).items():
        if key in known:
            continue
        near = difflib.get_close_matches(key, known, n=1, cutoff=0.75)
        yield rules.UnknownKey.finding(
            f"{prefix}{key}",
            f"{prefix}{key}: bootfit knows no such key in a blueprint",
            remedy=f"did you mean {near[0]}?" if near else "take it out, or ask --schema FILE",
            place=place(path, entry.key),
            severity=Severity.ERROR if near else None,
        )


def _missing(key: str, where: str, node: Node, path: str, hint: str = "") -> Finding:
    remedy = f"add it: {hint}" if hint else "add it"
    return _refused(f"{where}.{key}", f"{where} has no {key}", remedy, node, path)


def _refused(subject: str, message: str, remedy: str, node: Node, path: str) -> Finding:
    return rules.PlatformRefuses.finding(subject, message, remedy=remedy, place=place(path, node))


def _name(has: dict[str, Entry]) -> str:
    return (has["name"].text if "name" in has else None) or "(without a name)"


def _quoted(entry: Entry) -> bool:
    return isinstance(entry.value, SequenceNode) or bool(getattr(entry.value, "style", None))
