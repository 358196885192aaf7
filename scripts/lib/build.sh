# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# Configures and builds a preset. Needs common.sh.

# configuration_is_current FOLDER: whether the build tree needs no new configuration that ninja would
# not do by itself (it watches the CMake files and .deps/libtorch).
configuration_is_current() {
    local folder=$1 cmake
    [[ -e $folder/build.ninja && $folder/build.ninja -nt $root/CMakePresets.json ]] || return 1
    cmake=$(sed -n 's/^CMAKE_COMMAND:INTERNAL=//p' "$folder/CMakeCache.txt")
    [[ -x $cmake ]] || return 1
    [[ $(sed -n 's/^PLUMBLINE_LIBTORCH:[A-Z]*=//p' "$folder/CMakeCache.txt") == "${PLUMBLINE_LIBTORCH:-}" ]]
}

# build PRESET [TARGET]: into build/PRESET, quiet unless it fails or takes long.
build() {
    local preset=$1 target=${2:-all} folder=$root/build/$1
    local configure_log=$logs/configure-$1.log build_log=$logs/build-$1.log
    if ! configuration_is_current "$folder"; then
        (cd "$root" && logged "$configure_log" "configuring" cmake --preset "$preset") ||
            fail "configuring" "cmake --preset $preset (all of it: $configure_log):" \
                "$(log_tail "$configure_log" 30)"
    fi
    NINJA_STATUS='[%f/%t] ' logged "$build_log" "building" cmake --build "$folder" --target "$target" ||
        fail "building" "cmake --build --preset $preset --target $target (all of it: $build_log):" \
            "$(grep -A 30 -m 1 '^FAILED:' "$build_log" || log_tail "$build_log" 30)"
}
