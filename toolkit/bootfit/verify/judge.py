"""Judge what was seen: all signs together, each cause told apart from the others. Pure."""

from collections.abc import Sequence

from bootfit.model.finding import Finding, Severity
from bootfit.model.plan import Plan
from bootfit.model.sizes import format_mib
from bootfit.verify import rules
from bootfit.verify.observed import Observed

#: Above this many the kernel did little else (1.5 million in a server that served nothing).
MANY_FAILED_CHARGES = 100_000
#: Pages read in again, in multiples of the limit: reading all files once is less than one.
MANY_REFAULTS = 10
_PAGE = 4096
_TOLERANCE = 1.10
_LOG_LINES = 12


def unplanned_restarts(seen: Observed) -> int:
    """Return how many workers ended without being asked to.

    Workers are what the log says was booted, or the master's children where the log is silent
    (above level info). Planned is what the log says was recycled, or where it is silent what
    max_requests explains.
    """
    events = seen.events
    workers = len(events.booted) or seen.children_seen
    restarts = max(0, workers - seen.plan.workers)
    planned = events.recycled
    if not events.booted and seen.plan.max_requests:
        served = sum(endpoint.requests for endpoint in seen.endpoints)
        planned = max(planned, served // seen.plan.max_requests)
    told = len(events.exited.keys() | events.signalled.keys() | set(events.timed_out))
    return max(restarts - planned, told, 0)


def judge(seen: Observed) -> tuple[Finding, ...]:
    """Return what is wrong or worth knowing about the run; it fits when none is an error."""
    findings = [
        *_memory_kills(seen),
        *_boot(seen),
        *_answers(seen),
        *_thrashing(seen),
        *_workers(seen),
        *_figures(seen),
        *_coverage(seen),
        *_isolation(seen),
    ]
    return tuple(findings)


def fits(findings: Sequence[Finding]) -> bool:
    """Return whether none of the findings is an error."""
    return not any(finding.severity is Severity.ERROR for finding in findings)


def _memory_kills(seen: Observed) -> list[Finding]:
    kills = seen.readings.oom_kills
    if not kills:
        return []
    by = "the watchdog" if seen.limit_kind == "watchdog" else "the kernel"
    evidence = [
        f"{kills} OOM kill(s) counted by {by} at a limit of {format_mib(_limit(seen))}",
        f"peak anonymous memory {format_mib(seen.peak_anonymous_bytes)}",
        f"predicted {format_mib(seen.plan.memory.predicted_peak_bytes)}",
    ]
    evidence += [f"during {request}" for request in seen.killed_in]
    return [
        rules.OutOfMemory.finding(
            seen.plan.app,
            f"{by} killed a process of the server {kills} time(s) for memory",
            evidence=evidence,
            remedy="fewer threads, then fewer workers, then a lower rung of the heaviest plugin",
        )
    ]


def _boot(seen: Observed) -> list[Finding]:
    boot = seen.boot
    if boot.booted:
        return []
    if seen.readings.oom_kills:
        cause = f"its processes were killed for memory {seen.readings.oom_kills} time(s)"
    elif seen.events.timed_out:
        cause = f"{len(seen.events.timed_out)} worker(s) timed out while booting"
    elif boot.end == "exited":
        cause = _exit(boot.returncode)
    else:
        cause = "it runs and stays silent"
    return [
        rules.DoesNotBoot.finding(
            seen.plan.app,
            f"no HTTP answer in {boot.seconds:.1f} s: {cause}",
            evidence=_log(seen),
            remedy="mend what the end of the log says",
        )
    ]


def _answers(seen: Observed) -> list[Finding]:
    findings: list[Finding] = []
    for endpoint in seen.endpoints:
        name = f"{endpoint.method} {endpoint.path}"
        silent = endpoint.statuses.get(0, 0)
        if silent:
            findings.append(
                rules.NoAnswer.finding(
                    name,
                    f"{name}: {silent} of {endpoint.requests} requests got no answer",
                    evidence=[*seen.silences.get(name, ()), *_causes(seen)],
                    remedy="mend the cause in the evidence; the log tells more",
                )
            )
        elif not endpoint.well_answered:
            told = ", ".join(
                f"{status} x {count}" for status, count in sorted(endpoint.statuses.items())
            )
            refusing = _below_the_best(seen.plan) if 503 in endpoint.statuses else []
            findings.append(
                rules.UnexpectedStatus.finding(
                    name,
                    f"{name} answered {told}",
                    evidence=[*_causes(seen), *refusing, *(_log(seen) if not refusing else ())],
                    remedy="more memory for a better implementation, or 503 in expect where its "
                    "refusal will do"
                    if refusing
                    else "mend the endpoint, or state what it may answer in expect",
                )
            )
    return findings


def _below_the_best(plan: Plan) -> list[str]:
    """Return where the plan forbids what is better: what is left may refuse by its contract."""
    return [
        f"the plan has {choice.plugin} served by {choice.implementation}, which may refuse: "
        f"{', '.join(choice.forbidden)} may not load"
        for choice in plan.plugins
        if choice.forbidden
    ]


def _thrashing(seen: Observed) -> list[Finding]:
    readings = seen.readings
    reread = readings.refaults * _PAGE
    if readings.failed_charges < MANY_FAILED_CHARGES and reread < MANY_REFAULTS * _limit(seen):
        return []
    return [
        rules.Thrashing.finding(
            seen.plan.app,
            "the server spent its time making room under the limit",
            evidence=[
                f"{readings.failed_charges} failed charges",
                f"{format_mib(reread)} read in again at a limit of {format_mib(_limit(seen))}",
            ],
            remedy="lower the plan's memory, or take a larger instance",
        )
    ]


def _workers(seen: Observed) -> list[Finding]:
    findings: list[Finding] = []
    timed_out = set(seen.events.timed_out)
    if timed_out:
        findings.append(
            rules.WorkerTimeout.finding(
                seen.plan.app,
                f"{len(timed_out)} worker(s) did not report within {seen.plan.timeout_seconds} s",
                evidence=[
                    "WORKER TIMEOUT in gunicorn's log",
                    f"{seen.readings.oom_kills} OOM kill(s) in the same run",
                ],
                remedy="raise the time-out, load earlier what is slow, or use threads",
            )
        )
    ends = _own_ends(seen)
    unexplained = len(ends) + _silent_ends(seen)
    if unexplained and seen.boot.booted:
        findings.append(
            rules.WorkerEnded.finding(
                seen.plan.app,
                f"{unexplained} worker(s) ended without being asked to",
                evidence=[*sorted(set(ends.values())), *_log(seen)],
                remedy="find what ends the process: sys.exit, os._exit, a crash in an extension",
            )
        )
    return findings


def _own_ends(seen: Observed) -> dict[int, str]:
    """Return how workers ended that neither timed out nor may have been killed for memory."""
    ends = {pid: f"exit code {code}" for pid, code in seen.events.exited.items()} | {
        pid: name
        for pid, name in seen.events.signalled.items()
        if name != "SIGKILL" or not seen.readings.oom_kills
    }
    return {pid: end for pid, end in ends.items() if pid not in seen.events.timed_out}


def _silent_ends(seen: Observed) -> int:
    """Return how many workers ended without a word in the log and without an OOM kill for it.

    gunicorn does not log a worker that exits with code 0.
    """
    events = seen.events
    killed = sum(name == "SIGKILL" for name in events.signalled.values())
    silently_killed = max(0, seen.readings.oom_kills - killed)
    told = len(events.exited.keys() | events.signalled.keys() | set(events.timed_out))
    return max(0, unplanned_restarts(seen) - told - silently_killed)


def _figures(seen: Observed) -> list[Finding]:
    need = seen.plan.memory
    peak = seen.peak_anonymous_bytes
    findings: list[Finding] = []
    if peak > need.predicted_peak_bytes * _TOLERANCE:
        findings.append(
            rules.PredictionExceeded.finding(
                seen.plan.app,
                f"peak {format_mib(peak)}, predicted {format_mib(need.predicted_peak_bytes)}",
                evidence=[f"{100 * (peak / max(need.predicted_peak_bytes, 1) - 1):.0f} % above"],
                remedy="exercise the plugins with work like that of real requests",
            )
        )
    counted = peak + (seen.readings.kernel_bytes or 0)
    allowed = need.budget_bytes - need.headroom_bytes
    if counted > allowed and not seen.readings.oom_kills:
        tight = counted * _TOLERANCE > need.budget_bytes
        findings.append(
            rules.HeadroomUsed.finding(
                seen.plan.app,
                f"{format_mib(counted)} used where {format_mib(allowed)} is allowed",
                evidence=[
                    f"anonymous {format_mib(peak)}",
                    f"kernel {format_mib(seen.readings.kernel_bytes or 0)}",
                    f"limit {format_mib(need.budget_bytes)}",
                    f"headroom {format_mib(need.headroom_bytes)}",
                ],
                remedy="fewer threads or workers, or a larger instance",
                severity=Severity.ERROR if tight else Severity.WARNING,
            )
        )
    return findings


def _coverage(seen: Observed) -> list[Finding]:
    findings: list[Finding] = []
    if seen.boot.booted and not seen.endpoints:
        findings.append(
            rules.NothingDriven.finding(
                seen.plan.app,
                "it booted, and no request to send is known",
                remedy="write [[tool.bootfit.requests]]",
            )
        )
    if seen.boot.booted and not (seen.loaded and not seen.unsent):
        findings.append(
            rules.LoadNotMade.finding(
                seen.plan.app,
                "the load was not made in full, so that it fits is not shown",
                evidence=(
                    *(f"never sent: {request}" for request in seen.unsent),
                    *(
                        ()
                        if seen.loaded
                        else ("not every request was made by all clients at once",)
                    ),
                ),
                remedy="give the server more time, or ask for less in [[tool.bootfit.requests]]",
            )
        )
    declined = {
        f"{choice.plugin}: {choice.implementation}": f"{choice.plugin}:{choice.implementation}"
        for choice in seen.plan.plugins
    }
    for said, why in seen.events.declined.items():
        if said in declined:
            findings.append(
                rules.RungNotServing.finding(
                    declined[said],
                    f"the plan lets {declined[said]} serve, and it was not loaded: the run was "
                    "made with a lighter app",
                    evidence=(why,),
                    remedy="see why in the server's log, and measure again with what was missing",
                )
            )
    if seen.undriven:
        findings.append(
            rules.Undriven.finding(
                seen.plan.app,
                f"{len(seen.undriven)} route(s) were not driven",
                evidence=seen.undriven,
                remedy="write a [[tool.bootfit.requests]] for each",
            )
        )
    if seen.weaknesses:
        findings.append(
            rules.WeakEvidence.finding(
                seen.plan.app,
                f"{len(seen.weaknesses)} condition(s) of this run were kinder than the platform's",
                evidence=seen.weaknesses,
                remedy="see each condition; nothing has to be changed where it does not matter",
            )
        )
    return findings


def _isolation(seen: Observed) -> list[Finding]:
    """Return how the server's view of the project differed from one that is whole and its own."""
    if not (seen.shared or seen.left_out):
        return []
    missing = len(seen.left_out)
    return [
        rules.NotIsolated.finding(
            seen.plan.app,
            f"the server ran without {missing} of the project's files"
            if missing
            else "the project was not wholly kept from the server",
            evidence=(*seen.left_out, *seen.shared),
            remedy="run where an overlay can be mounted, as the evidence says"
            + (", or move large data out of the project" if missing else ""),
            severity=Severity.ERROR if missing else Severity.WARNING,
        )
    ]


def _limit(seen: Observed) -> int:
    return seen.readings.limit_bytes


def _causes(seen: Observed) -> list[str]:
    causes = []
    if seen.readings.oom_kills:
        causes.append(f"{seen.readings.oom_kills} OOM kill(s) in this run, see BF501")
    if seen.events.timed_out:
        causes.append(f"{len(seen.events.timed_out)} worker time-out(s) in this run, see BF506")
    return causes


def _exit(returncode: int | None) -> str:
    if returncode is not None and returncode < 0:
        return f"it was ended by signal {-returncode}"
    return f"it exited with code {returncode}"


def _log(seen: Observed) -> list[str]:
    """Return the last lines that tell more than gunicorn's course of events, if there are any."""
    lines = seen.log_tail.splitlines()
    telling = [line for line in lines if "[INFO]" not in line]
    return (telling or lines)[-_LOG_LINES:]
