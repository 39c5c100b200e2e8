"""Rules about what was measured (BF3xx)."""

from bootfit.model.finding import Rule, Severity


class OverBudget(Rule):
    """An implementation, on top of the app, needs more memory than there is.

    What counts is the peak of anonymous memory over the process tree (Σ Pss_Anon), because that
    is what a container is killed for; libraries and mapped files are reclaimed first. An error
    when the peak and 10 % do not fit: it will be killed, or will thrash for minutes first. A
    warning when the peak and 25 % do not fit: it lives, and its first use takes about twice as
    long. A note when only the resident high-water mark is above the budget.

    Mend it by letting a lower rung of the plugin's ladder serve there, by running it in a
    process of its own, or by a larger instance.

    Source: measured under control groups, scikit-learn lives at 1.08 times its peak and dies at
    1.03; sentence-transformers takes 45 s instead of 20 at 1.15 times and 99 s at 1.08.
    """

    code = "BF301"
    slug = "over-budget"
    severity = Severity.ERROR


class SlowImport(Rule):
    """Loading an implementation takes longer than the project allows.

    The figure is CPU seconds on this machine, less pauses of the garbage collector. The first
    request that needs the plugin waits for it, and on an instance with a tenth of a CPU it waits
    ten times as long: a synchronous worker is then killed at its time-out.

    Mend it by importing less in that module, by loading it before the first request, or by
    raising ``import-time`` in ``[tool.bootfit.budget]``.
    """

    code = "BF302"
    slug = "slow-import"
    severity = Severity.WARNING


class NotInstalled(Rule):
    """An implementation was not measured, because something it imports is not installed.

    It cannot serve in that environment either: the next rung of the ladder does. Install the
    distributions that the finding names for the project's interpreter to have it measured.
    """

    code = "BF303"
    slug = "not-installed"
    severity = Severity.NOTE


class ImplementationRaised(Rule):
    """Loading or exercising an implementation raised an exception.

    The ladder declines the rung at run time, and the next one serves in its place, so this is a
    warning; of a fallback, the last rung, it is an error, since nothing stands below it. The
    finding names exception, file and line.
    """

    code = "BF304"
    slug = "implementation-raised"
    severity = Severity.WARNING


class ImplementationCrashed(Rule):
    """An implementation ended its process: by a signal, or by exiting.

    No ladder catches that: where it happens in a worker, the worker is gone with every request
    it was serving. Common causes are a native library built for another CPU or libc, two
    libraries that each bring their OpenMP, and a library that calls exit.

    Mend it by forbidding the rung (``BOOTFIT_FORBID=plugin:implementation``) until it is fixed; a
    plan forbids it. What it takes is not known: the exit code is 3, unless another finding already
    answers no (1).
    """

    code = "BF305"
    slug = "implementation-crashed"
    severity = Severity.ERROR


class ImplementationTimedOut(Rule):
    """An implementation did not end within the time that a probe has.

    In a server it would hold a worker or thread for as long. The finding names the line where it
    stood when it was stopped. Common causes: a download at first use, a network that is not
    there, a lock, an input() or a server that was started at import.

    A plan forbids the rung. What it takes is not known: the exit code is 3, unless another finding
    already answers no (1).
    """

    code = "BF306"
    slug = "implementation-timed-out"
    severity = Severity.ERROR


class OutputFlooded(Rule):
    """An implementation wrote to its output without end, and was stopped.

    Logs of a server are bounded and cost CPU; a process whose output nobody reads blocks. No
    ladder declines such a rung, since it raises nothing.

    Mend it by silencing the library; a plan forbids the rung until then. What it takes is not
    known: the exit code is 3, unless another finding already answers no (1).
    """

    code = "BF307"
    slug = "output-flooded"
    severity = Severity.ERROR


class ProbeOutOfMemory(Rule):
    """An implementation took more memory than a probe may have.

    A probe may take twice the memory budget, or 512 MiB beyond it where that is more, so that what
    is over the budget is still measured; and never more than its part of what the measuring machine
    has free. The kernel holds that limit (a control group, or a scope of systemd) around the probe
    and all that it starts; where neither can be had the tree is sampled every 4 ms, and the finding
    says so. What it would have needed is unknown, and more than the limit that the finding names.

    Let a lower rung serve there, or take an instance with more memory.
    """

    code = "BF308"
    slug = "probe-out-of-memory"
    severity = Severity.ERROR


