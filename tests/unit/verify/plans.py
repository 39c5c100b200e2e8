"""Plans, platforms and descriptions made by hand, for servers that are small and quick."""

from bootfit.model.app import AppDescription, RequestSpec, Route
from bootfit.model.plan import MemoryNeed, Plan
from bootfit.model.platform import Builder, Platform, PythonDefaults
from bootfit.model.sizes import MIB


def need(budget=200, predicted=150, headroom=None):
    """In MiB; a headroom of a tenth unless one is given."""
    return MemoryNeed(
        budget_bytes=budget * MIB,
        headroom_bytes=(budget // 10 if headroom is None else headroom) * MIB,
        master_bytes=20 * MIB,
        worker_bytes=20 * MIB,
        union_bytes=0,
        transient_bytes=0,
        overhead_bytes=0,
        predicted_peak_bytes=predicted * MIB,
        union_basis="none",
    )


def plan(app="tiny_app:app", *, memory=None, environment=None, refusal=None, **server):
    settings = {
        "workers": 1,
        "threads": 2,
        "worker_class": "gthread",
        "timeout_seconds": 30,
        "max_requests": 0,
        **server,
    }
    return Plan(
        app=app,
        platform="small",
        python="3.11.9",
        preload=False,
        graceful_timeout_seconds=5,
        max_requests_jitter=0,
        worker_tmp_dir="/tmp",
        environment=environment or {},
        plugins=(),
        memory=memory or need(),
        choices=(),
        refusal=refusal,
        **settings,
    )


def files(of, *, command="gunicorn -c gunicorn.conf.py {app}", **extra):
    """What an emitter would write for that plan."""
    settings = {
        "workers": of.workers,
        "threads": of.threads,
        "worker_class": of.worker_class,
        "timeout": of.timeout_seconds,
        "graceful_timeout": of.graceful_timeout_seconds,
        "max_requests": of.max_requests,
        **extra,
    }
    lines = [f"{name} = {value!r}" for name, value in settings.items()]
    conf = "\n".join(["import os", "bind = f\"0.0.0.0:{os.environ['PORT']}\"", *lines, ""])
    return {
        "Procfile": f"web: {command.format(app=of.app)}\n",
        "gunicorn.conf.py": conf,
    }


def platform(**environment):
    return Platform(
        name="small",
        title="Small",
        family="tests",
        plan="small",
        memory_bytes=200 * MIB,
        cpu_share=0.5,
        operating_system="linux",
        architecture="x86_64",
        libc="glibc",
        libc_version="2.36",
        python=PythonDefaults("3.11.9", (">=3.9",), ("PYTHON_VERSION",)),
        builder=Builder(True, True, False, False, True),
        environment=environment,
        artefacts=("gunicorn", "procfile"),
        port_variable="PORT",
        facts=(),
    )


def description(*routes):
    """Routes as "GET /path" or "GET /path/<name>"."""
    found = []
    for route in routes:
        method, path = route.split(" ")
        names = tuple(part[1:-1].split(":")[-1] for part in path.split("/") if part[:1] == "<")
        found.append(Route(method, path, names))
    return AppDescription("tiny_app:app", "wsgi", "wsgi", tuple(found), ())


def get(path, *expect):
    return RequestSpec("GET", path, expect=expect or (200,))
