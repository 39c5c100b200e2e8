"""The run document that every command reads and writes: schema `bootfit/run-v1`."""

from dataclasses import dataclass

from bootfit.model.app import AppDescription
from bootfit.model.attribution import ModuleWhy
from bootfit.model.check import CheckResult
from bootfit.model.comparison import Comparison
from bootfit.model.deep_dive import DeepDive
from bootfit.model.evidence import Evidence
from bootfit.model.finding import Finding
from bootfit.model.import_fix import ImportFix
from bootfit.model.measurement import MeasurementSet
from bootfit.model.plan import Plan

SCHEMA = "bootfit/run-v1"


@dataclass(frozen=True)
class EmittedFile:
    """A file that `emit` would write, relative to the project, and what stands there now."""

    path: str
    state: str
    text: str


@dataclass(frozen=True)
class Shard:
    """One of several parts that the plugins are split into, so that machines share the work."""

    #: From 1.
    number: int
    of: int

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


@dataclass(frozen=True)
class Run:
    """What one run of bootfit learned about a project on a platform."""

    project: str
    platform: str
    target: str
    command: str
    bootfit_version: str
    findings: tuple[Finding, ...] = ()
    check: CheckResult | None = None
    app: AppDescription | None = None
    measurements: MeasurementSet | None = None
    plan: Plan | None = None
    emitted: tuple[EmittedFile, ...] = ()
    evidence: Evidence | None = None
    #: What `bootfit why` was asked.
    why: ModuleWhy | None = None
    #: What memray said of one implementation, where that was asked for.
    deep: DeepDive | None = None
    #: Which imports become lazy, where `measure --fix` was asked.
    import_fix: ImportFix | None = None
    #: The memory that may be used: the project's budget, or the platform's.
    budget_bytes: int | None = None
    #: Where this run was compared with an earlier one.
    comparison: Comparison | None = None
    #: Which part of the plugins was measured, where it was not all of them.
    shard: Shard | None = None
    schema: str = SCHEMA
