"""An experiment as a short script for Keras or PyTorch: the same data, starting weights and settings.

The script is plain text that a newcomer can read. Few numbers stand in it; more of them go into an ``.npz``
file beside it.
"""

from tutor.export.script import FRAMEWORKS, Script, export

__all__ = ["FRAMEWORKS", "Script", "export"]
