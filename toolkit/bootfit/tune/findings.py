"""What is worth knowing about a plan."""

from collections.abc import Iterator, Sequence

from bootfit.model.app import AppDescription
from bootfit.model.finding import Finding, Severity
from bootfit.model.measurement import MeasurementSet
from bootfit.model.plan import Plan
from bootfit.model.platform import Platform
from bootfit.model.sizes import KIB, format_mib
from bootfit.tune import rules
from bootfit.tune.costs import describe
from bootfit.tune.memory import Server, available_bytes, items
from bootfit.tune.refusal import by_size, moved
from bootfit.tune.situation import Situation

#: A first use this slow is felt; one this slow is lost at routers that give up after 30 s.
SLOW_SECONDS, LOST_SECONDS = 10.0, 30.0


def findings_of(
    plan: Plan,
    situation: Situation,
    measurements: MeasurementSet,
    description: AppDescription,
    *,
    alternatives: Sequence[Platform],
    slowest_seconds: float,
    misfit: bool,
    leak_bytes: float,
) -> list[Finding]:
    """Return the findings about ``plan``.

    ``misfit`` says that it would fit, were it not for the project's own settings, and
    ``leak_bytes`` what a worker keeps of each request.
    """
    found = [
        *_about_fit(plan, situation, misfit),
        *_about_rungs(plan, situation, alternatives),
        *_about_timeout(plan, situation, slowest_seconds),
        *_about_surroundings(plan, situation),
        *_about_requests(plan, measurements),
        *_about_leak(plan, leak_bytes),
    ]
    if description.interface == "asgi":
        found.append(
            rules.InterfaceNotServed.finding(
                description.app,
                f"{description.app} is an ASGI app, and gunicorn's {plan.worker_class} worker "
                "serves WSGI",
                remedy="serve it with an ASGI server, or wrap it for WSGI",
            )
        )
    return found


def _about_fit(plan: Plan, situation: Situation, misfit: bool) -> Iterator[Finding]:
    need = plan.memory
    if plan.refusal is not None:
        smallest = plan.refusal.smallest_platform
        yield rules.NothingFits.finding(
            plan.platform,
            f"nothing fits on {situation.platform.title}, not even the fallbacks: "
            f"{plan.refusal.message}",
            evidence=plan.refusal.items,
            remedy=_larger(plan, smallest, "it would do")
            or "import less at boot, or let requests need less",
        )
    elif misfit:
        least = Server()
        fitting = situation.need(situation.best(least) or (), least)
        yield rules.SettingDoesNotFit.finding(
            "server",
            f"with {_forced(situation)} the app needs {format_mib(need.predicted_peak_bytes)}, "
            f"more than the {format_mib(available_bytes(need))} available",
            evidence=items(need, situation.smallest),
            remedy="leave the choice to bootfit: one worker with one thread needs "
            f"{format_mib(fitting.predicted_peak_bytes)} with richer plugins",
        )
    elif need.predicted_peak_bytes * 1.25 > need.budget_bytes:
        spare = need.budget_bytes - need.predicted_peak_bytes
        yield rules.TightFit.finding(
            plan.platform,
            f"predicted peak {format_mib(need.predicted_peak_bytes)} leaves {format_mib(spare)} "
            f"of {format_mib(need.budget_bytes)}",
            evidence=items(need, Server(plan.workers, plan.threads, plan.preload)),
            remedy="forbid a rung that is not worth its memory, or take a larger plan",
        )


def _about_rungs(
    plan: Plan, situation: Situation, alternatives: Sequence[Platform]
) -> Iterator[Finding]:
    for ladder, choice in zip(situation.costs.ladders, plan.plugins, strict=True):
        for rung in ladder.rungs:
            reason = choice.forbidden.get(rung.implementation)
            if reason is None:
                continue
            larger = _platform_with(situation, alternatives, rung.name)
            yield rules.RungForbiddenByMemory.finding(
                rung.name,
                f"{rung.name} is forbidden, {choice.implementation} serves instead: {reason}",
                evidence=[describe(rung)],
                remedy=_larger(plan, larger, "it would fit"),
            )


def _platform_with(situation: Situation, alternatives: Sequence[Platform], name: str) -> str:
    """Return the smallest of ``alternatives`` whose plan would use that rung; "" for none."""
    for platform in by_size(alternatives):
        rungs = moved(situation, platform).best(situation.smallest) or ()
        if any(rung.name == name for rung in rungs):
            return platform.name
    return ""


