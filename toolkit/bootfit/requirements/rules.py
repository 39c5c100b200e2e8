"""What `check` can find (BF1xx)."""

from bootfit.model.finding import Rule, Severity


class NeedsRust(Rule):
    """A distribution has no wheel for the target and its sdist needs a Rust toolchain.

    Build tools such as maturin look for cargo, and where there is none try to download one into
    the home folder. On a builder whose home cannot be written that ends in "Read-only file system
    (os error 30)"; nothing in the project is wrong, only the wheel is missing. Mend it by moving
    to a version that has a wheel for this Python (the remedy names the nearest), or by choosing a
    Python for which this version has one. Source: PEP 517, PEP 427, maturin's bootstrap.
    """

    code = "BF101"
    slug = "needs-rust"
    severity = Severity.ERROR


class NeedsCompiler(Rule):
    """A distribution has no wheel for the target, and the builder lacks the compiler it needs.

    The sdist compiles C, C++ or Fortran. Mend it by moving to a version that has a wheel for this
    Python, by choosing a Python for which this version has one, or by building on a machine that
    has the compiler. Source: the build requirements in the sdist's pyproject.toml (PEP 518).
    """

    code = "BF102"
    slug = "needs-compiler"
    severity = Severity.ERROR


class RequiresPython(Rule):
    """A distribution, or the project itself, does not allow the target's Python.

    pip refuses such a version, lower and upper bounds alike; uv ignores upper bounds, so a lock
    made by uv can name versions that pip will not install. Mend it by choosing another version or
    another Python. Source: the Requires-Python field of the core metadata.
    """

    code = "BF103"
    slug = "requires-python"
    severity = Severity.ERROR


class Conflict(Rule):
    """The requirements contradict one another on the target: no set of versions meets them all.

    No compiler mends that. What one distribution wants depends on the Python version, so the same
    file can be sound on one Python and a conflict on another. The evidence is the resolver's
    explanation. Mend it by relaxing one of the pins it names, or by choosing another Python.
    Source: `uv pip compile` for the target.
    """

    code = "BF104"
    slug = "conflict"
    severity = Severity.ERROR


class NoSuchVersion(Rule):
    """The index has no such project, no version that matches, or no file that can be installed.

    Often a typing error, a release that was deleted, or a private project that another index has.
    The message says which. Mend the name or the version, or name the index with --index-url.
    Source: the project's page on the index (PEP 503, PEP 691).
    """

    code = "BF105"
    slug = "no-such-version"
    severity = Severity.ERROR


class Yanked(Rule):
    """A version was withdrawn by its maintainers ("yanked").

    Installers still take it when it is pinned exactly, and skip it otherwise. A lock does not say
    so: for the very files that it names the index is asked. The reason, where one was given, is in
    the message. Mend it by moving to a later version. Source: PEP 592, the index.
    """

    code = "BF106"
    slug = "yanked"
    severity = Severity.WARNING


class Unverified(Rule):
    """Something could not be known: it would take running a project's code, or an index's answer.

    Without --allow-builds bootfit runs no code of a project. Core metadata before version 2.2 does
    not promise that an sdist's dependencies are the same on every machine, so what they bring in
    may differ: prefer a version with a wheel, which states its dependencies. Of what a lock pins
    only the index knows whether it was withdrawn since; where it does not answer, or does not have
    the files that the lock names, that stays open.
    Source: PEP 643, PEP 592.
    """

    code = "BF107"
    slug = "unverified"
    severity = Severity.NOTE


class SlowBuild(Rule):
    """A distribution has no wheel for the target and is compiled on the builder.

    The compiler is there, so it can succeed, but it takes minutes at each deploy without a cache,
    and can fail for a missing library header. Mend it by moving to a version that has a wheel.
    Source: the build requirements in the sdist's pyproject.toml (PEP 518).
    """

    code = "BF108"
    slug = "slow-build"
    severity = Severity.WARNING


class FromSdist(Rule):
    """A distribution has no wheel, and installs from its sdist without a compiler.

    It is pure Python, or its compiled part is optional: then it installs and runs slower. The
    build still runs the project's code while installing. Nothing needs to be mended.
    Source: PEP 517.
    """

    code = "BF109"
    slug = "from-sdist"
    severity = Severity.NOTE


class CudaOnCpu(Rule):
    """The installation brings CUDA libraries to a platform that has no GPU.

    On the public index the Linux builds of torch are CUDA builds and depend on the `nvidia-*`
    distributions: gigabytes that are downloaded, stored and never used. Mend it by taking torch
    from PyTorch's own CPU index (an `--extra-index-url` line, or `uv pip … --torch-backend cpu`),
    or by doing without torch: ONNX or static embeddings. Source: pytorch.org, "Get Started".
    """

    code = "BF110"
    slug = "cuda-on-cpu"
    severity = Severity.WARNING


class NotCheckable(Rule):
    """A requirement comes from a path, a URL or version control: no index can answer for it.

    bootfit did not look at it, nor at what it brings in, so the verdict holds for the rest alone. A
    path where nothing lies is an error: no installer gets past it. Mend it by publishing a wheel
    and requiring that by version. Source: PEP 508 direct references.
    """

    code = "BF111"
    slug = "not-checkable"
    severity = Severity.WARNING


