"""Rules about a plan that was run under its limit (BF5xx)."""

from bootfit.model.finding import Rule, Severity


class OutOfMemory(Rule):
    """A process of the server was killed because memory ran out.

    Counted by the kernel for the control group (``memory.oom_control`` or ``memory.events``), or
    done by the watchdog where no control group can be had; never guessed from gunicorn's
    "Perhaps out of memory?", which it prints for every SIGKILL. On the platform this is a crash,
    or a worker that vanishes in the middle of a request.

    Use fewer threads first (each needs a request's transient memory for itself), then fewer
    workers, then a lower rung of the plugin that the evidence names, or a larger instance.

    Source: kernel documentation, admin-guide/cgroup-v1/memory.rst and cgroup-v2.rst.
    """

    code = "BF501"
    slug = "out-of-memory"
    severity = Severity.ERROR


class DoesNotBoot(Rule):
    """The server gave no HTTP answer before the deadline.

    The message says how it ended: it exited, its workers were killed for memory again and again
    (gunicorn then respawns them for ever, with the port open), they timed out, or nothing came.
    The end of the log is in the evidence. A platform would report a failed deploy or, worse, a
    port that is open and never answers.
    """

    code = "BF502"
    slug = "does-not-boot"
    severity = Severity.ERROR


class UnexpectedStatus(Rule):
    """An endpoint answered with a status that does not count as well answered.

    For a request of ``[[tool.bootfit.requests]]`` its ``expect`` decides; a GET route without a
    request of its own may answer anything below 500. 429 is accepted under load: the app then
    declines by its own rule.

    Look at the end of the log, or correct ``expect``.
    """

    code = "BF503"
    slug = "unexpected-status"
    severity = Severity.ERROR


class NoAnswer(Rule):
    """An endpoint was asked and gave no answer: the connection broke, or time ran out.

    Where a worker was killed for memory (BF501) or for its time-out (BF506) at that moment, that
    is the cause. Without either, the app itself closed the connection or hangs.
    """

    code = "BF504"
    slug = "no-answer"
    severity = Severity.ERROR


class Thrashing(Rule):
    """The limit was not broken, but the kernel did little else than to make room under it.

    A limit that is slightly too small does not always kill: pages are dropped and read in again,
    charges fail and are tried again, and the server serves nothing. The sign is the number of
    failed charges (100,000 and more) or of refaults (ten times the limit's size in pages read in
    again); a healthy run has next to none beyond its first reading of files.

    Lower the plan's memory, or take a larger instance.
    """

    code = "BF505"
    slug = "thrashing"
    severity = Severity.ERROR


class WorkerTimeout(Rule):
    """Gunicorn killed a worker because it did not report within ``--timeout``.

    Known from "WORKER TIMEOUT" in its log; this is not an OOM kill, whatever the log says about
    memory after it. A sync worker that handles one slow request (a first import included) is
    killed in the middle of it; a gthread worker only when the GIL is held.

    Raise the time-out, load what is slow before the first request, or use threads.

    Source: docs.gunicorn.org, settings, timeout.
    """

    code = "BF506"
    slug = "worker-timeout"
    severity = Severity.ERROR


class WorkerEnded(Rule):
    """A worker ended without being asked to, and neither for memory nor for a time-out.

    Planned recycling (``max_requests``) does not count. The exit codes or signals that gunicorn
    logged are in the evidence: code 1 is mostly an exception at exit or ``sys.exit``, SIGSEGV a
    crash in an extension module.
    """

    code = "BF507"
    slug = "worker-ended"
    severity = Severity.ERROR


class PredictionExceeded(Rule):
    """The server needed more than 10 % above what the plan predicted.

    Prediction: master + workers x (worker + union of the plugins) + workers x threads x transient
    + overhead, in anonymous memory. So something was not measured: a plugin without an exercise
    that is close to real requests, an endpoint that needs more than any exercise, a leak.

    Give the plugin a heavier exercise, or set workers and threads yourself.
    """

    code = "BF508"
    slug = "prediction-exceeded"
    severity = Severity.WARNING


class HeadroomUsed(Rule):
    """The server needed part of the headroom: budget less headroom is what the plan may use.

    What is compared is the peak of anonymous memory over the process tree plus kernel memory,
    which is what a container is killed for. An error when a tenth more would break the limit,
    otherwise a warning.
    """

    code = "BF509"
    slug = "headroom-used"
    severity = Severity.WARNING


class Undriven(Rule):
    """Routes that no request reached, so nothing is known about their memory or their answers.

    Only GET routes without parameters are asked unbidden. Write a request for each of the others:
    ``[[tool.bootfit.requests]]`` with method, path, and json, headers, expect where needed.
    """

    code = "BF510"
    slug = "undriven"
    severity = Severity.NOTE


class NothingDriven(Rule):
    """The server booted, and there was no request to send: only the boot is verified.

    The app tells no routes, and ``[[tool.bootfit.requests]]`` is empty. Write the requests that
    the app's users make.
    """

    code = "BF511"
    slug = "nothing-driven"
    severity = Severity.WARNING


class WeakEvidence(Rule):
    """The limit was not held as fully as it could be.

    A sampled watchdog misses what happens between two samples (17 to 42 MB at 10 to 200 ms); a
    kernel that does not account for swap lets processes outlive their limit there; a processor
    that is not limited hides how slow the platform is. Run as root, in
    a delegated control group, or with a user's systemd for a limit that the kernel holds.
    """

    code = "BF512"
    slug = "weak-evidence"
    severity = Severity.NOTE


class LoadNotMade(Rule):
    """Some requests were never sent, or not by as many clients at once as the plan serves.

    What was not asked was not shown to fit. The server was too slow for the time that it had, or
    ended before. Look at the slowest endpoints, and give heavy requests less to do.
    """

    code = "BF513"
    slug = "load-not-made"
    severity = Severity.ERROR


class RungNotServing(Rule):
    """A rung that the plan counts on was declined or failed to load while the plan was verified.

    A lower one answered in its place, so the memory that was seen is that of a lighter app. The
    runtime admits a rung by its declared cost where the plan went by the measured one: make the
    two agree, or see the server's log for the error. Source: the log of `bootfit.lazy`.
    """

    code = "BF514"
    slug = "rung-not-serving"
    severity = Severity.ERROR


class NotIsolated(Rule):
    """The server that was run could have changed the project, or did not see all of it.

    What the server writes is thrown away where an overlay can be mounted: by root, or in a user
    namespace where the kernel lets everybody make one and all files are the user's own. Otherwise
    it runs from a copy. Then what an app names by an absolute path is still the original: a
    warning. What is too large to copy (1 GiB, 100,000 files) is left out: an error, for the app
    that was run is not the one that will be.

    Run verify as root or with user namespaces allowed and TMPDIR on a disk, or move data out of
    the project. Source: the kernel's filesystems/overlayfs.rst, user_namespaces(7).
    """

    code = "BF515"
    slug = "not-isolated"
    severity = Severity.WARNING


RULES: tuple[type[Rule], ...] = (
    OutOfMemory,
    DoesNotBoot,
    UnexpectedStatus,
    NoAnswer,
    Thrashing,
    WorkerTimeout,
    WorkerEnded,
    PredictionExceeded,
    HeadroomUsed,
    Undriven,
    NothingDriven,
    WeakEvidence,
    LoadNotMade,
    RungNotServing,
    NotIsolated,
)
