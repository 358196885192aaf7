# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Messages and long-running steps, for setup, run and test. Everything is said on standard error:
# standard output belongs to the program that is run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
logs=$root/.deps/logs

say() { printf 'plumbline: %s\n' "$*" >&2; }

# fail STEP REASON...: names the step that failed and why, one line for each reason.
fail() {
    local step=$1 line
    shift
    printf 'plumbline: %s failed\n' "$step" >&2
    for line in "$@"; do printf '  %s\n' "$line" >&2; done
    exit 1
}

# The end of a log, for the message of a step that failed.
log_tail() { tail -n "${2:-12}" "$1" 2>/dev/null; }

# follow LOG LABEL: writes standard input to LOG and shows that something happens: in a terminal the
# current line in place, elsewhere a line every 30 seconds.
follow() {
    local log=$1 label=$2 line part='' current='' started=$SECONDS spoke=$SECONDS status width
    width=$(tput cols 2>/dev/null || echo 80)
    exec 3>"$log"
    while true; do
        status=0
        IFS= read -r -t 1 line || status=$?
        part+=$line
        if ((status == 0)); then
            printf '%s\n' "$part" >&3
            [[ -n $part ]] && current=$part
            part=''
        elif ((status <= 128)); then
            [[ -n $part ]] && printf '%s\n' "$part" >&3
            break
        fi
        if [[ -t 2 ]]; then
            line="$label, $((SECONDS - started)) s${current:+: $current}"
            printf '\r\033[K%s' "${line:0:width-1}" >&2
        elif ((SECONDS - spoke >= 30)); then
            say "$label, $((SECONDS - started)) s${current:+: ${current:0:100}}"
            spoke=$SECONDS
        fi
    done
    exec 3>&-
    [[ -t 2 ]] && printf '\r\033[K' >&2
    return 0
}

# logged LOG LABEL COMMAND...: runs the command through follow and returns the command's status.
logged() {
    local log=$1 label=$2
    shift 2
    mkdir -p "$(dirname "$log")"
    "$@" </dev/null 2>&1 | follow "$log" "$label"
    return "${PIPESTATUS[0]}"
}