class NothingChecked(Rule):
    """None of the requirements could be checked: all are paths, URLs or version control.

    Whether they install is not known, so the answer is open (exit code 3). Mend it by requiring
    published versions, or check by hand what they bring in. Source: PEP 508 direct references.
    """

    code = "BF122"
    slug = "nothing-checked"
    severity = Severity.ERROR


class UnreadableSdist(Rule):
    """A distribution's file cannot be read: its sdist, where it has no wheel, or its wheel.

    It is cut short, not an archive, out of reach, or expands beyond all reason. An installer would
    fail on it, or fill the disk. Mend it by choosing another version. Source: the file on the
    index.
    """

    code = "BF112"
    slug = "unreadable-sdist"
    severity = Severity.ERROR


class EarlyWheel(Rule):
    """The only wheel was built before its Python's binary interface was frozen.

    Wheels made for alpha versions of Python may crash or fail to import on the release. Mend it
    by moving to a version that was uploaded after the first release candidate.
    Source: the release schedules (PEP 693, 719, 745), upload times of the index.
    """

    code = "BF113"
    slug = "early-wheel"
    severity = Severity.NOTE


class HashMissing(Rule):
    """Some requirements list hashes and others, or what they bring in, do not.

    One ``--hash`` switches pip to checking all of them: every distribution, transitive ones
    included, must then be listed, pinned with ``==`` and hashed, or nothing is installed. Mend it
    by locking the whole file (``uv pip compile --generate-hashes``), or by leaving hashes out.
    Source: pip's documentation, "Hash-checking Mode".
    """

    code = "BF114"
    slug = "hash-missing"
    severity = Severity.ERROR


class ApproximateTarget(Rule):
    """Versions were resolved for a target that is not exactly the one that was asked for.

    The resolver does not know every target: no musl but 1.2, and only some releases of glibc. It
    was asked for the nearest; the wheels of what it chose were then matched exactly. An installer
    on the target itself may choose another version of something that has no sdist, and wheels for
    one of the two alone. Pinned versions leave no such choice.
    Source: `uv pip compile --help`, --python-platform.
    """

    code = "BF115"
    slug = "approximate-target"
    severity = Severity.NOTE


class IgnoredPythonFile(Rule):
    """A file pins a Python, and the platform does not read that file.

    `runtime.txt` is Heroku's; other platforms ignore it, and run their default Python without a
    word. Mend it by pinning the Python where the platform reads it (the remedy says where), and
    take the file away. Source: the platform's documentation; `bootfit platforms NAME`.
    """

    code = "BF116"
    slug = "ignored-python-file"
    severity = Severity.WARNING


class OtherPythonRuns(Rule):
    """The platform will run another Python than the one that was checked.

    Nothing that the platform reads pins a Python, and its default differs; or a file pins one, and
    `--python` or `[tool.bootfit] python` says another. Wheels and dependencies differ between
    Pythons, so the verdict does not hold for what will run. Mend it by pinning the Python that was
    checked. Source: the platform's documentation; `bootfit platforms NAME`.
    """

    code = "BF117"
    slug = "other-python-runs"
    severity = Severity.WARNING


class Unpinned(Rule):
    """Some requirements do not say which version: the next deploy may install another.

    What was checked is what an installer would choose now, or on the date of `--exclude-newer`.
    With that option the evidence lists what would be chosen today instead. Mend it, where deploys
    must repeat, by locking: `uv pip compile requirements.in -o requirements.txt`, or a pylock.toml.
    """

    code = "BF118"
    slug = "unpinned"
    severity = Severity.NOTE


class RefusesBuild(Rule):
    """A distribution has no wheel for the target, and its sdist cannot be built on any machine.

    Its setup.py raises on purpose, as names do that were given up (`sklearn`, `tensorflow-gpu`),
    is written for Python 2, or refuses this Python; or it has neither a setup.py nor a
    pyproject.toml; or it has members that lead out of it, or calls itself something else, and
    installers refuse such sdists. No compiler mends that: require what it names instead, or another
    version. Source: the sdist's setup.py, whose syntax was read and not run; PEP 517, 643 and 706.
    """

    code = "BF120"
    slug = "refuses-build"
    severity = Severity.ERROR


class BuildFailed(Rule):
    """A distribution has no wheel for the target, and its sdist did not build here.

    `--allow-builds` was given, so the sdist was built on this machine, with a Python of the
    target's version, the tools that the platform's builder has, and the newest build requirements:
    an installer would meet the same error. Where a compiler failed it is a warning, since this
    machine may lack a header that the builder has. Mend it by moving to a version that has a
    wheel. Source: the last lines of the build.
    """

    code = "BF121"
    slug = "build-failed"
    severity = Severity.ERROR


RULES: tuple[type[Rule], ...] = (
    NeedsRust,
    NeedsCompiler,
    RequiresPython,
    Conflict,
    NoSuchVersion,
    Yanked,
    Unverified,
    SlowBuild,
    FromSdist,
    CudaOnCpu,
    NotCheckable,
    NothingChecked,
    UnreadableSdist,
    EarlyWheel,
    HashMissing,
    ApproximateTarget,
    IgnoredPythonFile,
    OtherPythonRuns,
    Unpinned,
    RefusesBuild,
    BuildFailed,
)
