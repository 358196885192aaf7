#!/bin/bash
# SPDX-License-Identifier: GPL-3.0-or-later
# Measures labelling in the window, with 100,000 items stored: from a key press to the next item on
# the screen. Prints a table in Markdown (docs/performance.md, "Labelling").
set -eu

usage() {
    cat <<'TEXT'
usage: bench/labels.sh [OPTIONS OF plumbline-bench-labels]

The workspace is made anew in a temporary folder, on the disk of $TMPDIR: each verdict is flushed
to it. Needs Xvfb, unless DISPLAY is set. PLUMBLINE_BUILD names another build folder than
build/release.
TEXT
}

case ${1:-} in -h | --help) usage; exit 0 ;; esac
root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${PLUMBLINE_BUILD:-$root/build/release}/bin
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
if [ -n "${DISPLAY:-}" ]; then
    "$bin/plumbline-bench-labels" --workspace "$folder/workspace" "$@"
else
    xvfb-run -a -s "-screen 0 1280x720x24" \
        "$bin/plumbline-bench-labels" --workspace "$folder/workspace" "$@"
fi
