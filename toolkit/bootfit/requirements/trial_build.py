"""Building an sdist, to see whether it builds. It runs the project's code: only on request.

The build gets the tools that the platform's builder has, as far as this machine has them, an
environment of its own, a time limit and a memory limit, and nothing of it is left behind.
"""

import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from shutil import which
from tempfile import TemporaryDirectory
from threading import Lock

from bootfit.limits.boundary import open_boundary
from bootfit.limits.children import ChildResult, run_child
from bootfit.model.platform import Builder, Target
from bootfit.requirements.archives import MAX_COMPRESSED_BYTES
from bootfit.requirements.index import Index
from bootfit.requirements.index_page import IndexFile

TIME_LIMIT_SECONDS = 600.0
MEMORY_LIMIT_BYTES = 4 * 1024 * 1024 * 1024
_C = r"(?:gcc|cc|c89|c99|clang|tcc|icc|icx|nvc|zig)"
_CXX = r"(?:g\+\+|c\+\+|clang\+\+|icpc|icpx|nvc\+\+)"
_FORTRAN = r"(?:gfortran|f77|f90|f95|flang|ifort|ifx|nvfortran)"
_RUST = r"(?:cargo|rustc|rustup)"
#: Of a build's output the end tells what went wrong.
_LAST_LINES = 3
#: What every failing build says.
_FRAME = re.compile(
    r"hint:|error: Failed to build|cause: The build backend returned|Building wheel"
)
_LONGEST_LINE = 300
_TELLING = re.compile(r"\berror\b|Error\b|Exception\b|(?:not|be) found")
_ONE_AT_A_TIME = Lock()
_PASSED_ON = ("LANG", "LC_ALL", "SSL_CERT_FILE", "SSL_CERT_DIR", "HTTPS_PROXY", "HTTP_PROXY")


@dataclass(frozen=True)
class TrialBuild:
    """How a build ended; neither built nor failed where it could not be tried."""

    built: bool
    failed: bool
    #: What was built in which time, why it failed, or why it was not tried.
    words: tuple[str, ...]


