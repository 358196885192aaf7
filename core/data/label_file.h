// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <variant>

#include "base/result.h"

namespace plumb {

/// The columns in which things stand. Where a name is empty, the usual ones are tried:
/// - prompt: prompt, question, instruction
/// - a: completion_a, response_a, answer_a, output_1
/// - b: completion_b, response_b, answer_b, output_2
/// - chosen: chosen
/// - rejected: rejected
/// - completion: completion, response, answer
/// - label: label
/// The first that a row has, and that is not null, counts. A name that is given is the only one
/// that is tried; one for an answer or the label also says which form the rows have.
struct LabelColumns {
    std::string prompt = {}, a = {}, b = {}, chosen = {}, rejected = {}, completion = {},
                label = {};
};

/// What a row of a label file says.
enum class LabelForm {
    unlabelled_pair,      ///< prompt, completion_a, completion_b
    preference,           ///< prompt, chosen, rejected
    implicit_preference,  ///< chosen, rejected, both of which begin with the prompt
    labelled_completion,  ///< prompt, completion, label
};

/// One row. Texts are UTF-8 without NUL. Conversations are compact JSON, a list of
/// {"role":"...","content":"..."}.
struct LabelRow {
    std::int64_t line = 0;  ///< of the file, from 1
    LabelForm form = LabelForm::unlabelled_pair;
    std::string prompt;  ///< empty where the answers of implicit_preference begin differently
    bool prompt_is_chat = false;
    std::string answer_a;  ///< chosen in the preference forms, or the labelled completion
    std::string answer_b;  ///< rejected in the preference forms; empty in labelled_completion
    bool answers_are_chat = false;
    std::optional<bool> label;  ///< of labelled_completion: whether it is a good one
};

/// What a line gave: a row, or the message why it cannot be used ("FILE, row N: ...", with the
/// remedy).
struct LabelLine {
    std::int64_t line = 0;
    std::variant<LabelRow, std::string> content;

    /// Null where the line is bad.
    const LabelRow* row() const { return std::get_if<LabelRow>(&content); }
    /// Null where the line is good.
    const std::string* problem() const { return std::get_if<std::string>(&content); }
};

/// Reads rows of answers from a JSONL file, which may be compressed with gzip, one at a time: the
/// memory it takes does not grow with the number of rows. A row's values are text or conversations;
/// other columns are passed over. The first good row decides the form, and later rows of another
/// form are bad. Where there is no prompt, it is what chosen and rejected begin with
/// (extract_prompt in data/preferences.h; of conversations, the turns they share). Where a pair of
/// conversations shares turns of which one, by the user, is the text in the prompt column, these
/// turns are the prompt, as TRL reads such rows. Blank lines, carriage returns at line
/// ends and a UTF-8 byte order mark are passed over.
///
/// Bad lines, which do not end the file: not UTF-8, a NUL byte, longer than 16 MB, not JSON, not an
/// object, nested deeper than 64 levels, columns missing or of a wrong type, another form.
///
/// Not for use by two threads at once.
class LabelFile {
public:
    /// Errors name the path: missing, not readable, not a file. Nothing of the content is looked
    /// at.
    static Result<LabelFile> open(const std::filesystem::path& path,
                                  const LabelColumns& columns = {});

    LabelFile(LabelFile&&) noexcept;
    LabelFile& operator=(LabelFile&&) noexcept;
    ~LabelFile();

    /// The next line that is not blank, or nothing at the end. Blocks while the disk does. Errors
    /// end the file, and each later call gives the same: gzip data that is cut off or damaged
    /// (after the rows before it), UTF-16, one JSON array instead of lines, a disk that fails; at
    /// the end, that there are no rows or only bad ones. After cancelled, reading can go on.
    Result<std::optional<LabelLine>> next(const std::stop_token& stop = {});

    /// Of the rows; nothing before the first good one.
    std::optional<LabelForm> form() const;
    /// For a progress bar: how many bytes of the file, compressed as it is, were read, and its
    /// size.
    std::uint64_t bytes_read() const;
    std::uint64_t size() const;

private:
    struct State;
    explicit LabelFile(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// A prompt or an answer to be written: text, or a conversation as LabelRow has it, which becomes a
/// list again. What is marked as a conversation and is none is written as text.
struct LabelText {
    std::string text;
    bool is_chat = false;
};

// One line of JSONL each, without the line end, that LabelFile and other programs read. UTF-8 is
// kept as it is; bytes that are none become U+FFFD. provenance is empty or a JSON object, written
// under the key plumbline; anything else is an InvariantError.

/// What a trainer may know of a pair beside its texts; only what is not the usual is written.
struct PairFacts {
    bool chosen_ended = true;  ///< false: the sample was cut
    bool rejected_ended = true;
    std::optional<double> gold_margin = {};  ///< gold reward of chosen less that of rejected
};

/// {"prompt":...,"chosen":...,"rejected":...}
std::string preference_line(const LabelText& prompt, const LabelText& chosen,
                            const LabelText& rejected, const std::string& provenance = {},
                            const PairFacts& facts = {});
/// {"prompt":...,"completion_a":...,"completion_b":...}
std::string unlabelled_pair_line(const LabelText& prompt, const LabelText& a, const LabelText& b,
                                 const std::string& provenance = {});
/// {"prompt":...,"completion":...,"label":true}; no label where there is none.
std::string labelled_completion_line(const LabelText& prompt, const LabelText& completion,
                                     std::optional<bool> label, const std::string& provenance = {});
/// The row in its form; implicit_preference is written with its prompt, as preference.
std::string label_line(const LabelRow& row, const std::string& provenance = {});

}  // namespace plumb
