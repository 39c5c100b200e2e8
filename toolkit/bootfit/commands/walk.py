"""A project on a platform, and the run document as far as it has got."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from bootfit import __version__
from bootfit.commands.outcome import check_formats, deliver
from bootfit.commands.progress import Progress
from bootfit.config import Config, Overrides, load_config
from bootfit.extensions import load_all, load_functions
from bootfit.model.errors import DoesNotFitError
from bootfit.model.finding import Finding, in_order
from bootfit.model.platform import Platform, Target
from bootfit.model.rules import Assumption
from bootfit.model.run import Run
from bootfit.platforms import by_hand, family_of, load_platform, pinned_python, readable, target_for


class Walk:
    """What the legs of a command share. Made from a command's options, in precedence order."""

    def __init__(self, command: str, options: Mapping[str, Any]) -> None:
        self.options = options
        self.config: Config = load_config(
            options["project"],
            Overrides(
                platform=options["platform"],
                python=options["python"],
                requirements=options["requirements"],
                app=options.get("app"),
                interpreter=options.get("interpreter"),
                memory=options.get("memory"),
                extras=options.get("extras", ()),
                groups=options.get("groups", ()),
                target=options.get("target"),
            ),
        )
        self.progress = Progress(quiet=options["quiet"])
        #: The emitted files, path → text, once there is a plan.
        self.files: dict[str, str] = {}
        #: Those of them that hold what the project's own file says as well.
        self.merged: frozenset[str] = frozenset()
        loaded, broken = load_all("platforms", readable)
        profiles = [file for files in loaded.values() for file in files]
        self.platform: Platform = load_platform(self.config.platform, profiles)
        #: The platform's plans, the smallest first.
        self.family: list[Platform] = family_of(self.platform, profiles)
        chosen = self.config.target
        pinned = pinned_python(self.root, self.platform.python.read_from)
        python = self.config.python or (pinned.version if pinned else None)
        if chosen is None:
            self.target: Target = target_for(self.platform, python)
        else:
            self.platform, self.target = by_hand(self.platform, chosen, python)
        self.run = Run(
            project=self.config.name,
            platform=str(self.target) if chosen else self.platform.title,
            target=str(self.target) if chosen else f"{self.platform.title}: {self.target}",
            command=command,
            bootfit_version=__version__,
            budget_bytes=self.budget_bytes,
        )
        self.learn(*broken)
        self.assume(*self.config.assumptions)
        if chosen is not None:
            system = self.target.system == self.platform.operating_system
            self.assume(
                f"builder of {self.platform.title}: it has the same operating system"
                if system
                else f"builder without compilers: none is known for {self.target.system}"
            )
        if self.config.python is None:
            why = f"{pinned.file} says so" if pinned else f"the default of {self.platform.title}"
            self.assume(f"Python {self.target.python_name}: {why}")

    @property
    def root(self) -> Path:
        """Return the project folder."""
        return self.config.root

    @property
    def budget_bytes(self) -> int:
        """Return the memory that may be used: the project's budget or the platform's memory."""
        return self.config.budget_memory_bytes or self.platform.memory_bytes

    def learn(self, *findings: Finding, **parts: Any) -> None:
        """Add ``parts`` and ``findings`` to the run document; what is known twice counts once."""
        known = dict.fromkeys((*self.run.findings, *findings))
        self.run = replace(self.run, findings=in_order(tuple(known)), **parts)

    def assume(self, *texts: str) -> None:
        """Tell what the project does not say: ``subject value: why``."""
        self.learn(
            *(Assumption.finding(text.partition(" ")[0], f"assumed {text}") for text in texts)
        )

    def emitters(self) -> dict[str, Callable[..., dict[str, str]]]:
        """Return the loaded emitters; those that are broken, or break at work, become findings."""
        return load_functions("emitters", dict, dict, self.learn)


def walk_through(command: str, options: Mapping[str, Any], *legs: Callable[[Walk], None]) -> int:
    """Walk ``legs`` one after the other, deliver what was learned, and return the exit code."""
    check_formats(options)
    walk = Walk(command, options)
    with walk.progress:
        try:
            for leg in legs:
                leg(walk)
        except DoesNotFitError as answer:
            walk.learn(answer.finding)
    return deliver(walk.run, options)
