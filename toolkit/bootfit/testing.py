"""What extensions look like, and checks of what bootfit expects of them, for their own tests.

    from bootfit.testing import check_emitter
    from acme_bootfit import emit

    def test_contract():
        check_emitter(emit, platform="acme-small")

Each check returns what it looked at, and raises `AssertionError` with what is wrong. None of them
needs pytest. Only what this module names is meant to be used: it changes with notice.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import PurePosixPath
from typing import Any, Protocol

from bootfit.emit import EmitContext, emit_all
from bootfit.extensions import BUILT_IN, all_rules, find_extensions
from bootfit.model.app import AppDescription, ImplementationDeclaration, PluginDeclaration, Route
from bootfit.model.errors import BootfitError
from bootfit.model.finding import Finding, Place, Rule, Severity
from bootfit.model.measurement import (
    Conditions,
    MeasurementSet,
    ProbeFigures,
    ProbeMode,
    ProbeResult,
    Samples,
)
from bootfit.model.plan import Choice, MemoryNeed, Plan, PluginChoice
from bootfit.model.platform import Platform
from bootfit.model.run import Run
from bootfit.model.sizes import MIB
from bootfit.model.style import Style
from bootfit.platforms import ProfileFile, load_platform, platform_names

__all__ = [
    "Emitter",
    "PlatformFiles",
    "Report",
    "RuleGroup",
    "check_emitter",
    "check_installed",
    "check_platforms",
    "check_report",
    "check_rules",
    "example_context",
    "example_plan",
    "example_run",
]

_CODE = re.compile(r"[A-Z]{2,8}\d{3,4}")
_SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")


class Emitter(Protocol):
    """An entry point of ``bootfit.emitters``; its name is what a platform's artefacts name."""

    def __call__(self, plan: Plan, context: EmitContext, /) -> dict[str, str]:
        """Return path (relative to the project) → text, and read and write nothing.

        Raises:
            BootfitError: the plan or the platform cannot be put down in such files.
        """
        ...


class Report(Protocol):
    """An entry point of ``bootfit.reports``; its name is what ``--format`` takes."""

    def __call__(self, run: Run, style: Style, /) -> str:
        """Return ``run`` in this format; the same text for the same run."""
        ...


class RuleGroup(Protocol):
    """An entry point of ``bootfit.rules``: rules, asked by their `Rule.examine`."""

    def __iter__(self) -> Iterator[type[Rule]]:
        """Return the rules one after the other."""
        ...


class PlatformFiles(Protocol):
    """An entry point of ``bootfit.platforms``: TOML profiles."""

    def __iter__(self) -> Iterator[ProfileFile]:
        """Return paths, or resources inside a package."""
        ...


def check_rules(rules: RuleGroup) -> tuple[Finding, ...]:
    """Check rules, and ask them about a run that knows everything and one that knows nothing.

    Returns their findings about `example_run`.

    Raises:
        AssertionError: what is wrong with which rule.
    """
    own: tuple[Any, ...] = tuple(rules)  # what a stranger's group holds is checked here
    _require(own, "there is no rule")
    known, _ = all_rules()
    found: list[Finding] = []
    for rule in own:
        name = getattr(rule, "__name__", repr(rule))
        _require(isinstance(rule, type) and issubclass(rule, Rule), f"{name} is no Rule")
        code, slug = getattr(rule, "code", ""), getattr(rule, "slug", "")
        _require(_CODE.fullmatch(code), f"{name}: code {code!r} is not like ACME101")
        _require(not code.startswith("BF"), f"{name}: codes with BF are bootfit's own")
        _require(_SLUG.fullmatch(slug), f"{name}: slug {slug!r} is not like heavy-import")
        _require(isinstance(getattr(rule, "severity", None), Severity), f"{name}: no severity")
        text = rule.explanation()
        first = text.partition("\n")[0]
        _require(first.endswith("."), f"{name}: the docstring does not begin with a sentence")
        _require("\n\n" in text, f"{name}: the docstring does not tell why, and how to mend it")
        _require(known.get(code, rule).slug == slug, f"{name}: {code} is another rule's code")
        for run in (example_run(), _empty_run()):
            one: tuple[Any, ...] = tuple(rule.examine(run))
            _require(one == tuple(rule.examine(run)), f"{name}: its findings vary")
            _require(
                all(isinstance(f, Finding) and f.code == code for f in one),
                f"{name}: it returns what is no finding of its own",
            )
            found += one if run.measurements else ()
    for what in ("code", "slug"):
        values = [getattr(rule, what) for rule in own]
        _require(len(set(values)) == len(values), f"two rules have one {what}: {values}")
    return tuple(found)


