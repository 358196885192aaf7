-- SPDX-License-Identifier: GPL-3.0-or-later
-- What several models answered to the same prompts, and what judges say of it. Nothing of it hangs
-- on a run, so that deleting one takes no answers with it.
CREATE TABLE answer_sets (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL,
    source TEXT NOT NULL,  -- JSON
    settings TEXT NOT NULL,  -- YAML
    added_ms INTEGER NOT NULL
);

CREATE TABLE answer_models (
    answer_set INTEGER NOT NULL REFERENCES answer_sets (id) ON DELETE CASCADE,
    model INTEGER NOT NULL,
    name TEXT NOT NULL,
    identity TEXT NOT NULL,
    run INTEGER,  -- NULL: the model of a folder
    step INTEGER NOT NULL,
    PRIMARY KEY (answer_set, model)
) WITHOUT ROWID;

CREATE TABLE answer_prompts (
    answer_set INTEGER NOT NULL REFERENCES answer_sets (id) ON DELETE CASCADE,
    prompt INTEGER NOT NULL,
    text TEXT NOT NULL,
    answer TEXT NOT NULL,
    source TEXT NOT NULL,
    PRIMARY KEY (answer_set, prompt)
);

CREATE TABLE answers (
    answer_set INTEGER NOT NULL REFERENCES answer_sets (id) ON DELETE CASCADE,
    model INTEGER NOT NULL,
    prompt INTEGER NOT NULL,
    completion TEXT NOT NULL,
    sampled TEXT NOT NULL,
    tokens BLOB NOT NULL,  -- int32, little-endian
    ended INTEGER NOT NULL,
    PRIMARY KEY (answer_set, model, prompt)
);

CREATE TABLE answer_scores (
    answer_set INTEGER NOT NULL REFERENCES answer_sets (id) ON DELETE CASCADE,
    judge TEXT NOT NULL,
    model INTEGER NOT NULL,
    prompt INTEGER NOT NULL,
    score REAL,  -- NULL: the judge says nothing of this answer
    PRIMARY KEY (answer_set, judge, model, prompt)
) WITHOUT ROWID;
