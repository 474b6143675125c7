"""What ``fit`` returns."""

from __future__ import annotations

from dataclasses import dataclass, field

from tutor.engine.report import TrainingReport


@dataclass
class History:
    """One number per epoch for "loss", each metric and, with validation data, their "val_" twins."""

    epoch: list[int] = field(default_factory=list)
    history: dict[str, list[float]] = field(default_factory=dict)

    def add(self, epoch: int, loss: float, report: TrainingReport) -> dict[str, float]:
        """Append an epoch that has just ended; returns its values."""
        self.epoch.append(epoch)
        values = {"loss": loss, **report.metrics}
        if report.val_loss is not None:
            values["val_loss"] = report.val_loss
            values |= {f"val_{name}": value for name, value in report.val_metrics.items()}
        for name, value in values.items():
            self.history.setdefault(name, []).append(value)
        return values
