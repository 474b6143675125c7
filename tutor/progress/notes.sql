-- Version 2: what the learner writes down about a lesson, in one text. Resetting a lesson leaves it alone.

CREATE TABLE note (
    lesson      TEXT PRIMARY KEY,
    at          REAL NOT NULL,      -- of the last change, seconds since 1970, UTC
    text        TEXT NOT NULL
) WITHOUT ROWID;
