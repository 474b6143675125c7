"""How a network is told to the kernels: integers and flat buffers, so that a new network compiles nothing.

A network is a table of *operations*, one row each, whose columns are named below. Rows of numbers are padded
to a multiple of ``WIDTH`` (their *stride*); what lies in the padding is zero for weights and gradients and of
no account elsewhere.

What an operation reads or writes for one example is a grid: LINES by COLUMNS pixels in reading order, each of
CHANNELS numbers, PIXEL numbers from one to the next. A plain row is one pixel. An image has its pixels padded
one by one (PIXEL = ``padded(CHANNELS)``) or *packed* (PIXEL = CHANNELS, only the whole example padded), as
the network's input is and as a dense layer wants it; REPACK goes from one to the other.

Places in ``parameters`` and ``gradients`` are absolute; places in ``values``,
``deltas`` are per example and are multiplied by the workspace's ``capacity``, so that the table does not
depend on the batch size.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Floats = NDArray[Any]

WIDTH = 8
"""Numbers in a group; the same as ``cpu.lanes.WIDTH``."""

# Columns of the table of operations.
KIND = 0
LAYER = 1  # index of the layer that the operation belongs to
INPUT = 2  # place of the input in values, and of its gradient in deltas
OUTPUT = 3
IN_WIDTH = 4  # numbers per example
IN_STRIDE = 5
OUT_WIDTH = 6
OUT_STRIDE = 7
FUNCTION = 8  # code of the activation function; of dropout the rate, in units of 2**-53
KERNEL = 9  # place of the weights, (IN_WIDTH, OUT_STRIDE)
BIAS = 10  # place of the biases, (OUT_STRIDE,)
TRANSPOSED = 11  # place of the weights' transpose, (OUT_WIDTH, IN_STRIDE), in workspace.transposed
IN_LINES = 12
IN_COLUMNS = 13
IN_CHANNELS = 14
IN_PIXEL = 15
OUT_LINES = 16
OUT_COLUMNS = 17
OUT_CHANNELS = 18
OUT_PIXEL = 19
WINDOW_LINES = 20  # the size of a filter or of a pool
WINDOW_COLUMNS = 21
STEP_LINES = 22  # how far the window moves
STEP_COLUMNS = 23
TOP = 24  # lines of zeros above the image
LEFT = 25  # columns of zeros to the left of it
SCRATCH = 26  # place of the operation's own room in workspace.scratch
STATISTICS = 27  # place of the moving means (OUT_PIXEL,) in parameters; the moving variances follow
ADDED = 28  # what is added to the variance, the bits of a float64
KEPT = 29  # which share of the moving statistics a step leaves, the bits of a float64
SHORTCUT = 30  # place of the other way's values and deltas
BACKWARD = 31  # which gradients are wanted of it: the sum of some of the three below
WITH_NEXT = 32  # of a convolution: 1 if the activation that follows may be done along with it, on the CPU
COLUMNS = 33

# What BACKWARD is the sum of; where it is 0, back-propagation has come to its end.
OF_WEIGHTS = 1  # they are learned; else they are kept as they are
OF_INPUT = 2  # something before it is learned
OF_BIAS = 4  # it has biases, and they are learned; only with OF_WEIGHTS

# Kinds of operation.
DENSE = 0  # TRANSPOSED as above
ACTIVATION = 1
DROPOUT = 2
REPACK = 3
CONV = 4  # weights (pixels of the window, IN_CHANNELS, OUT_PIXEL), transpose (pixels, OUT_CHANNELS, IN_PIXEL)
MAX_POOL = 5
AVERAGE_POOL = 6
NORMALIZE = 7  # KERNEL and BIAS are (OUT_PIXEL,)
FORK = 8  # INPUT goes to OUTPUT and to SHORTCUT
JOIN = 9  # OUTPUT is INPUT + SHORTCUT

# Activation functions.
LINEAR = 0
SIGMOID = 1
TANH = 2
RELU = 3
SOFTMAX = 4
SIGN = 5
STEP = 6
LEAKY_RELU = 7
ELU = 8
GELU = 9
SOFTPLUS = 10
FUNCTIONS = 11

# Losses.
MEAN_SQUARED_ERROR = 0
BINARY_CROSSENTROPY = 1
CATEGORICAL_CROSSENTROPY = 2
HINGE = 3
MEAN_ABSOLUTE_ERROR = 4

# Optimizers.
SGD = 0
ADAM = 1
ADAGRAD = 2
RMSPROP = 3

# Ways to clip gradients.
NO_CLIPPING = 0
CLIP_VALUE = 1
CLIP_NORM = 2  # of each weight array
CLIP_GLOBAL_NORM = 3  # of all weights together

# How the learning rate goes.
NO_SCHEDULE = 0
CONSTANT_RATE = 1  # after a warm-up
EXPONENTIAL_DECAY = 2
COSINE_DECAY = 3
PIECEWISE_CONSTANT_DECAY = 4

# Places in Run.controls.
LOSS = 0
OPTIMIZER = 1
BATCH_SIZE = 2
SHUFFLE = 3
SEED = 4
NESTEROV = 5
CLIPPING = 6
SCHEDULE = 7
CONTROLS = 8

# Places in Run.rates.
LEARNING_RATE = 0
MOMENTUM = 1
BETA_1 = 2
BETA_2 = 3
EPSILON = 4
RHO = 5
WEIGHT_DECAY = 6
CLIP = 7
RATES = 8  # from here on the numbers of the schedule, if there is one

# Places in Run.counters.
STEPS = 0
EPOCHS = 1  # completed
POSITION = 2  # examples of the present epoch already used
STATUS = 3
COUNTERS = 4

# Values of counters[STATUS].
HEALTHY = 0
BAD_LOSS = 1
BAD_GRADIENT = 2
BAD_WEIGHTS = 3

# Columns of Network.penalties.
L1 = 0
L2 = 1

# Places in Run.sums, which the reader sets back to zero.
LOSS_SUM = 0  # each minibatch's loss times its examples
EXAMPLES_SUM = 1
SUMS = 2

# Places on the board of a team; what several threads write has a cache line of its own.
LINE = 8
TICKET = 0
FINISHED = LINE  # parts of the present stage
DOOR = 2 * LINE
BAD = 3 * LINE  # parts that met a number that is not finite, or may
STAGE = 4 * LINE  # from here on only the leader writes
PARTS = STAGE + 1  # of the present stage
FIRST = STAGE + 2  # place of the batch in the order of the examples
ROWS = STAGE + 3  # of the batch
STEPS_TO_DO = STAGE + 4
STEPS_DONE = STAGE + 5
PATIENCE = STAGE + 6  # how many naps the leader waits for a helper
LATE = STAGE + 7  # whether large layers' gradients are formed in the stage of the update
BOARD = 5 * LINE

# Values of board[DOOR].
OPEN = 0
SHUT = 1  # for helpers
OVER = 2


# Columns of a survey's figures (layers, FIGURES).
GRADIENT_SQUARES = 0
WEIGHT_SQUARES = 1
UPDATE_SQUARES = 2
MEAN = 3
DEVIATION = 4
SATURATED = 5  # shares
DEAD = 6
BAD_ACTIVATIONS = 7  # how many are NaN or infinite
BAD_GRADIENTS = 8
BAD_WEIGHTS_COUNT = 9
OUTPUT_FUNCTION = 10  # code of the activation function that ends the layer
FIGURES = 11

# A survey's counts (layers, HISTOGRAMS, BINS): of activations, of the gradients' sizes, of weights.
HISTOGRAMS = 3
BINS = 32
WEIGHTS_LOW, WEIGHTS_HIGH = -2.0, 2.0
GRADIENTS_LOW = -48  # the first bin begins at 2**-48; each is a factor of 4 wide


class Network(NamedTuple):
    """The table of operations and what it learns."""

    operations: Integers  # (operations, COLUMNS)
    parameters: Floats  # flat; behind the last that has a gradient, what is kept but not learned
    gradients: Floats  # flat
    tensors: Integers  # (weight arrays, 2): where each starts in parameters, and its length with the padding
    penalties: NDArray[np.float64]  # (weight arrays, 2): factors L1 and L2


class Workspace(NamedTuple):
    """Room for one batch of at most ``capacity`` examples."""

    capacity: int
    values: Floats
    deltas: Floats  # gradients of the loss by what stands in values
    transposed: Floats
    scratch: Floats


class Shards(NamedTuple):
    """Room for a batch that is cut into so many shards, see ``cpu.team``."""

    workspace: Workspace  # its arrays hold one shard's room after the other, its capacity is one shard's
    length: int  # how many shards
    gradients: Floats  # (length, parameters), flat
    work: int  # multiply-adds of one shard in a step, roughly


class Examples(NamedTuple):
    """``inputs`` and ``targets`` are flat, rows padded; ``order`` says which row comes when."""

    inputs: Floats
    targets: Floats
    order: Integers  # (n,)


class Run(NamedTuple):
    """The state of a training run; together with the parameters and slots, all that a snapshot needs."""

    controls: Integers
    rates: NDArray[np.float64]
    counters: Integers
    sums: NDArray[np.float64]
    slots: Floats  # flat, one slot of parameters after the other: what the optimizer remembers
    before: Floats  # the parameters before the last step of the latest launch


def padded(width: int) -> int:
    """``width`` rounded up to a whole number of lane groups."""
    return -(-width // WIDTH) * WIDTH


def rows_per_shard(batch: int, shards: int) -> int:
    """How many rows of a batch each shard has, but for the last ones: a multiple of four, as tiles are."""
    return -(-batch // (4 * shards)) * 4


LARGE = 16384
"""So many weights, padding included, have one gradient for a batch instead of one for each of its shards."""


def is_large(op: Integers) -> bool:
    """Whether the shards of a batch leave the gradient of the operation's weights to ``cpu.sums``."""
    learned = op[KIND] == DENSE and op[BACKWARD] & OF_WEIGHTS
    return bool(learned and op[IN_WIDTH] * op[OUT_STRIDE] >= LARGE)
