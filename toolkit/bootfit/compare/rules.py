"""Rules about two runs (BF6xx)."""

from bootfit.model.finding import Rule, Severity


class MemoryRegression(Rule):
    """The app, an implementation, or all plugins together take more memory than in the base.

    Compared is the median of the peak of anonymous memory; of an implementation, what it adds to
    the booted app, so that an app that grew is told once. The difference has to exceed three
    things: the noise of both runs, the absolute tolerance (``memory``, 0.5 MiB) and the relative
    one (``memory-percent``, 1 %).

    The noise is taken from the samples of both runs: their pooled median absolute deviation as a
    standard deviation, and never believed to be below what memory of an unchanged app is known to
    move by (0.05 %). A run as a whole may lie off by as much, however many samples it has. The
    difference has to exceed 3.3 standard errors. A run with one sample does not tell its noise:
    then 0.3 % of the value stands in for it.

    Load less, or later; or, where the growth is wanted, update the baseline, or allow it in
    ``[tool.bootfit.compare]`` or ``[tool.bootfit.compare.subjects.NAME]``.

    Source: samples of runs of an app that did not change, which bootfit's own tests hold it to.
    """

    code = "BF601"
    slug = "memory-regression"
    severity = Severity.ERROR


class ImportTimeRegression(Rule):
    """The import of the app or of an implementation takes longer than in the base.

    Compared are CPU seconds less the pauses of the garbage collector. As for memory the difference
    has to exceed the absolute tolerance (``import-time``, 10 ms), the relative one
    (``import-time-percent``, 5 %) and the noise of both runs, as `bootfit explain BF601` tells it.
    That is never believed to be below 2 % of the value, nor below what all imports of the two runs
    scatter by at the median.

    CPU seconds depend on the processor and on what else runs. Where five or more imports can be
    compared and all of them take longer by one factor, that factor is the machine's: the base's
    times are multiplied by it, and it is told (BF608). What slows down all imports alike, such as
    another Python, is therefore not seen in two documents.

    Two documents from a machine with other work to do tell little: growth by half may pass, and is
    seen in two of five (recorded at a load of 2.5 to 10 on two processors).
    ``bootfit compare BASE/ HEAD/`` with two folders measures both in turn and compares each round
    with itself, since the load is in both: 7 rounds, and 35 of what may have become slower. A
    tenth is seen in 6 to 9 of ten there: the difference has to exceed 3.3 standard errors of the
    Hodges-Lehmann estimate over the ratios of the rounds.

    Source: https://docs.python.org/3/library/time.html#time.process_time
    """

    code = "BF602"
    slug = "import-time-regression"
    severity = Severity.ERROR


class InstallationRegression(Rule):
    """What the requirements download, or take on disk, grew.

    These figures are counted and have no noise: they have to exceed the absolute tolerance
    (``download``, ``installed``: 1 MiB) and the relative one (``download-percent``,
    ``installed-percent``: 2 %). The evidence names distributions that came and went.

    Do without one, or put it into an extra; or allow it.
    """

    code = "BF603"
    slug = "installation-regression"
    severity = Severity.ERROR


class MoreDependencies(Rule):
    """The target installs more distributions than in the base.

    Each is something to update, to trust and to load. The evidence names what came and what went.
    ``dependencies = N`` in ``[tool.bootfit.compare]`` says how many more are well,
    ``max-dependencies`` how many there may be at all.
    """

    code = "BF604"
    slug = "more-dependencies"
    severity = Severity.WARNING


class OverAllowance(Rule):
    """A figure is higher than the project allows it to be at all, whatever the base's was.

    ``max-memory`` and ``max-import-time`` of ``[tool.bootfit.compare.subjects.NAME]``, and
    ``max-download``, ``max-installed`` and ``max-dependencies`` of ``[tool.bootfit.compare]`` say
    it. NAME is ``app``, a plugin, or one of its implementations (``"search:numpy"``).
    """

    code = "BF605"
    slug = "over-allowance"
    severity = Severity.ERROR


class SubjectsDiffer(Rule):
    """A plugin or an implementation is new, is gone, or has another name.

    What is new has no base, and only ``max-memory`` and the budget hold it. A plugin with the same
    rungs, or a rung with the same target (``module:attribute``), under another name is taken to be
    renamed, and compared with what it was.
    """

    code = "BF606"
    slug = "subjects-differ"
    severity = Severity.NOTE


class NoLongerMeasured(Rule):
    """What the base measured could not be measured in the head.

    It is still declared, but its distributions are not installed, or it raised, crashed, hung or
    ran out of memory. What it takes now is not known, so that nothing was compared.
    """

    code = "BF607"
    slug = "no-longer-measured"
    severity = Severity.WARNING


class WeakComparison(Rule):
    """The two runs were not taken in the same way, so that a difference may not be the project's.

    Another Python, platform or architecture makes other figures (a warning); other installed
    distributions do as well, but may be what changed (a note). So may a faster or slower machine,
    and one sample a figure does not tell its noise.

    Measure base and head on the same machine, with the same Python, and three samples or more.
    """

    code = "BF608"
    slug = "weak-comparison"
    severity = Severity.NOTE


class BaselineOutOfDate(Rule):
    """The baseline no longer says what the project takes: it is better now, or has other plugins.

    A baseline that is too high lets later growth pass. ``bootfit baseline write`` takes over what
    changed, and leaves the rest of the file as it is.
    """

    code = "BF609"
    slug = "baseline-out-of-date"
    severity = Severity.NOTE


class ModulesRegression(Rule):
    """The modules of one distribution take more memory than in the base, where they are imported.

    It tells where the growth of the app or of an implementation (BF601) comes from. The figure is
    what the modules took themselves, in the tree that they took the most in. It is taken from one
    traced run, so that 1 % of it is taken for its noise, and it is a warning; modules that take
    less than 1 MiB are left out. ``[tool.bootfit.compare.subjects.NAME]``, with the name of the
    distribution, allows more.
    """

    code = "BF610"
    slug = "modules-regression"
    severity = Severity.WARNING


RULES: tuple[type[Rule], ...] = (
    MemoryRegression,
    ImportTimeRegression,
    InstallationRegression,
    MoreDependencies,
    OverAllowance,
    SubjectsDiffer,
    NoLongerMeasured,
    WeakComparison,
    BaselineOutOfDate,
    ModulesRegression,
)
