"""Small experiments for the tests of the training process."""

from tutor.content.model import DataSpec, Experiment, Goal, Knob, ModelSpec, Prediction, TrainingSpec
from tutor.worker.protocol import Load


def xor(epochs: int, goal: str) -> Experiment:
    """XOR with four hidden units: not finished in the time of a test, unless ``goal`` is reached early."""
    knobs = [
        Knob("learning_rate", "learning rate", [0.1, 0.5], "how far one step goes"),
        Knob("hidden_units", "hidden units", [2, 4], "how many"),
    ]
    return Experiment(
        id="xor",
        title="XOR",
        kind="network",
        about="XOR.",
        seconds=1.0,
        data=DataSpec("gate", {"gate": "xor"}),
        model=ModelSpec(
            layers="dense 4 tanh, dense 1 sigmoid", loss="binary_crossentropy", learning_rate=0.1
        ),
        training=TrainingSpec(epochs=epochs, batch_size=4),
        prediction=Prediction("", []),
        goal=Goal(goal, goal) if goal else None,
        knobs=knobs,
    )


def load(lesson: str = "test", seed: int = 0, epochs: int = 100_000, goal: str = "") -> Load:
    """The command that sets XOR up."""
    return Load(lesson, xor(epochs, goal), {}, seed)
