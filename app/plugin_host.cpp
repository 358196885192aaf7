// SPDX-License-Identifier: GPL-3.0-or-later
// plumbline-plugin-host: loads a native plug-in for Plumbline, so that one that crashes takes no
// run with it.
#include <cstdio>
#include <exception>

#include "plugin/host.h"

int main(int argc, char** argv) {
    if (argc != 3) {
        std::fputs("plumbline-plugin-host PLUGIN.so CONFIG: started by Plumbline.\n", stderr);
        return 2;
    }
    try {
        return plumb::run_plugin_host(argv[1], argv[2]);
    } catch (const std::exception& problem) {
        std::fprintf(stderr, "plumbline-plugin-host: %s\n", problem.what());
        return 3;
    }
}
