"""Kinds of layer, one file each: what the user writes down, and how it becomes operations."""

from tutor.engine.layers.activation import Activation
from tutor.engine.layers.base import Layer, WeightedLayer, layer_list, with_trainable
from tutor.engine.layers.conv import Conv2D
from tutor.engine.layers.dense import Dense
from tutor.engine.layers.dropout import Dropout
from tutor.engine.layers.flatten import Flatten
from tutor.engine.layers.normalization import BatchNormalization
from tutor.engine.layers.pool import AveragePooling2D, GlobalAveragePooling2D, MaxPooling2D
from tutor.engine.layers.residual import Residual

__all__ = [
    "KINDS",
    "Activation",
    "AveragePooling2D",
    "BatchNormalization",
    "Conv2D",
    "Dense",
    "Dropout",
    "Flatten",
    "GlobalAveragePooling2D",
    "Layer",
    "MaxPooling2D",
    "Residual",
    "WeightedLayer",
    "layer_list",
    "with_trainable",
]

KINDS: dict[str, type[Layer]] = {
    layer.kind: layer
    for layer in (
        Dense,
        Conv2D,
        MaxPooling2D,
        AveragePooling2D,
        GlobalAveragePooling2D,
        BatchNormalization,
        Residual,
        Activation,
        Dropout,
        Flatten,
    )
}
"""The layers by their names in files."""
