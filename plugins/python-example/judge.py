#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""A judge of sentences for Plumbline: 1 where a text reads like the good ones, else 0.

It counts words (naive Bayes) in two files, one text a line: those that the environment variables
JUDGE_GOOD and JUDGE_BAD name, else good.txt and bad.txt beside this file. As it knows nothing of a
run's reward model, it can tell whether a policy learned what was meant or what that model likes.

Ask it about a trained model:  plumbline-cli eval --model RUN --task prompts.txt --reward ./judge.py
See how often it is right:     python3 judge.py GOOD BAD      (texts that it was not made from)
"""
import json
import math
import os
import re
import sys
from collections import Counter
from pathlib import Path

HERE = Path(__file__).resolve().parent


def words(text):
    """The different words of a text. How often one comes back does not count."""
    return set(re.findall(r"[^\W\d_]+(?:'[^\W\d_]+)?", text.lower()))


def read(path):
    texts = [line for line in Path(path).read_text(encoding="utf-8").splitlines() if line.strip()]
    if not texts:
        raise ValueError(f"{path} is empty")
    return texts


class Judge:
    """Log-odds of each word between good and bad texts, one added to every count."""

    def __init__(self, good, bad):
        counts = [Counter(word for text in texts for word in words(text)) for texts in (good, bad)]
        sizes = len(good) + 2, len(bad) + 2
        self.odds = {
            word: math.log((counts[0][word] + 1) / sizes[0] / (counts[1][word] + 1) * sizes[1])
            for word in counts[0] | counts[1]
        }

    def verdict(self, text):
        return 1.0 if sum(self.odds.get(word, 0.0) for word in words(text)) > 0 else 0.0


def make_judge():
    return Judge(read(os.environ.get("JUDGE_GOOD", HERE / "good.txt")),
                 read(os.environ.get("JUDGE_BAD", HERE / "bad.txt")))


def check(judge, good_file, bad_file):
    """Prints the share of right verdicts on texts whose kind is known."""
    right = [judge.verdict(text) == 1 for text in read(good_file)]
    right += [judge.verdict(text) == 0 for text in read(bad_file)]
    print(f"{sum(right) / len(right):.3f} of {len(right)} texts judged right")


def main():
    try:
        judge = make_judge()
    except (OSError, ValueError) as problem:
        print(json.dumps({"error": f"the judge has no texts to learn from: {problem}; "
                                   "set JUDGE_GOOD and JUDGE_BAD"}), flush=True)
        return
    if len(sys.argv) == 3:
        return check(judge, sys.argv[1], sys.argv[2])
    print(json.dumps({"plumbline": 1, "name": "judge"}), flush=True)
    for line in sys.stdin:
        batch = json.loads(line)
        scores = [judge.verdict(row["prompt"] + row["completion"]) for row in batch["rows"]]
        print(json.dumps({"id": batch["id"], "scores": scores}), flush=True)


if __name__ == "__main__":
    main()