def _larger(plan: Plan, platform: str, would: str) -> str:
    """Return what to do where ``platform`` (or "" for none) has the memory."""
    if platform == plan.platform:
        return f"{would} in all of {platform}'s memory: raise the budget"
    return f"{would} on {platform}" if platform else ""


def _about_timeout(plan: Plan, situation: Situation, slowest_seconds: float) -> Iterator[Finding]:
    share = min(1.0, situation.platform.cpu_share)
    boot = situation.costs.import_seconds / share
    if boot >= SLOW_SECONDS:
        yield rules.SlowFirstUse.finding(
            plan.app,
            f"importing {plan.app} takes about {boot:.0f} s at {share:g} CPU, at each boot",
            evidence=[f"import: {situation.costs.import_seconds:.2f} s of CPU time"],
            remedy="import less at boot: `bootfit measure` says which modules cost most",
            severity=Severity.WARNING if boot >= LOST_SECONDS else None,
        )
    for ladder, choice in zip(situation.costs.ladders, plan.plugins, strict=True):
        rung = next(r for r in ladder.rungs if r.implementation == choice.implementation)
        seconds = (rung.import_seconds + rung.exercise_seconds) / share
        if seconds >= SLOW_SECONDS:
            yield rules.SlowFirstUse.finding(
                rung.name,
                f"the first use of {rung.name} takes about {seconds:.0f} s at {share:g} CPU",
                evidence=[
                    f"import: {rung.import_seconds:.2f} s of CPU time",
                    f"first work: {rung.exercise_seconds:.2f} s of CPU time",
                ],
                remedy="load it when the app starts, or forbid it in favour of a lighter rung",
                severity=Severity.WARNING if seconds >= LOST_SECONDS else None,
            )
    wished = situation.wishes.timeout_seconds
    if wished is not None and wished < slowest_seconds:
        yield rules.SettingDoesNotFit.finding(
            "server.timeout",
            f"timeout = {wished} is shorter than the slowest boot or first request, about "
            f"{slowest_seconds:.0f} s at {share:g} CPU: gunicorn kills a sync worker in it",
            remedy=f"leave it out, or raise it above {slowest_seconds:.0f}",
        )


def _about_surroundings(plan: Plan, situation: Situation) -> Iterator[Finding]:
    if "GUNICORN_CMD_ARGS" in plan.environment:
        theirs = situation.platform.environment["GUNICORN_CMD_ARGS"]
        yield rules.PlatformPreloads.finding(
            plan.platform,
            f"{situation.platform.title} runs gunicorn with --preload by itself; the plan sets "
            f"GUNICORN_CMD_ARGS to {plan.environment['GUNICORN_CMD_ARGS']!r} instead",
            evidence=[f"GUNICORN_CMD_ARGS={theirs}"],
        )


def _about_requests(plan: Plan, measurements: MeasurementSet) -> Iterator[Finding]:
    if plan.refusal is not None or plan.memory.requests_basis == "measured":
        return
    memory = plan.memory
    tight = memory.predicted_peak_bytes * rules.ALLOWANCE_MAY_MISS > memory.budget_bytes
    failed = [one for one in measurements.serving if one.status != "measured"]
    basis = "carried over from other rungs" if "carried" in plan.memory.requests_basis else ""
    yield rules.RequestsNotMeasured.finding(
        plan.app,
        f"what {plan.app}'s requests need is {basis or 'an allowance'}, not measured",
        evidence=[f"{one.threads} thread(s): {one.detail}" for one in failed],
        remedy="mend what is in the way" if failed else "plan without --measured",
        severity=Severity.WARNING if tight else None,
    )


def _about_leak(plan: Plan, leak_bytes: float) -> Iterator[Finding]:
    if not leak_bytes:
        return
    bounded = f"the plan recycles a worker after {plan.max_requests} requests"
    yield rules.Leak.finding(
        plan.app,
        f"{plan.app} keeps about {leak_bytes / KIB:.1f} KiB of each request",
        evidence=[bounded if plan.max_requests else "max_requests = 0: nothing bounds it"],
        remedy="mend what keeps it: recycling pays every heavy import again",
        severity=None if plan.max_requests else Severity.ERROR,
    )


def _forced(situation: Situation) -> str:
    wishes = situation.wishes
    forced = {"workers": wishes.workers, "threads": wishes.threads, "preload": wishes.preload}
    return ", ".join(
        f"{name} = {str(value).lower()}" for name, value in forced.items() if value is not None
    )
