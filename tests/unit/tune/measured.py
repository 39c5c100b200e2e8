"""Measurement sets made by hand, in MiB and seconds."""

from bootfit.model.app import AppDescription, ImplementationDeclaration, PluginDeclaration
from bootfit.model.measurement import (
    Conditions,
    MeasurementSet,
    ProbeFigures,
    ProbeResult,
    Samples,
    ServingResult,
)
from bootfit.model.platform import Builder, Platform, PythonDefaults
from bootfit.model.sizes import MIB
from bootfit.tune import tune


def figures(after, *, peak=None, transient=0.0, cpu=0.0, work=0.0):
    """Figures in MiB and seconds; every sample is the same."""

    def mib(value):
        return Samples((value * MIB,))

    return ProbeFigures(
        import_cpu_seconds=Samples((cpu,)),
        import_wall_seconds=Samples((cpu,)),
        exercise_cpu_seconds=Samples((work,)),
        anonymous_after_import_bytes=mib(after),
        anonymous_after_exercise_bytes=mib(after),
        peak_anonymous_bytes=mib(after if peak is None else peak),
        transient_bytes=mib(transient),
        high_water_rss_bytes=mib(after),
        file_backed_bytes=mib(0),
        modules=Samples((1,)),
        children_peak_bytes=mib(0),
    )


def probe(name, mode="on_top", status="measured", detail="", **of):
    """A probe of "plugin:rung", or of several in a tuple."""
    names = (name,) if isinstance(name, str) else tuple(name)
    return ProbeResult(names, mode, status, detail, figures(**of) if of else None)


def served(
    names,
    *,
    threads,
    worker,
    master=14,
    status="measured",
    preload=False,
    kernel=None,
    rounds=(),
):
    """What a server with these "plugin:rung" and threads took, in MiB."""
    return ServingResult(
        implementations=tuple(names),
        threads=threads,
        preload=preload,
        status=status,
        detail="" if status == "measured" else "the server did not boot",
        master_bytes=master * MIB,
        worker_peak_bytes=round(worker * MIB),
        kernel_bytes=kernel if kernel is None else kernel * MIB,
        requests=100,
        rounds=tuple(rounds),
    )


def measured(app, *probes, python="3.11.9", serving=()):
    """A set with an app that keeps ``app`` MiB (or a ProbeResult) and these probes."""
    conditions = Conditions("python", python, "x86_64", "6.1", "none", 0.0, 1, ())
    if not isinstance(app, ProbeResult):
        app = ProbeResult((), "app", "measured", "", figures(app, cpu=0.5))
    return MeasurementSet(conditions, app, tuple(probes), tuple(serving))


def described(interface="wsgi", **plugins):
    """An app whose plugins have these rungs, richest first."""
    return AppDescription(
        app="shop.main:app",
        interface=interface,
        framework="flask",
        routes=(),
        plugins=tuple(
            PluginDeclaration(
                name,
                tuple(
                    rung
                    if isinstance(rung, ImplementationDeclaration)
                    else ImplementationDeclaration(rung, f"shop.{name}:{rung}")
                    for rung in rungs
                ),
            )
            for name, rungs in plugins.items()
        ),
    )


def platform(memory=512, cpu=0.1, name="tiny", environment=None):
    """A platform with ``memory`` MiB."""
    return Platform(
        name=name,
        title=name.title(),
        family="test",
        plan=name,
        memory_bytes=memory * MIB,
        cpu_share=cpu,
        operating_system="linux",
        architecture="x86_64",
        libc="glibc",
        libc_version="2.36",
        python=PythonDefaults("3.11.9", ("3.11",), (".python-version",)),
        builder=Builder(True, True, False, False, False),
        environment=environment or {},
        artefacts=("gunicorn",),
        port_variable="PORT",
        facts=(),
    )


def plan_of(*args):
    """Plan from probes alone, less the note that no server was run."""
    plan, findings = tune(*args)
    note = [finding.code for finding in findings if finding.code == "BF410"]
    assert note == ([] if plan.refusal else ["BF410"])
    return plan, tuple(finding for finding in findings if finding.code not in note)
