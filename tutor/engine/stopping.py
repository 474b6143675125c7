"""Stopping when it gets no better, as Keras means it."""

from __future__ import annotations

import math
from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from tutor.engine.checks import choice, listed, number, shown, switch, whole_number
from tutor.errors import EngineError

if TYPE_CHECKING:
    from tutor.engine.network import Sequential

MODES = ("auto", "min", "max")


class EarlyStopping:
    """Ends ``fit`` after the epoch in which ``monitor`` has not improved for ``patience`` epochs.

    ``monitor`` is a key of the history, for example "val_loss" or "val_accuracy". It improves when it is
    better than the best so far by more than ``min_delta``; in ``mode`` "auto" accuracies should rise and all
    else fall. With ``baseline`` an improvement counts only if it is better than that, too. Nothing is looked
    at before the epoch ``start_from_epoch``. With ``restore_best_weights`` the network ends with the weights
    of its best epoch, whether it was stopped or not; what the optimizer remembers is left as it is.
    """

    def __init__(
        self,
        monitor: str = "val_loss",
        min_delta: float = 0.0,
        patience: int = 0,
        mode: str = "auto",
        baseline: float | None = None,
        restore_best_weights: bool = False,
        start_from_epoch: int = 0,
    ) -> None:
        self.monitor = str(monitor)
        self.min_delta = number("min_delta", min_delta, least=0.0)
        self.patience = whole_number("the patience", patience, least=0)
        self.baseline = None if baseline is None else number("the baseline", baseline)
        self.restore_best_weights = switch("restore_best_weights", restore_best_weights)
        self.start_from_epoch = whole_number("start_from_epoch", start_from_epoch, least=0)
        rises = choice("mode", mode, MODES) == "max" or (mode == "auto" and self.monitor.endswith("accuracy"))
        self._sign = -1.0 if rises else 1.0
        self.begin()

    def begin(self) -> None:
        """Forget an earlier fit."""
        self.best = math.nan
        """The best value, NaN before the first epoch."""
        self.best_epoch = 0
        self.stopped_epoch = 0
        """The epoch that was the last; 0 where it was not stopped."""
        self._wait = 0
        self._weights: list[NDArray[Any]] | None = None

    def check(self, values: Collection[str]) -> None:
        """EngineError unless what it watches is among ``values``."""
        if self.monitor not in values:
            hint = "give fit validation_data" if self.monitor.startswith("val_") else ""
            known = ", ".join(values)
            raise EngineError(
                f"there is no {shown(self.monitor)} to watch", hint or f"there are: {known}; or add a metric"
            )

    def after_epoch(self, epoch: int, values: Mapping[str, float], model: Sequential) -> bool:
        """Whether to stop now; EngineError if there is no such value to watch."""
        self.check(values)
        if epoch < self.start_from_epoch:
            return False
        value = values[self.monitor]
        first = self.restore_best_weights and self._weights is None
        self._wait += 1
        better = math.isnan(self.best) or self._improves(value, self.best)
        if better:
            self.best = value
        if better or first:
            self.best_epoch = epoch
            self._weights = model.get_weights() if self.restore_best_weights else None
        if better and (self.baseline is None or self._improves(value, self.baseline)):
            self._wait = 0
        elif self._wait >= self.patience and epoch > 0:
            self.stopped_epoch = epoch
            return True
        return False

    def end(self, model: Sequential) -> None:
        """Put the best weights back, if that was asked."""
        if self._weights is not None:
            model.set_weights(self._weights)
            self._weights = None

    def arrays(self) -> dict[str, NDArray[Any]]:
        """What it remembers of the fit so far, for :meth:`take_up`."""
        kept = {f"weights_{place}": array for place, array in enumerate(self._weights or [])}
        return {"numbers": np.array([self.best, self.best_epoch, self.stopped_epoch, self._wait]), **kept}

    def take_up(self, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Go on with what :meth:`arrays` gave."""
        best, *whole = arrays["numbers"].tolist()
        self.best, (self.best_epoch, self.stopped_epoch, self._wait) = best, map(int, whole)
        self._weights = [arrays[f"weights_{place}"] for place in range(len(arrays) - 1)] or None

    def _improves(self, value: float, reference: float) -> bool:
        return self._sign * value + self.min_delta < self._sign * reference


def begun(callbacks: object, values: Collection[str]) -> list[EarlyStopping]:
    """The callbacks of a fit whose history will hold ``values``, each at its beginning."""
    found = listed("the callbacks", callbacks, "write it like [EarlyStopping()]")
    for callback in found:
        if not isinstance(callback, EarlyStopping):
            raise EngineError(f"{shown(callback)} is no callback", "there is EarlyStopping")
        callback.check(values)
    for callback in found:
        callback.begin()
    return found
