/* SPDX-License-Identifier: GPL-3.0-or-later */
/* Says no. */
#include "plumbline_reward.h"

#include <stdio.h>

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
    snprintf(error, error_size, "no opinion of %zu completions", count);
    return 1;
    return 0;
}

const plumbline_reward_plugin* plumbline_reward(uint32_t abi) {
    static const plumbline_reward_plugin plugin = {PLUMBLINE_REWARD_ABI, "refuses", create, score,
                                                   destroy};
    (void)abi;
    return &plugin;
}
