"""The scope with a systemd-run that is a script: it runs the command and tells its arguments."""

import subprocess
from pathlib import Path

import pytest

from bootfit.limits.hierarchies import Hierarchies, Hierarchy
from bootfit.limits.interface import BoundaryUnavailableError
from bootfit.limits.systemd_scope import SystemdScope
from bootfit.model.sizes import MIB

#: Claims that its command's group is the unit that it was asked for.
RUN = """#!/bin/sh
echo "$@" >> "{log}"
for word in "$@"; do case "$word" in --unit=*) unit="${{word#--unit=}}";; esac; done
while [ "$1" != -- ]; do shift; done
shift
if [ "$1" = cat ]; then echo "0::/user.slice/$unit"; exit {code}; fi
exec "$@"
"""
CONTROL = """#!/bin/sh
echo systemctl "$@" >> "{log}"
[ "$2" = show ] && echo {result}
exit 0
"""


@pytest.fixture
def systemd(tmp_path, monkeypatch):
    log = tmp_path / "log"

    def install(code=0, result="success"):
        tools = tmp_path / "bin"
        tools.mkdir()
        for name, text in (("systemd-run", RUN), ("systemctl", CONTROL)):
            (tools / name).write_text(text.format(log=log, code=code, result=result))
            (tools / name).chmod(0o755)
        monkeypatch.setenv("PATH", f"{tools}:/usr/bin:/bin")
        monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/user/1000")
        monkeypatch.setattr("bootfit.limits.systemd_scope._SCOPE_SECONDS", 0.05)
        return log

    return install


def scope(tmp_path, share=None):
    return SystemdScope(256 * MIB, share, Hierarchies(Hierarchy(tmp_path, tmp_path), {}))


def test_the_limits_are_properties_of_the_scope(systemd, tmp_path):
    log = systemd()
    with scope(tmp_path, share=0.1):
        asked = log.read_text().split()
    assert {"--user", "--scope", f"MemoryMax={256 * MIB}", "MemorySwapMax=0"} <= set(asked)
    assert "CPUQuota=10%" in asked


def test_the_command_does_not_see_the_bus(systemd, tmp_path):
    systemd()
    with scope(tmp_path) as boundary:
        child = boundary.spawn(
            ["env"],
            env={"PATH": "/usr/bin:/bin", "MARK": "1"},
            cwd=tmp_path,
            stdout=subprocess.PIPE,
        )
        told = child.communicate(timeout=10)[0].decode()
    assert "MARK=1" in told
    assert "XDG_RUNTIME_DIR" not in told


def test_a_scope_that_systemd_ended_for_memory_counts_as_a_kill(systemd, tmp_path):
    log = systemd(result="oom-kill")
    boundary = scope(tmp_path)
    with boundary:
        child = boundary.spawn(["true"], env={"PATH": "/usr/bin:/bin"}, cwd=Path("/"))
        child.wait(10)
        assert boundary.readings().oom_kills == 0
    assert boundary.readings().oom_kills == 1
    assert "systemctl --user stop bootfit-" in log.read_text()


def test_a_manager_that_refuses_is_named(systemd, tmp_path):
    systemd(code=1)
    with pytest.raises(BoundaryUnavailableError, match="systemd-run failed"):
        scope(tmp_path).open()


def test_without_version_2_there_is_no_scope_to_limit(systemd):
    systemd()
    with pytest.raises(BoundaryUnavailableError, match="version 2"):
        SystemdScope(MIB, None, Hierarchies(None, {})).open()
