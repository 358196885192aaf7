// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/rows.h"

#include <algorithm>

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
    for (const CompletionRecord& row : std::get<CompletionRows>(rows).rows)
        sum += sizeof row + text_bytes(row) + row.reward_parts.size() * entry;
    return sum;
}

RowWriter::RowWriter(Connection& connection)
    : update_run_(connection.db, "UPDATE runs SET step = ?, total_steps = ? WHERE id = ?"),
      find_run_(connection.db, "SELECT 1 FROM runs WHERE id = ?"),
      add_key_(connection.db, "INSERT OR IGNORE INTO metric_keys (name) VALUES (?)"),
      find_key_(connection.db, "SELECT id FROM metric_keys WHERE name = ?"),
      add_metric_(connection.db,
                  "INSERT OR REPLACE INTO metrics (run, key, step, value) VALUES (?, ?, ?, ?)"),
      remove_completions_(connection.db, "DELETE FROM completions WHERE run = ? AND step = ?"),
      add_completion_(connection.db,
                      "INSERT OR REPLACE INTO completions (run, step, row, prompt_group, prompt, "
                      "completion, answer, reward, reward_parts, advantage, length, ended) "
                      "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") {}

Status RowWriter::write(const RunRows& rows) {
    if (const auto* metrics = std::get_if<MetricRows>(&rows)) return write_metrics(*metrics);
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
        add->exec();
    }
    return {};
}

}  // namespace plumb
