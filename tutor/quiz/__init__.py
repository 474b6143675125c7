"""Questions and answers: grading, the course of a quiz, and the quiz without a screen. Knows no database."""
