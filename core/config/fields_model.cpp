// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/field_tables.h"

namespace plumb {

std::vector<Field> model_fields() {
    return {
        {.key = "model_name_or_path",
         .member = &Settings::model_name_or_path,
         .label = "Start from",
         .help = "The model to train: a folder in the Hugging Face layout, or a run of the "
                 "workspace as RUN or RUN@STEP. Empty makes a new model of the shape below.",
         .trl_name = "model_name_or_path"},
        {.key = "hidden_size",
         .member = &Settings::hidden_size,
         .label = "Hidden size",
         .help = "Width of the residual stream of a new model. 128 is enough for arithmetic, 64 "
                 "never learnt it; time grows with its square.",
         .minimum = 2,
         .maximum = 65536},
        {.key = "intermediate_size",
         .member = &Settings::intermediate_size,
         .label = "Feed-forward size",
         .help =
             "Width of the feed-forward layers of a new model; two to four times hidden_size is "
             "usual.",
         .minimum = 1,
         .maximum = 262144,
         .advanced = true},
        {.key = "num_hidden_layers",
         .member = &Settings::num_hidden_layers,
         .label = "Layers",
         .help = "Decoder layers of a new model. Time grows in proportion; real text wants more of "
                 "them than arithmetic does.",
         .unit = "layers",
         .minimum = 1,
         .maximum = 1024},
        {.key = "num_attention_heads",
         .member = &Settings::num_attention_heads,
         .label = "Attention heads",
         .help = "Query heads of a new model; hidden_size is divided among them.",
         .unit = "heads",
         .minimum = 1,
         .maximum = 1024,
         .advanced = true},
        {.key = "num_key_value_heads",
         .member = &Settings::num_key_value_heads,
         .label = "Key and value heads",
         .help = "Heads that keys and values have. Fewer than num_attention_heads share each among "
                 "several queries, which makes the cache smaller.",
         .unit = "heads",
         .minimum = 1,
         .maximum = 1024,
         .advanced = true},
        {.key = "max_position_embeddings",
         .member = &Settings::max_position_embeddings,
         .label = "Context length",
         .help = "Positions of a new model: the longest prompt and completion together that it can "
                 "read.",
         .unit = "tokens",
         .minimum = 2,
         .maximum = 1 << 20,
         .advanced = true},
        {.key = "rope_theta",
         .member = &Settings::rope_theta,
         .label = "Rotary base",
         .help = "Base of the rotary position frequencies of a new model; raise it for contexts of "
                 "many thousand tokens.",
         .minimum = 1,
         .advanced = true},
        {.key = "rms_norm_eps",
         .member = &Settings::rms_norm_eps,
         .label = "Norm epsilon",
         .help = "Added to the mean square in each RMSNorm of a new model, against division by "
                 "zero.",
         .minimum = 0,
         .maximum = 1,
         .minimum_excluded = true,
         .advanced = true},
        {.key = "tie_word_embeddings",
         .member = &Settings::tie_word_embeddings,
         .label = "Tie embeddings",
         .help = "Whether a new model's output layer shares the weights of its token embedding; "
                 "sharing is better for small models.",
         .advanced = true},
        {.key = "tokenizer",
         .member = &Settings::tokenizer,
         .label = "Tokenizer",
         .help = "How the training text is cut for a new model: char has few tokens and long rows, "
                 "word short rows but no way to write unseen words, bpe learns frequent pieces of "
                 "words and can write everything.",
         .choices = {"char", "word", "bpe"}},
        {.key = "vocab_size",
         .member = &Settings::vocab_size,
         .label = "Vocabulary",
         .help = "The most tokens that a tokenizer made from text may have; rarer characters or "
                 "words become the unknown token, and bpe, which needs 258 at least, cuts them "
                 "into smaller pieces.",
         .unit = "tokens",
         .minimum = 8,
         .maximum = 1 << 20,
         .advanced = true},
    };
}

std::vector<Field> data_fields() {
    return {
        {.key = "train_files",
         .member = &Settings::train_files,
         .label = "Training files",
         .help = "Files to train on: .jsonl with one object a line, or text with one row a line. "
                 "Relative names are looked for in the run file's folder."},
        {.key = "eval_files",
         .member = &Settings::eval_files,
         .label = "Evaluation files",
         .help = "Files whose rows are evaluated on; empty holds eval_prompts rows of train_files "
                 "back."},
        {.key = "dataset_text_field",
         .member = &Settings::dataset_text_field,
         .label = "Text column",
         .help = "The column of a .jsonl file that holds a whole row of text.",
         .trl_name = "dataset_text_field"},
        {.key = "prompt_column",
         .member = &Settings::prompt_column,
         .label = "Prompt column",
         .help = "The column of a .jsonl file that holds the prompt; question is understood too."},
        {.key = "completion_column",
         .member = &Settings::completion_column,
         .label = "Completion column",
         .help = "The column of a .jsonl file that supervised training imitates after the prompt."},
        {.key = "answer_column",
         .member = &Settings::answer_column,
         .label = "Answer column",
         .help = "The column with the reference answer that reward rules compare with; the text "
                 "after its last #### counts where there is one."},
        {.key = "chosen_column",
         .member = &Settings::chosen_column,
         .label = "Chosen column",
         .help =
             "The column with the preferred completion of a pair, or with prompt and completion "
             "in one: what chosen and rejected have in common is the prompt then."},
        {.key = "rejected_column",
         .member = &Settings::rejected_column,
         .label = "Rejected column",
         .help = "The column with the other completion of a pair."},
        {.key = "label_column",
         .member = &Settings::label_column,
         .label = "Label column",
         .help = "Where rows hold one completion each, the column that says whether it is good "
                 "(true) or bad (false); good and bad ones of a prompt are paired."},
        {.key = "preference_files",
         .member = &Settings::preference_files,
         .label = "Preference files",
         .help = "Pairs for the reward model that the run makes, where reward_model names none."},
        {.key = "good_files",
         .member = &Settings::good_files,
         .label = "Good texts",
         .help = "Texts that a reward model learns to score above those of bad_files, in place of "
                 "pairs: one a line, or the text column of .jsonl. Each good text meets another "
                 "bad one in every epoch."},
        {.key = "bad_files",
         .member = &Settings::bad_files,
         .label = "Bad texts",
         .help = "The texts that good_files are better than. No text may stand in both."},
        {.key = "prompt_length",
         .member = &Settings::prompt_length,
         .label = "Prompt from text",
         .help = "How many characters of a text row become its prompt, moved back to the last "
                 "blank; 0 takes the whole row.",
         .unit = "characters",
         .minimum = 0},
        {.key = "max_prompt_length",
         .member = &Settings::max_prompt_length,
         .label = "Longest prompt",
         .help = "Longer prompts lose their beginning, so that what stands right before the "
                 "completion stays.",
         .unit = "tokens",
         .minimum = 1},
        {.key = "max_length",
         .member = &Settings::max_length,
         .label = "Longest row",
         .help =
             "Supervised rows are cut after this many tokens, and so are the completions of DPO; a "
             "reward model leaves longer texts out. Lower it when a few long rows use most of the "
             "memory.",
         .unit = "tokens",
         .minimum = 2,
         .trl_name = "max_length"},
        {.key = "shuffle_dataset",
         .member = &Settings::shuffle_dataset,
         .label = "Shuffle",
         .help = "Whether rows are taken in a new random order every epoch; off keeps the order of "
                 "the files.",
         .trl_name = "shuffle_dataset"},
        {.key = "completion_only_loss",
         .member = &Settings::completion_only_loss,
         .label = "Loss on completions only",
         .help =
             "Whether supervised training leaves the prompt's tokens out of the loss; null does "
             "so wherever rows have a prompt.",
         .advanced = true,
         .trl_name = "completion_only_loss"},
        {.key = "assistant_only_loss",
         .member = &Settings::assistant_only_loss,
         .label = "Loss on the assistant only",
         .help = "Whether supervised training on conversations leaves all but what the assistant "
                 "says out of the loss. The model's chat template must mark that with "
                 "{% generation %}.",
         .advanced = true,
         .trl_name = "assistant_only_loss"},
    };
}

}  // namespace plumb
