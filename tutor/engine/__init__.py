"""The training core: networks of layers, trained by compiled loops. Needs numpy and numba, nothing else.

from tutor.engine import Sequential, Dense
model = Sequential([Dense(8, "tanh"), Dense(1, "sigmoid")], input_shape=(2,), seed=0)
model.compile("adam", "binary_crossentropy", metrics=["accuracy"])
model.fit(x, y, epochs=50)
"""

# ruff: noqa: E402  -- numba reads its cache directory when it is imported, so that is settled first
from tutor.engine import cache

cache.prepare()

from tutor.engine.architecture import describe, parse_layers
from tutor.engine.augmentation import Augmentation
from tutor.engine.history import History
from tutor.engine.layers import (
    Activation,
    AveragePooling2D,
    BatchNormalization,
    Conv2D,
    Dense,
    Dropout,
    Flatten,
    GlobalAveragePooling2D,
    Layer,
    MaxPooling2D,
    Residual,
)
from tutor.engine.many import Goal, ManyResult, train_many
from tutor.engine.network import Sequential
from tutor.engine.optimizers import SGD, Adagrad, Adam, AdamW, Optimizer, RMSprop
from tutor.engine.report import HealthReport, Histogram, LayerSurvey, TrainingReport
from tutor.engine.schedules import CosineDecay, ExponentialDecay, PiecewiseConstantDecay, Schedule, WarmUp
from tutor.engine.snapshot import Snapshot
from tutor.engine.stopping import EarlyStopping
from tutor.engine.surface import DecisionSurface, decision_surface
from tutor.engine.threads import set_threads
from tutor.engine.trainer import Trainer
from tutor.engine.warmup import warm_up

__all__ = [
    "SGD",
    "Activation",
    "Adagrad",
    "Adam",
    "AdamW",
    "Augmentation",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "CosineDecay",
    "DecisionSurface",
    "Dense",
    "Dropout",
    "EarlyStopping",
    "ExponentialDecay",
    "Flatten",
    "GlobalAveragePooling2D",
    "Goal",
    "HealthReport",
    "Histogram",
    "History",
    "Layer",
    "LayerSurvey",
    "ManyResult",
    "MaxPooling2D",
    "Optimizer",
    "PiecewiseConstantDecay",
    "RMSprop",
    "Residual",
    "Schedule",
    "Sequential",
    "Snapshot",
    "Trainer",
    "TrainingReport",
    "WarmUp",
    "cache",
    "decision_surface",
    "describe",
    "parse_layers",
    "set_threads",
    "train_many",
    "warm_up",
]
