// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/data_preview.h"

#include <algorithm>
#include <limits>
#include <map>
#include <memory>

#include "config/roles.h"
#include "data/good_and_bad.h"
#include "data/preferences.h"
#include "data/rows.h"
#include "data/supervised.h"
#include "session/model_source.h"
#include "tasks/data_pairs.h"
#include "tasks/data_task.h"
#include "text/tokenizer.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t rows_between_stops = 256;
constexpr std::int64_t most_bins = 60;
constexpr std::size_t example_bytes = 200;

std::vector<PreviewColumn> columns_of(const std::vector<Row>& rows) {
    std::map<std::string, PreviewColumn> columns;
    for (const Row& row : rows)
        for (const auto& [name, value] : row.columns) {
            PreviewColumn& column = columns[name];
            if (column.rows++ == 0) column.example = value.text.substr(0, example_bytes);
        }
    std::vector<PreviewColumn> list;
    for (auto& [name, column] : columns) {
        column.name = name;
        list.push_back(std::move(column));
    }
    return list;
}

/// Width of about `bins` bins that is 1, 2 or 5 times a power of ten.
std::int64_t round_width(std::int64_t span, std::int64_t bins) {
    std::int64_t width = 1;
    for (std::int64_t power = 1;; power *= 10)
        for (const std::int64_t factor : {1, 2, 5}) {
            width = factor * power;
            if (span / width < bins) return width;
        }
}

PreviewLengths lengths_of(std::vector<std::int64_t> lengths) {
    PreviewLengths summary;
    if (lengths.empty()) return summary;
    std::ranges::sort(lengths);
    const auto at = [&](double share) {
        return lengths[static_cast<std::size_t>(share * static_cast<double>(lengths.size() - 1))];
    };
    summary.minimum = lengths.front();
    summary.median = at(0.5);
    summary.p90 = at(0.9);
    summary.p99 = at(0.99);
    summary.maximum = lengths.back();
    summary.bin_width = round_width(summary.maximum, most_bins);
    summary.histogram.assign(static_cast<std::size_t>(summary.maximum / summary.bin_width + 1), 0);
    for (const std::int64_t length : lengths)
        ++summary.histogram[static_cast<std::size_t>(length / summary.bin_width)];
    return summary;
}

/// One pass over the files; collects what it sees.
class Preview {
public:
    Preview(const Settings& settings, const fs::path& workspace, const std::stop_token& stop)
        : settings_(settings), workspace_(workspace), stop_(stop) {}

    Result<DataPreview> make() {
        if (reads_train_files(settings_)) {
            PLUMB_TRY_STATUS(look_at_train_files());
        } else {
            PLUMB_TRY_STATUS(look_at_good_and_bad());
        }
        add_warnings();
        return std::move(result_);
    }

private:
    Status look_at_train_files() {
        if (settings_.train_files.empty())
            return invalid_input("train_files is empty. Add at least one file.");
        PLUMB_TRY(const auto rows, read_files(settings_.train_files));
        result_.columns = columns_of(rows);
        if (!settings_.model_name_or_path.empty()) {
            PLUMB_TRY(const ModelSource source,
                      find_model(settings_.model_name_or_path, workspace_));
            chat_ = ChatFormat({source.folder});
        }
        if (is_supervised(settings_)) return look_at_demonstrations(rows);
        if (!reads_pairs(settings_)) return look_at_prompts(rows);
        PLUMB_TRY(const auto pairs, to_preferences(rows, settings_, chat_));
        if (has_labelled_completions(rows, settings_))
            alone_ = std::ssize(rows) - 2 * std::ssize(pairs);
        return look_at_pairs(pairs);
    }

    Status look_at_good_and_bad() {
        PLUMB_TRY(auto rows, read_files(settings_.good_files));
        PLUMB_TRY(auto bad_rows, read_files(settings_.bad_files));
        PLUMB_TRY(const GoodAndBad texts, to_good_and_bad(rows, bad_rows, settings_));
        repeated_ = result_.rows - std::ssize(texts.good) - std::ssize(texts.bad);
        std::ranges::move(bad_rows, std::back_inserter(rows));
        result_.columns = columns_of(rows);
        if (texts.good.empty() || texts.bad.empty())
            return invalid_input(std::string(texts.good.empty() ? "good_files" : "bad_files") +
                                 " is empty. Add at least one file.");
        return look_at_pairs(pair_in_order(texts));
    }

