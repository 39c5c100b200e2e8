"""Loading one rung: is it installed, does it import, does its object come to be."""

from __future__ import annotations

from bootfit.lazy.outcome import Declined

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from bootfit.lazy.declaration import Implementation


def missing_module(rung: Implementation) -> str | None:
    """Return the first declared module that is not there, without importing any."""
    import importlib.util
    import sys

    for module in rung.imports:
        name = module.partition(".")[0]
        try:
            if importlib.util.find_spec(name) is None:
                return name
        except ImportError:
            return name
        except ValueError:  # in sys.modules, but without a spec: None blocks it, a stub serves
            if sys.modules.get(name) is None:
                return name
    return None


def make(rung: Implementation) -> Any:
    """Import the target and return what it makes.

    Raises:
        Exception: whatever the import or the construction raises.
    """
    import importlib

    module, _, attribute = rung.target.partition(":")
    made: Any = importlib.import_module(module)
    for name in attribute.split("."):
        made = getattr(made, name)
    return made()


def failed(rung: Implementation, error: BaseException) -> Declined:
    """Return ``error`` of a load as the reason why ``rung`` does not serve."""
    if isinstance(error, MemoryError):
        return Declined(rung.name, "no_memory", told(error))
    return Declined(rung.name, "import_failed", told(error))


def ends_the_server(error: BaseException) -> bool:
    """Whether ``error`` is the word of a signal handler, and not of a rung.

    A server ends a worker by a signal whose handler calls `sys.exit` (gunicorn does at a time-out)
    wherever the main thread is at that moment: in the middle of a rung's work, perhaps. It shows
    by the handler's own frame in the traceback.
    """
    if not isinstance(error, SystemExit):
        return False
    import signal

    handlers = [signal.getsignal(number) for number in signal.valid_signals()]
    codes = {getattr(getattr(one, "__func__", one), "__code__", None) for one in handlers}
    trace = error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code in codes:
            return True
        trace = trace.tb_next
    return False


def told(error: BaseException) -> str:
    """Return an exception in one line of bounded length."""
    text = " ".join(str(error).split())[:300]
    return f"{type(error).__name__}: {text}" if text else type(error).__name__