def try_build(
    index: Index,
    sdist: IndexFile,
    target: Target,
    builder: Builder,
    *,
    cache: Path | None = None,
    exclude_newer: str | None = None,
    time_limit_seconds: float = TIME_LIMIT_SECONDS,
) -> TrialBuild:
    """Build a wheel of ``sdist`` with a Python of the target's version, and throw it away.

    Args:
        index: where the file is, and what the build requires.
        sdist: what to build.
        target: its Python is looked for on this machine.
        builder: what it has and this machine as well, the build gets.
        cache: where what builds require is kept from one to the next; None for nowhere.
        exclude_newer: as in `check_project`.
        time_limit_seconds: the build is killed after that.

    Raises:
        UndeterminedError: the index does not give the file.
    """
    if not _is_like_here(target):
        words = f"not built: this machine is not like {target}"
        return TrialBuild(False, False, (words,))
    python = find_python(target)
    if python is None:
        version = _python_name(target).removeprefix("python")
        return TrialBuild(False, False, (f"not built: this machine has no Python {version}",))
    with TemporaryDirectory(prefix="bootfit-build-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        if problem := _download(index, sdist, folder / sdist.filename):
            return TrialBuild(False, True, (problem,))
        tools = tools_of(builder, folder / "tools")
        command = _command(index, folder / sdist.filename, python, folder, exclude_newer)
        with open_boundary(MEMORY_LIMIT_BYTES) as boundary:
            done = run_child(
                command,
                cwd=folder,
                environment=_environment(folder, tools, cache),
                time_limit_seconds=time_limit_seconds,
                spawn=boundary.spawn,
            )
            killed = boundary.readings().oom_kills > 0
        wheels = sorted(path.name for path in (folder / "out").glob("*.whl"))
    if done.returncode == 0 and wheels:
        words = (
            f"built here with Python {_version(python)} in {done.wall_seconds:.0f} s: {wheels[0]}"
        )
        return TrialBuild(True, False, (words,))
    return TrialBuild(False, True, _why(done, killed, time_limit_seconds))


def tools_of(builder: Builder, folder: Path) -> Path:
    """Fill ``folder`` with links to all that is on our PATH, but for compilers it does not have.

    Returns:
        The folder, to be the PATH of a build.
    """
    absent = [
        pattern
        for has, pattern in (
            (builder.c_compiler, _C),
            (builder.cxx_compiler, _CXX),
            (builder.fortran_compiler, _FORTRAN),
            (builder.rust, _RUST),
        )
        if not has
    ]
    lacking = re.compile(rf"(?:.*-)?(?:{'|'.join(absent)})(?:-[\d.]+)?") if absent else None
    folder.mkdir(parents=True)
    for place in os.environ.get("PATH", os.defpath).split(os.pathsep):
        try:
            entries = list(os.scandir(place)) if place else []
        except OSError:
            continue
        for entry in entries:
            link = folder / entry.name
            # Shims are scripts that look for their tool on the PATH, and would find themselves.
            compiles = lacking is not None and lacking.fullmatch(entry.name)
            if compiles or Path(place).name == "shims":
                continue
            if not link.is_symlink() and os.access(entry.path, os.X_OK) and not entry.is_dir():
                link.symlink_to(os.path.realpath(entry.path))
    return folder


def missing_tool(builder: Builder, verdict: str) -> str:
    """Return the compiler that ``verdict`` needs and only the builder has; "" for none."""
    if verdict == "c-sdist" and builder.c_compiler:
        return "" if any(map(which, ("gcc", "cc", "clang"))) else "C compiler"
    if verdict == "rust-sdist" and builder.rust:
        return "" if which("cargo") else "cargo"
    return ""


def find_python(target: Target) -> Path | None:
    """Return an interpreter of this machine with the target's major and minor version."""
    major, minor = target.python_minor
    name = _python_name(target)
    if sys.version_info[:2] == (major, minor) and not target.free_threaded:
        return Path(getattr(sys, "_base_executable", "") or sys.executable)
    pyenv = Path(os.environ.get("PYENV_ROOT") or Path("~/.pyenv").expanduser())
    places = [Path(place) for place in os.environ.get("PATH", "").split(os.pathsep) if place]
    places += sorted(pyenv.glob(f"versions/{major}.{minor}.*/bin"))
    for place in places:
        if place.name != "shims" and os.access(place / name, os.X_OK):
            return place / name
    return None


def _python_name(target: Target) -> str:
    major, minor = target.python_minor
    return f"python{major}.{minor}{'t' if target.free_threaded else ''}"


def _is_like_here(target: Target) -> bool:
    """Return whether a build here speaks for ``target``: the same system, libc and processor."""
    systems = {"linux": "linux", "darwin": "macos", "win32": "windows"}
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(
        platform.machine().lower(), platform.machine().lower()
    )
    wanted = {"arm64": "aarch64"}.get(target.architecture, target.architecture)
    libc = "glibc" if platform.libc_ver()[0] == "glibc" else "musl"
    return (
        systems.get(sys.platform) == target.system
        and machine == wanted
        and (target.system != "linux" or target.libc == libc)
    )


def _version(python: Path) -> str:
    code = "import platform; print(platform.python_version())"
    try:
        done = subprocess.run(
            [python, "-I", "-c", code], capture_output=True, text=True, check=True, timeout=30
        )
    except (OSError, subprocess.SubprocessError):
        return "?"
    return done.stdout.strip()


def _download(index: Index, sdist: IndexFile, path: Path) -> str:
    """Write the file; return what is wrong with it, "" for nothing."""
    digest = sha256()
    read = 0
    with index.stream(sdist.url) as (_, chunks), path.open("xb") as file:
        for chunk in chunks:
            read += len(chunk)
            if read > MAX_COMPRESSED_BYTES:
                return f"its sdist has more than {MAX_COMPRESSED_BYTES // 2**20} MiB"
            digest.update(chunk)
            file.write(chunk)
    wanted = [one for one in sdist.digests if one.startswith("sha256:")]
    if wanted and f"sha256:{digest.hexdigest()}" not in wanted:
        return "its sdist is not the file that the index describes"
    return ""


def _command(
    index: Index, sdist: Path, python: Path, folder: Path, exclude_newer: str | None
) -> list[str]:
    config = folder / "uv.toml"
    config.touch(mode=0o600)
    lines = []
    for number, address in enumerate(reversed(index.addresses)):
        last = number == len(index.addresses) - 1
        url = json.dumps(address.with_credentials)
        lines += ["[[index]]", f"url = {url}", f"default = {str(last).lower()}"]
    config.write_text("\n".join(lines) + "\n")
    command = [_uv(), "build", "--wheel", str(sdist), "--out-dir", str(folder / "out")]
    command += ["--python", str(python), "--config-file", str(config), "--no-progress"]
    command += ["--color", "never", "--no-create-gitignore"]
    return [*command, *(["--exclude-newer", exclude_newer] if exclude_newer else [])]


def _uv() -> str:
    import uv

    # It asks `sysconfig`, which is not ready for several threads at once.
    with _ONE_AT_A_TIME:
        return uv.find_uv_bin()


def _environment(folder: Path, tools: Path, cache: Path | None) -> Mapping[str, str]:
    """Return an environment without what would help or hinder this build alone."""
    home = folder / "home"
    home.mkdir()
    kept = {name: os.environ[name] for name in _PASSED_ON if name in os.environ}
    if (tools / "cargo").exists():
        homes = {"CARGO_HOME": "~/.cargo", "RUSTUP_HOME": "~/.rustup"}
        kept |= {n: os.environ.get(n, str(Path(p).expanduser())) for n, p in homes.items()}
    return {
        **kept,
        "HOME": str(home),
        "PATH": str(tools),
        "UV_CACHE_DIR": str(cache or folder / "cache"),
        "UV_PYTHON_DOWNLOADS": "never",
        "UV_LINK_MODE": "copy",
    }


def _why(done: ChildResult, killed: bool, time_limit_seconds: float) -> tuple[str, ...]:
    if killed:
        return (f"its build needs more than {MEMORY_LIMIT_BYTES // 2**30} GiB of memory",)
    if done.timed_out:
        return (f"its build was not done after {time_limit_seconds:.0f} s",)
    if done.flooded:
        return ("its build flooded its output",)
    lines = [_readable(line) for line in (done.stdout + done.stderr).splitlines()]
    lines = [line for line in lines if line and not _FRAME.match(line)]
    errors = [line for line in lines if _TELLING.search(line)]
    shown = list(dict.fromkeys([*errors[-_LAST_LINES:], *lines[-1:]]))
    return tuple(shown) or (f"its build ended with code {done.returncode}",)


def _readable(line: str) -> str:
    text = "".join(char if char.isprintable() else " " for char in line)
    return " ".join(text.split())[:_LONGEST_LINE]