class OtherPython(Rule):
    """What was measured ran on another minor version of Python than the target runs.

    Time and memory of imports differ between versions of Python by some per cent, and so do the
    versions of the distributions that can be installed. Measure with the target's version: create
    the project's environment with it, or name it as ``interpreter``. Or choose for the target, with
    ``python`` in ``[tool.bootfit]``, the one that you measured with.
    """

    code = "BF309"
    slug = "other-python"
    severity = Severity.WARNING


class ProcessesLeft(Rule):
    """Something that was measured started a process that outlived it.

    A daemon counts against the memory of the container, and no server stops it. Its memory is
    part of the figures; it was ended after the probe.
    """

    code = "BF310"
    slug = "processes-left"
    severity = Severity.WARNING


class NoExercise(Rule):
    """An implementation has no exercise: only its import was measured.

    Most memory of many libraries is taken by their first work, not by their import, and with lazy
    imports (PEP 810) an import may cost nothing at all. Name a function that does realistic work
    as ``exercise``.
    """

    code = "BF311"
    slug = "no-exercise"
    severity = Severity.NOTE


class WeakerMemoryFigure(Rule):
    """This system does not tell proportional anonymous memory, so a weaker figure was taken.

    ``rss_anon`` counts pages that forked processes share once for each of them; ``rss`` counts
    libraries and mapped files too, and gives false alarms. Measure on a Linux with
    ``/proc/<pid>/smaps_rollup`` for the figure that a container is killed for.
    """

    code = "BF312"
    slug = "weaker-memory-figure"
    severity = Severity.NOTE


class SlowAppImport(Rule):
    """Importing the app itself takes longer than one implementation may.

    Every worker does it before it answers, and every restart does it again. Move heavy imports
    into plugins that load on first use.
    """

    code = "BF313"
    slug = "slow-app-import"
    severity = Severity.WARNING


class EnvironmentDrift(Rule):
    """What was measured is not what the target installs.

    Memory and import time belong to versions: another numpy, or a missing pandas, gives other
    figures. Each distribution that the check resolved for the target is compared with what the
    measuring interpreter has. Install the project's requirements there, pinned, and measure again.
    """

    code = "BF314"
    slug = "environment-drift"
    severity = Severity.WARNING


class MachineTooSmall(Rule):
    """An implementation took all that this machine had for a probe, less than the budget.

    Whether it fits where the app will run is not known: the exit code is 3, unless another finding
    already answers no (1). Measure where more memory is free, or with fewer ``--jobs``, which share
    it.
    """

    code = "BF315"
    slug = "machine-too-small"
    severity = Severity.ERROR


class GrowsWithUse(Rule):
    """An implementation keeps more memory with each exercise.

    After its second exercise it was exercised up to eight times more, for a second, and the median
    of what each added is above 64 KiB. A cache that fills looks like that until it is full; a leak
    goes on, and ends in an out-of-memory kill after some thousand requests. The plan's own load
    tells them apart, and recycles workers (``max_requests``) where it has to.

    Mend it by bounding the cache, or by closing what each call opens.
    """

    code = "BF316"
    slug = "grows-with-use"
    severity = Severity.NOTE


class NoBytecode(Rule):
    """Modules have no ``.pyc`` file, though a run before had the chance to write them.

    Every start compiles them anew: measured with pandas, 1.7 s in place of 0.3, and 11 MiB more.
    The figures are those of such a start. The folder may be read-only, or the ``.pyc`` files are
    not wanted there (``PYTHONDONTWRITEBYTECODE`` was taken out of the probe's environment).

    Mend it with ``python -m compileall`` where the distributions are installed, at build time.
    """

    code = "BF317"
    slug = "no-bytecode"
    severity = Severity.NOTE


RULES: tuple[type[Rule], ...] = (
    OverBudget,
    SlowImport,
    NotInstalled,
    ImplementationRaised,
    ImplementationCrashed,
    ImplementationTimedOut,
    OutputFlooded,
    ProbeOutOfMemory,
    OtherPython,
    ProcessesLeft,
    NoExercise,
    WeakerMemoryFigure,
    SlowAppImport,
    EnvironmentDrift,
    MachineTooSmall,
    GrowsWithUse,
    NoBytecode,
)
