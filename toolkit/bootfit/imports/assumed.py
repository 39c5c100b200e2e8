"""Libraries that an app imports lazily, taken for plugins that nobody declared. Pure."""

from collections.abc import Iterable
from dataclasses import replace

from bootfit.imports.lazy_imports import LazyImport
from bootfit.model.app import ImplementationDeclaration, PluginDeclaration
from bootfit.model.finding import Finding, Severity
from bootfit.model.measurement import MeasurementSet
from bootfit.model.rules import Assumption

#: Over budget, slow, leaves processes: true of a plugin whoever named it.
_TRUE_OF_ANY = frozenset({"BF301", "BF302", "BF310"})


def as_plugins(imports: Iterable[LazyImport]) -> tuple[PluginDeclaration, ...]:
    """Return each as a plugin of one rung, which nothing can forbid: the app imports it itself."""
    return tuple(
        PluginDeclaration(
            one.name,
            (
                ImplementationDeclaration(
                    one.name, "", imports=one.modules, distributions=one.distributions
                ),
            ),
        )
        for one in imports
    )


def assumptions(imports: Iterable[LazyImport]) -> tuple[Finding, ...]:
    """Return what was assumed of each: that it is a plugin, whose import alone is measured."""
    return tuple(
        Assumption.finding(
            one.name,
            f"assumed plugin {one.name}: {one.where}; it has no exercise, so only its import is "
            "measured",
            place=one.place,
            remedy=f"name work that it does: {one.declaration}",
        )
        for one in imports
    )


def as_assumed(
    findings: Iterable[Finding], assumed: Iterable[str], measured: MeasurementSet
) -> tuple[Finding, ...]:
    """Return ``findings`` less what does not hold for plugins that were assumed.

    That they have no exercise is told already. Loaded by itself a library may miss what the app
    prepares (Django's settings): failing counts only on top of the app, and then as a warning,
    since the app may handle it.

    Args:
        findings: what measuring found.
        assumed: names of the plugins that nobody declared.
        measured: what was measured.
    """
    subjects = {f"{name}:{name}" for name in assumed}
    kept: list[Finding] = []
    for one in findings:
        on_top = measured.of("on_top", one.subject)
        if one.subject not in subjects or one.code in _TRUE_OF_ANY:
            kept.append(one)
        elif on_top is not None and on_top.status != "measured":
            mild = one.severity is Severity.NOTE
            mildest = one.severity if mild else Severity.WARNING
            remedy = "see that it imports on the target, or that the app goes on without it"
            kept.append(replace(one, severity=mildest, remedy=one.remedy if mild else remedy))
    return tuple(kept)
