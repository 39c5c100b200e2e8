"""Measurement sets made by hand, in MiB and seconds."""

from bootfit.model.app import AppDescription, ImplementationDeclaration, PluginDeclaration
from bootfit.model.measurement import (
    Conditions,
    MeasurementSet,
    ProbeFigures,
    ProbeResult,
    Samples,
)
from bootfit.model.platform import Builder, Platform, PythonDefaults
from bootfit.model.sizes import MIB


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


def measured(app, *probes, python="3.11.9"):
    """A set with an app that keeps ``app`` MiB (or a ProbeResult) and these probes."""
    conditions = Conditions("python", python, "x86_64", "6.1", "none", 0.0, 1, ())
    if not isinstance(app, ProbeResult):
        app = ProbeResult((), "app", "measured", "", figures(app, cpu=0.5))
    return MeasurementSet(conditions, app, tuple(probes))


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
