"""Find extensions by metadata, in a stable order; load them on demand; isolate what is broken."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from importlib.metadata import EntryPoint, distributions
from typing import TYPE_CHECKING, Any, TypeVar

from bootfit.model.errors import BootfitError, UsageError
from bootfit.model.finding import Finding, Rule, Severity
from bootfit.model.rules import BrokenExtension

if TYPE_CHECKING:
    from bootfit.model.run import Run

BUILT_IN = "bootfit"

T = TypeVar("T")

#: What a stranger's code may raise and the run outlives. Ctrl-C is the user's, and is obeyed.
ANYTHING = (Exception, SystemExit)


@dataclass(frozen=True)
class Extension:
    """One entry point and the distribution that brings it."""

    group: str
    name: str
    distribution: str
    value: str
    load: Callable[[], Any]


def find_extensions(group: str) -> tuple[Extension, ...]:
    """Return the extensions of ``bootfit.<group>``: built-in ones first, then by name.

    ``BOOTFIT_EXTENSIONS=`` (set, and empty) leaves third parties out.

    Raises:
        UsageError: two distributions claim one name.
    """
    third_parties = os.environ.get("BOOTFIT_EXTENSIONS") != ""
    found: dict[str, Extension] = {}
    for name, distribution, entry in sorted(_entries(f"bootfit.{group}"), key=_built_in_first):
        if distribution != BUILT_IN and not third_parties:
            continue
        if name in found and found[name].distribution != distribution:
            raise UsageError(
                f"bootfit.{group} extension {name!r} is brought by both "
                f"{found[name].distribution} and {distribution}",
                "uninstall one of them, or set BOOTFIT_EXTENSIONS= to use neither",
            )
        found[name] = Extension(group, name, distribution, entry.value, entry.load)
    return tuple(found.values())


def load_all(
    group: str, understood: Callable[[Any], T]
) -> tuple[dict[str, T], tuple[Finding, ...]]:
    """Return name → what ``understood`` makes of each extension of ``bootfit.<group>``.

    An extension that does not load, or that ``understood`` raises on, becomes a finding.
    """
    loaded: dict[str, T] = {}
    findings: list[Finding] = []
    for extension in find_extensions(group):
        try:
            loaded[extension.name] = understood(extension.load())
        except ANYTHING as error:
            # A stranger's code may raise anything; our own must load.
            if extension.distribution == BUILT_IN:
                raise
            findings.append(broken(extension, error))
    return loaded, tuple(findings)


def load_functions(
    group: str, kind: type[T], instead: Callable[[], T], tell: Callable[[Finding], None]
) -> dict[str, Callable[..., T]]:
    """Return name → function of each extension of ``bootfit.<group>``, strangers' guarded.

    What is broken when it is loaded is told at once, what is broken when it is called then.
    """
    extensions = {extension.name: extension for extension in find_extensions(group)}
    loaded, findings = load_all(group, as_function)
    for finding in findings:
        tell(finding)
    return {
        name: guarded(extensions[name], function, kind, instead, tell)
        for name, function in loaded.items()
    }


def guarded(
    extension: Extension,
    function: Callable[..., Any],
    kind: type[T],
    instead: Callable[[], T],
    tell: Callable[[Finding], None],
) -> Callable[..., T]:
    """Return ``function``, of which a stranger's cannot end the run.

    Where it raises, or calls `sys.exit`, or returns something that is no ``kind``, that is told as
    a finding, and the call returns what ``instead`` makes. A `BootfitError` is an answer: it means
    what it says. Bootfit's own functions are returned as they are.
    """
    if extension.distribution == BUILT_IN:
        return function

    def call(*arguments: Any) -> T:
        try:
            made = function(*arguments)
            if not isinstance(made, kind):
                raise TypeError(f"it returned {type(made).__name__}, not {kind.__name__}")
        except BootfitError:
            raise
        except ANYTHING as error:
            tell(broken(extension, error))
            return instead()
        return made

    return call


def broken(extension: Extension, error: BaseException) -> Finding:
    """Return what ``error`` means for the run: that the extension is left out."""
    told = " ".join(f"{type(error).__name__}: {error}".split())
    return BrokenExtension.finding(
        f"{extension.distribution}:{extension.name}",
        f"extension {extension.name!r} of {extension.distribution} cannot be used: {told}",
        remedy="mend or uninstall it, or set BOOTFIT_EXTENSIONS= to leave it out",
    )


def all_rules() -> tuple[dict[str, type[Rule]], tuple[Finding, ...]]:
    """Return code → rule over all extensions, sorted by code, and what is broken."""
    groups, findings = load_all("rules", _as_rules)
    rules: dict[str, type[Rule]] = {}
    for group in groups.values():  # built-in ones first: no stranger takes a code of theirs
        for rule in group:
            rules.setdefault(rule.code, rule)
    return dict(sorted(rules.items())), findings


def examine(run: "Run") -> tuple[Finding, ...]:
    """Return what the rules of third parties find in ``run``, and which of them are broken."""
    found: list[Finding] = []
    for extension in find_extensions("rules"):
        if extension.distribution == BUILT_IN:
            continue
        try:
            rules = _as_rules(extension.load())
        except ANYTHING as error:
            found.append(broken(extension, error))
            continue
        for rule in rules:
            ask = guarded(extension, partial(_examined, rule), tuple, tuple, found.append)
            found += ask(run)
    return tuple(found)


def _examined(rule: type[Rule], run: "Run") -> tuple[Finding, ...]:
    """Return the findings of one rule.

    Raises:
        TypeError: something among them is no finding, or is one of another rule.
    """
    found: tuple[Any, ...] = tuple(rule.examine(run))
    for one in found:
        if not isinstance(one, Finding) or one.code != rule.code:
            raise TypeError(f"{rule.code} returned {one!r}, which is no finding of its own")
    return found


def as_function(extension: Any) -> Callable[..., Any]:
    """Return an emitter or a report as it is.

    Raises:
        TypeError: it cannot be called.
    """
    if not callable(extension):
        raise TypeError(f"{extension!r} is no function")
    function: Callable[..., Any] = extension
    return function


def _as_rules(extension: Any) -> tuple[type[Rule], ...]:
    rules = tuple(extension)
    for rule in rules:
        if not (isinstance(rule, type) and issubclass(rule, Rule)):
            raise TypeError(f"{rule!r} is no subclass of Rule")
        for name, kind in (("code", str), ("slug", str), ("severity", Severity)):
            if not isinstance(getattr(rule, name), kind):
                raise TypeError(f"{rule!r} has no {name}")
        rule.explanation()  # may be their own
    return rules


def _entries(group: str) -> list[tuple[str, str, EntryPoint]]:
    return [
        (entry.name, distribution.name, entry)
        for distribution in distributions()
        for entry in distribution.entry_points
        if entry.group == group
    ]


def _built_in_first(item: tuple[str, str, EntryPoint]) -> tuple[bool, str, str]:
    name, distribution, _ = item
    return (distribution != BUILT_IN, name, distribution)
