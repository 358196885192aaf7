-- SPDX-License-Identifier: GPL-3.0-or-later
-- In which order a label queue shows its items and how often, and what reward models say of them.
ALTER TABLE label_queues ADD COLUMN ordering TEXT NOT NULL DEFAULT 'given'
    CHECK (ordering IN ('given', 'random', 'uncertain'));
ALTER TABLE label_queues ADD COLUMN order_seed INTEGER NOT NULL DEFAULT 0;
ALTER TABLE label_queues ADD COLUMN order_source TEXT NOT NULL DEFAULT '';
ALTER TABLE label_queues ADD COLUMN repeat_share REAL NOT NULL DEFAULT 0
    CHECK (repeat_share BETWEEN 0 AND 1);
ALTER TABLE label_queues ADD COLUMN double_share REAL NOT NULL DEFAULT 1
    CHECK (double_share BETWEEN 0 AND 1);

-- Orders other than the given one, which label_items.place has.
CREATE TABLE label_places (
    queue INTEGER NOT NULL REFERENCES label_queues (id),
    rank INTEGER NOT NULL,
    item INTEGER NOT NULL REFERENCES label_items (id),
    PRIMARY KEY (queue, rank)
) WITHOUT ROWID;

CREATE TABLE label_scores (
    item INTEGER NOT NULL REFERENCES label_items (id),
    model TEXT NOT NULL,
    reward_a REAL NOT NULL,
    reward_b REAL,  -- NULL: the item has one answer
    time_ms INTEGER NOT NULL,
    PRIMARY KEY (item, model)
) WITHOUT ROWID;

-- Of each annotator, item and round the newest verdict that was not taken back: at hand, so that
-- nobody looks for it among all verdicts. The triggers below alone write it.
CREATE TABLE label_standing (
    queue INTEGER NOT NULL,
    item INTEGER NOT NULL,
    annotator TEXT NOT NULL,
    round INTEGER NOT NULL,
    verdict INTEGER NOT NULL REFERENCES verdicts (id),
    choice TEXT NOT NULL,
    PRIMARY KEY (queue, item, annotator, round)
) WITHOUT ROWID;
INSERT INTO label_standing (queue, item, annotator, round, verdict, choice)
SELECT label_items.queue, item, annotator, round, verdict.id, choice
FROM standing_verdicts AS verdict JOIN label_items ON label_items.id = verdict.item;
CREATE INDEX label_standing_of_annotator ON label_standing (queue, annotator, verdict, choice);

CREATE TRIGGER verdicts_stand AFTER INSERT ON verdicts WHEN new.choice <> 'undo'
BEGIN
    INSERT INTO label_standing (queue, item, annotator, round, verdict, choice)
    SELECT queue, new.item, new.annotator, new.round, new.id, new.choice
    FROM label_items WHERE id = new.item
    ON CONFLICT DO UPDATE SET verdict = excluded.verdict, choice = excluded.choice;
END;
CREATE TRIGGER verdicts_fall AFTER INSERT ON verdicts WHEN new.choice = 'undo'
BEGIN
    DELETE FROM label_standing
    WHERE queue = (SELECT queue FROM label_items WHERE id = new.item) AND item = new.item
      AND annotator = new.annotator AND round = new.round;
    INSERT INTO label_standing (queue, item, annotator, round, verdict, choice)
    SELECT label_items.queue, item, annotator, round, verdict.id, choice
    FROM verdicts AS verdict JOIN label_items ON label_items.id = verdict.item
    WHERE item = new.item AND annotator = new.annotator AND round = new.round
      AND choice <> 'undo' AND NOT EXISTS (SELECT 1 FROM verdicts WHERE undoes = verdict.id)
    ORDER BY verdict.id DESC LIMIT 1;
END;

DROP VIEW standing_verdicts;
CREATE VIEW standing_verdicts AS
SELECT verdicts.* FROM label_standing JOIN verdicts ON verdicts.id = label_standing.verdict;
