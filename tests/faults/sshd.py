"""A real SSH server on 127.0.0.1 with one account that is a kiosk, and clients that log in to it."""

from __future__ import annotations

import getpass
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.faults.kiosk import make_home
from tests.ui.terminal import Terminal, children

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
Match User {user}
    ForceCommand {python} -I -B -m tutor --kiosk
    PermitTTY yes
    DisableForwarding yes
    AllowTcpForwarding no
    AllowAgentForwarding no
    AllowStreamLocalForwarding no
    X11Forwarding no
    PermitTunnel no
    PermitUserRC no
"""
"""The block of docs/kiosk.md, and around it what makes the server the test's own."""
_RUN_SSH = ("-c", "import os, sys; os.execvp(sys.argv[1], sys.argv[1:])")


def missing() -> str:
    """Why no server can be started here; "" if one can."""
    for program in ("sshd", "ssh", "ssh-keygen", "scp", "sftp"):
        if _program(program) is None:
            return f"there is no {program} (Debian: openssh-server, openssh-client)"
    return ""


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
        config.write_text(CONFIG.format(python=sys.executable, **names))
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


def _program(name: str) -> str | None:
    return shutil.which(name, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")
