#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compare the memory that is forecast, the ledger of a run, and the process as the system counts it.

    bench/memory.py [--steps N] [--threads N] [--cache DIR] [NAME ...]

NAME is a preset, or one of the larger ones below (an 11 M model). Each is run by plumbline-cli in an
empty workspace while the process's own pages (RssAnon, those without a file behind them) are read every
few milliseconds. The table, in MB:
  forecast     the peak of a step as `plumbline-cli forecast` tells it
  step         the largest memory/peak of the run's steps
  run          memory/run_peak: the most that the ledger counted, phases and evaluations included
  growth       memory/growth: the most by which own pages grew, by the system's own high-water mark
  polled       the same from outside, as far as it was seen
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

PRESETS = ["sft-arithmetic", "sft-reviews", "reward-reviews", "dpo-arithmetic", "dpo-reviews", "online-dpo-reviews",
           "ppo-arithmetic", "ppo-reviews", "ppo-reviews-hacked", "grpo-arithmetic", "grpo-reviews",
           "rloo-arithmetic"]
LARGE = {"hidden_size": 384, "intermediate_size": 1024, "num_hidden_layers": 6, "num_attention_heads": 6,
         "num_key_value_heads": 6, "start_max_steps": 2, "start_check_steps": 1, "start_check_accuracy": 0,
         "start_sloppy_steps": 1, "max_steps": 3, "eval_steps": 0}
SIZED = {"sft-11m": "sft-arithmetic", "grpo-11m": "grpo-arithmetic", "ppo-11m": "ppo-arithmetic",
         "rloo-11m": "rloo-arithmetic"}
MEGABYTE = 1e6


def own_pages(pid):
    with open(f"/proc/{pid}/status") as status:
        for line in status:
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) * 1024 / MEGABYTE
    return 0.0


class Poll(threading.Thread):
    """Own pages of a process until it ends; `start` marks what growth is counted from."""

    def __init__(self, pid):
        super().__init__()
        self.pid, self.base, self.most = pid, None, 0.0

    def start_from_now(self):
        self.base = own_pages(self.pid)
        self.most = self.base

    def run(self):
        try:
            while True:
                self.most = max(self.most, own_pages(self.pid))
                time.sleep(0.003)
        except (FileNotFoundError, ProcessLookupError):
            pass

    def growth(self):
        return self.most - self.base if self.base is not None else float("nan")


def forecast(program, target, environment):
    done = subprocess.run([program, "forecast", *target, "--json"], capture_output=True, text=True, env=environment)
    if done.returncode != 0:
        sys.exit(f"forecast {' '.join(target)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout)


def run(program, target, environment):
    steps = []
    with tempfile.TemporaryDirectory() as workspace:
        process = subprocess.Popen([program, "run", *target, "--json", "--workspace", workspace],
                                   stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, env=environment)
        poll = Poll(process.pid)
        for line in process.stdout:
            event = json.loads(line)
            if event["event"] == "started":
                poll.start_from_now()
                poll.start()
            elif event["event"] == "step" and "memory/peak" in event["metrics"]:
                steps.append(event["metrics"])
        code = process.wait()
        poll.join()
    if code != 0 or not steps:
        sys.exit(f"run {' '.join(target)} failed with exit code {code}")
    return steps, poll.growth()


def target_of(name, steps, threads):
    settings = dict(LARGE) if name in SIZED else {}
    if steps and name not in SIZED:
        settings["max_steps"] = steps
    settings["threads"] = threads
    target = [SIZED.get(name, name)]
    for key, value in settings.items():
        target += ["--set", f"{key}={value}"]
    return target


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("names", nargs="*", default=PRESETS + list(SIZED))
    ap.add_argument("--program", default=str(Path(__file__).parent.parent / "build/release/bin/plumbline-cli"))
    ap.add_argument("--steps", type=int, default=0, help="steps of a preset's run (default: all)")
    ap.add_argument("--threads", type=int, default=2)
    ap.add_argument("--cache", default=None, help="a cache that stays; else every supervised start is made anew")
    a = ap.parse_args()
    ratios = {"forecast / step": [], "run / growth": []}
    print("| run | parameters | models | forecast | step | forecast / step | run | growth | run / growth | polled |")
    print("|---|---|---|---|---|---|---|---|---|---|")
    for name in a.names:
        with tempfile.TemporaryDirectory() as fresh:
            environment = dict(os.environ, PLUMBLINE_CACHE=a.cache or fresh)
            target = target_of(name, a.steps, a.threads)
            expected = forecast(a.program, target, environment)
            steps, polled = run(a.program, target, environment)
        last = steps[-1]
        step = max(metrics["memory/peak"] for metrics in steps)
        whole, growth = last["memory/run_peak"], last["memory/growth"]
        predicted = expected["metrics"]["memory/peak"]
        ratios["forecast / step"].append(predicted / step)
        ratios["run / growth"].append(whole / growth)
        print(f"| {name} | {expected['parameters'] / 1e6:.2f} M | {last['memory/models']:.0f} | {predicted:.1f} | "
              f"{step:.1f} | {predicted / step:.2f} | {whole:.1f} | {growth:.1f} | {whole / growth:.2f} | "
              f"{polled:.1f} |", flush=True)
    for title, values in ratios.items():
        print(f"{title}: {min(values):.2f} to {max(values):.2f}, median {statistics.median(values):.2f}")


if __name__ == "__main__":
    main()
