// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

namespace plumb::cli {

/// Counts Ctrl-C, SIGTERM and SIGHUP from now on instead of ending the program. The third Ctrl-C
/// ends it at once, whatever it is doing. A closed reader becomes an error of write().
void watch_signals();

/// 0: go on; 1: end in good order; 2: end now.
int stop_requests();

/// 128 + the number of the last signal: what a shell expects of a program that a signal ended.
int signal_exit_code();

}  // namespace plumb::cli
