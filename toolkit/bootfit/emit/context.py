"""What emitters know beside the plan."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bootfit.model.app import PluginDeclaration
from bootfit.model.deployment import Deployment
from bootfit.model.platform import Platform


@dataclass(frozen=True)
class EmitContext:
    """The project's side of an artefact, in plain values: emitters read no files."""

    #: The name of the service, from the project.
    service: str
    platform: Platform
    #: Requirement file → its text, relative to the project; files that they include as well.
    requirements: Mapping[str, str] = field(default_factory=dict)
    #: What the plugins declare, to know which distributions only they need.
    plugins: tuple[PluginDeclaration, ...] = ()
    #: True where pyproject.toml makes the project itself an installable distribution.
    is_distribution: bool = False
    #: Distributions that have no wheel and install from their sdist all the same (pure Python).
    from_source: tuple[str, ...] = ()
    #: Folders, relative to the project, that its modules are imported from besides its own.
    python_path: tuple[str, ...] = ()
    #: Where the platform asks whether the app is well; None where the project does not say.
    health_path: str | None = None
    #: All that the target installs, pinned with hashes; None where that was not asked for.
    locked: str | None = None
    #: What the project wants beside its web process.
    deployment: Deployment = field(default_factory=Deployment)
