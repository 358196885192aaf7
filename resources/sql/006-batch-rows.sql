-- SPDX-License-Identifier: GPL-3.0-or-later
-- The rows of files that a step of a run on preference pairs was made of.
CREATE TABLE batch_rows (
    run INTEGER NOT NULL REFERENCES runs (id) ON DELETE CASCADE,
    step INTEGER NOT NULL,
    rows TEXT NOT NULL,  -- JSON: lines by file, {"labels/1-pairs.jsonl": [3, 17]}
    PRIMARY KEY (run, step)
) WITHOUT ROWID;
