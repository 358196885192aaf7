#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reference numbers for win rates, Bradley-Terry strengths, Holm's correction and intervals of means.

Writes win-rates.txt and means.txt beside itself, from random tables:

    python3 make_reference.py     # needs numpy, scipy, statsmodels and choix

win-rates.txt, blank-separated words:
    table NAME MODELS PROMPTS
    scores        PROMPTS lines of MODELS numbers, "-" where one is missing
    cell RULE A B WINS LOSSES TIES LEFT_OUT COUNT SHARE LOW HIGH IS_BOOTSTRAP P HOLM
    strengths RULE REGULARISED
    strength MODEL VALUE LOW HIGH
means.txt:
    mean COUNT VALUES... MEAN LOW HIGH
    holm COUNT P... ADJUSTED...
"""
import pathlib

import choix
import numpy as np
import scipy.stats
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint

HERE = pathlib.Path(__file__).parent
RESAMPLES = 20000
BT_RESAMPLES = 4000


def word(x):
    return "-" if x is None else repr(float(x))


def random_scores(rng, models, prompts, levels, missing, spread):
    quality = spread * rng.normal(size=models)
    scores = quality + rng.normal(size=(prompts, 1)) + rng.normal(size=(prompts, models))
    if levels:
        scores = np.clip(np.round(scores + levels / 2), 0, levels - 1)
    return np.where(rng.random(scores.shape) < missing, np.nan, scores)


def pair_counts(scores, rule):
    """Wins [prompt, a, b], ties shared out under the rule."""
    a, b = scores[:, :, None], scores[:, None, :]
    both = ~np.isnan(a) & ~np.isnan(b)
    wins = (both & (a > b)).astype(float)
    if rule == "half":
        ties = both & (a == b)
        wins = wins + 0.5 * (ties & ~np.eye(scores.shape[1], dtype=bool))
    return wins


def newton(wins):
    """Maximum-likelihood log strengths of mean 0."""
    n = len(wins)
    games = wins + wins.T
    s = np.zeros(n)

    def likelihood(s):
        d = s[:, None] - s[None, :]
        return -(wins * np.logaddexp(0, -d)).sum()

    for _ in range(200):
        p = 1 / (1 + np.exp(s[None, :] - s[:, None]))
        gradient = (wins - games * p).sum(1)
        weights = games * p * (1 - p)
        np.fill_diagonal(weights, 0)
        hessian = np.diag(weights.sum(1)) - weights
        step = np.linalg.lstsq(hessian, gradient, rcond=None)[0]
        size = 1.0
        while likelihood(s + size * step) < likelihood(s) - 1e-12 and size > 1e-6:
            size /= 2
        s = s + size * step
        s -= s.mean()
        if np.abs(size * step).max() < 1e-13:
            break
    return s


def reach(steps):
    r = steps | np.eye(len(steps), dtype=bool)
    for _ in range(len(steps)):
        r = (r.astype(int) @ r.astype(int)) > 0
    return r


def fit(wins):
    if not reach((wins + wins.T) > 0).all():
        return None, False
    finite = reach(wins > 0).all()
    if not finite:
        wins = wins + 0.5 * ((wins + wins.T) > 0)
    return newton(wins), not finite


def check_against_choix(wins, strengths):
    data = []
    for a in range(len(wins)):
        for b in range(len(wins)):
            data += [(a, b)] * int(round(2 * wins[a, b]))  # halves
    other = choix.opt_pairwise(len(wins), data, alpha=0, method="Newton-CG", tol=1e-13)
    assert np.abs(other - other.mean() - strengths).max() < 1e-5, (other, strengths)


def write_cells(out, rng, scores, rule):
    prompts, models = scores.shape
    cells, ps = [], []
    for a in range(models):
        for b in range(a + 1, models):
            x, y = scores[:, a], scores[:, b]
            both = ~np.isnan(x) & ~np.isnan(y)
            x, y = x[both], y[both]
            w, l, t = int((x > y).sum()), int((x < y).sum()), int((x == y).sum())
            points = np.where(x > y, 1.0, np.where(x < y, 0.0, 0.5))
            bootstrap = rule == "half" and t > 0 and w > 0 and l > 0
            successes, count = {"half": (w + t / 2, w + l + t), "drop": (w, w + l),
                                "both_lose": (w, w + l + t)}[rule]
            if count == 0:
                share = low = high = None
            elif bootstrap:
                share = successes / count
                means = points[rng.integers(count, size=(RESAMPLES, count))].mean(1)
                low, high = np.quantile(means, [0.025, 0.975])
            else:
                share = successes / count
                low, high = proportion_confint(successes, count, 0.05, "wilson")
            p = scipy.stats.binomtest(w, w + l, 0.5).pvalue if w + l > 0 else None
            ps.append(p)
            cells.append([a, b, w, l, t, prompts - len(x), count, share, low, high, bootstrap, p])
    there = [p for p in ps if p is not None]
    holm = iter(multipletests(there, method="holm")[1] if there else [])
    for a, b, w, l, t, left, count, share, low, high, bootstrap, p in cells:
        adjusted = next(holm) if p is not None else None
        print("cell", rule, a, b, w, l, t, left, count, word(share), word(low), word(high),
              int(bootstrap), word(p), word(adjusted), file=out)


def write_strengths(out, rng, scores, rule):
    counts = pair_counts(scores, rule)
    counts = counts[(~np.isnan(scores)).sum(1) > 1]  # prompts on which something was judged
    strengths, regularised = fit(counts.sum(0))
    assert strengths is not None
    if not regularised:
        check_against_choix(counts.sum(0), strengths)
    resampled = []
    for _ in range(BT_RESAMPLES):
        drawn = counts[rng.integers(len(counts), size=len(counts))].sum(0)
        values, _ = fit(drawn)
        if values is not None:
            resampled.append(values)
    low, high = np.quantile(np.array(resampled), [0.025, 0.975], axis=0)
    print("strengths", rule, int(regularised), file=out)
    for m in range(len(strengths)):
        print("strength", m, word(strengths[m]), word(low[m]), word(high[m]), file=out)


def main():
    rng = np.random.default_rng(20261129)
    shapes = [  # models, prompts, levels (0: no ties), missing, spread
        ("two", 2, 40, 3, 0.0, 0.5),
        ("three", 3, 30, 4, 0.1, 0.5),
        ("five", 5, 64, 4, 0.15, 0.7),
        ("eight", 8, 100, 0, 0.05, 0.8),
        ("sparse", 4, 30, 3, 0.4, 0.3),
        ("one-sided", 3, 24, 0, 0.0, 6.0),
    ]
    with open(HERE / "win-rates.txt", "w") as out:
        for name, models, prompts, levels, missing, spread in shapes:
            scores = random_scores(rng, models, prompts, levels, missing, spread)
            print("table", name, models, prompts, file=out)
            for row in scores:
                print(*[word(None if np.isnan(x) else round(x, 6)) for x in row], file=out)
            scores = np.round(scores, 6)
            for rule in ("half", "drop", "both_lose"):
                write_cells(out, rng, scores, rule)
            for rule in ("half", "drop"):
                write_strengths(out, rng, scores, rule)
    with open(HERE / "means.txt", "w") as out:
        for count in (2, 3, 5, 12, 40, 200):
            values = rng.normal(rng.normal(), abs(rng.normal()) + 0.1, size=count)
            low, high = scipy.stats.t.interval(0.95, count - 1, values.mean(),
                                               scipy.stats.sem(values))
            print("mean", count, *[word(v) for v in values], word(values.mean()), word(low),
                  word(high), file=out)
        for count in (1, 2, 6, 15):
            ps = rng.random(count) ** 3
            if count > 5:
                ps[3] = ps[1]  # a tie
            print("holm", count, *[word(p) for p in ps],
                  *[word(p) for p in multipletests(ps, method="holm")[1]], file=out)


main()
