/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Dies of a bad address. */
#include "plumbline_reward.h"

#include <signal.h>

static int made;
static void* create(const char* config, char* error, size_t error_size) {
    (void)config, (void)error, (void)error_size;
    return &made;
}
static void destroy(void* self) { (void)self; }

static int score(void* self, const plumbline_reward_row* rows, size_t count, double* scores,
                 uint8_t* has_score, char* error, size_t error_size) {
    (void)self, (void)rows, (void)count, (void)scores, (void)has_score, (void)error,
        (void)error_size;
    /* A sanitizer that the host is built with would make an exit code of it. */
    signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
    return 0;
}

const plumbline_reward_plugin* plumbline_reward(uint32_t abi) {
    static const plumbline_reward_plugin plugin = {PLUMBLINE_REWARD_ABI, "crash", create, score,
                                                   destroy};
    (void)abi;
    return &plugin;
}
