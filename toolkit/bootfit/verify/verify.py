"""Run what was emitted under the platform's memory limit, drive it, and say whether it fits."""

import os
import shlex
import shutil
import statistics
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from bootfit.limits.boundary import open_boundary
from bootfit.model.app import AppDescription, RequestSpec
from bootfit.model.errors import UndeterminedError
from bootfit.model.evidence import EndpointEvidence, Evidence, LimitKind
from bootfit.model.finding import Finding
from bootfit.model.plan import Plan
from bootfit.model.platform import Platform
from bootfit.model.sizes import format_mib
from bootfit.verify import judge, procfile_command
from bootfit.verify.drive import Answer, Load, by_endpoint, load, warm_up
from bootfit.verify.observed import Boot, Observed
from bootfit.verify.project_view import ISOLATIONS, Isolation, View, open_view
from bootfit.verify.routes import Drive, choose_requests
from bootfit.verify.sampler import Sampler
from bootfit.verify.server import Server, free_port, running, wait_for_answer

#: Under load one request more than this many fails for memory proves nothing new.
_ENOUGH_KILLS = 3
#: What a client waits beyond the server's own time-out.
_PATIENCE_SECONDS = 5.0
#: How much longer a server may take that is held to a part of a processor.
_LONGEST_STRETCH = 4.0
#: Variables of ours that an interpreter may need to start at all.
_NEEDED = ("LD_LIBRARY_PATH", "SYSTEMROOT", "TZ")


@dataclass(frozen=True)
class Bounds:
    """How long each part of a run may take, in seconds, and how many rounds of load."""

    boot_seconds: float = 90.0
    warm_up_seconds: float = 300.0
    #: New rounds start until then; one that has begun may go on up to the longest.
    load_seconds: float = 8.0
    longest_load_seconds: float = 120.0
    load_rounds: int = 50
    #: A client waits for the server's time-out and 5 s more, but not longer than this.
    request_seconds: float = 120.0
    stop_seconds: float = 5.0

    def at(self, share: float) -> "Bounds":
        """Return these bounds for a server that has only ``share`` of a processor.

        It gets up to four times as long; what is not done by then is told (BF513).
        """
        longer = min(max(1 / share, 1.0), _LONGEST_STRETCH)
        return replace(
            self,
            boot_seconds=self.boot_seconds * longer,
            warm_up_seconds=self.warm_up_seconds * longer,
            longest_load_seconds=self.longest_load_seconds * longer,
            stop_seconds=self.stop_seconds * longer,
        )


@dataclass(frozen=True)
class _Driven:
    answers: tuple[Answer, ...]
    killed_in: tuple[str, ...]
    #: Every request was made by all clients at once.
    loaded: bool = False
    #: Requests under load, and anonymous bytes at rest after them.
    rounds: tuple[tuple[int, int], ...] = ()


def verify_plan(
    plan: Plan,
    files: Mapping[str, str],
    description: AppDescription,
    platform: Platform,
    *,
    root: Path,
    interpreter: Path,
    requests: Sequence[RequestSpec] = (),
    environment: Mapping[str, str] | None = None,
    limit_cpu: bool = False,
    kinds: Sequence[LimitKind] | None = None,
    isolations: Sequence[Isolation] = ISOLATIONS,
    bounds: Bounds | None = None,
    progress: Callable[[str], None] = lambda _text: None,
) -> tuple[Evidence, tuple[Finding, ...]]:
    """Return what happened when the plan ran under its limit, and the findings about it.

    The server sees the project with the emitted files on top, and cannot change it: what it
    writes is thrown away. The command is that of their Procfile or render.yaml. Nothing of the
    run survives, on any way out.

    Args:
        plan: what to run; its memory budget is the limit.
        files: the emitted files, path relative to the project → text.
        description: the app, with its routes.
        platform: where it will run, whose own environment is used here as well.
        root: the project's folder.
        interpreter: the project's own Python, which has gunicorn.
        requests: what to send, in this order; routes that need no description are added.
        environment: variables of the user's, which win over those of plan and platform.
        limit_cpu: also give it only the platform's share of a processor, where that can be had.
        kinds: kinds of limit to try; by default all, the strongest first.
        isolations: ways to keep the project as it is; by default all, the strongest first.
        bounds: how long it may take.
        progress: told in words what goes on.

    Raises:
        UsageError: the emitted files hold no command that can be run as it stands.
        UndeterminedError: the plan is a refusal, or the server cannot be started at all.
    """
    if plan.refusal is not None:
        raise UndeterminedError(
            f"there is no plan to verify: {plan.refusal.message}", "mend that first"
        )
    bounds = bounds or Bounds()
    # Not resolved: a virtual environment is known by the link that its interpreter is.
    root, interpreter = root.absolute(), interpreter.absolute()
    drive = choose_requests(requests, description.routes)
    share = platform.cpu_share if limit_cpu else None
    if share is not None:
        bounds = bounds.at(share)
    with (
        tempfile.TemporaryDirectory(prefix="bootfit-verify-", ignore_cleanup_errors=True) as name,
        open_boundary(plan.memory.budget_bytes, cpu_share=share, kinds=kinds) as boundary,
    ):
        home = Path(name) / "home"
        home.mkdir()
        view = open_view(Path(name), root, files, interpreter, isolations)
        port = free_port()
        wanted = {
            **_own_environment(interpreter, home, view),
            **platform.environment,
            **plan.environment,
            **(environment or {}),
            platform.port_variable: str(port),
        }
        if boundary.kind == "watchdog":
            wanted.setdefault("BOOTFIT_MEMORY_LIMIT", str(plan.memory.budget_bytes))
        command, wanted = _command(plan, files, wanted, interpreter, port)
        progress(f"running {shlex.join(command)}")
        cpu = "" if share is None else f" and {share:g} CPU"
        progress(f"under {format_mib(plan.memory.budget_bytes)}{cpu}, held by {boundary.kind}")
        started = (*view.launcher, *command)
        with running(
            boundary, started, environment=wanted, folder=view.folder, port=port
        ) as server:
            seen, sampler = _watch(server, plan, drive, bounds, progress)
            if seen.boot.booted:
                server.stop(bounds.stop_seconds)
    seen = replace(
        seen,
        log_tail=seen.log_tail.replace(f"{view.folder}/", ""),
        shared=view.weaknesses,
        left_out=view.left_out,
        weaknesses=(*_full_cpu(platform, share), *seen.weaknesses),
    )
    findings = judge.judge(seen)
    return _evidence(seen, sampler, command, judge.fits(findings)), findings


