#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time Plumbline beside the Python peers on fixed workloads, the two in turn, and print one table.

    bench/compare.py --peers DIR --python PYTHON --models MODELS [--rounds 3] [--threads 1] [WORKLOAD ...]

DIR holds the peers' bench_trl.py; PYTHON is an interpreter with torch, transformers and trl; MODELS was
written by make_models.py. Every round runs the peer, then Plumbline, pinned to the same cores; the
table shows the median over rounds of each program's median step, and the ratio.
"""
import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

WORKLOADS = ["gen-tiny-b1", "gen-tiny-b16", "gen-tiny-b64", "gen-small-b1", "gen-small-b16", "gen-small-b64",
             "sft-tiny", "sft-small", "grpo-tiny", "grpo-small"]


def run(command):
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    return json.loads(done.stdout.strip().splitlines()[-1])


def seconds(results, phase=None):
    values = [r["split_s"].get(phase) if phase else r["step_s"]["median"] for r in results]
    return statistics.median(values) if all(v is not None for v in values) else None


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("workloads", nargs="*", default=WORKLOADS)
    ap.add_argument("--peers", type=Path, required=True)
    ap.add_argument("--python", required=True)
    ap.add_argument("--models", required=True)
    ap.add_argument("--program", default=str(Path(__file__).parent.parent / "build/release/bin/plumbline-bench"))
    ap.add_argument("--rounds", type=int, default=3)
    ap.add_argument("--threads", type=int, default=1)
    ap.add_argument("--cores", default=None, help="for taskset; default 0, or 0-1 with two threads")
    ap.add_argument("--json", type=Path, help="write all results here")
    a = ap.parse_args()
    pin = ["taskset", "-c", a.cores or ("0" if a.threads == 1 else f"0-{a.threads - 1}")]
    everything = []
    print("| workload | peer s/step | Plumbline s/step | ratio | generate | score | update | values |")
    print("|---|---|---|---|---|---|---|---|")
    for name in a.workloads:
        peer, ours = [], []
        for _ in range(a.rounds):
            with tempfile.TemporaryDirectory() as folder:
                peer.append(run(pin + [a.python, str(a.peers / "bench_trl.py"), "--workload", name, "--models", a.models,
                                       "--threads", str(a.threads), "--out", folder + "/r.json"]))
            ours.append(run(pin + [a.program, "--workload", name, "--models", a.models, "--threads", str(a.threads)]))
        everything += peer + ours
        cells = [f"{seconds(peer):.4f}", f"{seconds(ours):.4f}", f"{seconds(peer) / seconds(ours):.2f}"]
        for phase in ("generate", "score", "update"):
            both = seconds(peer, phase), seconds(ours, phase)
            cells.append(f"{both[0] / both[1]:.2f}" if all(both) else "-")
        first = [r["values"][0]["loss"] for r in (peer[0], ours[0]) if r.get("values")]
        cells.append(" / ".join(f"{v:.5f}" for v in first) or "-")
        print(f"| {name} | " + " | ".join(cells) + " |", flush=True)
    if a.json:
        a.json.write_text("\n".join(json.dumps(r) for r in everything) + "\n")


if __name__ == "__main__":
    main()
