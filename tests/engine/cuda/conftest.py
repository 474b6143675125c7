"""These tests are collected only where a GPU is to be had: simulated, or asked for by ``make test-gpu``."""

from __future__ import annotations

import os

from tutor.engine import gpu

collect_ignore_glob: list[str] = []
if gpu.simulated():
    pass
elif os.environ.get("DLTUTOR_TEST_GPU"):
    gpu.find()  # says here, once, why there is none
else:
    collect_ignore_glob.append("test_*.py")
