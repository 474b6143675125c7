"""What the learner has done: the SQLite database, its migrations, and the thread that writes to it."""