    Result<std::vector<Row>> read_files(const std::vector<std::string>& files) {
        std::vector<Row> all;
        for (const std::string& file : files) {
            if (stop_.stop_requested()) return cancelled();
            PLUMB_TRY(auto rows, read_rows({file}, settings_.dataset_text_field));
            std::error_code ignored;
            result_.files.push_back({file, std::ssize(rows), fs::file_size(file, ignored)});
            std::ranges::move(rows, std::back_inserter(all));
        }
        result_.rows += std::ssize(all);
        return all;
    }

    Status open_tokenizer(std::span<const Demonstration> demonstrations,
                          std::span<const Prompt> prompts) {
        if (settings_.model_name_or_path.empty()) {
            PLUMB_TRY(tokenizer_, make_data_tokenizer(demonstrations, prompts, settings_, stop_));
            result_.tokenizer = "new " + settings_.tokenizer + " vocabulary of " +
                                std::to_string(tokenizer_->vocab_size()) + " tokens";
            return {};
        }
        PLUMB_TRY(const ModelSource source, find_model(settings_.model_name_or_path, workspace_));
        PLUMB_TRY(tokenizer_, load_tokenizer(source.folder));
        result_.tokenizer = "that of " + settings_.model_name_or_path + ", " +
                            std::to_string(tokenizer_->vocab_size()) + " tokens";
        return {};
    }

    void count_unknown(const std::vector<std::int64_t>& ids) {
        tokens_ += std::ssize(ids);
        if (const auto unknown = tokenizer_->special().unk)
            unknown_ += std::ranges::count(ids, *unknown);
    }

    void add_row(PreviewRow row) {
        lengths_.push_back(row.tokens);
        result_.cut += row.cut;
        if (std::ssize(result_.first_rows) < preview_rows)
            result_.first_rows.push_back(std::move(row));
    }

    bool stopped(std::size_t row) const {
        return row % rows_between_stops == 0 && stop_.stop_requested();
    }

    Status look_at_prompts(const std::vector<Row>& rows) {
        PLUMB_TRY(const auto prompts, to_prompts(rows, settings_, chat_));
        if (samples_pairs(settings_) && has_pairs(rows, settings_))
            result_.warnings.push_back(settings_.train_files.front() + pairs_not_read);
        PLUMB_TRY_STATUS(open_tokenizer({}, prompts));
        result_.limit_key = "max_prompt_length";
        result_.limit = settings_.max_prompt_length;
        for (std::size_t i = 0; i < prompts.size(); ++i) {
            if (stopped(i)) return cancelled();
            const Prompt& prompt = prompts[i];
            const auto ids = tokenizer_->encode(prompt.text);
            count_unknown(ids);
            result_.with_answer += !prompt.answer.empty();
            add_row({.prompt = prompt.text,
                     .completion = {},
                     .answer = prompt.answer,
                     .source = prompt.source,
                     .tokens = std::ssize(ids),
                     .cut = std::ssize(ids) > result_.limit});
        }
        finish();
        return {};
    }

    Status look_at_demonstrations(const std::vector<Row>& rows) {
        PLUMB_TRY(const auto demonstrations, to_demonstrations(rows, settings_, chat_));
        PLUMB_TRY_STATUS(open_tokenizer(demonstrations, {}));
        result_.limit_key = "max_length";
        result_.limit = settings_.max_length;
        // Elsewhere packing makes rows of what is longer.
        const bool cuts = !settings_.packing || settings_.packing_strategy == "bfd";
        SupervisedOptions whole;
        whole.max_length = std::numeric_limits<std::int64_t>::max();
        whole.completion_only_loss = settings_.completion_only_loss;
        for (std::size_t i = 0; i < demonstrations.size(); ++i) {
            if (stopped(i)) return cancelled();
            const Demonstration& row = demonstrations[i];
            SupervisedRow tokens = tokenize_demonstration(row, *tokenizer_, whole);
            count_unknown(tokens.ids);
            const std::int64_t length = std::ssize(tokens.ids);
            const bool cut = cuts && length > result_.limit;
            if (cut) tokens.labels.resize(static_cast<std::size_t>(result_.limit));
            result_.dropped += tokens.trained() == 0;
            add_row({.prompt = row.prompt,
                     .completion = row.completion,
                     .answer = {},
                     .source = row.source,
                     .tokens = length,
                     .cut = cut});
        }
        finish();
        return {};
    }