def _full_cpu(platform: Platform, share: float | None) -> tuple[str, ...]:
    """Say where times were taken with more processor than the platform gives."""
    if share is not None or platform.cpu_share >= 1:
        return ()
    held = f"{platform.cpu_share:g} CPU (--limit-cpu does it)"
    slower = f"up to {1 / platform.cpu_share:.0f} times as long there"
    return (f"the processor was not limited to {held}: work takes {slower}",)


def _watch(
    server: Server, plan: Plan, drive: Drive, bounds: Bounds, progress: Callable[[str], None]
) -> tuple[Observed, Sampler]:
    boundary = server.boundary
    sampler = Sampler(server.child, boundary)
    try:
        boot = wait_for_answer(server, bounds.boot_seconds, progress)
        driven = _Driven((), ())
        if boot.booted:
            driven = _drive(server, plan, drive, bounds, progress)
        events = server.settled_events()
    finally:
        sampler.stop()
    seen = Observed(
        plan=plan,
        limit_kind=boundary.kind,
        boot=boot,
        readings=boundary.readings(),
        peak_anonymous_bytes=sampler.peak_bytes(),
        children_seen=len(sampler.workers()),
        events=events,
        endpoints=_endpoints(driven.answers),
        silences=_silences(driven.answers),
        killed_in=driven.killed_in,
        undriven=drive.undriven,
        unsent=tuple(_not_reached(drive, driven, boot)),
        loaded=driven.loaded or not drive.requests,
        rounds=driven.rounds,
        weaknesses=boundary.notes,
        log_tail=server.log.tail(),
    )
    return seen, sampler


def _drive(
    server: Server, plan: Plan, drive: Drive, bounds: Bounds, progress: Callable[[str], None]
) -> _Driven:
    timeout = min(plan.timeout_seconds + _PATIENCE_SECONDS, bounds.request_seconds)
    killed_in: list[str] = []
    kills = server.boundary.readings().oom_kills

    def go_on(answer: Answer) -> bool:
        nonlocal kills
        now = server.boundary.readings().oom_kills
        if now > kills:
            killed_in.append(f"{answer.request.method} {answer.request.path}, asked once")
        kills = now
        return server.running

    progress(f"warming up: {len(drive.requests)} request(s), one after another")
    once = warm_up(
        server.address,
        drive.requests,
        timeout_seconds=timeout,
        deadline=time.monotonic() + bounds.warm_up_seconds,
        go_on=go_on,
    )
    clients = plan.workers * plan.threads
    progress(f"load: {clients} client(s) at the same request at once")
    under = Load((), 0, complete=False)
    rounds: list[tuple[int, int]] = []
    if server.running and kills < _ENOUGH_KILLS and len(once) == len(drive.requests):
        under = load(
            server.address,
            drive.requests,
            clients=clients,
            seconds=bounds.load_seconds,
            rounds=bounds.load_rounds,
            timeout_seconds=timeout,
            deadline=time.monotonic() + bounds.longest_load_seconds,
            go_on=lambda: (
                server.running and server.boundary.readings().oom_kills < kills + _ENOUGH_KILLS
            ),
            at_rest=lambda answered: rounds.append(
                (answered, server.boundary.readings().anonymous_bytes)
            ),
        )
    if server.boundary.readings().oom_kills > kills:
        killed_in.append(f"requests of {clients} client(s) at once")
    return _Driven((*once, *under.answers), tuple(killed_in), under.complete, tuple(rounds))


