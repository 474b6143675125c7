"""The form of the free bench as plain logic without a screen: choose a setting, change it, save, open."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from msgspec.structs import replace

from tutor import kiosk
from tutor.content.labfile import SUFFIX, read_lab, write_lab
from tutor.content.model import DataSpec, Experiment, ModelSpec, TrainingSpec
from tutor.content.parse import slug
from tutor.content.table import Table, read_table
from tutor.errors import InputError
from tutor.text import clean_line
from tutor.ui.workshop import choices
from tutor.ui.workshop.knobs import with_knobs
from tutor.ui.workshop.layers import STARTS, LayerText, output_layer, split
from tutor.ui.workshop.rows import Row, rows_of

FIRST = Experiment(
    id="bench",
    title="Free bench",
    kind="network",
    about="Set up on the free bench.",
    seconds=10.0,
    data=DataSpec("moons", dict(choices.DATA_SETS["moons"])),
    model=ModelSpec(
        layers="dense 8 tanh, dense 1 sigmoid",
        loss="binary_crossentropy",
        optimizer="adam",
        learning_rate=0.01,
    ),
    training=TrainingSpec(epochs=200),
)
"""Where a new bench begins: something that learns."""
_LAST_ACTIVATION = {"binary_crossentropy": "sigmoid", "categorical_crossentropy": "softmax"}
_SLIDING = ("conv", "maxpool", "avgpool", "globalpool")


class Form:
    """One experiment being set up. ``notice`` is what the last key did, or why it could not."""

    def __init__(self, experiments: Sequence[Experiment] = (), path: Path | None = None) -> None:
        self.path = path
        self.notice = ""
        self.rows: list[Row] = []
        self._take(experiments or [FIRST])

    # ------------------------------------------------------------------ what there is to see

    @property
    def experiment(self) -> Experiment:
        """As it would be saved and trained, with knobs for the lab; a new one is named after its title."""
        made = self._experiment
        return with_knobs(replace(made, id=slug(made.title) or made.id) if made.id == FIRST.id else made)

    @property
    def row(self) -> Row:
        """The chosen one."""
        return self.rows[self.chosen]

    @property
    def text(self) -> str:
        """The file as it would be written."""
        return write_lab([self.experiment, *self._others])

    @property
    def problem(self) -> str:
        """Why this cannot be trained, as far as the form can tell; the training process tells the rest."""
        model, data = self._experiment.model, self._experiment.data
        if data.name == choices.CSV and self._table is None:
            return "There is no table yet: choose the row file, press enter and type the path of a CSV file."
        last = LayerText.read(split(model.layers)[-1])
        needed = _LAST_ACTIVATION.get(model.loss)
        if needed and last.parts.get("activation", needed) != needed:
            found = last.parts["activation"]
            return (
                f"The loss {model.loss} needs {needed} in the last layer, not {found}: change one of the two."
            )
        outputs = self._outputs(data)
        if last.kind == "dense" and outputs is not None and last.parts["units"] not in _widths(outputs):
            fits = " or ".join(_widths(outputs))
            return f"For {data.name} the last layer has {fits} unit{'' if fits == '1' else 's'}: change that."
        return ""

    # ------------------------------------------------------------------ changing

    def turn(self, direction: int) -> None:
        """The neighbouring value of the chosen setting."""
        row = self.row
        try:
            changed = row.turned(direction)
        except InputError as error:
            self.notice = f"{error.message}; {error.hint}"
            return
        if changed is not None:
            self._change(changed)
        elif row.stops:
            self.notice = (
                f"{row.value} is the {'first' if direction < 0 else 'last'} value here; enter types one."
            )
        else:
            self.notice = "Press enter to type this one."

    def enter(self, text: str) -> bool:
        """Take a typed value for the chosen setting; False, with a notice, if it cannot be that."""
        try:
            changed = self.row.enter(clean_line(text))
        except InputError as error:
            self.notice = f"{error.message}; {error.hint}"
            return False
        self._change(changed)
        return True

    def add(self) -> None:
        """A layer below the chosen one; elsewhere in the form, before the last one."""
        layers = split(self._experiment.model.layers)
        place = self.row.layer + 1 if self.row.layer >= 0 else max(len(layers) - 1, 0)
        layers.insert(place, STARTS["dense"])
        self._change(self._with_layers(layers))
        self.chosen = next(number for number, row in enumerate(self.rows) if row.layer == place)
        self.notice = "A new layer: ←→ makes another kind of it."

    def delete(self) -> None:
        """The layer of the chosen row goes."""
        layers, place = split(self._experiment.model.layers), self.row.layer
        if place < 0:
            self.notice = "Choose a layer first: d takes it out."
        elif len(layers) == 1:
            self.notice = "A network needs one layer at least."
        else:
            del layers[place]
            self._change(self._with_layers(layers))
            place = min(place, len(layers) - 1)
            self.chosen = next(number for number, row in enumerate(self.rows) if row.layer == place)
            self.notice = "The layer is gone; a adds one."

    # ------------------------------------------------------------------ files

    def save(self, name: str) -> None:
        """Write the file called ``name``; raises :class:`InputError`."""
        path = _path(name)
        try:
            path.write_text(self.text, encoding="utf-8")
        except OSError as error:
            raise InputError(f"{path} cannot be written: {(error.strerror or str(error)).lower()}",
                             "choose another name") from error  # fmt: skip
        self.path = path
        later = "ctrl+o" if kiosk.enabled() else f"dltutor lab {path} runs it, dltutor bench {path}"
        self.notice = f"Saved as {path}. {later} opens it."

    def open(self, name: str) -> None:
        """Read the file called ``name``; raises :class:`InputError`."""
        path = _path(name)
        self._take(read_lab(path))
        self.path = path
        self.notice = f"Opened {path}."

    # ------------------------------------------------------------------ inside

    def _take(self, experiments: Sequence[Experiment]) -> None:
        first, *others = experiments
        if first.kind != "network":
            raise InputError(
                f"{first.id} is of kind {first.kind}, and the bench is for networks", "open another file"
            )
        self._experiment, self._others = replace(first, data=choices.completed(first.data)), others
        self.chosen = 0
        self._table: Table | None = None
        self._table_of = ""
        self._look_up()
        self.rows = rows_of(self._experiment, self._columns())

    def _change(self, changed: Experiment) -> None:
        before, self._experiment = self._experiment, changed
        self.notice = ""
        if changed.data != before.data:
            self._look_up()
            self._fit(before)
        self.rows = rows_of(self._experiment, self._columns())
        self.chosen = min(self.chosen, len(self.rows) - 1)

    def _with_layers(self, layers: list[str]) -> Experiment:
        return replace(self._experiment, model=replace(self._experiment.model, layers=", ".join(layers)))

    def _columns(self) -> list[str]:
        return list(self._table.columns) if self._table else []

    def _look_up(self) -> None:
        """Read the table that is to be learnt from, for its columns and classes; a notice if that fails."""
        data = self._experiment.data
        file = str(data.options.get("file", "")) if data.name == choices.CSV else ""
        if file == self._table_of:
            return
        self._table, self._table_of = None, file
        if file:
            try:
                self._table = read_table(kiosk.confined(file))
            except InputError as error:
                self.notice = f"{error.message}; {error.hint}"
                return
        columns = self._columns()
        if columns and data.options.get("target") not in columns:
            options = {**data.options, "target": columns[-1]}
            self._experiment = replace(self._experiment, data=replace(data, options=options))

    def _fit(self, before: Experiment) -> None:
        """Give the network the last layer and the loss that the data now asks for, and say so."""
        data, model = self._experiment.data, self._experiment.model
        outputs = self._outputs(data)
        if outputs is None or (data.name == before.data.name and outputs == self._outputs(before.data)):
            return
        last, loss = output_layer(outputs)
        layers = split(model.layers)
        hidden = layers[:-1]
        if data.name not in choices.IMAGES and any(LayerText.read(text).kind in _SLIDING for text in hidden):
            hidden = [STARTS["dense"]]
        if [*hidden, last] != layers or loss != model.loss:
            model = replace(model, layers=", ".join([*hidden, last]), loss=loss)
            self._experiment = replace(self._experiment, model=model)
            self.notice = f"The last layer and the loss now fit {data.name}: {last}, {loss}."

    def _outputs(self, data: DataSpec) -> int | None:
        """As ``choices.outputs_of``, for tables too; None where the table says nothing yet."""
        if data.name != choices.CSV:
            return choices.outputs_of(data)
        cells = self._table.columns.get(str(data.options.get("target"))) if self._table else None
        return (
            None if cells is None else choices.outputs_of_cells(cells, str(data.options.get("task", "auto")))
        )


def _widths(outputs: int) -> list[str]:
    """How many units the last layer can have for so many classes (0: an amount)."""
    return ["1"] if outputs == 0 else ["1", "2"] if outputs == 2 else [str(outputs)]


def _path(name: str) -> Path:
    name = clean_line(name)
    if not name:
        raise InputError("the file needs a name", "as in my.toml")
    return kiosk.confined(name if name.endswith(SUFFIX) else name + SUFFIX)
