"""Progress on stderr: one line that moves on a terminal, plain lines in a log."""

import sys
from types import TracebackType


class Progress:
    """Callable that shows what is being done; closes its line when the work ends."""

    def __init__(self, *, quiet: bool = False) -> None:
        self._quiet = quiet
        self._moving = sys.stderr.isatty()
        self._last = ""

    def __call__(self, text: str) -> None:
        """Show ``text`` in place of what was shown before."""
        if self._quiet or text == self._last:
            return
        self._last = text
        line = "".join(c if c.isprintable() else "�" for c in text)
        sys.stderr.write(f"\r\x1b[K{line[:120]}" if self._moving else f"{line}\n")
        sys.stderr.flush()

    def __enter__(self) -> "Progress":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._moving and not self._quiet:
            sys.stderr.write("\r\x1b[K")
            sys.stderr.flush()
