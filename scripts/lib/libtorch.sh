# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The step "LibTorch": finds one or installs PyTorch's wheel, and writes its folder to .deps/libtorch,
# where cmake/FindLibTorch.cmake looks. Needs common.sh.

torch_version=2.13.0
oldest_libtorch=2.8
libtorch_record=$root/.deps/libtorch
venv=$root/.deps/venv

# version_at_least VERSION WANTED
version_at_least() { [[ $(printf '%s\n' "$2" "$1" | sort -V | head -n 1) == "$2" ]]; }

# The version that the headers in a LibTorch folder state.
libtorch_version() {
    local header
    for header in "$1/include/torch/headeronly/version.h" \
        "$1/include/torch/csrc/api/include/torch/version.h"; do
        [[ -r $header ]] || continue
        sed -n 's/^#define TORCH_VERSION_\(MAJOR\|MINOR\|PATCH\) \([0-9]*\).*/\2/p' "$header" | paste -sd.
        return
    done
}

# Why a folder can't be used as LibTorch; prints nothing where it can.
libtorch_problem() {
    local folder=$1 version library unresolved
    [[ -d $folder ]] || { echo "there is no such folder"; return; }
    for library in libtorch_cpu.so libc10.so; do
        [[ -e $folder/lib/$library ]] || { echo "it has no lib/$library"; return; }
    done
    [[ -e $folder/include/ATen/ATen.h ]] || { echo "it has no C++ headers (include/ATen/ATen.h)"; return; }
    version=$(libtorch_version "$folder")
    [[ $version ]] || { echo "its headers state no version"; return; }
    version_at_least "$version" $oldest_libtorch ||
        { echo "its version is $version, Plumbline needs $oldest_libtorch or newer"; return; }
    if command -v ldd >/dev/null; then
        unresolved=$(ldd "$folder/lib/libtorch_cpu.so" 2>&1 | awk '/not found/ {print $1}' | paste -sd' ')
        [[ -z $unresolved ]] || echo "libtorch_cpu.so does not find these libraries: $unresolved"
    fi
}

record_libtorch() {
    local folder
    folder=$(cd "$1" && pwd)
    [[ -r $libtorch_record && $(<"$libtorch_record") == "$folder" ]] && return
    mkdir -p "$root/.deps"
    printf '%s\n' "$folder" >"$libtorch_record"
    say "LibTorch $(libtorch_version "$folder") in $folder"
}

# A torch in CMAKE_PREFIX_PATH, which holds <torch> or <torch>/share/cmake.
libtorch_in_prefix_path() {
    local prefixes=${CMAKE_PREFIX_PATH:-} prefix folder problem
    while IFS= read -r prefix; do
        for folder in "$prefix" "${prefix%/share/cmake}"; do
            [[ $prefix && -e $folder/lib/libtorch_cpu.so ]] || continue
            problem=$(libtorch_problem "$folder")
            [[ -z $problem ]] && { echo "$folder"; return; }
            say "not using the LibTorch in $folder (CMAKE_PREFIX_PATH): $problem"
            break
        done
    done <<<"${prefixes//[:;]/$'\n'}"
}

# A torch that python3 finds.
libtorch_of_python() {
    local folder problem
    command -v python3 >/dev/null || return
    folder=$(python3 "$root/scripts/lib/find_torch.py" 2>/dev/null)
    [[ $folder ]] || return
    problem=$(libtorch_problem "$folder")
    [[ -z $problem ]] && { echo "$folder"; return; }
    say "not using the torch that python3 finds in $folder: $problem." \
        "To use another one, set PLUMBLINE_LIBTORCH to its folder (the one with include/ and lib/)"
}

# The torch folder in .deps/venv, if pip completed it: its RECORD is written last.
libtorch_of_venv() {
    local record
    for record in "$venv"/lib/python3*/site-packages/torch-"$torch_version"*.dist-info/RECORD; do
        [[ -e $record ]] && { echo "${record%/*/RECORD}/torch"; return; }
    done
}

