"""Findings about a project as a whole: which Python will run, and what its files leave open."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from packaging.utils import canonicalize_name
from packaging.version import Version

from bootfit.model.errors import UndeterminedError
from bootfit.model.finding import Finding, Place
from bootfit.platforms import pinned_python
from bootfit.requirements.inquiry import Inquiry
from bootfit.requirements.resolve import Resolution
from bootfit.requirements.rules import (
    ApproximateTarget,
    IgnoredPythonFile,
    OtherPythonRuns,
    Unpinned,
)
from bootfit.requirements.target_environment import approximations

#: So many names are listed.
_SHOWN = 12


def about_project(inquiry: Inquiry, *, compare: bool) -> list[Finding]:
    """Return what is worth knowing besides the distributions.

    Args:
        inquiry: the project on its target.
        compare: tell what changed since the date that the answers are for, where there is one.
    """
    return [
        *_approximate(inquiry),
        *_pythons(inquiry),
        *_unpinned(inquiry, inquiry.resolver.exclude_newer if compare else None),
    ]


def _approximate(inquiry: Inquiry) -> list[Finding]:
    # A lock is not resolved.
    near = approximations(inquiry.target) if inquiry.project.requirements else ()
    if not near:
        return []
    return [
        ApproximateTarget.finding(
            "target",
            f"versions for {inquiry.target} are approximate, wheels are matched exactly",
            evidence=near,
            remedy="pin all versions, or check a lock",
        )
    ]


def _pythons(inquiry: Inquiry) -> list[Finding]:
    """Return where the project pins its Python in vain, or another than was checked will run."""
    root, known, target = inquiry.project.root, inquiry.platform.python, inquiry.target
    if not known.read_from:
        return []
    title = inquiry.platform.title
    pinned = pinned_python(root, known.read_from)
    runs = pinned.version if pinned else known.default
    places = " or ".join(known.read_from)
    findings = []
    for name in known.ignored:
        vain = pinned_python(root, [name])
        if vain and _minor(vain.version) != _minor(runs):
            findings.append(
                IgnoredPythonFile.finding(
                    name,
                    f"{name} asks for Python {vain.version}, {title} does not read it and runs "
                    f"{runs}",
                    remedy=f"pin the Python in {places}",
                    place=Place(name, 1),
                )
            )
    if _minor(runs) != _minor(target.python_name):
        why = f"{pinned.file} asks for it" if pinned else "nothing that it reads pins a Python"
        emits = "python-version" in inquiry.platform.artefacts
        writes = " (bootfit emit --write does)" if emits else ""
        findings.append(
            OtherPythonRuns.finding(
                "python",
                f"{title} runs Python {runs}, {target.python_name} was checked: {why}",
                remedy=f"pin {target.python_name} in {places}{writes}, or check --python {runs}",
                place=Place(pinned.file, 1) if pinned else None,
            )
        )
    return findings


def _unpinned(inquiry: Inquiry, exclude_newer: str | None) -> list[Finding]:
    entries = inquiry.project.requirements
    pins = {
        canonicalize_name(entry.requirement.name)
        for entry in (*entries, *inquiry.project.constraints)
        if any(part.operator in {"==", "==="} for part in entry.requirement.specifier)
    }
    free = [entry for entry in entries if canonicalize_name(entry.requirement.name) not in pins]
    if not free:
        return []
    changes = _since(inquiry, exclude_newer) if exclude_newer else None
    evidence = [f"unpinned: {_listed([entry.requirement.name for entry in free])}"]
    since = ""
    if changes is not None:
        since = f"; {len(changes)} distributions would change between {exclude_newer} and today"
        evidence += [f"{name} {changes[name]}" for name in sorted(changes)]
    return [
        Unpinned.finding(
            "unpinned",
            f"{len(free)} of {len(entries)} requirements are not pinned to a version{since}",
            evidence=evidence,
            remedy="lock them where deploys must repeat: uv pip compile FILE -o requirements.txt",
            place=free[0].place,
        )
    ]


def _since(inquiry: Inquiry, exclude_newer: str) -> Mapping[str, str] | None:
    """Return name → "1.0 → 2.0" of what resolves otherwise today; None where that is not known.

    It is a service: where today's versions do not resolve, the answer for the date stands.
    """
    inquiry.progress(f"Comparing {exclude_newer} with today")
    question = replace(
        inquiry.question(inquiry.project.requirements), metadata=dict(inquiry.metadata)
    )
    resolvers = (inquiry.resolver, inquiry.resolver.of_today())
    try:
        then, now = (resolver.ask(question, inquiry.target) for resolver in resolvers)
    except UndeterminedError:
        return None
    if not (isinstance(then, Resolution) and isinstance(now, Resolution)):
        return None

    def shown(versions: Mapping[str, Version], name: str) -> str:
        return str(versions.get(name, "nothing"))

    return {
        name: f"{shown(then.versions, name)} → {shown(now.versions, name)}"
        for name in then.versions.keys() | now.versions.keys()
        if then.versions.get(name) != now.versions.get(name)
    }


def _listed(names: Sequence[str]) -> str:
    rest = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + rest


def _minor(python: str) -> tuple[str, ...]:
    """Return what decides about wheels: ("3", "13"), and "t" for free threads."""
    return (*python.removesuffix("t").split(".")[:2], *("t" for _ in python if _ == "t"))