def check_emitter(
    emit: Emitter, platform: str | Platform = "render-free", *, writes: bool = True
) -> dict[str, str]:
    """Check an emitter with plans for ``platform``: a name, the path of a profile, or a `Platform`.

    ``writes`` is False for one that has nothing to write for a project as plain as the example.

    Returns what is written for `example_plan`, with the line that says where it comes from.

    Raises:
        AssertionError: what is wrong.
        UsageError: there is no such platform.
    """
    context = example_context(platform)
    plan = example_plan(context.platform)
    first: Any = emit(plan, context)  # what a stranger's function returns is checked here
    _require(first == emit(plan, context), "the same plan gives other files the second time")
    _require(isinstance(first, dict), "it returns no files")
    _require(first or not writes, "it returns no files")
    bare = replace(plan, plugins=(), environment={}, choices=())
    for variant in (plan, bare, replace(plan, workers=3, preload=True, max_requests=1000)):
        files: Mapping[Any, Any] = emit(variant, context)
        for path, text in files.items():
            _require(isinstance(path, str) and isinstance(text, str), f"{path!r}: not text → text")
            parts = PurePosixPath(path).parts
            inside = parts and not path.startswith("/") and ".." not in parts and "\\" not in path
            _require(inside, f"{path!r} is not a path inside the project")
            _require(text.endswith("\n"), f"{path}: its text has no final newline")
            _require("\r" not in text, f"{path}: lines end with more than a newline")
    return emit_all(plan, context, ["own"], emitters={"own": emit})


def check_report(render: Report) -> str:
    """Check a report with a run that knows everything, one that knows nothing, and odd names.

    Returns the text of `example_run`.

    Raises:
        AssertionError: what is wrong.
    """
    run = example_run()
    text: Any = render(run, Style())  # what a stranger's function returns is checked here
    _require(isinstance(text, str) and text, "it returns no text")
    _require(text == render(run, Style()), "the same run gives another text the second time")
    odd = Finding(
        "BF901",
        "broken-extension",
        Severity.ERROR,
        "a|b<c>&\"'`*_",
        "a message with <b>, | and \x1b[31m",
        ("](http://x)", "]]>", "::error::"),
    )
    for other in (_empty_run(), replace(run, findings=(odd,), project="<&|`")):
        for style in (Style(width=60), Style(width=160, verbosity=1), Style(verbosity=-1)):
            told = render(other, style)
            _require(isinstance(told, str), "it returns no text for a run that knows little")
            _require("\x1b[31m" not in told, "an escape code of a message reaches the terminal")
    return str(text)


def check_platforms(files: PlatformFiles) -> tuple[Platform, ...]:
    """Check the profiles of platforms, and return what they say.

    Raises:
        AssertionError: what is wrong with which one.
    """
    profiles = list(files)
    _require(profiles, "there is no profile")
    own = platform_names(profiles)
    found = []
    for name in own:
        try:
            platform = load_platform(name, profiles)
        except BootfitError as error:
            raise AssertionError(f"{name}: {error.message}") from None
        _require(platform.name == name, f"{name}: its file has another name: {platform.name}")
        taken = name in platform_names()
        _require(not taken, f"{name}: bootfit has a platform of that name")
        _require(platform.facts, f"{name}: it tells no sources (facts)")
        for fact in platform.facts:
            _require(fact.source and fact.read_on, f"{name}: {fact.about} has no source or date")
        missing = set(platform.artefacts) - {one.name for one in find_extensions("emitters")}
        _require(not missing, f"{name}: there is no emitter {', '.join(sorted(missing))}")
        found.append(platform)
    return tuple(found)


def check_installed(group: str, name: str) -> Any:
    """Return what the installed extension ``name`` of ``bootfit.<group>`` loads.

    Raises:
        AssertionError: it is not found, is bootfit's own, or does not load.
    """
    found = {one.name: one for one in find_extensions(group)}
    _require(name in found, f"bootfit.{group} has no {name!r}: there are {', '.join(found)}")
    extension = found[name]
    _require(extension.distribution != BUILT_IN, f"{name!r} is bootfit's own")
    try:
        return extension.load()
    except Exception as error:
        raise AssertionError(f"{extension.value} does not load: {error}") from error


