"""Kiosk mode behind a real SSH server: log in, read, drop the line, go on; and nothing else gets in."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.kiosk import written_elsewhere
from tests.faults.sshd import Server, missing

pytestmark = pytest.mark.skipif(bool(missing()), reason=missing() or "sshd is there")


@pytest.fixture
def server(tmp_path: Path) -> Iterator[Server]:
    with Server(tmp_path) as server:
        yield server


def test_after_the_line_drops_a_login_goes_on_where_it_was(server: Server) -> None:
    with server.log_in() as terminal:
        terminal.wait_for("Who makes the features?", 60)
        for key, drawn in (("\r", "feature made by hand"), ("\x1b[C", "page 1 of"), ("\x1b[C", "page 2 of")):
            terminal.press(key)
            terminal.wait_for(drawn, 30)
        terminal.read(1)
        os.kill(terminal.pid, signal.SIGKILL)
        os.waitpid(terminal.pid, 0)
        gone_within(server, 10)
    with server.log_in("id", "-u") as terminal:  # a command makes no difference
        terminal.wait_for("page 2 of", 60)
        terminal.press("\x11")
        until = time.monotonic() + 30
        while terminal.wait_for_end(0.05) is None:
            assert time.monotonic() < until
            terminal.read(0.05)
        assert b"uid=" not in terminal.seen
    gone_within(server, 10)
    assert not written_elsewhere(server.home)


@pytest.mark.slow
def test_remote_commands_are_not_run(server: Server) -> None:
    mark = server.home / "mark"
    for command in (
        "id",
        f"touch {mark}",
        f"; touch {mark}",
        f"`touch {mark}`",
        f"sh -c 'touch {mark}'",
    ):
        done = server.try_to("ssh", *server.options(), server.host, command)
        assert (done.returncode, done.stdout) == (2, ""), done
        assert "this account runs dltutor alone" in done.stderr
    assert not mark.exists()


@pytest.mark.slow
def test_files_go_neither_in_nor_out(server: Server, tmp_path: Path) -> None:
    ours, theirs = tmp_path / "ours.txt", server.home / "theirs.txt"
    ours.write_text("in")
    theirs.write_text("out")
    for protocol in ([], ["-O"]):
        scp = ["scp", *protocol, *server.options("-P")]
        assert server.try_to(*scp, str(ours), f"{server.host}:{server.home}/in.txt").returncode != 0
        assert server.try_to(*scp, f"{server.host}:{theirs}", str(tmp_path / "out.txt")).returncode != 0
    assert server.try_to("sftp", *server.options("-P"), server.host).returncode != 0
    assert not (server.home / "in.txt").exists() and not (tmp_path / "out.txt").exists()


@pytest.mark.slow
def test_ports_and_agents_are_not_forwarded(server: Server, tmp_path: Path) -> None:
    options = [*server.options(), "-o", "ExitOnForwardFailure=yes"]
    with socket.create_server(("127.0.0.1", 0)) as inside:
        inside.settimeout(0.2)
        goal = f"127.0.0.1:{inside.getsockname()[1]}"
        out = server.try_to("ssh", *options, "-W", goal, server.host)
        assert out.returncode != 0 and "forwarding failed" in out.stderr
        back = server.try_to("ssh", *options, "-N", "-R", f"127.0.0.1:0:{goal}", server.host)
        assert back.returncode != 0 and "forwarding failed" in back.stderr
        with pytest.raises(TimeoutError):
            inside.accept()
    agent = tmp_path / "agent"
    held = subprocess.Popen(["ssh-agent", "-D", "-a", str(agent)], stdout=subprocess.DEVNULL)
    try:
        until = time.monotonic() + 10
        while not agent.exists():
            assert time.monotonic() < until
            time.sleep(0.02)
        server.try_to("ssh", *server.options(), "-A", server.host, SSH_AUTH_SOCK=str(agent))
    finally:
        held.kill()
        held.wait()
    assert "agent forwarding disabled" in server.log.read_text()


def gone_within(server: Server, seconds: float) -> None:
    """Wait until nobody is logged in any more."""
    until = time.monotonic() + seconds
    while left := server.sessions():
        assert time.monotonic() < until, f"left behind: {left}"
        time.sleep(0.05)
