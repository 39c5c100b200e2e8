"""What was measured against what the target installs: figures of other versions prove little."""

from collections.abc import Iterable

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from bootfit.measure.rules import EnvironmentDrift, OtherPython
from bootfit.model.check import DistributionCheck
from bootfit.model.finding import Finding
from bootfit.model.measurement import Conditions
from bootfit.model.platform import minor_version

#: Findings about a target: what an earlier document says of another one is not carried over.
COMPARED_WITH_TARGET = frozenset({OtherPython.code, EnvironmentDrift.code})


def environment_drift(
    conditions: Conditions, target_python: str, checked: Iterable[DistributionCheck] = ()
) -> tuple[Finding, ...]:
    """Return how what was measured differs from what the target runs: Python, distributions.

    Args:
        conditions: what the measuring interpreter is and has.
        target_python: the target's Python; another patch release of it is no difference.
        checked: what the target installs; nothing where that was not checked.
    """
    return (*_other_python(conditions, target_python), *_other_distributions(conditions, checked))


def _other_python(conditions: Conditions, target_python: str) -> list[Finding]:
    here, there = minor_version(conditions.python), minor_version(target_python)
    if here == there:
        return []
    return [
        OtherPython.finding(
            "python",
            f"measured with Python {conditions.python}, and the target runs {target_python}",
            evidence=(f"interpreter {conditions.interpreter}",),
            remedy=f"measure with an environment of Python {there} (--interpreter), or let the "
            f'target run the other: python = "{here}" in [tool.bootfit]',
        )
    ]


def _other_distributions(
    conditions: Conditions, checked: Iterable[DistributionCheck]
) -> list[Finding]:
    here = {canonicalize_name(name): version for name, version in conditions.installed}
    differences = []
    for distribution in checked:
        if not distribution.version:
            continue
        version = here.get(canonicalize_name(distribution.name))
        if version is None:
            differences.append(f"{distribution.name} {distribution.version} is not installed here")
        elif not _same(version, distribution.version):
            differences.append(
                f"{distribution.name}: {version} here, {distribution.version} on the target"
            )
    if not differences:
        return []
    return [
        EnvironmentDrift.finding(
            "environment",
            f"measured with other distributions than the target installs: {len(differences)} "
            "differ or are missing",
            evidence=sorted(differences),
            remedy="install the project's requirements, as they are pinned, into the environment "
            "that is measured",
        ),
    ]


def _same(here: str, there: str) -> bool:
    """Return whether two versions are one release, by PEP 440.

    1.0 is 1.0.0, and a local label (``+cpu``) names a build of the same source.
    """
    try:
        return Version(Version(here).public) == Version(Version(there).public)
    except InvalidVersion:
        return here == there
