"""Where a finding is shown, and who it is, for readers that insist on both."""

import hashlib
from collections import Counter
from collections.abc import Sequence
from urllib.parse import quote

from bootfit.model.finding import Finding, Place, in_order
from bootfit.model.run import Run

#: Where a finding of no file is shown: the file that says what bootfit looks at.
_CONFIGURATION = "pyproject.toml"


def shown_place(run: Run, finding: Finding) -> Place:
    """Return the finding's own place, or the file that it is most likely mended in, line 1."""
    if finding.place is not None and finding.place.path:
        return finding.place
    files = run.check.requirement_files if run.check else ()
    if finding.code.startswith("BF1") and files:
        return Place(files[0], 1)
    return Place(_CONFIGURATION, 1)


def relative_uri(path: str) -> str:
    """Return ``path`` as a URI reference: percent-encoded, ``file:`` for an absolute one."""
    encoded = quote(path.encode("utf-8", "replace"))
    if path.startswith("/"):
        return f"file:///{encoded.lstrip('/')}"
    return encoded


def identified(findings: Sequence[Finding]) -> list[tuple[Finding, str]]:
    """Return ``findings`` in reading order, each with a fingerprint that no other has.

    Readers drop what has the fingerprint of another: a second finding of the same rule about the
    same subject in the same file gets a hash of its number as well.
    """
    met: Counter[str] = Counter()
    named: list[tuple[Finding, str]] = []
    for finding in in_order(findings):
        fingerprint = finding.fingerprint
        met[fingerprint] += 1
        if met[fingerprint] > 1:
            again = f"{fingerprint}:{met[fingerprint]}"
            fingerprint = hashlib.sha256(again.encode()).hexdigest()[:32]
        named.append((finding, fingerprint))
    return named
