"""A real SSH server on 127.0.0.1 with one account that is a kiosk, and clients that log in to it."""

from __future__ import annotations

import getpass
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.harness import command_of
from tests.faults.kiosk import make_home, written_elsewhere
from tests.faults.table import Injected, stopwatch
from tests.ui.terminal import PATIENCE, Terminal, alive, children

CONFIG = """
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
PidFile {folder}/sshd.pid
AuthorizedKeysFile {folder}/learner_key.pub
StrictModes no
UsePAM no
PasswordAuthentication no
KbdInteractiveAuthentication no
LogLevel DEBUG1
PermitUserEnvironment no
AcceptEnv LANG LC_*
SetEnv HOME={home}
"""
"""What makes the server the test's own; behind it comes the block of docs/kiosk.md."""
MANUAL = Path(__file__).parent.parent.parent / "docs" / "kiosk.md"
_RUN_SSH = ("-c", "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])")


def missing() -> str:
    """Why no server can be started here; "" if one can."""
    for program in ("sshd", "ssh", "ssh-keygen", "scp", "sftp"):
        if _program(program) is None:
            return f"there is no {program} (Debian: openssh-server, openssh-client)"
    return ""


def documented(user: str, python: str) -> str:
    """The block that the manual tells an administrator to write, for another account and another Python."""
    [block] = re.findall(r"```\n(Match User .*?)```", MANUAL.read_text(encoding="utf-8"), re.DOTALL)
    for theirs, ours in (("Match User learner", f"Match User {user}"), ("/opt/dltutor/bin/python", python)):
        assert block.count(theirs) == 1, block
        block = block.replace(theirs, ours)
    return str(block)


class Server:
    """An sshd of the test's own, with keys and a home directory in ``folder``; a context manager."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        make_home(self.home)
        self.log = folder / "sshd.log"
        self.key = folder / "learner_key"
        for name in ("host_key", "learner_key"):
            subprocess.run(
                ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", str(folder / name)], check=True
            )
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = folder / "sshd_config"
        names = {"port": self.port, "folder": folder, "home": self.home, "user": getpass.getuser()}
        config.write_text(CONFIG.format(**names) + documented(getpass.getuser(), sys.executable))
        if os.getuid() == 0:
            Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd insists on it, and its service makes it
        command = [str(_program("sshd")), "-D", "-e", "-f", str(config)]
        with self.log.open("wb") as log:
            self._process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def __enter__(self) -> Self:
        until = time.monotonic() + 10
        while "Server listening" not in self.log.read_text():
            assert time.monotonic() < until and self._process.poll() is None, self.log.read_text()[-1000:]
            time.sleep(0.02)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for pid in [*self.sessions(), self._process.pid]:
            try:
                os.kill(pid, 9)
            except ProcessLookupError:
                continue
        self._process.wait()

    def sessions(self) -> list[int]:
        """All processes of those who are logged in."""
        return list(children(self._process.pid))

    def options(self, port: str = "-p") -> list[str]:
        """What every client is told."""
        settings = ("StrictHostKeyChecking=no", "UserKnownHostsFile=/dev/null", "IdentitiesOnly=yes",
                    "BatchMode=yes", "LogLevel=ERROR", "ConnectTimeout=10")  # fmt: skip
        named = [word for setting in settings for word in ("-o", setting)]
        return ["-F", "/dev/null", *named, "-i", str(self.key), port, str(self.port)]

    @property
    def host(self) -> str:
        return f"{getpass.getuser()}@127.0.0.1"

    def log_in(self, *command: str) -> Terminal:
        """A client in a terminal of its own."""
        words = ("ssh", *self.options(), "-tt", self.host, *command)
        return Terminal(self.home, *words, program=_RUN_SSH)

    def try_to(self, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
        """Run a client without a terminal."""
        return subprocess.run(
            words,
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=60,
        )


def logged_in(number: int, folder: Path) -> float:
    """Log in with or without a command, lose the line, log in again: the place is kept, nothing is left."""
    with Server(folder) as server:
        command = (), ("id",), ("sh", "-c", "id")
        with server.log_in(*command[number % 3]) as terminal:
            terminal.wait_for("Who makes the features?", 60)
            for key, drawn in (
                ("\r", "feature made by hand"),
                ("\x1b[C", "page 1 of"),
                ("\x1b[C", "page 2 of"),
            ):
                terminal.press(key)
                terminal.wait_for(drawn, 30)
            terminal.read(1)
            held = server.sessions()
            assert any("tutor" in command_of(pid) for pid in held), "the app is not seen"
            os.kill(terminal.pid, signal.SIGKILL)
            os.waitpid(terminal.pid, 0)
        gone = stopwatch()
        while left := [pid for pid in held if alive(pid)]:
            assert gone() < PATIENCE, f"left behind: {[command_of(pid) for pid in left]}"
            time.sleep(0.05)
        seconds = gone()
        with server.log_in() as terminal:
            terminal.wait_for("page 2 of", 60)
            assert b"uid=" not in terminal.seen, "a command was run"
        refused = server.try_to("ssh", *server.options(), server.host, "id")
        assert (refused.returncode, refused.stdout) == (2, ""), refused
        assert server.try_to("sftp", *server.options("-P"), server.host).returncode != 0, "files go out"
        assert not written_elsewhere(server.home), "something was written outside the data directory"
    return seconds


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


FAULTS = (
    Injected(
        "an account that is a kiosk, over SSH: the line drops, commands, sftp",
        "a login goes on where it was; nothing else is run; no process left after 10 s",
        count=20,
        short=0,
        attempt=logged_in,
        limit=10.0,
        unable=missing,
    ),
)
