#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A reward function for Plumbline: polite completions score higher. Copy it and change score().

Name the file in a run file:         reward_funcs: [./politeness.py]
Try it first:                        plumbline-cli reward ./politeness.py --prompt P --completion C

Plumbline starts the program once and talks to it in lines, each of them a JSON object. The first line
of the program is a hello; after that it answers each line that it reads with one line.
"""
import json
import sys

POLITE = ("please", "thank", "sorry", "would you", "kindly")
RUDE = ("stupid", "shut up", "idiot")


def score(row):
    """The score of one completion: a number, or None for no opinion.

    row["prompt"], row["completion"]: texts; row["completion_with_special"]: with the end token;
    row["answer"]: the reference answer, "" where there is none; row["tokens"]: ids of the tokens;
    row["ended"]: whether the model ended the text itself.
    """
    text = row["completion"].lower()
    if not text.strip():
        return None
    polite = sum(word in text for word in POLITE)
    rude = sum(word in text for word in RUDE)
    return min(polite, 3) / 3 - rude


def answer(batch):
    """One line for one batch: as many scores as there are rows, in their order."""
    scores = []
    for number, row in enumerate(batch["rows"]):
        try:
            scores.append(score(row))
        except Exception as problem:  # the run ends, and says at which completion
            return {"id": batch["id"], "error": repr(problem), "row": number}
    return {"id": batch["id"], "scores": scores}


def main():
    # Only answers go to standard output. print(..., file=sys.stderr) goes to the run's log.
    print(json.dumps({"plumbline": 1, "name": "politeness"}), flush=True)
    for line in sys.stdin:  # ends when Plumbline closes it
        print(json.dumps(answer(json.loads(line))), flush=True)


if __name__ == "__main__":
    main()
