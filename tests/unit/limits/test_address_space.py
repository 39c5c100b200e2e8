import os
import subprocess
import sys
import threading

import pytest

from bootfit.limits.address_space import shares_address_space

pytestmark = pytest.mark.skipif(
    shares_address_space(os.getpid(), os.getpid()) is None, reason="the kernel offers no kcmp"
)


def test_a_thread_runs_in_the_memory_of_its_process_and_a_child_does_not():
    begun, end = threading.Event(), threading.Event()
    other = threading.Thread(target=lambda: (begun.set(), end.wait()))
    other.start()
    begun.wait()
    try:
        assert shares_address_space(os.getpid(), other.native_id) is True
    finally:
        end.set()
        other.join()
    with subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) as child:
        try:
            assert shares_address_space(child.pid, os.getpid()) is False
        finally:
            child.kill()
    assert shares_address_space(child.pid, os.getpid()) is None
