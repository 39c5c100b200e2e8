"""A run document with every part filled, for tests of what reads and writes it."""

from bootfit.model.app import (
    AppDescription,
    ImplementationDeclaration,
    PluginDeclaration,
    Route,
)
from bootfit.model.check import CheckResult, DistributionCheck, Wheel
from bootfit.model.evidence import EndpointEvidence, Evidence, MemorySample
from bootfit.model.finding import Finding, Place, Severity
from bootfit.model.measurement import (
    Conditions,
    MeasurementSet,
    ProbeFigures,
    ProbeResult,
    Samples,
)
from bootfit.model.plan import Choice, MemoryNeed, Plan, PluginChoice
from bootfit.model.run import EmittedFile, Run
from bootfit.model.sizes import MIB


def figures(peak_mib, *, import_seconds=0.5, transient_mib=4.0, rss_mib=None):
    """Return figures whose three samples lie around ``peak_mib``."""
    peak = Samples(tuple((peak_mib + step) * MIB for step in (-0.1, 0.0, 0.1)))
    small = Samples((1.0, 1.0, 1.0))
    return ProbeFigures(
        import_cpu_seconds=Samples((import_seconds,) * 3),
        import_wall_seconds=Samples((import_seconds * 1.1,) * 3),
        exercise_cpu_seconds=small,
        anonymous_after_import_bytes=peak,
        anonymous_after_exercise_bytes=peak,
        peak_anonymous_bytes=peak,
        transient_bytes=Samples((transient_mib * MIB,) * 3),
        high_water_rss_bytes=Samples(((rss_mib or peak_mib * 1.5) * MIB,) * 3),
        file_backed_bytes=Samples((20.0 * MIB,) * 3),
        modules=Samples((300.0,) * 3),
        children_peak_bytes=Samples((0.0,) * 3),
    )


def measurements():
    """Return an app of 30 MiB with one plugin of three rungs, the richest not installed."""
    probes = (
        ProbeResult(
            ("search:torch",), "alone", "not_installed", "needs torch (pip install 'shop[ml]')"
        ),
        ProbeResult(("search:numpy",), "alone", "measured", figures=figures(40.0)),
        ProbeResult(("search:numpy",), "on_top", "measured", figures=figures(52.0)),
        ProbeResult(("search:words",), "alone", "measured", figures=figures(9.0)),
        ProbeResult(("search:words",), "on_top", "measured", figures=figures(31.0)),
        ProbeResult(("search:numpy",), "union", "measured", figures=figures(52.5)),
    )
    return MeasurementSet(
        conditions=Conditions(
            interpreter="python",
            python="CPython 3.11.9",
            machine="x86_64",
            kernel="Linux 6.1",
            cgroup="v2",
            load_average=0.5,
            samples=3,
            installed=(("flask", "3.1.3"), ("numpy", "2.4.6")),
        ),
        app=ProbeResult((), "app", "measured", figures=figures(30.0)),
        probes=probes,
    )


def full_run(command="fit"):
    """Return a run of ``bootfit fit`` on a small shop, with an error, a warning and a note."""
    plan = Plan(
        app="shop.main:app",
        platform="render-free",
        python="3.11.9",
        workers=1,
        threads=2,
        worker_class="gthread",
        preload=False,
        timeout_seconds=45,
        graceful_timeout_seconds=30,
        max_requests=0,
        max_requests_jitter=0,
        worker_tmp_dir="/dev/shm",
        environment={"BOOTFIT_FORBID": "search:torch"},
        plugins=(
            PluginChoice("search", "numpy", "the richest that fits", {"torch": "needs 900 MiB"}),
        ),
        memory=MemoryNeed(
            budget_bytes=512 * MIB,
            headroom_bytes=51 * MIB,
            master_bytes=20 * MIB,
            worker_bytes=30 * MIB,
            union_bytes=22 * MIB,
            transient_bytes=4 * MIB,
            overhead_bytes=2 * MIB,
            predicted_peak_bytes=82 * MIB,
            union_basis="measured",
        ),
        choices=(
            Choice("workers", "1", "0.1 CPU cannot keep two busy", "platform: 0.1 CPU"),
            Choice("timeout", "45", "first import of search:numpy takes 4.5 s at 0.1 CPU"),
        ),
    )
    evidence = Evidence(
        command=("gunicorn", "-c", "gunicorn.conf.py", "shop.main:app"),
        limit_kind="cgroup-v2",
        limit_bytes=512 * MIB,
        booted=True,
        first_answer_seconds=1.25,
        peak_anonymous_bytes=80 * MIB,
        kernel_peak_bytes=120 * MIB,
        kernel_memory_bytes=3 * MIB,
        oom_kills=0,
        failed_charges=0,
        predicted_peak_bytes=82 * MIB,
        unplanned_restarts=0,
        endpoints=(
            EndpointEvidence("GET", "/health", 10, {200: 10}, 0.002, 0.010, well_answered=True),
            EndpointEvidence("POST", "/buy", 4, {200: 3, 0: 1}, 0.2, 1.0, well_answered=False),
        ),
        undriven=("GET /orders/<id>",),
        timeline=(MemorySample(0.0, 10 * MIB, 0, 0), MemorySample(1.0, 20 * MIB, 60 * MIB, 0)),
        log_tail="",
        fits=False,
    )
    return Run(
        project="shop",
        platform="Render free",
        target="Render free: CPython 3.11.9, x86_64 Linux, glibc 2.36",
        command=command,
        bootfit_version="0.1.0",
        budget_bytes=512 * MIB,
        findings=(
            Finding(
                "BF101",
                "needs-rust",
                Severity.ERROR,
                "pydantic-core",
                "pydantic-core 2.10.1 has no wheel for CPython 3.13 and its sdist needs Rust",
                ("its wheels are for cp37 to cp312", "a", "b", "c", "d"),
                "pin pydantic-core 2.27.1, or run Python 3.12",
                Place("requirements.txt", 3, 1),
            ),
            Finding("BF110", "yanked", Severity.WARNING, "numpy", "numpy 2.4.6 was yanked"),
            Finding("BF902", "assumption", Severity.NOTE, "platform", "assumed render-free"),
        ),
        check=CheckResult(
            target="CPython 3.13",
            requirement_files=("requirements.txt",),
            distributions=(
                DistributionCheck(
                    "numpy",
                    "2.4.6",
                    direct=True,
                    verdict="wheel",
                    installs=True,
                    chain=("requirements.txt:2",),
                    wheel=Wheel("numpy-2.4.6-cp313-cp313-manylinux_2_28_x86_64.whl", 16 * MIB),
                ),
                DistributionCheck(
                    "pydantic-core",
                    "2.10.1",
                    direct=False,
                    verdict="rust-sdist",
                    installs=False,
                    chain=("requirements.txt:3", "pydantic 2.4.2"),
                    evidence=("Generator: maturin",),
                ),
            ),
            resolved=True,
            download_bytes=16 * MIB,
        ),
        app=AppDescription(
            app="shop.main:app",
            interface="wsgi",
            framework="flask",
            routes=(Route("GET", "/health"),),
            plugins=(
                PluginDeclaration(
                    "search",
                    (
                        ImplementationDeclaration("torch", "shop.torch:Search", ("torch",)),
                        ImplementationDeclaration("numpy", "shop.numpy:Search", ("numpy",)),
                        ImplementationDeclaration("words", "shop.words:Search"),
                    ),
                ),
            ),
        ),
        measurements=measurements(),
        plan=plan,
        emitted=(EmittedFile("Procfile", "new", "web: gunicorn\n"),),
        evidence=evidence,
    )
