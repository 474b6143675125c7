-- Version 3: how sure the learner was of an answer, and how many hints went before it. Older answers count
-- as sure and unaided: nothing else was asked then. How well a question is known is never stored: it follows
-- from this log.

ALTER TABLE answer ADD COLUMN sure INTEGER NOT NULL DEFAULT 1 CHECK (sure IN (0, 1));
ALTER TABLE answer ADD COLUMN hints INTEGER NOT NULL DEFAULT 0 CHECK (hints >= 0);
