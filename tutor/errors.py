"""Every error that a learner or a teacher may see: what is wrong, and what to do about it."""

from __future__ import annotations


class TutorError(Exception):
    """One clear line for people: ``message`` says what is wrong, ``hint`` what to do.

    The command line prints ``error: message`` and ``hint: hint`` and ends with ``exit_status``.
    """

    exit_status = 1

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint


class UsageError(TutorError):
    """A command, option or value that makes no sense."""

    exit_status = 2


class InputError(TutorError):
    """A file, data set, lesson pack or array that cannot be used as it is."""

    exit_status = 2


class EngineError(InputError):
    """A network, data set or setting that the training core refuses."""


class OutOfMemoryError(EngineError):
    """More memory is needed than there is, or than is allowed: on a larger machine it may well be done."""

    exit_status = 1


class GpuError(EngineError):
    """There is no GPU, or it failed: what was asked for can be done on the CPU."""


class StoreError(TutorError):
    """The progress database cannot be read or written."""
