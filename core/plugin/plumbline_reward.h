// SPDX-License-Identifier: GPL-3.0-or-later
/*
 * Reward functions for Plumbline as native plug-ins: a shared object (.so) that exports the
 * function plumbline_reward. This header is all that it needs; it is C, and may be included from
 * C++. docs/reward-programs.md describes plug-ins, plugins/native-example holds one.
 *
 * A plug-in is loaded by a helper program, plumbline-plugin-host, never by Plumbline itself: one
 * that crashes or hangs ends the run with a message. All calls come from one thread. What it writes
 * to standard output and standard error goes to Plumbline's log.
 */
#ifndef PLUMBLINE_REWARD_H
#define PLUMBLINE_REWARD_H

#include <stddef.h>
#include <stdint.h>

#define PLUMBLINE_REWARD_ABI 1u

#if defined(__GNUC__)
#define PLUMBLINE_EXPORT __attribute__((visibility("default")))
#else
#define PLUMBLINE_EXPORT
#endif

#ifdef __cplusplus
extern "C" {
#endif

/* UTF-8. data[size] is 0, but the text itself may hold zeros. Valid during the call alone. */
typedef struct plumbline_text {
    const char* data;
    size_t size;
} plumbline_text;

/* One sampled completion. */
typedef struct plumbline_reward_row {
    plumbline_text prompt;
    plumbline_text completion;              /* special tokens left out */
    plumbline_text completion_with_special; /* as sampled, the end token included */
    plumbline_text answer;                  /* the reference answer; may be empty */
    const int64_t* tokens;                  /* of the completion, the end token included */
    size_t token_count;
    uint8_t ended; /* 1: an end token was sampled; 0: cut off by the length limit */
} plumbline_reward_row;

/* What a plug-in consists of. The struct and its texts stay valid while the plug-in is loaded.
 * Errors are written to error as text with a 0 at its end, in at most error_size bytes. */
typedef struct plumbline_reward_plugin {
    uint32_t abi;     /* PLUMBLINE_REWARD_ABI of the header it was built with */
    const char* name; /* of the function, for messages */

    /* Makes an instance from a JSON object with task, algorithm, seed and max_completion_length.
     * Returns any pointer but NULL; NULL is a failure, told in error. */
    void* (*create)(const char* config, char* error, size_t error_size);

    /* Scores count completions: scores[i] is the value of rows[i], a finite number. has_score[i] is
     * 1 at first; set to 0 it means no opinion on that row. Returns 0; anything else is a failure,
     * told in error, which ends the run. */
    int (*score)(void* instance, const plumbline_reward_row* rows, size_t count, double* scores,
                 uint8_t* has_score, char* error, size_t error_size);

    /* Frees the instance. */
    void (*destroy)(void* instance);
} plumbline_reward_plugin;

/* The one function that a plug-in exports. abi: PLUMBLINE_REWARD_ABI of the program that loads it.
 * A plug-in that cannot serve that returns NULL. */
PLUMBLINE_EXPORT const plumbline_reward_plugin* plumbline_reward(uint32_t abi);

#ifdef __cplusplus
}
#endif

#endif