    Status look_at_pairs(const std::vector<Preference>& pairs) {
        // A new model has its vocabulary from both sides of the pairs.
        std::vector<Demonstration> texts;
        for (const Preference& pair : pairs) {
            texts.push_back({pair.prompt, pair.chosen});
            texts.push_back({pair.prompt, pair.rejected});
        }
        PLUMB_TRY_STATUS(open_tokenizer(texts, {}));
        result_.pairs = true;
        result_.limit_key = "max_length";
        result_.limit = settings_.max_length;
        const auto policy = settings_.algorithm == "reward" ? OverLength::drop : OverLength::cut;
        for (std::size_t i = 0; i < pairs.size(); ++i) {
            if (stopped(i)) return cancelled();
            const Preference& pair = pairs[i];
            PreferenceRow tokens = tokenize_preference(pair, *tokenizer_);
            for (const auto* side : {&tokens.prompt, &tokens.chosen, &tokens.rejected})
                count_unknown(*side);
            const std::int64_t length = tokens.length();
            const RowFate fate = apply_limit(tokens, result_.limit, policy);
            result_.dropped += fate == RowFate::dropped;
            identical_ += fate == RowFate::identical;
            add_row({.prompt = pair.prompt,
                     .completion = pair.chosen,
                     .answer = {},
                     .rejected = pair.rejected,
                     .source = pair.source,
                     .tokens = length,
                     .cut = length > result_.limit});
        }
        result_.dropped += identical_;
        finish();
        return {};
    }

    void finish() {
        result_.lengths = lengths_of(std::move(lengths_));
        if (tokens_ > 0)
            result_.unknown_share = static_cast<double>(unknown_) / static_cast<double>(tokens_);
    }

    void add_warnings_of_pairs() {
        const auto warn = [&](std::int64_t count, const std::string& what) {
            if (count > 0) result_.warnings.push_back(std::to_string(count) + what);
        };
        if (settings_.model_name_or_path.empty())
            result_.warnings.push_back(
                "model_name_or_path is empty: preference pairs are learned by a model that can "
                "write already. Run sft first and name that run.");
        warn(repeated_, " texts stand there before and are left out.");
        warn(alone_, " completions have no partner with the other label and are left out.");
        warn(identical_, " pairs have the same tokens on both sides and are left out.");
        warn(result_.dropped - identical_,
             settings_.algorithm == "reward"
                 ? " pairs are empty or longer than max_length and are left out."
                 : " pairs have no prompt, or no room for a completion within max_length, and are "
                   "left out.");
    }

    void add_warnings() {
        const bool supervised = is_supervised(settings_), pairs = result_.pairs;
        if (pairs) add_warnings_of_pairs();
        if (!supervised && !pairs && settings_.model_name_or_path.empty())
            result_.warnings.push_back(
                "model_name_or_path is empty: learning from rewards on your own files starts from "
                "a trained model. Run sft on them first and name that run.");
        if (!supervised && !pairs && result_.with_answer == 0 && settings_.reward_funcs.empty())
            result_.warnings.push_back(
                "The rows have no reference answers, so that exact_match and numeric_match have "
                "nothing to compare with. Choose at least one other reward function.");
        if (supervised && settings_.model_name_or_path.empty() &&
            settings_.max_length > settings_.max_position_embeddings)
            result_.warnings.push_back(
                "max_length is larger than max_position_embeddings: raise "
                "the latter, or rows lose their end there.");
        if (result_.unknown_share > 0.01)
            result_.warnings.push_back(
                "More than 1 % of the tokens are unknown to the vocabulary; raise vocab_size or "
                "use another tokenizer.");
        if (supervised && result_.dropped > 0)
            result_.warnings.push_back(std::to_string(result_.dropped) +
                                       " rows have nothing to train on within max_length and are "
                                       "left out.");
    }

    const Settings& settings_;
    const fs::path& workspace_;
    const std::stop_token& stop_;
    ChatFormat chat_;
    DataPreview result_;
    std::shared_ptr<const Tokenizer> tokenizer_;
    std::vector<std::int64_t> lengths_;
    std::int64_t tokens_ = 0, unknown_ = 0;
    std::int64_t identical_ = 0;  ///< pairs without a difference
    std::int64_t alone_ = 0;      ///< labelled completions without a partner
    std::int64_t repeated_ = 0;   ///< good or bad texts that came before
};

}  // namespace

Result<DataPreview> preview_data(const Settings& settings, const fs::path& workspace,
                                 const std::stop_token& stop) {
    return Preview(settings, workspace, stop).make();
}

}  // namespace plumb
