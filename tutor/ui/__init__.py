"""The app: Textual screens over the lessons, the quiz, the progress and the training process."""
