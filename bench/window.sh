#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Measures the window on a generated workspace: 50 runs of 20,000 steps and 12 metrics, and one with
# 200,000 completions. Prints a table in Markdown (docs/performance.md, "The window").
set -eu

usage() {
    cat <<'TEXT'
usage: bench/window.sh FOLDER [OPTIONS OF plumbline-bench-window]

  FOLDER   where the workspace is made (about 450 MB); one that is there already is used again

Needs Xvfb, unless DISPLAY is set. PLUMBLINE_BUILD names another build folder than build/release.
TEXT
}

[ $# -ge 1 ] && [ "${1#-}" = "$1" ] || { usage >&2; exit 2; }
folder=$1
shift
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${PLUMBLINE_BUILD:-$root/build/release}/bin
[ -e "$folder/workspace.db" ] || "$bin/plumbline-make-workspace" --workspace "$folder"

# Runs of an earlier measurement would come before the generated ones in the list.
copy=$(mktemp -d)
trap 'rm -rf "$copy"' EXIT
cp -r "$folder/." "$copy/"
if [ -n "${DISPLAY:-}" ]; then
    "$bin/plumbline-bench-window" --workspace "$copy" "$@"
else
    xvfb-run -a -s "-screen 0 1280x720x24" "$bin/plumbline-bench-window" --workspace "$copy" "$@"
fi
