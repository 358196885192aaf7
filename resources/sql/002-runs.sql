-- SPDX-License-Identifier: GPL-3.0-or-later
-- What users say of their runs, runs that wait to be started, and edits that are to be made again.
ALTER TABLE runs ADD COLUMN note TEXT NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN shade INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN archived INTEGER NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN deleted_ms INTEGER NOT NULL DEFAULT 0;

CREATE TABLE queue (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    place INTEGER NOT NULL,
    name TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    settings TEXT NOT NULL,
    resumes INTEGER REFERENCES runs (id) ON DELETE CASCADE,
    added_ms INTEGER NOT NULL
);

-- Of a run, or of one that waits.
CREATE TABLE planned_edits (
    id INTEGER PRIMARY KEY,
    run INTEGER REFERENCES runs (id) ON DELETE CASCADE,
    queued INTEGER REFERENCES queue (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    key TEXT NOT NULL,
    value TEXT NOT NULL,
    reason TEXT NOT NULL,
    CHECK ((run IS NULL) <> (queued IS NULL))
);
CREATE INDEX planned_edits_of_run ON planned_edits (run, step);
CREATE INDEX planned_edits_of_queued ON planned_edits (queued, step);
