// SPDX-License-Identifier: GPL-3.0-or-later
#include "cli_signals.h"

#include <atomic>
#include <csignal>

#include <unistd.h>

namespace plumb::cli {
namespace {

std::atomic<int> requests{0};
std::atomic<int> last_signal{0};
static_assert(std::atomic<int>::is_always_lock_free, "a signal handler may not take a lock");

void on_signal(int number) {
    last_signal.store(number);
    if (number == SIGINT) {
        if (requests.fetch_add(1) >= 2) ::_exit(128 + number);
        return;
    }
    int none = 0;
    requests.compare_exchange_strong(none, 1);
}

void watch(int number) {
    struct sigaction action {};
    action.sa_handler = on_signal;
    ::sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    ::sigaction(number, &action, nullptr);
}

}  // namespace

void watch_signals() {
    watch(SIGINT);
    watch(SIGTERM);
    struct sigaction hangup {};
    ::sigaction(SIGHUP, nullptr, &hangup);
    if (hangup.sa_handler != SIG_IGN) watch(SIGHUP);  // nohup asks for it to be ignored
    std::signal(SIGPIPE, SIG_IGN);
}

int stop_requests() { return requests.load(); }

int signal_exit_code() { return 128 + last_signal.load(); }

}  // namespace plumb::cli
