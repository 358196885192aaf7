-- SPDX-License-Identifier: GPL-3.0-or-later
-- What the columns hold is told in docs/workspace.md.
CREATE TABLE runs (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    algorithm TEXT NOT NULL,
    preset TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN
        ('running', 'paused', 'finished', 'aborted', 'interrupted', 'failed')),
    settings TEXT NOT NULL,
    message TEXT NOT NULL,
    step INTEGER NOT NULL,
    total_steps INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    finished_ms INTEGER NOT NULL
);

CREATE TABLE metric_keys (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE
);

-- Without a rowid a point takes about 20 bytes and a curve lies in one piece.
CREATE TABLE metrics (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    key INTEGER NOT NULL REFERENCES metric_keys (id),
    step INTEGER NOT NULL,
    value REAL NOT NULL,
    PRIMARY KEY (run, key, step)
) WITHOUT ROWID;

-- With a rowid: rows with long texts would make the inner pages of the key's tree large.
CREATE TABLE completions (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    row INTEGER NOT NULL,
    prompt_group INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    completion TEXT NOT NULL,
    answer TEXT NOT NULL,
    reward REAL,
    reward_parts TEXT NOT NULL,
    advantage REAL NOT NULL,
    length INTEGER NOT NULL,
    ended INTEGER NOT NULL,
    UNIQUE (run, step, row)
);

CREATE TABLE edits (
    id INTEGER PRIMARY KEY,
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    key TEXT NOT NULL,
    old_value TEXT NOT NULL,
    new_value TEXT NOT NULL,
    reason TEXT NOT NULL,
    time_ms INTEGER NOT NULL
);
CREATE INDEX edits_of_run ON edits (run, step);

CREATE TABLE checkpoints (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    folder TEXT NOT NULL,
    is_best INTEGER NOT NULL,
    score REAL,
    bytes INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    PRIMARY KEY (run, step)
) WITHOUT ROWID;