def example_context(platform: str | Platform = "render-free") -> EmitContext:
    """Return what emitters know of a small shop on ``platform``.

    Raises:
        UsageError: there is no such platform.
    """
    return EmitContext(
        service="shop",
        platform=_platform(platform) if isinstance(platform, str) else platform,
        requirements={"requirements.txt": "flask==3.1.3\nnumpy==2.4.6\n"},
        plugins=_plugins(),
        health_path="/health",
    )


def example_plan(platform: Platform) -> Plan:
    """Return a plan for a small shop on ``platform``, with a rung that is forbidden."""
    reason = PluginChoice("search", "numpy", "the richest that fits", {"torch": "needs 900 MiB"})
    return Plan(
        app="shop.main:app",
        platform=platform.name,
        python="3.12.4",
        workers=1,
        threads=2,
        worker_class="gthread",
        preload=False,
        timeout_seconds=45,
        graceful_timeout_seconds=30,
        max_requests=0,
        max_requests_jitter=0,
        worker_tmp_dir="/dev/shm",  # noqa: S108 - what gunicorn is told, nothing is written there
        environment={"BOOTFIT_FORBID": "search:torch"},
        plugins=(reason,),
        memory=MemoryNeed(
            budget_bytes=platform.memory_bytes,
            headroom_bytes=platform.memory_bytes // 10,
            master_bytes=20 * MIB,
            worker_bytes=30 * MIB,
            union_bytes=22 * MIB,
            transient_bytes=4 * MIB,
            overhead_bytes=2 * MIB,
            predicted_peak_bytes=82 * MIB,
            union_basis="measured",
        ),
        choices=(Choice("workers", "1", "one processor", "platform"),),
    )


def example_run() -> Run:
    """Return what `bootfit fit` would tell of a small shop: an error, measurements and a plan."""
    platform = load_platform("render-free")
    return replace(
        _empty_run(),
        findings=(
            Finding(
                "BF301",
                "over-budget",
                Severity.ERROR,
                "search:torch",
                "search:torch needs 900 MiB and there are 512",
                ("peak 900 MiB",),
                "let search:numpy serve",
                Place("requirements.txt", 3),
            ),
        ),
        app=AppDescription(
            "shop.main:app", "wsgi", "flask", (Route("GET", "/health"),), _plugins()
        ),
        measurements=MeasurementSet(
            Conditions("python", "3.12.4", "x86_64", "6.1", "v2", 0.5, 3, (("flask", "3.1.3"),)),
            _probe((), "app", _figures(30, 0.2)),
            (
                _probe(("search:torch",), "on_top", _figures(930, 4.0)),
                _probe(("search:numpy",), "on_top", _figures(52, 0.1)),
            ),
        ),
        plan=example_plan(platform),
        budget_bytes=platform.memory_bytes,
    )


def _platform(name: str) -> Platform:
    files = [file for one in find_extensions("platforms") for file in one.load()]
    return load_platform(name, files)


def _empty_run() -> Run:
    return Run("shop", "Render Free", "Render Free: CPython 3.12.4", "fit", "0")


def _plugins() -> tuple[PluginDeclaration, ...]:
    rungs = ("torch", "numpy", "words")
    ladder = (ImplementationDeclaration(name, f"shop.{name}:Search", (name,)) for name in rungs)
    return (PluginDeclaration("search", tuple(ladder)),)


def _probe(names: tuple[str, ...], mode: ProbeMode, figures: ProbeFigures) -> ProbeResult:
    return ProbeResult(names, mode, "measured", figures=figures)


def _figures(peak_mib: float, seconds: float) -> ProbeFigures:
    peak, spent = Samples((peak_mib * MIB,) * 3), Samples((seconds,) * 3)
    nothing, count = Samples((0.0,) * 3), Samples((300.0,) * 3)
    return ProbeFigures(
        spent, spent, nothing, peak, peak, peak, nothing, peak, nothing, count, nothing
    )


def _require(condition: object, message: str) -> None:
    if not condition:
        raise AssertionError(message)
