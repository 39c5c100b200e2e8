"""gunicorn.conf.py: the plan's server settings, each with its reason."""

from bootfit.emit.context import EmitContext
from bootfit.emit.quoting import comment
from bootfit.model.plan import Choice, Plan
from bootfit.model.sizes import format_mib

PATH = "gunicorn.conf.py"
#: gunicorn has read these before it reads this file: setting them here would come too late.
_READ_EARLIER = ("GUNICORN_CMD_ARGS", "WEB_CONCURRENCY")
_DEFAULT_PORT = "8000"


def emit(plan: Plan, context: EmitContext) -> dict[str, str]:
    """Return ``{"gunicorn.conf.py": text}``: Python that any gunicorn since 20 reads."""
    platform = context.platform
    variable = platform.port_variable
    port = platform.environment.get(variable, _DEFAULT_PORT)
    reasons = {choice.setting: choice for choice in plan.choices}
    need = plan.memory
    parts = [
        comment(f"gunicorn serving {plan.app} on {platform.title} with Python {plan.python}."),
        comment(
            f"Predicted peak: {format_mib(need.predicted_peak_bytes)} of anonymous memory, of "
            f"{format_mib(need.budget_bytes)} less {format_mib(need.headroom_bytes)} of headroom."
        ),
        comment(f"IT DOES NOT FIT: {plan.refusal.message}") if plan.refusal else "",
        "import os\n\n",
        comment(f"The platform tells the port in {variable}."),
        f'bind = "0.0.0.0:" + os.environ.get({variable!r}, {port!r})\n\n',
        *_python_path(context),
        _setting("workers", plan.workers, reasons),
        _setting("threads", plan.threads, reasons),
        _setting("worker_class", plan.worker_class, reasons),
        _setting("preload_app", plan.preload, reasons, "preload"),
        _setting("timeout", plan.timeout_seconds, reasons),
        _setting("graceful_timeout", plan.graceful_timeout_seconds, reasons),
        _setting("max_requests", plan.max_requests, reasons),
    ]
    if plan.max_requests:
        parts.append(f"max_requests_jitter = {plan.max_requests_jitter!r}\n\n")
    parts += [
        comment("The control socket takes 2 MB and a path that all instances of a user share."),
        "control_socket_disable = True\n\n",
    ]
    if plan.worker_tmp_dir:
        folder = repr(plan.worker_tmp_dir)
        parts += [
            _reason(reasons.get("worker_tmp_dir")),
            f"if os.path.isdir({folder}) and os.access({folder}, os.W_OK):\n",
            f"    worker_tmp_dir = {folder}\n\n",
        ]
    parts += _environment(plan)
    return {PATH: "".join(parts).rstrip("\n") + "\n"}


def _python_path(context: EmitContext) -> list[str]:
    if not context.python_path:
        return []
    return [
        comment("The app's modules lie in a folder of their own, and are not installed."),
        f"pythonpath = {','.join(context.python_path)!r}\n\n",
    ]


def _setting(
    name: str, value: str | int | bool, reasons: dict[str, Choice], choice: str = ""
) -> str:
    return f"{_reason(reasons.get(choice or name))}{name} = {value!r}\n\n"


def _reason(choice: Choice | None) -> str:
    if choice is None:
        return ""
    reason = choice.reason[:1].upper() + choice.reason[1:]
    return comment(f"{reason} ({choice.evidence})." if choice.evidence else f"{reason}.")


def _environment(plan: Plan) -> list[str]:
    variables = {k: v for k, v in sorted(plan.environment.items()) if k not in _READ_EARLIER}
    if not variables:
        return []
    parts = [comment("What the platform's own settings say wins over these.")]
    parts += [
        comment(f"{choice.plugin}:{rung}: {reason}.")
        for choice in plan.plugins
        for rung, reason in choice.forbidden.items()
    ]
    parts += [f"os.environ.setdefault({k!r}, {v!r})\n" for k, v in variables.items()]
    return parts
