#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time Plumbline beside the Python peers on fixed workloads, the two in turn, and print one table.

    bench/compare.py --peers DIR --python PYTHON --models MODELS [--python-ppo PYTHON] [--rounds 5]
                     [--threads 1] [--dtype float32] [WORKLOAD ...]

DIR holds the peers' bench_trl.py; PYTHON is an interpreter with torch, transformers and trl, --python-ppo one
with the last trl that has a PPO trainer; MODELS was written by make_models.py. Every round runs the peer, then
Plumbline, pinned to the same cores; the table shows the median over rounds of each program's median step, of
its peak memory and of the time from its start to its first step, and their ratios (above 1: Plumbline is faster
or smaller). Where --json has results already, workloads with enough rounds there are not run again.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WORKLOADS = ["gen-tiny-b1", "gen-tiny-b16", "gen-tiny-b64", "gen-small-b1", "gen-small-b16", "gen-small-b64",
             "gen-smol135-b1", "gen-smol135-b16", "sft-tiny", "sft-small", "dpo-small", "dpo-smol135-lora",
             "grpo-tiny", "grpo-small", "grpo-smol135-lora", "ppo-tiny", "ppo-small"]
HEAD = ["workload", "peer s/step", "Plumbline s/step", "ratio", "generate", "score", "update", "peer MB",
        "Plumbline MB", "ratio", "start s, peer / Plumbline", "first loss, peer / Plumbline"]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def run_peer(a, pin, name):
    python = a.python_ppo if name.startswith("ppo") else a.python
    with tempfile.TemporaryDirectory() as folder:
        return run(pin + [python, str(a.peers / "bench_trl.py"), "--workload", name, "--models", a.models,
                          "--threads", str(a.threads), "--dtype", a.dtype, "--out", folder + "/r.json"])


def run_own(a, pin, name):
    return run(pin + [a.program, "--workload", name, "--models", a.models, "--threads", str(a.threads),
                      "--dtype", a.dtype])


def middle(results, *path):
    """The median over rounds of the number at that path; None where a result lacks it."""
    values = []
    for result in results:
        for key in path:
            result = (result or {}).get(key)
        values.append(result)
    return None if None in values else statistics.median(values)


def ratio(peer, own):
    return f"{peer / own:.2f}" if peer and own else "-"


def pair(peer, own, form):
    return " / ".join("-" if v is None else form.format(v) for v in (peer, own))


def table_row(name, peer, own):
    def both(*path):
        return middle(peer, *path), middle(own, *path)
    step, memory, start = both("step_s", "median"), both("peak_rss_mb"), both("startup", "first_step_begin_s")
    phases = [ratio(*both("split_s", phase)) for phase in ("generate", "score", "update")]
    loss = [(r["values"] or [{}])[0].get("loss") if r.get("values") else None for r in (peer[0], own[0])]
    return [name, f"{step[0]:.4f}", f"{step[1]:.4f}", ratio(*step), *phases, f"{memory[0]:.0f}",
            f"{memory[1]:.0f}", ratio(*memory), pair(*start, "{:.2f}"), pair(*loss, "{:.5f}")]


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("workloads", nargs="*", default=WORKLOADS)
    ap.add_argument("--peers", type=Path, required=True)
    ap.add_argument("--python", required=True)
    ap.add_argument("--python-ppo", help="without it ppo-* are left out")
    ap.add_argument("--models", required=True)
    ap.add_argument("--program", default=str(Path(__file__).parent.parent / "build/release/bin/plumbline-bench"))
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--dtype", choices=("float32", "bfloat16"), default="float32")
    ap.add_argument("--cores", default=None, help="for taskset; default 0, or 0-1 with two threads")
    ap.add_argument("--json", type=Path, help="keep every result here, and go on from what it has")
    a = ap.parse_args()
    pin = ["taskset", "-c", a.cores or ("0" if a.threads == 1 else f"0-{a.threads - 1}")]
    kept = []
    if a.json and a.json.exists():
        kept = [json.loads(line) for line in a.json.read_text().splitlines()]
    print("| " + " | ".join(HEAD) + " |\n" + "|---" * len(HEAD) + "|")
    for name in a.workloads:
        if name.startswith("ppo") and not a.python_ppo:
            continue
        same = [r for r in kept
                if (r["workload"], r["threads"], r["dtype"]) == (name, a.threads, a.dtype)]
        own = [r for r in same if r["program"] == "plumbline"]
        peer = [r for r in same if r["program"] != "plumbline"]
        while min(len(peer), len(own)) < a.rounds:
            peer.append(run_peer(a, pin, name))
            own.append(run_own(a, pin, name))
            if a.json:
                with a.json.open("a") as file:
                    file.write(json.dumps(peer[-1]) + "\n" + json.dumps(own[-1]) + "\n")
        print("| " + " | ".join(table_row(name, peer, own)) + " |", flush=True)


if __name__ == "__main__":
    main()
