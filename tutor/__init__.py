"""dltutor: a tutor for deep learning that lives in a terminal."""

__version__ = "0.1.0"
