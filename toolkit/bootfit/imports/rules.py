"""Rules about what an app imports, and what it requires for that (BF2xx)."""

from bootfit.model.finding import Rule, Severity


class UnusedRequirement(Rule):
    """A requirement that no file of the project imports or names.

    It is downloaded, installed and kept up to date for nothing. What a distribution is imported
    as is read from the metadata of the project's environment (RECORD, else top_level.txt); where
    it is not installed there, BF204 says so.

    Nothing is said either about what works without an import, as far as that can be told: servers
    and database drivers, type stubs, what plugs into others through entry points, what another
    requirement needs or uses when it is there (``Requires-Dist``, extras included), and what a
    string in the source, a start command or a configuration file names. What remains may still be
    used by hand: the finding names the commands that it installs.

    Mend it by taking the line out, or by moving it to the requirements of development.
    """

    code = "BF201"
    slug = "unused-requirement"
    severity = Severity.NOTE


class ImportNotRequired(Rule):
    """The app imports something that none of its requirements brings.

    It works where somebody once installed it by hand, and fails on the target with
    ModuleNotFoundError: at boot or when the function runs, a warning; where ImportError is caught,
    and in modules that are loaded late, a note. Imports are followed from the app's module through
    the project's own files; conditions on ``sys.version_info`` and ``TYPE_CHECKING`` are decided
    for the target. What comes in through other requirements counts as brought.

    Nothing is said of a module that some requirement may bring of which it is not known what it
    brings: it is not installed in the project's environment (BF204), or comes from a URL.

    Mend it by adding the distribution to the requirements.
    """

    code = "BF202"
    slug = "import-not-required"
    severity = Severity.WARNING


class HeavyAtBoot(Rule):
    """The app's own source imports a library at boot that takes much of the memory.

    Every worker pays for it, whether a request ever uses it or not, and every boot waits for it.
    The figure is what importing it adds to an interpreter that has nothing else loaded, in
    anonymous memory. Told from 5 % of the budget on, for what is loaded once the app has booted,
    the app's framework left out. The evidence is the chain of imports from the app's module.

    Where libraries share modules (pandas and scikit-learn share numpy), leaving one out saves
    less: so what a lazy import saves is measured as well, by booting the app once more with a
    stand-in for the library in the project's own files. Where boot uses the library, the stand-in
    tells where, and what would be saved cannot be measured.

    Mend it by moving the import into the function that needs it: ``bootfit measure --fix`` shows
    that as a diff, or why it is not safe. Or, with ``bootfit.lazy``, make it a plugin with a
    fallback. Where each request uses it, leave it: it is loaded anyway.
    """

    code = "BF203"
    slug = "heavy-at-boot"
    severity = Severity.NOTE


class UseNotKnown(Rule):
    """Requirements and imports were compared, and the project's environment does not know all.

    What a distribution is imported as stands in the metadata of an installed one and nowhere else,
    so of what is not installed it is not known whether anything imports it (BF201), and of a module
    that none of the installed ones brings not whether one of the others does (BF202). Where the
    environment itself cannot be asked, nothing was compared.

    Mend it by installing the requirements in the project's virtual environment, or by naming the
    environment that has them as ``interpreter`` in [tool.bootfit].
    """

    code = "BF204"
    slug = "use-not-known"
    severity = Severity.NOTE


class ImportNeverUsed(Rule):
    """The app's own source imports a library at boot, and nothing uses it.

    Each boot waits for it and each worker pays for it. Told of imports at the top of the app's
    modules of what a distribution brings, where no code and no string of the file names what they
    bind, and no other file takes it from there. Left out are a package's ``__init__``, which
    imports for others, ``import x as x`` for the same reason, and what a comment for a linter
    (``# noqa``) stands beside.

    Mend it by taking the import out. Where it is imported for its effect (it patches or registers
    something), leave it and say so with ``# noqa: F401``.
    """

    code = "BF205"
    slug = "import-never-used"
    severity = Severity.NOTE


RULES: tuple[type[Rule], ...] = (
    UnusedRequirement,
    ImportNotRequired,
    HeavyAtBoot,
    UseNotKnown,
    ImportNeverUsed,
)
