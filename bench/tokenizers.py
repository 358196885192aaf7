#!/usr/bin/env python3
# SPDX-License-Identifier: GPL-3.0-or-later
"""Time Plumbline's tokenizers beside the `tokenizers` package on the same texts, the two in turn.

    bench/tokenizers.py --python PYTHON --texts FILE [--texts FILE ...] [--rounds 5] FOLDER [FOLDER ...]

Each FOLDER has a tokenizer.json; PYTHON is an interpreter with the package. The texts of a .jsonl file are its
lines, of another file what lies between empty lines. Every round starts both programs anew, on one core: load,
encode all texts, decode the ids. The package is called with the fastest of its functions (encode_batch_fast,
decode_batch) and one thread. The table shows medians over the rounds; the ids must be equal. Memory in MB: what
loading adds to the process, its peak while it loads, and the peak of the whole process.
"""
import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

COLUMNS = ["load_s", "encode_s", "decode_s", "total_s"]
MEMORY = ["loaded_kb", "load_peak_kb", "peak_kb"]


def texts_of(path):
    text = Path(path).read_bytes().decode()
    return [t for t in text.split("\n" if path.endswith(".jsonl") else "\n\n") if t]


def memory(key):
    with open("/proc/self/status") as status:
        return next(int(line.split()[1]) for line in status if line.startswith(key))


def measure_peer(folder, files):
    import time
    # This file has the package's name and stands first on the path.
    sys.path.pop(0)
    import tokenizers
    texts = [t for f in files for t in texts_of(f)]
    before = memory("VmRSS:")
    start = time.perf_counter()
    tokenizer = tokenizers.Tokenizer.from_file(folder + "/tokenizer.json")
    result = {"load_s": time.perf_counter() - start}
    result |= {"loaded_kb": memory("VmRSS:") - before, "load_peak_kb": memory("VmHWM:") - before}
    start = time.perf_counter()
    rows = [e.ids for e in tokenizer.encode_batch_fast(texts, add_special_tokens=False)]
    result["encode_s"] = time.perf_counter() - start
    start = time.perf_counter()
    tokenizer.decode_batch(rows, skip_special_tokens=False)
    result["decode_s"] = time.perf_counter() - start
    result["peak_kb"] = memory("VmHWM:")
    hashed = 0xCBF29CE484222325
    for row in rows:
        for i in row:
            hashed = (hashed ^ i) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    result |= {"hash": f"{hashed:016x}", "tokens": sum(map(len, rows)), "bytes": sum(len(t.encode()) for t in texts)}
    print(json.dumps(result))


def run(command):
    done = subprocess.run(command, capture_output=True, text=True,
                          env=os.environ | {"TOKENIZERS_PARALLELISM": "false", "RAYON_NUM_THREADS": "1"})
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr[-2000:]}")
    result = json.loads(done.stdout.strip().splitlines()[-1])
    result["total_s"] = result["load_s"] + result["encode_s"]
    return result


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("folders", nargs="+")
    ap.add_argument("--texts", action="append", required=True)
    ap.add_argument("--python", default=sys.executable)
    ap.add_argument("--program", default=str(Path(__file__).parent.parent / "build/release/bin/plumbline-bench-tokenizers"))
    ap.add_argument("--rounds", type=int, default=5)
    ap.add_argument("--core", default="0", help="for taskset")
    ap.add_argument("--peer", action="store_true", help="measure the package here, once, and print JSON")
    a = ap.parse_args()
    if a.peer:
        return measure_peer(a.folders[0], a.texts)
    pin = ["taskset", "-c", a.core]
    print("| vocabulary | load, ms | encode, MB/s | decode, MB/s | load + encode, s | ratio | load adds | peak of loading "
          "| peak |")
    print("|---|---|---|---|---|---|---|---|---|")
    for folder in a.folders:
        peer, ours = [], []
        for _ in range(a.rounds):
            peer.append(run(pin + [a.python, __file__, "--peer", folder] + [x for t in a.texts for x in ("--texts", t)]))
            ours.append(run(pin + [a.program, "--tokenizer", folder] + a.texts))
        if peer[0]["hash"] != ours[0]["hash"]:
            sys.exit(f"{folder}: other ids: {peer[0]['tokens']} and {ours[0]['tokens']} tokens")
        p, o = ({c: statistics.median(r[c] for r in rs) for c in COLUMNS + MEMORY} for rs in (peer, ours))
        size = ours[0]["bytes"] / 1e6
        cells = [f"{p['load_s'] * 1e3:.0f} / {o['load_s'] * 1e3:.0f}"]
        cells += [f"{size / p[c]:.1f} / {size / o[c]:.1f}" for c in ("encode_s", "decode_s")]
        cells += [f"{p['total_s']:.2f} / {o['total_s']:.2f}", f"{p['total_s'] / o['total_s']:.1f}"]
        cells += [f"{p[c] / 1e3:.1f} / {o[c] / 1e3:.1f}" for c in MEMORY]
        print(f"| {Path(folder).name} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()
