-- Version 1 of the progress database. Later versions are reached from here by the steps in migrations.py.
-- Rows are facts that happened; states (done, practised, ...) are derived when they are asked for.

CREATE TABLE meta (
    key     TEXT PRIMARY KEY,
    value   TEXT NOT NULL
);

-- The log of answers: only ever added to, except that resetting a lesson removes its rows.
CREATE TABLE answer (
    id          INTEGER PRIMARY KEY,
    at          REAL    NOT NULL,   -- seconds since 1970, UTC
    at_utc      TEXT    NOT NULL,   -- the same moment, ISO 8601, for people
    session     REAL    NOT NULL,   -- clock at the quiz's beginning: tells quizzes apart
    lesson      TEXT    NOT NULL,
    question    TEXT    NOT NULL,
    kind        TEXT    NOT NULL,
    given       TEXT    NOT NULL,   -- JSON; indices in the order of the lesson's file
    correct     INTEGER NOT NULL CHECK (correct IN (0, 1)),
    score       REAL    NOT NULL CHECK (score BETWEEN 0 AND 1),
    seconds     REAL    NOT NULL,
    mode        TEXT    NOT NULL,   -- lesson, quiz, plain, review or exam
    first_try   INTEGER NOT NULL CHECK (first_try IN (0, 1))
);
CREATE INDEX answer_by_question ON answer (lesson, question);

-- Finished training runs.
CREATE TABLE run (
    id              INTEGER PRIMARY KEY,
    at              REAL    NOT NULL,
    at_utc          TEXT    NOT NULL,
    lesson          TEXT    NOT NULL,
    experiment      TEXT    NOT NULL,
    goal_reached    INTEGER NOT NULL CHECK (goal_reached IN (0, 1)),
    prediction      INTEGER,        -- index of the option that the learner chose; NULL: predicted nothing
    outcome         INTEGER,        -- index of the option that came true; NULL: none did
    predicted_right INTEGER,        -- NULL: predicted nothing
    result          TEXT    NOT NULL -- the run's Result as JSON; what is not finite is null
);
CREATE INDEX run_by_lesson ON run (lesson);

CREATE TABLE page_seen (
    lesson      TEXT NOT NULL,
    page        TEXT NOT NULL,
    first_at    REAL NOT NULL,
    last_at     REAL NOT NULL,
    PRIMARY KEY (lesson, page)
) WITHOUT ROWID;

-- Where the learner left off: at most one row.
CREATE TABLE place (
    id          INTEGER PRIMARY KEY CHECK (id = 1),
    lesson      TEXT NOT NULL,
    part        TEXT NOT NULL,      -- read, lab or quiz
    page        TEXT NOT NULL       -- while reading a page's id, in the lab an experiment's
);
