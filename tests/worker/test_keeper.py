"""When a run is kept, in what file, and what is done about disks that refuse."""

import os
import time

import pytest

from tests.lab.examples import network
from tutor.errors import InputError
from tutor.lab import Run
from tutor.worker.client import WorkerClient
from tutor.worker.keeper import EVERY, Keeper
from tutor.worker.snapshot_file import SnapshotFile


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class SlowFile(SnapshotFile):
    """Each write takes so many seconds of the clock."""

    def __init__(self, path, clock, seconds):
        super().__init__(path)
        self.clock, self.seconds = clock, seconds

    def write(self, contents):
        self.clock.now += self.seconds
        super().write(contents)


@pytest.fixture
def file(tmp_path):
    return SnapshotFile(tmp_path / "data" / "training" / "1-a.snapshot")


@pytest.fixture
def run():
    run = Run(network(goal=None), "a", rewindable=True)
    run.step()
    return run


def kept_step(keeper, number=1):
    return keeper.find(number).told.step


def test_a_run_is_kept_every_few_seconds_and_at_once_where_that_is_asked(file, run):
    clock = Clock()
    keeper = Keeper(file, clock)
    seen = []
    for seconds, at_once in ((0, False), (EVERY - 0.1, False), (0, True), (EVERY - 0.1, False), (0.2, False)):
        clock.now += seconds
        run.step()
        keeper.keep(run, 1, at_once=at_once)
        seen.append(run.done - kept_step(keeper))
    assert seen == [0, 1, 0, 1, 0]


def test_a_slow_disk_gets_a_fiftieth_of_the_time(file, run):
    clock = Clock()
    keeper = Keeper(SlowFile(file.path, clock, 0.5), clock)
    keeper.keep(run, 1)
    run.step()
    for now, step in ((24.9, 1), (25.0, 2)):
        clock.now = now
        keeper.keep(run, 1)
        assert kept_step(keeper) == step


def test_the_file_is_private_and_goes_when_the_run_is_over_or_another_begins(file, run):
    keeper = Keeper(file)
    keeper.keep(run, 1)
    folder = file.path.parent
    assert (folder.stat().st_mode & 0o777, folder.parent.stat().st_mode & 0o777) == (0o700, 0o700)
    assert [(path.name, path.stat().st_mode & 0o777) for path in folder.iterdir()] == [
        ("1-a.snapshot", 0o600)
    ]
    keeper.forget()
    keeper.forget()
    assert list(folder.iterdir()) == []
    with pytest.raises(InputError, match="no snapshot"):
        keeper.find(1)


def test_another_number_is_another_run_and_rubbish_is_damage(file, run):
    keeper = Keeper(file)
    keeper.keep(run, 1)
    with pytest.raises(InputError, match="another run"):
        keeper.find(2)
    file.path.write_bytes(file.path.read_bytes()[:-1])
    with pytest.raises(InputError, match="damaged"):
        keeper.find(1)
    file.remove()
    file.path.symlink_to(file.path.with_name("elsewhere"))
    with pytest.raises(InputError, match="cannot be read"):
        keeper.find(1)


def test_a_disk_that_refuses_is_left_alone_for_a_while_and_leaves_nothing_old(file, run, monkeypatch):
    clock = Clock()
    keeper = Keeper(file, clock)
    keeper.keep(run, 1)
    folder = file.path.parent

    def full(*_):
        raise OSError(28, "No space left on device")

    clock.now = EVERY
    with monkeypatch.context() as patch:
        patch.setattr(os, "replace", full)
        patch.setattr(type(file.path), "replace", full)
        keeper.keep(run, 1)
    assert list(folder.iterdir()) == []
    clock.now += 59
    keeper.keep(run, 1)
    assert list(folder.iterdir()) == []
    clock.now += 1
    keeper.keep(run, 1)
    assert kept_step(keeper) == 1


def test_a_directory_that_others_may_write_to_is_not_used(file, run):
    file.path.parent.mkdir(parents=True)
    file.path.parent.chmod(0o777)
    Keeper(file).keep(run, 1)
    assert list(file.path.parent.iterdir()) == []


def test_what_killed_apps_left_goes_after_a_week_and_the_clients_own_at_its_end(tmp_path, monkeypatch):
    monkeypatch.setenv("DLTUTOR_DATA_DIR", str(tmp_path))
    own = SnapshotFile.new()
    for age, name in ((8, "2-b.snapshot"), (8, "2-b.new"), (6, "3-c.snapshot")):
        SnapshotFile(own.path.with_name("x.snapshot")).write(b"")
        path = own.path.with_name("x.snapshot").rename(own.path.with_name(name))
        then = time.time() - age * 86_400
        os.utime(path, (then, then))
    own.write(b"run")
    client = WorkerClient(python="/nowhere/python", snapshots=own)
    client.start()
    assert sorted(own.path.parent.iterdir()) == sorted([own.path.with_name("3-c.snapshot"), own.path])
    client.restart()
    assert own.path.exists(), "the next process wants it"
    client.close()
    assert not own.path.exists()


def test_without_a_home_nothing_is_kept(run, monkeypatch):
    for name in ("DLTUTOR_DATA_DIR", "XDG_DATA_HOME", "HOME"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    assert SnapshotFile.new() is None
    keeper = Keeper(None)
    keeper.keep(run, 1, at_once=True)
    keeper.forget()
    with pytest.raises(InputError, match="no snapshot"):
        keeper.find(1)
