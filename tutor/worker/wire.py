"""Frames on a socket: four bytes of length, then a message of :mod:`tutor.worker.protocol`."""

from __future__ import annotations

import contextlib
import socket
import struct

_HEADER = struct.Struct(">I")
# A report with a heat map and images is some 50 kB; more than this is a broken stream, not a message.
MAX_FRAME = 1 << 24


class BrokenStream(Exception):
    """The bytes that came cannot be a message."""


class Channel:
    """One end of the connection. One thread may send while another receives; both block."""

    def __init__(self, end: socket.socket) -> None:
        self._socket = end

    def send(self, message: bytes) -> None:
        """Send one frame; raises OSError when the other end is gone."""
        self._socket.sendall(_HEADER.pack(len(message)) + message)

    def receive(self) -> bytes | None:
        """The next frame, or None when the other end is gone; raises :class:`BrokenStream`."""
        header = self._exactly(_HEADER.size)
        if header is None:
            return None
        (length,) = _HEADER.unpack(header)
        if length > MAX_FRAME:
            raise BrokenStream(f"a message of {length:,} bytes was announced")
        return self._exactly(length)

    def close(self) -> None:
        """Hang up; a thread that waits in :meth:`receive` or :meth:`send` comes back."""
        with contextlib.suppress(OSError):  # the other end may have been faster
            self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()

    def _exactly(self, count: int) -> bytes | None:
        parts = bytearray()
        while len(parts) < count:
            try:
                part = self._socket.recv(min(count - len(parts), 1 << 16))
            except OSError:
                return None
            if not part:
                return None
            parts += part
        return bytes(parts)
