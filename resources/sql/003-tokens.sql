-- SPDX-License-Identifier: GPL-3.0-or-later
-- What filters and orders of completions need, beside their texts; what was measured of their
-- tokens; prompts that are watched over a run.
ALTER TABLE completions ADD COLUMN kl REAL;
ALTER TABLE completions ADD COLUMN prompt_key INTEGER NOT NULL DEFAULT 0;
-- text_key() is the program's own and known while it migrates (store/schema.cpp).
UPDATE completions SET prompt_key = text_key(prompt);

-- All numbers of a completion, so that none of the long rows is read to leave one out.
CREATE INDEX completions_facts ON completions
    (run, step, row, prompt_group, reward, advantage, length, ended, kl);
CREATE INDEX completions_of_prompt ON completions (run, prompt_key, step, row);

CREATE TABLE token_data (
    completion_id INTEGER PRIMARY KEY REFERENCES completions (id) ON DELETE CASCADE,
    data BLOB NOT NULL
);

CREATE TABLE pinned_prompts (
    id INTEGER PRIMARY KEY,
    prompt TEXT NOT NULL UNIQUE,
    time_ms INTEGER NOT NULL
);
