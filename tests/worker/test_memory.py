"""The training process holds one run at a time, and none of those before it."""

from __future__ import annotations

import gc
import weakref

from tests.worker.experiments import load
from tests.worker.test_host import PaperKeeper, PaperRun, pose
from tutor.worker.host import Host
from tutor.worker.protocol import Load, Pull, Reset, Start, Turn


def test_the_run_before_is_gone_when_the_next_one_is_built() -> None:
    built: list[weakref.ref[PaperRun]] = []

    def build(command: Load) -> PaperRun:
        assert not any(run() for run in built)
        run = PaperRun(command)
        built.append(weakref.ref(run))
        return run

    host = Host(lambda event: None, build, pose, PaperKeeper())
    gc.disable()  # it must not take a collection, which comes by seldom
    try:
        for seed in range(3):
            for command in (load(seed=seed), Start(), Pull(), Turn("live", 1), Turn("odd", 1), Reset(seed)):
                host.handle(command)
                host.advance()
    finally:
        gc.enable()
    assert len(built) == 3
