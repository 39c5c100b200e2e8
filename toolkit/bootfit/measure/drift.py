"""What was measured against what the target installs: figures of other versions prove little."""

from collections.abc import Iterable

from packaging.utils import canonicalize_name
from packaging.version import InvalidVersion, Version

from bootfit.measure.rules import EnvironmentDrift
from bootfit.model.check import DistributionCheck
from bootfit.model.finding import Finding


def environment_drift(
    installed: Iterable[tuple[str, str]], checked: Iterable[DistributionCheck]
) -> tuple[Finding, ...]:
    """Return one finding that names each distribution whose version differs or that is missing.

    Args:
        installed: (name, version) of what the measuring interpreter has.
        checked: what the target gets.
    """
    here = {canonicalize_name(name): version for name, version in installed}
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
        return ()
    return (
        EnvironmentDrift.finding(
            "environment",
            f"measured with other distributions than the target installs: {len(differences)} "
            "differ or are missing",
            evidence=sorted(differences),
            remedy="install the project's requirements, as they are pinned, into the environment "
            "that is measured",
        ),
    )


def _same(here: str, there: str) -> bool:
    """Return whether two versions are one release, by PEP 440.

    1.0 is 1.0.0, and a local label (``+cpu``) names a build of the same source.
    """
    try:
        return Version(Version(here).public) == Version(Version(there).public)
    except InvalidVersion:
        return here == there
