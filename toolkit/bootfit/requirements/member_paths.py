"""Members of an archive that would be written beside the folder it is unpacked into. Pure.

Installers refuse the whole archive then (pip, with the `data` filter of PEP 706).
"""

_LONGEST = 80


def unsafe_path(name: str) -> str:
    """Return why a member called ``name`` is refused; "" where it is not."""
    if _is_absolute(name):
        return f"its member {shown(name)} has an absolute path"
    return "" if _stays(name) else f"its member {shown(name)} leads out of it"


def unsafe_link(name: str, link: str, *, from_top: bool) -> str:
    """Return why a link called ``name`` is refused; "" where it leads to another member.

    Args:
        name: the path of the link.
        link: where it leads, from its own folder, or where ``from_top`` from the archive's top.
        from_top: it is a hard link.
    """
    if unsafe := unsafe_path(name):
        return unsafe
    folder = "" if from_top else name.rpartition("/")[0] + "/"
    if _is_absolute(link) or not _stays(folder + link):
        return f"its member {shown(name)} is a link to {shown(link)}"
    return ""


def shown(text: str) -> str:
    """Return a stranger's name as it may be printed: short, and in one line."""
    printable = "".join(char if char.isprintable() else "?" for char in text)
    return printable if len(printable) <= _LONGEST else printable[:_LONGEST] + "…"


def _is_absolute(path: str) -> bool:
    drive = len(path) > 1 and path[1] == ":" and path[0].isalpha()
    return path.startswith(("/", "\\")) or drive


def _stays(path: str) -> bool:
    depth = 0
    for part in path.replace("\\", "/").split("/"):
        depth += {"..": -1, ".": 0, "": 0}.get(part, 1)
        if depth < 0:
            return False
    return True
