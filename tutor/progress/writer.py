"""The thread that commits off the event loop: a slow or full disk never holds up the screen."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, suppress
from dataclasses import dataclass, field
from datetime import datetime

from tutor.errors import StoreError
from tutor.progress.store import Store

Change = Callable[[Store], object]


@dataclass(frozen=True)
class _Job:
    change: Change
    at: datetime
    done: Future[None] = field(default_factory=Future)


class Writer:
    """Applies changes to the store one after the other, in the order in which they were submitted.

    What the disk refuses (full, locked) is kept in memory with all that follows it, and tried again with the
    next change, every ``retry_seconds``, and at the end; ``problem`` says so meanwhile. In use::

        writer.submit(lambda store: store.mark_page("perceptron", "the-rule"))
    """

    def __init__(self, store: Store, retry_seconds: float = 5.0) -> None:
        self.problem = ""
        """Empty, or one sentence for the learner: what is not saved yet, and why."""
        self.errors: list[str] = []
        """Everything that went wrong so far, oldest first."""
        self._store = store.twin()
        self._owns_store = self._store is not store
        self._retry_seconds = retry_seconds
        self._retry: threading.Timer | None = None
        # Appended to by whoever submits, taken from by the writer's thread.
        self._waiting: deque[_Job] = deque()
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="progress-writer")
        self._closed = self._given_up = False
        self._backed_up = False
        self._thread.submit(self._back_up)

    def submit(self, change: Change) -> Future[None]:
        """Hand over ``change``; returns at once. The future is done once its rows are safely on the disk.

        However late that is, the rows bear the time of now. Raises RuntimeError after :meth:`close`.
        """
        if self._closed:
            raise RuntimeError("the writer is closed")
        job = _Job(change, self._store.now())
        job.done.set_running_or_notify_cancel()  # whoever waits may give up waiting; the rows are written
        self._waiting.append(job)
        self._thread.submit(self._drain)
        return job.done

    def copy_with_waiting(self) -> Store:
        """A database in memory with all that is saved and all that still waits, for the caller to close.

        The disk is read for as long as it takes: not for the event loop.
        """
        waiting = list(self._waiting)  # first: what is saved meanwhile is in both; merging minds that
        return _with(waiting, self._store.copy_in_memory())

    @property
    def unsaved(self) -> object:
        """None if no progress waits because the disk refused, else all that does, to be compared."""
        if not self.problem:
            return None
        with closing(_with(list(self._waiting), Store.empty())) as alone:
            return alone.unsaved

    def flush(self, timeout: float = 2.0) -> bool:
        """Wait until all that was submitted has been tried; returns whether all of it is saved."""
        tried = self._thread.submit(self._drain)
        wait([tried], timeout)
        return tried.done() and not self._waiting

    def close(self, timeout: float = 5.0) -> bool:
        """Write what is left and end the thread; returns whether all is saved. A second call does nothing.

        Futures of changes that could not be saved end with the disk's :class:`StoreError`.
        """
        if self._closed:
            return not self._waiting
        self._closed = True
        saved = self.flush(timeout)
        self._given_up = not saved
        self._thread.submit(self._end)
        self._thread.shutdown(wait=saved)
        return saved

    # ------------------------------------------------------- in the writer's thread

    def _drain(self) -> None:
        """Commit from the head of the queue until it is empty or the disk refuses."""
        while self._waiting and not self._given_up:
            job = self._waiting[0]
            try:
                if self.problem and self._owns_store:
                    self._store.follow()
                job.change(self._store.as_of(job.at))
            except StoreError as error:
                self._refused(error)
                return
            except BaseException as error:
                # A mistake in the change itself: trying it again would hold up all others for ever.
                self._waiting.popleft()
                self.errors.append(f"{type(error).__name__}: {error}")
                job.done.set_exception(error)
                self._try_again()
                raise
            self._waiting.popleft()
            job.done.set_result(None)
        if not self._given_up:
            self.problem = ""
            self._back_up()

    def _back_up(self) -> None:
        """Once in a session; where another one wrote just then, again after the next change."""
        self._backed_up = self._backed_up or self._store.back_up()

    def _refused(self, error: StoreError) -> None:
        count = len(self._waiting)
        changes = "change is" if count == 1 else "changes are"
        self.problem = f"Not saved yet: {error.message}; {count} {changes} kept in memory and tried again."
        self.errors.append(error.message)
        if self._retry is None and not self._closed:
            self._retry = threading.Timer(self._retry_seconds, self._try_again)
            self._retry.daemon = True
            self._retry.start()

    def _try_again(self) -> None:
        self._retry = None
        with suppress(RuntimeError):  # closed meanwhile
            self._thread.submit(self._drain)

    def _end(self) -> None:
        if self._retry is not None:
            self._retry.cancel()
        for job in self._waiting:
            job.done.set_exception(StoreError(self.errors[-1] if self.errors else "not saved"))
        if self._owns_store:
            self._store.close()


def _with(waiting: Iterable[_Job], store: Store) -> Store:
    for job in waiting:
        job.change(store.as_of(job.at))
    return store
