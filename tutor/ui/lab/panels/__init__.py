"""The lab's eight numbered panels. Each draws a frozen scene into so many cells, and keeps nothing."""

from tutor.ui.lab.panels.activations import ActivationsPanel
from tutor.ui.lab.panels.base import Panel
from tutor.ui.lab.panels.curves import CurvesPanel
from tutor.ui.lab.panels.health import HealthPanel
from tutor.ui.lab.panels.histograms import HistogramsPanel
from tutor.ui.lab.panels.inspector import InspectorPanel
from tutor.ui.lab.panels.network import NetworkPanel
from tutor.ui.lab.panels.picture import PicturePanel
from tutor.ui.lab.panels.runs import RunsPanel

PANELS: dict[int, Panel] = {
    panel.number: panel
    for panel in (
        CurvesPanel(),
        HealthPanel(),
        ActivationsPanel(),
        PicturePanel(),
        NetworkPanel(),
        HistogramsPanel(),
        InspectorPanel(),
        RunsPanel(),
    )
}
"""Number -> panel."""

__all__ = ["PANELS", "Panel"]
