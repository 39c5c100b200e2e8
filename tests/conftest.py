"""What every test and every command that one starts finds in its environment, wherever it runs."""

import os
import signal

#: Said by the machine that runs the tests, and read by bootfit: its width, colours and options.
_SET_HERE = ("NO_COLOR", "FORCE_COLOR", "CLICOLOR", "CLICOLOR_FORCE", "LINES")


def pytest_configure() -> None:
    for name in list(os.environ):
        options = name.startswith("BOOTFIT_") and not name.startswith("BOOTFIT_TEST_")
        if options or name in _SET_HERE:
            del os.environ[name]
    os.environ["COLUMNS"] = "110"
    # A shell starts what runs in its background with Ctrl-C ignored, and children inherit that.
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)
