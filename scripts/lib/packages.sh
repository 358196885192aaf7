# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash
# The step "Debian packages". Needs common.sh.

# Fills the arrays package_names, package_checks, package_purposes and package_groups from
# packages.txt, without the groups named in $1.
read_packages() {
    local without=$1 group name checks purpose
    package_names=() package_checks=() package_purposes=() package_groups=()
    while IFS='|' read -r group name checks purpose; do
        [[ $group == '#'* || -z $group ]] && continue
        group=${group// /}
        [[ " $without " == *" $group "* ]] && continue
        package_groups+=("$group")
        package_names+=("${name// /}")
        read -r checks <<<"$checks"
        package_checks+=("$checks")
        read -r purpose <<<"$purpose"
        package_purposes+=("$purpose")
    done <"$root/scripts/packages.txt"
}

# recognised CHECKS: true where one of the checks of packages.txt succeeds.
recognised() {
    local check what
    for check in $1; do
        what=${check#*:}
        case $check in
            command:*) command -v "$what" >/dev/null && return 0 ;;
            pkg-config:*) pkg-config --exists "$what" 2>/dev/null && return 0 ;;
            header:*)
                printf '#if !__has_include(<%s>)\n#error missing\n#endif\n' "$what" |
                    c++ -std=c++20 -E -x c++ - >/dev/null 2>&1 && return 0
                ;;
        esac
    done
    return 1
}

# Sets missing to the indices of packages that dpkg does not know as installed.
missing_in_dpkg() {
    local installed index name
    local -a names=()
    for name in "${package_names[@]}"; do names+=(${name//\// }); done
    installed=" $(dpkg-query -W -f '${db:Status-Status}:${Package} ' "${names[@]}" 2>/dev/null)"
    missing=()
    for index in "${!package_names[@]}"; do
        for name in ${package_names[index]//\// }; do
            [[ $installed == *" installed:$name "* ]] && continue 2
        done
        missing+=("$index")
    done
}

# Sets missing to the indices of packages whose checks fail; those of the group speed never count.
missing_by_check() {
    local index
    missing=()
    for index in "${!package_names[@]}"; do
        [[ ${package_groups[index]} == speed ]] && continue
        recognised "${package_checks[index]}" || missing+=("$index")
    done
}

list_missing() {
    local index
    for index in "${missing[@]}"; do
        printf '%-26s %s\n' "${package_names[index]%%/*}" "${package_purposes[index]}"
    done
}

# The command that gives root rights, or nothing where there is none.
root_command() {
    if ((EUID == 0)); then
        echo env
    elif command -v sudo >/dev/null && { [[ -t 0 ]] || sudo -n true 2>/dev/null; }; then
        echo sudo env
    fi
}

install_packages() {
    local -a as_root names=()
    local index
    read -r -a as_root <<<"$(root_command)"
    for index in "${missing[@]}"; do names+=("${package_names[index]%%/*}"); done
    if [[ ${#as_root[@]} == 0 ]]; then
        missing_by_check
        [[ ${#missing[@]} == 0 ]] && return 0
        fail "setup, step Debian packages," \
            "these are missing, and without root or sudo they can't be installed from here. Run" \
            "    apt-get install --no-install-recommends ${names[*]}" "as root, then this again."
    fi
    say "installing ${#names[@]} Debian packages: ${names[*]}"
    # Asks for a password, if one is needed, before the output goes to the log.
    [[ ${as_root[0]} == sudo ]] && { sudo -v || fail "setup, step Debian packages," "sudo refused"; }
    as_root+=(DEBIAN_FRONTEND=noninteractive ${http_proxy:+http_proxy="$http_proxy"}
        ${https_proxy:+https_proxy="$https_proxy"})
    # A call that was interrupted leaves packages unpacked but not set up.
    logged "$logs/dpkg.log" "finishing interrupted installations" "${as_root[@]}" dpkg --configure -a ||
        fail "setup, step Debian packages," "dpkg --configure -a:" "$(log_tail "$logs/dpkg.log")"
    logged "$logs/apt-update.log" "reading package lists" \
        "${as_root[@]}" apt-get update -o DPkg::Lock::Timeout=120 ||
        say "apt-get update reported errors ($logs/apt-update.log), going on with the lists there are"
    logged "$logs/apt-install.log" "installing packages" \
        "${as_root[@]}" apt-get install -y --no-install-recommends --fix-broken \
        -o DPkg::Lock::Timeout=120 "${names[@]}" ||
        fail "setup, step Debian packages," "apt-get install (all of it: $logs/apt-install.log):" \
            "$(log_tail "$logs/apt-install.log")"
    missing_in_dpkg
    [[ ${#missing[@]} == 0 ]] ||
        fail "setup, step Debian packages," "apt-get ended well, but these are missing:" "$(list_missing)"
}

# ensure_packages GROUPS_TO_LEAVE_OUT
ensure_packages() {
    read_packages "$1"
    if command -v dpkg-query >/dev/null && command -v apt-get >/dev/null; then
        missing_in_dpkg
        [[ ${#missing[@]} == 0 ]] || install_packages
    else
        missing_by_check
        [[ ${#missing[@]} == 0 ]] ||
            fail "setup" "this system has no apt-get. Install these and run it again" \
                "(names are Debian's, other systems have similar ones):" "$(list_missing)"
    fi
}
