"""Record what index pages say of wheels: their file names and the Pythons that they require.

    python tests/record_wheel_names.py [--cache ~/.cache/bootfit/pages]

It asks no index: it reads the pages that runs of `bootfit check` have kept on this machine. To
record more, check real requirement files first. Addresses, digests and times are left out.
"""

import argparse
import lzma
from pathlib import Path

from bootfit.requirements.index_page import ProjectFiles
from bootfit.requirements.packed_page import PackedGroups, unpack_page

RECORD = Path(__file__).parent / "assets" / "requirements" / "wheel_names.txt.xz"
HEAD = "# project, then each wheel: its file name and, after a tab, the Python that it requires\n"


def wheels_of(folder: Path) -> dict[str, list[str]]:
    """Return project → a line for each wheel, of all pages kept in ``folder``."""
    found: dict[str, list[str]] = {}
    for path in sorted(folder.glob("*/*.page")):
        kept = path.read_bytes().partition(b"\n")[2]
        page = ProjectFiles(
            path.stem, groups=PackedGroups(path.stem, lambda kept=kept: unpack_page(kept))
        )
        files = [file for file in page.files if file.kind == "wheel"]
        # Pages of indexes that tests run on this machine are no record of anything.
        if files and not any("//127.0.0.1:" in file.url for file in files):
            lines = sorted(f"{file.filename}\t{file.requires_python}" for file in files)
            found[path.stem] = max(found.get(path.stem, []), lines, key=len)
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--cache", type=Path, default=Path("~/.cache/bootfit/pages").expanduser())
    found = wheels_of(parser.parse_args().cache)
    text = HEAD + "".join(
        f"{name}\n" + "".join(f" {line}\n" for line in lines) for name, lines in found.items()
    )
    RECORD.write_bytes(lzma.compress(text.encode(), preset=9 | lzma.PRESET_EXTREME))
    wheels = sum(map(len, found.values()))
    print(f"{len(found)} projects, {wheels} wheels, {RECORD.stat().st_size} bytes")


if __name__ == "__main__":
    main()
