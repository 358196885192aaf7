# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# What is done in the window for each picture. Needs screen.sh. Each scene begins and ends with the
# keyboard free for the keys of the window; the runs are those of scripts/screenshots.

all_scenes=(start live_run hacking dpo charts completions label compare new_run runs keys)

# open_run NAME: through the filter of the list.
open_run() {
    keys ctrl+shift+l ctrl+a
    text "$1"
    sleep 0.5
    keys ctrl+l Home Return
    wait_for 30 title_has "Train .* $1"
    keys ctrl+shift+l ctrl+a BackSpace ctrl+l ctrl+2
    sleep 1
}

# edit_setting NAME VALUE: of a draft, or of the run that goes on.
edit_setting() {
    keys ctrl+f ctrl+a
    text "$1"
    keys Return
    text "$2"
    keys Return ctrl+f Escape Escape
}

scene_start() {
    picture start
    keys Return
    wait_for 30 title_has "Train"
    keys m
    picture draft
    keys l l
}

# A run that is edited, looked at in the past, paused and talked to.
scene_live_run() {
    edit_setting max_steps 4000
    keys space
    wait_for 120 reached_step 60
    edit_setting learning_rate 0.0002
    wait_for 60 reached_step 90
    picture train
    keys space
    sleep 2
    keys ctrl+g
    local i
    for ((i = 0; i < 70; ++i)); do xdotool key Left; done
    keys Return
    sleep 1
    picture slider
    keys End t
    wait_for 10 title_has "Playground"
    text "7+5+8+3+9="
    keys ctrl+b
    keys Down Down Down
    keys ctrl+Return
    sleep 5
    picture playground
    keys ctrl+b ctrl+2 space
}

# Runs that have ended: their charts, samples, diagnoses and cost.
scene_hacking() {
    open_run "no KL price"
    keys l l
    picture hacking
    keys shift+d
    picture diagnoses
    keys m
    picture memory
    keys r r
    text "the film"
    keys Tab
    text "was superb and the music was dull"
    keys ctrl+Return
    sleep 3
    picture rewards
    keys ctrl+g l l
}

scene_dpo() {
    open_run "pairs, seed 1"
    picture dpo
}

# Three runs over the charts, over time; a large chart; the choice of curves.
scene_charts() {
    open_run "adds, seed 1"
    keys l l
    keys ctrl+l Home Down Down shift+Down shift+Down o
    sleep 1
    keys ctrl+2 x
    picture overlay
    keys ctrl+g c
    picture choose-curves
    keys Escape x x x
    keys ctrl+l o Home
}

# The tokens of a completion, its group early in the run, and how answers to a prompt changed.
scene_completions() {
    open_run "no KL price"
    keys ctrl+3
    sleep 1
    keys Return Right Right Right
    picture completions
    open_run "adds, seed 1"
    keys ctrl+g Home
    local i
    for ((i = 0; i < 146; ++i)); do xdotool key Left; done
    keys ctrl+Return
    sleep 1
    keys g
    picture group
    # Evaluations answer the same prompts each time: those of the gold reward of DPO.
    open_run "pairs, seed 1"
    keys ctrl+g Return ctrl+Return
    sleep 1
    keys d
    picture difference
    keys ctrl+2
}

# Three runs beside each other: curves and frontier, tables, answers.
scene_compare() {
    keys ctrl+shift+l ctrl+a
    text "adds"
    sleep 0.5
    keys ctrl+l Home shift+End c
    wait_for 30 title_has "Compare"
    sleep 3
    picture compare
    keys alt+2
    sleep 1
    picture compare-tables
    keys alt+4
    sleep 2
    picture compare-answers
    keys ctrl+shift+l ctrl+a BackSpace ctrl+l ctrl+2
    sleep 1
}

# Rows of a file as the run would see them.
scene_new_run() {
    local file=$scratch/sums.jsonl i
    for ((i = 1; i <= 400; ++i)); do
        printf '{"prompt": "What is %d and %d?", "completion": " %d and %d is %d%s."}\n' "$i" $((i % 37)) \
            "$i" $((i % 37)) $((i + i % 37)) "$( ((i % 9)) || printf ', which is what you get when you count on')"
    done >"$file"
    keys n ctrl+o
    sleep 1
    text "$file"
    keys Return
    sleep 2
    picture new-run
    keys ctrl+2
}

# A pair of the run's samples to be judged.
scene_label() {
    open_run "adds, seed 1"
    open_run "no KL price"
    keys ctrl+4
    sleep 1
    keys ctrl+r
    sleep 1
    keys ctrl+Return
    sleep 2
    text "ada"
    keys Return
    sleep 1
    keys Left Right Down Left Left Right v
    sleep 1
    picture label
    keys v ctrl+Return
    sleep 2
    picture label-training
    keys Escape q
    sleep 2
    picture label-quality
    keys Escape ctrl+2
}

# The queue, and what can be done with a run.
scene_runs() {
    local i
    for i in 1 2; do
        keys ctrl+1
        sleep 1
        keys Return
        wait_for 30 title_has "Train"
        keys space
        sleep 1
    done
    keys ctrl+l Home Down Down Menu
    picture runs
    keys Escape
}

scene_keys() {
    keys question
    picture keys
    keys Escape
}
