/* SPDX-License-Identifier: GPL-3.0-or-later
 *
 * A reward function in C: 1 for sentences of ten words on average, falling to 0 at none and at
 * twenty. No opinion on completions without a word.
 */
#include "plumbline_reward.h"

#include <stdio.h>
#include <stdlib.h>

typedef struct {
    double wanted; /* words a sentence */
} instance;

static void* create(const char* config, char* error, size_t error_size) {
    instance* made = malloc(sizeof *made);
    (void)config; /* JSON with task, algorithm, seed and max_completion_length; not needed here */
    if (made == NULL) {
        snprintf(error, error_size, "no memory is left");
        return NULL;
    }
    made->wanted = 10;
    return made;
}

static int is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }
static int ends_sentence(char c) { return c == '.' || c == '!' || c == '?'; }

/* Words a sentence; 0 where there is no word. */
static double mean_length(plumbline_text text) {
    size_t words = 0, sentences = 0, i;
    int in_word = 0, in_sentence = 0;
    for (i = 0; i < text.size; ++i) {
        const char c = text.data[i];
        if (ends_sentence(c)) {
            sentences += (size_t)in_sentence;
            in_word = in_sentence = 0;
        } else if (is_space(c)) {
            in_word = 0;
        } else if (!in_word) {
            ++words;
            in_word = in_sentence = 1;
        }
    }
    sentences += (size_t)in_sentence; /* the last one without its full stop */
    return sentences == 0 ? 0 : (double)words / (double)sentences;
}

static int score(void* self, const plumbline_reward_row* rows, size_t count, double* scores,
                 uint8_t* has_score, char* error, size_t error_size) {
    const double wanted = ((const instance*)self)->wanted;
    size_t i;
    (void)error;
    (void)error_size;
    for (i = 0; i < count; ++i) {
        const double length = mean_length(rows[i].completion);
        const double distance = length > wanted ? length - wanted : wanted - length;
        if (length == 0)
            has_score[i] = 0;
        else
            scores[i] = distance < wanted ? 1 - distance / wanted : 0;
    }
    return 0;
}

static void destroy(void* self) { free(self); }

const plumbline_reward_plugin* plumbline_reward(uint32_t abi) {
    static const plumbline_reward_plugin plugin = {PLUMBLINE_REWARD_ABI, "sentence length", create,
                                                   score, destroy};
    return abi == PLUMBLINE_REWARD_ABI ? &plugin : NULL;
}