def _command(
    plan: Plan,
    files: Mapping[str, str],
    environment: Mapping[str, str],
    interpreter: Path,
    port: int,
) -> tuple[tuple[str, ...], dict[str, str]]:
    """Return the words to run and the environment to run them in."""
    line = procfile_command.start_line(files, plan.app)
    asked = procfile_command.read_command(line, environment)
    words = procfile_command.run_by(asked.words, interpreter)
    settings = {**environment, **asked.assignments}
    if shutil.which(words[0], path=settings.get("PATH")) is None:
        raise UndeterminedError(f"there is no {words[0]} to run", "name the interpreter")
    if procfile_command.is_gunicorn(words):
        return procfile_command.bound_to(words, settings, f"127.0.0.1:{port}")
    return words, settings


def _own_environment(interpreter: Path, home: Path, view: View) -> dict[str, str]:
    """Return what a server finds on any machine: a PATH, a home of its own, a UTF-8 locale.

    And what is this machine's: what is installed as editable comes from the view.
    """
    found = {name: os.environ[name] for name in _NEEDED if name in os.environ}
    found["PATH"] = os.pathsep.join((str(interpreter.parent), os.defpath))
    found["HOME"] = str(home)
    found["LANG"] = "C.UTF-8"
    if view.python_path:
        found["PYTHONPATH"] = os.pathsep.join(map(str, view.python_path))
    return found


def _endpoints(answers: Sequence[Answer]) -> tuple[EndpointEvidence, ...]:
    found: list[EndpointEvidence] = []
    for (method, path), given in by_endpoint(answers).items():
        seconds = [answer.seconds for answer in given]
        statuses = [answer.status for answer in given]
        found.append(
            EndpointEvidence(
                method=method,
                path=path,
                requests=len(given),
                statuses={status: statuses.count(status) for status in sorted(set(statuses))},
                median_seconds=round(statistics.median(seconds), 4),
                slowest_seconds=round(max(seconds), 4),
                well_answered=all(_well(answer) for answer in given),
            )
        )
    return tuple(found)


def _well(answer: Answer) -> bool:
    """Return whether the status is an expected one; under load an app may decline with 429."""
    declined = answer.phase == "load" and answer.status == 429
    return answer.status in answer.request.expect or declined


def _silences(answers: Sequence[Answer]) -> dict[str, tuple[str, ...]]:
    reasons: dict[str, dict[str, None]] = {}
    for answer in answers:
        if not answer.status:
            name = f"{answer.request.method.upper()} {answer.request.path}"
            reasons.setdefault(name, {})[answer.detail] = None
    return {name: tuple(found) for name, found in reasons.items()}


def _not_reached(drive: Drive, driven: _Driven, boot: Boot) -> list[str]:
    """Return the requests that were never sent, since the server or the time had ended."""
    if not boot.booted:
        return []
    sent = by_endpoint(driven.answers)
    wanted = dict.fromkeys((each.method.upper(), each.path) for each in drive.requests)
    return [f"{method} {path}" for method, path in wanted if (method, path) not in sent]


def _evidence(
    seen: Observed, sampler: Sampler, command: tuple[str, ...], verdict: bool
) -> Evidence:
    return Evidence(
        command=command,
        limit_kind=seen.limit_kind,
        limit_bytes=seen.readings.limit_bytes,
        booted=seen.boot.booted,
        first_answer_seconds=round(seen.boot.seconds, 3) if seen.boot.booted else None,
        peak_anonymous_bytes=seen.peak_anonymous_bytes,
        kernel_peak_bytes=seen.readings.peak_bytes,
        kernel_memory_bytes=seen.readings.kernel_bytes,
        oom_kills=seen.readings.oom_kills,
        failed_charges=seen.readings.failed_charges,
        predicted_peak_bytes=seen.plan.memory.predicted_peak_bytes,
        unplanned_restarts=judge.unplanned_restarts(seen),
        endpoints=seen.endpoints,
        undriven=seen.undriven,
        timeline=sampler.timeline(),
        rounds=seen.rounds,
        log_tail=seen.log_tail,
        fits=verdict,
    )
