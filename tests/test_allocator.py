"""Memory that is free goes back to the system, garbage included."""

import subprocess
import sys

import pytest

HELD = """
import gc, ctypes, sys
from tutor.allocator import give_back, settle, share_one_arena

def resident():
    return next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmRSS")) / 1024

class Screen:
    def __init__(self):
        self.itself, self.text = self, bytearray(60_000)

gc.disable()
share_one_arena()
settle()
screens = [Screen() for _ in range(600)]
above = bytearray(60_000)
del screens
held = resident()
give_back()
print(held - resident())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc, and is about glibc")
def test_what_closed_screens_held_is_given_back() -> None:
    done = subprocess.run([sys.executable, "-c", HELD], capture_output=True, text=True, check=True)
    assert float(done.stdout) > 25
