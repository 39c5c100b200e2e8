"""Implementations whose memory is known to the byte."""

import mmap
import subprocess
import sys
import time

MIB = 1024 * 1024


def block(mebibytes):
    """Written to, so that every page is really there."""
    return bytearray(b"\1") * (mebibytes * MIB)


def kept():
    return block(24)


def exercise_kept(value):
    assert len(value) == 24 * MIB


def light():
    return None


def exercise_light(value):
    return None


def momentary():
    return object()


def exercise_momentary(value):
    block(40)


def with_child():
    return object()


def exercise_with_child(value):
    code = "import time; kept = bytearray(b'\\1') * (32 * 1024 * 1024); time.sleep(0.3)"
    subprocess.run([sys.executable, "-c", code], check=True)


def plain():
    return object()


def exercise_plain(value):
    time.sleep(0)


def brief():
    return object()


def exercise_brief(value):
    """Gone again before any sampling would see it: given back to the kernel at once."""
    size = 8 * MIB
    with mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS) as pages:
        for offset in range(0, size, mmap.PAGESIZE):
            pages[offset] = 1
