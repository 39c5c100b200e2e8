"""Which version would install: the nearest above and below one that does not. Pure."""

from dataclasses import dataclass

from packaging.version import Version

from bootfit.model.platform import Target
from bootfit.requirements.index_page import ProjectFiles
from bootfit.requirements.wheel_match import offers_wheel


@dataclass(frozen=True)
class Nearest:
    """The nearest versions with a wheel that the target can use; None where there is none."""

    above: Version | None
    below: Version | None

    def words(self, name: str) -> str:
        """Return it for a remedy: ``nearest versions with a wheel: numpy 1.26.4 (later)``."""
        known = [
            f"{name} {version} ({side})"
            for version, side in ((self.above, "later"), (self.below, "earlier"))
            if version is not None
        ]
        if not known:
            return f"no version of {name} has a wheel for this target"
        return f"nearest with a wheel: {', '.join(known)}"


def nearest_versions(page: ProjectFiles, version: Version, target: Target) -> Nearest:
    """Return the nearest usable versions of ``page`` around ``version``.

    Every version is looked at: wheels come and go from one version to the next. Versions whose
    usable wheel is yanked do not count, pre-releases only where ``version`` is one.
    """
    usable = [
        candidate
        for candidate, files in page.by_version().items()
        if candidate != version
        and (version.is_prerelease or not candidate.is_prerelease)
        and offers_wheel(files, target)
    ]
    return Nearest(
        above=min((v for v in usable if v > version), default=None),
        below=max((v for v in usable if v < version), default=None),
    )
