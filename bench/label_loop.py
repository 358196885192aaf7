#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""What labels on a policy's own samples are worth once it exploits its reward model, over seeds: one Markdown table.

    bench/label_loop.py [--preset ppo-reviews-hacked] [--seeds 0,1,2] [--labels 120] [--threads 1]

Each run is stopped at the first evaluation whose gold reward is at least --fall below the best so far while the learned
reward is above what it was then. A copy goes on as it is; in another, the samples of the --window last steps are put
into a label queue, judged by the gold reward (plumbline-cli labels judge, one verdict after another as a person's), and
the reward model is refreshed from them. Both are evaluated --updates updates later.
"""
import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path


class Workspace:
    def __init__(self, program, folder):
        self.program, self.folder = program, folder

    def call(self, *arguments):
        done = subprocess.run([self.program, *arguments, "--json"], capture_output=True, text=True,
                              env=dict(os.environ, PLUMBLINE_WORKSPACE=str(self.folder)))
        if done.returncode != 0:
            sys.exit(f"{' '.join(arguments)} failed:\n{done.stderr[-2000:]}")
        return [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]

    def metrics(self, *arguments):
        """Of all steps that the command tells of, by step."""
        steps = {}
        for event in self.call(*arguments):
            if event["event"] == "step":
                steps.setdefault(event["step"], {}).update(event["metrics"])
        return steps

    def copy(self, folder):
        shutil.copytree(self.folder, folder)
        return Workspace(self.program, folder)


def stop_when_it_exploits(workspace, a, seed):
    """Runs from evaluation to evaluation. Returns the step, and the metrics of evaluations by step."""
    evaluations, step = {}, 0
    while step < a.most:
        step += a.every
        start = ["resume", "policy"] if evaluations else [
            "run", a.preset, "--name", "policy", "--set", f"seed={seed}", "--set", f"threads={a.threads}",
            "--set", f"max_steps={a.most + a.updates + 1}", "--set", f"eval_steps={a.every}"]
        steps = workspace.metrics(*start, "--stop-at", str(step))
        evaluations.update({s: m for s, m in steps.items() if "eval/gold_reward" in m})
        best = max(evaluations, key=lambda s: evaluations[s]["eval/gold_reward"])
        now, then = evaluations[step], evaluations[best]
        if now["eval/gold_reward"] <= then["eval/gold_reward"] - a.fall and now["eval/reward"] > then["eval/reward"]:
            return step, evaluations
    sys.exit(f"seed {seed} does not exploit its reward model within {a.most} steps")


def measure(a, seed, folder):
    stopped = Workspace(a.program, folder / "stopped")
    step, evaluations = stop_when_it_exploits(stopped, a, seed)
    end = str(step + a.updates)
    plain = stopped.copy(folder / "plain").metrics("resume", "policy", "--stop-at", end)[int(end)]
    labelled = stopped.copy(folder / "labelled")
    labelled.call("labels", "queue", "policy", "--name", "samples", "--steps", str(step - a.window + 1), str(step),
                  "--most", str(a.labels))
    labelled.call("labels", "judge", "samples")
    extra = [argument for setting in a.set for argument in ("--set", setting)]
    steps = labelled.metrics("labels", "refresh", "policy", "samples", "--stop-at", end, *extra)
    refresh, after = steps[step], steps[int(end)]
    best = max(m["eval/gold_reward"] for m in evaluations.values())
    at = evaluations[step]
    return [seed, step, f"{best:.2f}, {at['eval/gold_reward']:.2f}", f"{at['eval/reward']:.2f}",
            f"{refresh['reward_refresh/pairs']:.0f}",
            f"{refresh['reward_refresh/accuracy_before']:.2f}, {refresh['reward_refresh/accuracy_after']:.2f}",
            f"{refresh['reward_refresh/held_out_before']:.2f}, {refresh['reward_refresh/held_out_after']:.2f}",
            f"{refresh['reward_refresh/seconds']:.1f}", f"{plain['eval/gold_reward']:.2f}",
            f"{after['eval/gold_reward']:.2f}"]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--preset", default="ppo-reviews-hacked")
    ap.add_argument("--seeds", default="0,1,2")
    ap.add_argument("--labels", type=int, default=120)
    ap.add_argument("--window", type=int, default=9)
    ap.add_argument("--updates", type=int, default=30)
    ap.add_argument("--every", type=int, default=10)
    ap.add_argument("--fall", type=float, default=0.1)
    ap.add_argument("--most", type=int, default=140)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--set", action="append", default=[], help="a setting changed with the refresh")
    ap.add_argument("--program", default=str(Path(__file__).parent.parent / "build/release/bin/plumbline-cli"))
    a = ap.parse_args()
    print("| seed | stopped after step | gold reward at its best, when stopped | learned reward when stopped | labels "
          "| labels the reward model agrees with, before and after | the same of the earlier held-out pairs "
          f"| seconds of the refresh | gold reward {a.updates} updates later without | with the refresh |")
    print("|" + "---|" * 10)
    for seed in a.seeds.split(","):
        with tempfile.TemporaryDirectory() as folder:
            cells = measure(a, seed, Path(folder))
        print("| " + " | ".join(str(cell) for cell in cells) + " |", flush=True)


if __name__ == "__main__":
    main()
