# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The window on a virtual screen, driven by its keys. Needs common.sh; $programs, $scratch, $pictures.

# open_screen WIDTH HEIGHT: an empty screen with a window manager that gives dialogs the focus.
open_screen() {
    local reply=$scratch/display
    : >"$reply"
    Xvfb -displayfd 3 -screen 0 "$1x$2x24" -nolisten tcp 3>"$reply" >/dev/null 2>&1 &
    screen_pids=("$!")
    local tries
    for ((tries = 0; tries < 100; ++tries)); do
        [[ -s $reply ]] && break
        sleep 0.1
    done
    [[ -s $reply ]] || fail "the virtual screen" "Xvfb did not start"
    DISPLAY=:$(head -n 1 "$reply")
    export DISPLAY
    matchbox-window-manager -use_titlebar no >/dev/null 2>&1 &
    screen_pids+=("$!")
    sleep 0.5
}

close_window() {
    [[ ${window_pid:-} ]] && kill "$window_pid" 2>/dev/null && wait "$window_pid" 2>/dev/null
    window_pid=
}

close_screen() {
    close_window
    ((${#screen_pids[@]})) && kill "${screen_pids[@]}" 2>/dev/null && wait "${screen_pids[@]}" 2>/dev/null
    screen_pids=()
}

# open_window THEME: the window on a copy of the prepared workspace, without the user's settings.
open_window() {
    rm -rf "$scratch/copy" "$scratch/config"
    cp -r "$scratch/workspace" "$scratch/copy"
    XDG_CONFIG_HOME=$scratch/config "$programs/plumbline" --theme "$1" --workspace "$scratch/copy" \
        --cache "$scratch/cache" >"$scratch/window.log" 2>&1 &
    window_pid=$!
    xdotool search --sync --onlyvisible --name Plumbline >/dev/null
    sleep 2
}

# keys KEY...: one after another, as xdotool names them.
keys() {
    local key
    for key in "$@"; do
        xdotool key --clearmodifiers "$key"
        sleep 0.2
    done
}

text() { xdotool type --delay 30 -- "$1"; }

# title_has TEXT: whether the window's title has it, which names the page and the run.
title_has() { xdotool search --onlyvisible --name "$1" >/dev/null 2>&1; }

# reached_step STEP: whether the newest run of the window's workspace has come that far.
reached_step() {
    local step
    step=$("$programs/plumbline-cli" runs --json --workspace "$scratch/copy" 2>/dev/null |
        sed -n 's/.*"step":\([0-9]*\).*/\1/p' | tail -n 1)
    ((${step:-0} >= $1))
}

# wait_for SECONDS COMMAND...: until the command succeeds.
wait_for() {
    local end=$((SECONDS + $1))
    shift
    until "$@"; do
        ((SECONDS < end)) || fail "waiting in the window" "$*" "$(log_tail "$scratch/window.log")"
        sleep 0.3
    done
}

# picture NAME: what the screen shows, as $pictures/NAME-THEME-HEIGHT.png. $theme and $height are set.
picture() {
    kill -0 "$window_pid" 2>/dev/null ||
        fail "the picture $1" "the window has ended:" "$(log_tail "$scratch/window.log")"
    sleep 0.7
    # Few colours and no dithering keep the guide small and its text sharp.
    import -window root png:- |
        convert png:- +dither -colors 128 -define png:compression-level=9 \
            -define png:compression-filter=0 "PNG8:$pictures/$1-$theme-$height.png"
}
