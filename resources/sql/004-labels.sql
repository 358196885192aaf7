-- SPDX-License-Identifier: GPL-3.0-or-later
-- Answers to be judged, where they came from, and what people said of them. Nothing of it hangs on
-- a run, so that deleting one takes no verdict with it.
CREATE TABLE label_queues (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    name TEXT NOT NULL UNIQUE,
    source TEXT NOT NULL,  -- JSON
    added_ms INTEGER NOT NULL
);

CREATE TABLE label_items (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    queue INTEGER NOT NULL REFERENCES label_queues (id),
    place INTEGER NOT NULL,
    prompt TEXT NOT NULL,
    answer_a TEXT NOT NULL,
    answer_b TEXT,  -- NULL: one answer, to be called good or bad
    prompt_is_chat INTEGER NOT NULL,
    answers_are_chat INTEGER NOT NULL,
    text_key INTEGER NOT NULL,
    origin TEXT NOT NULL  -- JSON
);
CREATE INDEX label_items_of_queue ON label_items (queue, place);
CREATE INDEX label_items_of_text ON label_items (queue, text_key);

CREATE TABLE verdicts (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    item INTEGER NOT NULL REFERENCES label_items (id),
    annotator TEXT NOT NULL,
    choice TEXT NOT NULL
        CHECK (choice IN ('a', 'b', 'tie', 'both_bad', 'skip', 'good', 'bad', 'undo')),
    undoes INTEGER REFERENCES verdicts (id),
    strength INTEGER,
    note TEXT NOT NULL,
    seconds REAL,
    a_left INTEGER,
    round INTEGER NOT NULL,
    time_ms INTEGER NOT NULL,
    CHECK ((choice = 'undo') = (undoes IS NOT NULL))
);
CREATE INDEX verdicts_of_item ON verdicts (item, annotator, round, id);
CREATE UNIQUE INDEX verdicts_undone ON verdicts (undoes) WHERE undoes IS NOT NULL;

CREATE TRIGGER verdicts_stay BEFORE UPDATE ON verdicts
BEGIN SELECT RAISE(ABORT, 'verdicts are never changed'); END;
CREATE TRIGGER verdicts_are_kept BEFORE DELETE ON verdicts
BEGIN SELECT RAISE(ABORT, 'verdicts are never deleted'); END;

-- Of each annotator, item and round the newest verdict that was not taken back.
CREATE VIEW standing_verdicts AS
SELECT * FROM verdicts AS verdict
WHERE choice <> 'undo'
  AND NOT EXISTS (SELECT 1 FROM verdicts WHERE undoes = verdict.id)
  AND NOT EXISTS (
      SELECT 1 FROM verdicts AS later
      WHERE later.item = verdict.item AND later.annotator = verdict.annotator
        AND later.round = verdict.round AND later.id > verdict.id AND later.choice <> 'undo'
        AND NOT EXISTS (SELECT 1 FROM verdicts WHERE undoes = later.id));
