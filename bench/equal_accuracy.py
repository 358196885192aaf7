#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What algorithms cost until a held-out accuracy is reached, over seeds: one Markdown table.

    bench/equal_accuracy.py [PRESET ...] [--seeds 0,1,2] [--accuracy 0.9] [--threads 1]

Each preset is run once for each seed through plumbline-cli, evaluated every eval_steps updates as it
says itself. A row has what the ledgers had counted at the first evaluation that reached the accuracy;
seconds are those of the updates, without evaluations and without what stands before the first update.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

PRESETS = ["grpo-arithmetic", "ppo-arithmetic"]


def steps_of(program, preset, seed, threads, folder):
    """The metrics of every step of a fresh run, those of evaluations joined with their step's."""
    environment = dict(os.environ, PLUMBLINE_WORKSPACE=folder)
    done = subprocess.run([program, "run", preset, "--json", "--set", f"seed={seed}", "--set", f"threads={threads}"],
                          capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"{preset}, seed {seed} failed:\n{done.stderr[-2000:]}")
    steps = {}
    for line in done.stdout.splitlines():
        event = json.loads(line)
        if event["event"] == "step":
            steps.setdefault(event["step"], {}).update(event["metrics"])
    return steps


def row(preset, seed, steps, accuracy):
    evaluated = [step for step in sorted(steps) if "eval/accuracy" in steps[step]]
    first, last = steps[evaluated[0]], steps[evaluated[-1]]
    reached = next((step for step in evaluated if steps[step]["eval/accuracy"] >= accuracy), None)
    cells = [preset, seed, f"{first['eval/accuracy']:.3f}, {last['eval/accuracy']:.3f}",
             f"{last['eval/accuracy_greedy']:.3f}"]
    if reached is None:
        return cells + ["not reached"] + ["-"] * 4
    done = [steps[step] for step in sorted(steps) if 0 < step <= reached]
    at = done[-1]
    tokens = [f"{at['cost/' + kind + '_tokens'] / 1e3:.0f}k" for kind in ("generated", "trained", "scored")]
    return cells + [reached, f"{sum(s['step_time'] for s in done):.1f}", ", ".join(tokens),
                    f"{at['cost/flops'] / 1e9:.0f}, {last['cost/flops'] / 1e9:.0f}",
                    f"{max(s['memory/peak'] for s in done):.0f}"]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("presets", nargs="*", default=PRESETS)
    ap.add_argument("--seeds", default="0,1,2")
    ap.add_argument("--accuracy", type=float, default=0.9)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--program", default=str(Path(__file__).parent.parent / "build/release/bin/plumbline-cli"))
    a = ap.parse_args()
    print(f"| preset | seed | accuracy start, end | greedy | {a.accuracy:g} at step | seconds "
          "| tokens generated, trained, scored by then | operations by then, at the end (10^9) | peak memory by then, MB |")
    print("|" + "---|" * 9)
    for preset in a.presets:
        for seed in a.seeds.split(","):
            with tempfile.TemporaryDirectory() as folder:
                steps = steps_of(a.program, preset, seed, a.threads, folder)
            print("| " + " | ".join(str(cell) for cell in row(preset, seed, steps, a.accuracy)) + " |", flush=True)


if __name__ == "__main__":
    main()
