"""A home directory for a kiosk, and what became of its files, its environment and its children."""

from __future__ import annotations

import os
import re
from pathlib import Path

from tests.ui.terminal import children
from tutor import paths

HOSTILE = {
    "PYTHONINSPECT": "1",
    "TEXTUAL": "devtools,debug",
    "TEXTUAL_DRIVER": "tests.nowhere:Driver",
    "TEXTUAL_ALLOW_SIGNALS": "1",
    "NUMBA_DISABLE_JIT": "1",
    "NUMBA_ENABLE_CUDASIM": "1",
    "SSH_ORIGINAL_COMMAND": "id",
    "BROWSER": "touch %s",
}
"""Variables that would steer the program elsewhere."""


def make_home(folder: Path) -> dict[str, str]:
    """Make the home directory ``folder``; returns the environment of a login there.

    Its kernel cache is that of the user who runs the tests, so that nothing has to be compiled.
    """
    for name in (".cache", ".local/share"):
        (folder / name).mkdir(mode=0o700, parents=True)
    cache = paths.cache_dir()
    cache.mkdir(mode=0o700, parents=True, exist_ok=True)
    (folder / ".cache" / "dltutor").symlink_to(cache)
    written = {name: str(folder / name.lower()) for name in ("TEXTUAL_LOG", "TEXTUAL_SCREENSHOT_LOCATION")}
    redirected = {name: str(folder / "elsewhere") for name in ("DLTUTOR_CACHE_DIR", "XDG_DATA_HOME")}
    return HOSTILE | written | redirected | {"HOME": str(folder)}


def data_of(home: Path) -> Path:
    """The data directory of a kiosk with this home directory."""
    return home / ".local" / "share" / "dltutor"


def written_elsewhere(home: Path) -> list[Path]:
    """All files below ``home`` that do not lie in its data directory."""
    data = data_of(home)
    files = (Path(folder) / name for folder, _, names in os.walk(home) for name in names)
    return [path for path in files if not path.is_relative_to(data)]


def environment_of(pid: int) -> dict[str, str]:
    """The environment that the process was started with."""
    words = Path(f"/proc/{pid}/environ").read_bytes().split(b"\0")
    return dict(word.decode().split("=", 1) for word in words if b"=" in word)


def commands_below(pid: int) -> set[str]:
    """What the descendants of a process run: the last two parts of each program's or script's path."""
    found = set()
    own = Path(f"/proc/{pid}/cmdline").read_bytes()
    for child in children(pid):
        try:
            command = Path(f"/proc/{child}/cmdline").read_bytes()
        except OSError:  # it has just ended
            continue
        if command in (b"", own):  # it has ended, or is just about to become another program
            continue
        words = command.decode().split("\0")
        script = next((word for word in words if word.endswith(".py")), words[0])
        found.add("/".join(Path(script).parts[-2:]))
    return found


_HOOK = """
import os, sys
log = os.open({log!r}, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
WRITES = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
PROGRAMS = ("subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn", "os.system",
            "os.startfile", "pty.spawn", "webbrowser.open")
CHANGES = ("os.rename", "os.remove", "os.mkdir", "os.rmdir", "os.link", "os.symlink", "os.truncate",
           "os.chmod", "sqlite3.connect", "socket.connect", "socket.bind")
def hook(event, values):
    if event == "open" and isinstance(values[2], int) and values[2] & WRITES or event in PROGRAMS + CHANGES:
        os.write(log, f"{{event}}\\t{{values[:2]!r}}\\n".encode())
sys.addaudithook(hook)
from tutor.cli import main
sys.exit(main(["--kiosk"]))
"""


def watched(log: Path) -> tuple[str, ...]:
    """What Python runs for a kiosk that notes in ``log`` what it starts and what it writes."""
    return ("-I", "-B", "-c", _HOOK.format(log=str(log)))


def outward(log: Path, data: Path) -> list[str]:
    """Lines of ``log`` about programs other than the training process, and files not in ``data``."""
    lines = log.read_text().splitlines()
    assert any(line.startswith("sqlite3.connect") for line in lines), "nothing was noted"
    harmless = (str(data), "/dev/null", "worker/launch.py", ":memory:")
    opened_before = re.compile(r"open\t\(\d+, ")  # a descriptor, not a file's name
    return [
        line for line in lines if not (opened_before.match(line) or any(word in line for word in harmless))
    ]
