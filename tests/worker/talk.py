"""Talking with a training process: wait for what it says, ask how it stands."""

import time
from collections.abc import Callable

from tutor.report import Report
from tutor.worker.client import WorkerClient
from tutor.worker.protocol import AnyEvent, Failed, Pull, Reported

PATIENCE = 60.0  # compiling from nothing on a loaded machine


def wait_for(condition: Callable[[], object], seconds: float = PATIENCE) -> float:
    """Wait until ``condition`` holds; returns how long that took."""
    start = time.monotonic()
    while not condition():
        assert time.monotonic() - start < seconds, "it did not happen in time"
        time.sleep(0.005)
    return time.monotonic() - start


def wait_for_event(client: WorkerClient, kind: type, seconds: float = PATIENCE) -> AnyEvent:
    """The next event of ``kind``; those before it are lost. A Failed that was not awaited is an error."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for event in client.poll():
            if isinstance(event, kind):
                return event
            assert not isinstance(event, Failed), event
        assert client.alive, client.exit_reason
        time.sleep(0.005)
    raise AssertionError(f"no {kind.__name__} in {seconds} s")


def pull(client: WorkerClient) -> Report:
    """The state of the run after every command sent so far."""
    client.send(Pull())
    event = wait_for_event(client, Reported)
    assert isinstance(event, Reported)
    return event.report


def steps(report: Report) -> float:
    return report.quantities["steps"]
