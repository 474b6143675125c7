"""Kinds of layer, one file each: what the user writes down, and how it becomes operations."""

from tutor.engine.layers.activation import Activation
from tutor.engine.layers.base import Layer
from tutor.engine.layers.conv import Conv2D
from tutor.engine.layers.dense import Dense
from tutor.engine.layers.dropout import Dropout
from tutor.engine.layers.flatten import Flatten

__all__ = ["Activation", "Conv2D", "Dense", "Dropout", "Flatten", "Layer"]