# A Python that can make a virtual environment and for which there is a torch wheel.
python_for_venv() {
    local candidate
    for candidate in python3 /usr/bin/python3 python3.13 python3.12 python3.11 python3.10; do
        "$candidate" -c 'import sys, venv, ensurepip; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 14))' \
            2>/dev/null && { command -v "$candidate"; return; }
    done
}

pip_install() {
    local log=$1 label=$2
    shift 2
    logged "$log" "$label" "$venv/bin/python" -m pip install --disable-pip-version-check "$@"
}

make_venv() {
    local python
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
    python=$(python_for_venv)
    [[ $python ]] || fail "setup, step LibTorch," \
        "no python3 of version 3.10 to 3.14 with venv and ensurepip (Debian: package python3-venv)." \
        "Install one, or set PLUMBLINE_LIBTORCH to a LibTorch folder (the one with include/ and lib/)."
    logged "$logs/venv.log" "making .deps/venv" "$python" -m venv --clear "$venv" ||
        fail "setup, step LibTorch," "$python -m venv $venv:" "$(log_tail "$logs/venv.log")"
}

# pip's own configuration (files, PIP_*, certificates) applies. The CPU build is asked for first; the
# public index has the CUDA build alone, whose CPU part loads with two small packages beside it.
install_torch() {
    local log=$logs/pip-torch.log
    say "installing torch $torch_version into .deps/venv (about 1 GB on disk)"
    make_venv
    if [[ ${PLUMBLINE_CUDA:-} == 1 ]]; then
        pip_install "$log" "installing torch with CUDA" "torch==$torch_version"
    else
        pip_install "$log" "installing torch" --no-deps "torch==$torch_version+cpu" ||
            { grep -q 'No matching distribution' "$log" &&
                pip_install "$log" "installing torch" --no-deps "torch==$torch_version"; }
    fi || fail "setup, step LibTorch," "pip install torch==$torch_version (all of it: $log):" \
        "$(log_tail "$log")" \
        "Where this machine can't reach a package index, set PLUMBLINE_LIBTORCH to a LibTorch folder."
}

install_cuda_runtime() {
    local log=$logs/pip-cuda.log
    pip_install "$log" "installing the CUDA runtime that torch's CPU part loads" \
        --no-deps nvidia-cuda-runtime==13.0.96 nvidia-cuda-cupti==13.0.85 ||
        fail "setup, step LibTorch," "pip install of the CUDA runtime (all of it: $log):" "$(log_tail "$log")"
}

ensure_libtorch() {
    local folder problem
    if [[ ${PLUMBLINE_LIBTORCH:-} ]]; then
        problem=$(libtorch_problem "$PLUMBLINE_LIBTORCH")
        [[ -z $problem ]] || fail "setup, step LibTorch," "PLUMBLINE_LIBTORCH=$PLUMBLINE_LIBTORCH: $problem." \
            "Set it to a folder with include/ and lib/ of LibTorch $oldest_libtorch or newer, or unset it."
        record_libtorch "$PLUMBLINE_LIBTORCH"
        return
    fi
    folder=$(libtorch_in_prefix_path)
    if [[ -z $folder && -r $libtorch_record ]]; then
        folder=$(<"$libtorch_record")
        [[ -z $(libtorch_problem "$folder") ]] || folder=
    fi
    [[ $folder ]] || folder=$(libtorch_of_python)
    if [[ -z $folder ]]; then
        folder=$(libtorch_of_venv)
        if [[ -z $folder ]]; then
            install_torch
            folder=$(libtorch_of_venv)
        fi
        problem=$(libtorch_problem "$folder")
        if [[ $problem && -e $folder/lib/libtorch_cuda.so ]]; then
            install_cuda_runtime
            problem=$(libtorch_problem "$folder")
        fi
        [[ -z $problem ]] || fail "setup, step LibTorch," "the torch in $folder can't be used: $problem." \
            "Remove $root/.deps/venv and run this again."
    fi
    record_libtorch "$folder"
}
