// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/rows.h"

#include <algorithm>
#include <bit>

#include "base/strings.h"

namespace plumb {
namespace {

Error unknown_run(RunId run, const char* what) {
    return {ErrorCode::not_found,
            "there is no run " + std::to_string(run) + "; its " + what + " were not stored"};
}

std::size_t text_bytes(const CompletionRecord& row) {
    return row.prompt.size() + row.completion.size() + row.answer.size();
}

/// Of a phase that counts steps of its own, which are not the run's.
bool is_before_the_first_step(const Metrics& metrics) {
    return !metrics.empty() && std::ranges::all_of(metrics, [](const auto& entry) {
        return is_phase_metric(entry.first);
    });
}

}  // namespace

std::size_t size_in_bytes(const RunRows& rows) {
    // Nodes of the maps and the strings in them, about.
    constexpr std::size_t entry = 96;
    if (const auto* metrics = std::get_if<MetricRows>(&rows))
        return sizeof(RunRows) + metrics->metrics.size() * entry;
    std::size_t sum = sizeof(RunRows);
    if (const auto* completions = std::get_if<CompletionRows>(&rows))
        for (const CompletionRecord& row : completions->rows)
            sum += sizeof row + text_bytes(row) + row.reward_parts.size() * entry;
    if (const auto* tokens = std::get_if<TokenRows>(&rows))
        for (const TokenRecord& row : tokens->rows) sum += sizeof row + row.data.size();
    if (const auto* batch = std::get_if<BatchRows>(&rows))
        for (const FileRows& file : batch->files)
            sum += sizeof file + file.file.size() + file.lines.size() * sizeof(std::int64_t);
    return sum;
}

RowWriter::RowWriter(Connection& connection)
    : update_run_(connection.db, "UPDATE runs SET step = ?, total_steps = ? WHERE id = ?"),
      find_run_(connection.db, "SELECT 1 FROM runs WHERE id = ?"),
      add_key_(connection.db, "INSERT OR IGNORE INTO metric_keys (name) VALUES (?)"),
      find_key_(connection.db, "SELECT id FROM metric_keys WHERE name = ?"),
      add_metric_(connection.db,
                  "INSERT OR REPLACE INTO metrics (run, key, step, value) VALUES (?, ?, ?, ?)"),
      remove_completions_(connection.db,
                          "DELETE FROM completions WHERE run = ? AND step = ? AND (row < 0) = ?"),
      add_completion_(connection.db,
                      "INSERT OR REPLACE INTO completions (run, step, row, prompt_group, prompt, "
                      "completion, answer, reward, reward_parts, advantage, length, ended, kl, "
                      "prompt_key) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"),
      add_tokens_(connection.db,
                  "INSERT OR REPLACE INTO token_data (completion_id, data) SELECT id, ?4 FROM "
                  "completions WHERE run = ?1 AND step = ?2 AND row = ?3"),
      thin_tokens_(
          connection.db,
          "DELETE FROM token_data WHERE completion_id IN (SELECT id FROM completions INDEXED "
          "BY completions_facts WHERE run = ?1 AND (step - 1) % ?2 <> 0)"),
      add_batch_(connection.db,
                 "INSERT OR REPLACE INTO batch_rows (run, step, rows) VALUES (?, ?, ?)") {}

Status RowWriter::write(const RunRows& rows) {
    if (const auto* metrics = std::get_if<MetricRows>(&rows)) return write_metrics(*metrics);
    if (const auto* tokens = std::get_if<TokenRows>(&rows)) return write_tokens(*tokens);
    if (const auto* thinning = std::get_if<TokenThinning>(&rows)) return thin_tokens(*thinning);
    if (const auto* batch = std::get_if<BatchRows>(&rows)) return write_batch(*batch);
    return write_completions(std::get<CompletionRows>(rows));
}

std::int64_t RowWriter::key_id(const std::string& name) {
    if (const auto found = keys_.find(name); found != keys_.end()) return found->second;
    Use add(add_key_);
    add->bind(1, name);
    add->exec();
    Use find(find_key_);
    find->bind(1, name);
    find->executeStep();
    return keys_[name] = find->getColumn(0).getInt64();
}

Status RowWriter::write_metrics(const MetricRows& rows) {
    if (is_before_the_first_step(rows.metrics)) {
        Use run(find_run_);
        run->bind(1, rows.run);
        if (!run->executeStep()) return unknown_run(rows.run, "metrics");
    } else {
        Use run(update_run_);
        run->bind(1, rows.step);
        run->bind(2, rows.total_steps);
        run->bind(3, rows.run);
        if (run->exec() == 0) return unknown_run(rows.run, "metrics");
    }
    for (const auto& [key, value] : rows.metrics) {
        const std::int64_t id = key_id(key);
        Use add(add_metric_);
        add->bind(1, rows.run);
        add->bind(2, id);
        add->bind(3, rows.step);
        bind_number(*add, 4, value);
        add->exec();
    }
    return {};
}

Status RowWriter::write_completions(const CompletionRows& rows) {
    {
        Use run(find_run_);
        run->bind(1, rows.run);
        if (!run->executeStep()) return unknown_run(rows.run, "completions");
    }
    // A step that is done again may have fewer rows than before.
    Use remove(remove_completions_);
    remove->bind(1, rows.run);
    remove->bind(2, rows.step);
    remove->bind(3, !rows.rows.empty() && rows.rows.front().held_out() ? 1 : 0);
    remove->exec();
    for (const CompletionRecord& row : rows.rows) {
        const std::string parts = parts_to_json(row.reward_parts);
        Use add(add_completion_);
        add->bind(1, rows.run);
        add->bind(2, rows.step);
        add->bind(3, row.row);
        add->bind(4, row.group);
        add->bindNoCopy(5, row.prompt);
        add->bindNoCopy(6, row.completion);
        add->bindNoCopy(7, row.answer);
        bind_number(*add, 8, row.reward);
        add->bindNoCopy(9, parts);
        bind_number(*add, 10, row.advantage);
        add->bind(11, row.length);
        add->bind(12, row.ended ? 1 : 0);
        bind_number(*add, 13, row.kl);
        add->bind(14, prompt_key(row.prompt));
        add->exec();
    }
    return {};
}

Status RowWriter::write_tokens(const TokenRows& rows) {
    for (const TokenRecord& row : rows.rows) {
        Use add(add_tokens_);
        add->bind(1, rows.run);
        add->bind(2, rows.step);
        add->bind(3, row.row);
        add->bindNoCopy(4, row.data.data(), static_cast<int>(row.data.size()));
        add->exec();
    }
    return {};
}

Status RowWriter::thin_tokens(const TokenThinning& thinning) {
    Use thin(thin_tokens_);
    thin->bind(1, thinning.run);
    thin->bind(2, thinning.every);
    thin->exec();
    return {};
}

Status RowWriter::write_batch(const BatchRows& batch) {
    {
        Use run(find_run_);
        run->bind(1, batch.run);
        if (!run->executeStep()) return unknown_run(batch.run, "rows of a batch");
    }
    Use add(add_batch_);
    add->bind(1, batch.run);
    add->bind(2, batch.step);
    add->bind(3, file_rows_to_json(batch.files));
    add->exec();
    return {};
}

std::string like_pattern(std::string_view text) {
    std::string pattern = "%";
    for (const char c : text) {
        if (c == '%' || c == '_' || c == '\\') pattern += '\\';
        pattern += c;
    }
    return pattern + '%';
}

std::int64_t prompt_key(std::string_view prompt) {
    return std::bit_cast<std::int64_t>(text_hash(prompt));
}

}  // namespace plumb
