"""The way through the house: each leg takes the run so far and adds what it learned."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from bootfit import __version__
from bootfit.commands.progress import Progress
from bootfit.config import Config, Overrides, load_config
from bootfit.model.errors import UsageError
from bootfit.model.finding import Finding, in_order
from bootfit.model.platform import Platform, Target
from bootfit.model.rules import Assumption
from bootfit.model.run import Run
from bootfit.platforms import load_platform, target_for


class Walk:
    """A project on a platform, and the run document as far as it has got."""

    def __init__(self, command: str, options: dict[str, Any]) -> None:
        self.options = options
        self.config: Config = load_config(
            options["project"],
            Overrides(
                platform=options.get("platform"),
                python=options.get("python"),
                requirements=options.get("requirements", ()),
                app=options.get("app"),
                interpreter=options.get("interpreter"),
                memory=options.get("memory"),
            ),
        )
        self.platform: Platform = load_platform(self.config.platform)
        self.target: Target = target_for(self.platform, self.config.python)
        self.progress = Progress(quiet=options["quiet"])
        self.files: dict[str, str] = {}
        self.run = Run(
            project=self.config.name,
            platform=self.platform.title,
            target=f"{self.platform.title}: {self.target}",
            command=command,
            bootfit_version=__version__,
            findings=tuple(
                Assumption.finding(text.partition(":")[0], f"assumed {text}")
                for text in self.config.assumptions
            ),
        )

    @property
    def root(self) -> Path:
        """Return the project folder."""
        return self.config.root

    @property
    def budget_bytes(self) -> int:
        """Return the memory that may be used: the project's budget or the platform's memory."""
        return self.config.budget_memory_bytes or self.platform.memory_bytes

    def learn(self, *findings: Finding, **parts: Any) -> None:
        """Add ``parts`` and ``findings`` to the run document."""
        self.run = replace(self.run, findings=in_order((*self.run.findings, *findings)), **parts)

    def check(self) -> None:
        """Learn whether every requirement installs on the target."""
        from bootfit.requirements import check_project

        if not self.config.requirements:
            raise UsageError(
                f"no requirements found in {self.root}",
                "name them with -r FILE or [tool.bootfit] requirements",
            )
        result, findings = check_project(
            self.root,
            self.config.requirements,
            self.platform,
            self.target,
            index_url=self.options.get("index_url"),
            exclude_newer=self.options.get("exclude_newer"),
            progress=self.progress,
        )
        self.learn(*findings, check=result)

    def measure(self) -> None:
        """Learn what the app is and what each implementation costs."""
        from bootfit.imports import find_application
        from bootfit.measure import describe, find_interpreter, measure_project

        interpreter = find_interpreter(self.root, self.config.interpreter)
        app = self.config.app
        if app is None:
            found = find_application(self.root)
            app = found.app
            self.learn(Assumption.finding("app", f"assumed app {app}: {found.reason}"))
        description = describe(
            self.root,
            interpreter,
            app,
            registry=self.config.plugins_registry,
            declared=self.config.plugins,
            environment=self.config.environment,
            progress=self.progress,
        )
        measurements, findings = measure_project(
            description,
            self.root,
            interpreter,
            samples=self.options["samples"],
            jobs=self.options["jobs"],
            budget_bytes=self.budget_bytes,
            import_seconds=self.config.import_seconds,
            environment=self.config.environment,
            progress=self.progress,
        )
        self.learn(*findings, app=description, measurements=measurements)
