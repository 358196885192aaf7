// SPDX-License-Identifier: GPL-3.0-or-later
#include "session/model_card_text.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <optional>

#include "analysis/metric_info.h"
#include "analysis/ticks.h"
#include "base/strings.h"
#include "base/words.h"
#include "config/fields.h"
#include "config/roles.h"

namespace plumb {
namespace fs = std::filesystem;
namespace {

constexpr std::size_t most_curves = 12;
constexpr std::uintmax_t most_counted_bytes = 1'000'000'000;

/// A text in YAML that needs no care for what it has in it.
std::string quoted(const std::string& text) {
    std::string result = "\"";
    for (const char c : text) {
        if (c == '"' || c == '\\') result += '\\';
        if (static_cast<unsigned char>(c) >= ' ') result += c;
    }
    return result + '"';
}

std::string table_head(const std::vector<std::string>& names, bool numbers = false) {
    std::string head = "|", line = "|";
    for (std::size_t i = 0; i < names.size(); ++i) {
        head += " " + names[i] + " |";
        line += numbers && i > 0 ? "---:|" : "---|";
    }
    return head + "\n" + line + "\n";
}

std::string table_row(const std::vector<std::string>& cells) {
    std::string row = "|";
    for (const std::string& cell : cells) row += " " + cell + " |";
    return row + "\n";
}

/// Lines with something on them; nothing of a file that is gone, large, or not of lines.
std::optional<std::int64_t> rows_of(const std::string& file) {
    std::error_code problem;
    const auto bytes = fs::file_size(file, problem);
    const std::string ending = fs::path(file).extension().string();
    if (problem || bytes > most_counted_bytes || (ending != ".jsonl" && ending != ".txt"))
        return std::nullopt;
    std::ifstream stream(file);
    std::int64_t rows = 0;
    for (std::string line; std::getline(stream, line);) rows += trim(line).empty() ? 0 : 1;
    return rows;
}

std::string files_table(const CardRun& run) {
    std::string rows;
    for (const FileList& list : file_lists())
        for (const std::string& file : run.settings.*list.member) {
            const auto count = rows_of(file);
            rows += table_row({"`" + std::string(list.key) + "`", card_cell(card_name(file)),
                               count ? std::to_string(*count) : "not known"});
        }
    return rows.empty() ? rows : table_head({"setting", "file", "rows"}) + rows;
}

/// Names of this machine's folders stay here: what may be a path is told by its last part.
std::string shown_value(const std::string& text) {
    if (text.find('/') == std::string::npos) return text;
    if (!text.starts_with('[')) return card_name(text);
    std::vector<std::string> items;
    for (const std::string& item : split(text.substr(1, text.size() - 2), ','))
        items.push_back(card_name(std::string(trim(item))));
    return "[" + join(items, ", ") + "]";
}

/// The newest value that is not beyond the step; nothing where there is none.
std::optional<double> value_at(const std::vector<MetricPoint>& points, std::int64_t step) {
    const auto behind = std::ranges::upper_bound(points, step, {}, &MetricPoint::step);
    if (behind == points.begin()) return std::nullopt;
    return std::prev(behind)->value;
}

std::vector<std::string> key_metrics(const CardRun& run) {
    std::vector<std::string> keys;
    for (const ChartGroup& group : default_charts(run.settings))
        for (const std::string& key : group.keys)
            if (run.metrics.contains(key) && !is_phase_metric(key) && keys.size() < most_curves)
                keys.push_back(key);
    return keys;
}

}  // namespace

std::string card_cell(std::string text) {
    std::string result;
    for (const char c : text) {
        if (c == '|') result += '\\';
        result += c == '\n' || c == '\r' ? ' ' : c;
    }
    return result;
}

std::string card_name(const std::string& path) {
    fs::path whole = fs::path(path).lexically_normal();
    if (!whole.has_filename()) whole = whole.parent_path();
    return whole.filename().string();
}

std::string front_matter(const CardSubject& subject, const CardRun* run) {
    std::string text = "---\nlibrary_name: ";
    text += subject.is_adapter ? "peft\n" : "transformers\n";
    text += subject.score_head ? "pipeline_tag: text-classification\n"
                               : "pipeline_tag: text-generation\n";
    const std::string base = run && !run->base.empty() ? run->base : subject.base;
    if (!base.empty())
        text += "base_model: " + quoted(card_name(base)) +
                "\nbase_model_relation: " + (subject.is_adapter ? "adapter\n" : "finetune\n");
    text += "tags:\n- plumbline\n";
    if (run && !run->is_start) text += "- " + run->record.algorithm + "\n";
    if (subject.is_adapter || (run && run->settings.use_peft)) text += "- lora\n";
    if (subject.score_head) text += "- reward-model\n";
    return text + "---\n";
}

std::string card_parents(const CardRun& run) {
    std::string text = "\n## Parents\n\n";
    if (run.parents.empty()) return text + "None: a new model of random weights.\n";
    text += table_head({"role", "parent", "made by"});
    for (const CardParent& parent : run.parents)
        text += table_row({parent.role, card_cell(parent.name), card_cell(parent.about)});
    return text;
}

std::string card_data(const CardRun& run) {
    std::string text = "\n## Data\n\n";
    if (is_built_in_task(run.settings))
        text += "The built-in task `" + run.settings.task +
                "`, whose rows are generated from the seed.\n";
    const std::string files = files_table(run);
    if (!files.empty()) text += (is_built_in_task(run.settings) ? "\n" : "") + files;
    const auto tokens = run.metrics.find("cost/trained_tokens");
    if (tokens != run.metrics.end())
        text += "\nTrained on " + short_number(tokens->second.back().value) + " tokens.\n";
    return text;
}

std::string card_settings(const CardRun& run) {
    std::string text = "\n## Settings\n\nAlgorithm " + upper_case(run.record.algorithm);
    if (!run.record.preset.empty()) text += ", preset `" + run.record.preset + "`";
    text += ". What differs from the defaults:\n\n" + table_head({"setting", "value", "default"});
    const Settings defaults;
    for (const Field& field : fields()) {
        if (field.key == "preset" || !field_applies(field, run.settings)) continue;
        const std::string value = field_text(field, run.settings);
        const std::string usual = field_text(field, defaults);
        if (value == usual) continue;
        const auto code = [](const std::string& shown) {
            return shown.empty() ? std::string() : "`" + card_cell(shown) + "`";
        };
        text += table_row({"`" + std::string(field.key) + "`", code(shown_value(value)),
                           code(shown_value(usual))});
    }
    return text;
}

std::string card_edits(const CardRun& run) {
    std::string text = "\n## Edits during the run\n\n";
    if (run.edits.empty()) return text + "None.\n";
    text += table_head({"after step", "setting", "old", "new", "reason"});
    for (const EditRecord& edit : run.edits)
        text += table_row({std::to_string(edit.step), "`" + edit.key + "`",
                           card_cell(shown_value(edit.old_value)),
                           card_cell(shown_value(edit.new_value)), card_cell(edit.reason)});
    return text;
}

std::string card_curves(const CardRun& run) {
    const std::vector<std::string> keys = key_metrics(run);
    if (keys.empty()) return {};
    std::vector<std::int64_t> steps;
    for (const std::int64_t quarter : {0, 1, 2, 3, 4}) {
        const std::int64_t step = std::max<std::int64_t>(1, run.step * quarter / 4);
        if (steps.empty() || step != steps.back()) steps.push_back(step);
    }
    std::vector<std::string> head = {"metric"};
    for (const std::int64_t step : steps) head.push_back("step " + std::to_string(step));
    std::string text = table_head(head, true);
    for (const std::string& key : keys) {
        const MetricInfo info = metric_info(key, run.record.algorithm);
        std::vector<std::string> row = {
            card_cell(info.title + (info.unit.empty() ? "" : ", " + info.unit)) + " (`" + key +
            "`)"};
        for (const std::int64_t step : steps) {
            const auto value = value_at(run.metrics.at(key), step);
            row.push_back(value ? short_number(*value) : "");
        }
        text += table_row(row);
    }
    return text;
}

std::string card_evaluation(const CardRun& run) {
    std::string rows;
    for (const auto& [key, points] : run.metrics) {
        if (!key.starts_with("eval/")) continue;
        const MetricInfo info = metric_info(key, run.record.algorithm);
        rows += table_row({card_cell(info.title) + " (`" + key + "`)",
                           short_number(points.back().value), info.unit,
                           std::to_string(points.back().step)});
    }
    if (rows.empty()) return {};
    return "\n## Evaluation\n\nOn held-out rows or prompts, the last one up to this step.\n\n" +
           table_head({"metric", "value", "unit", "step"}) + rows;
}

std::string card_diagnoses(const CardRun& run) {
    std::string text = "\n## Failure modes\n\n";
    if (run.diagnoses.empty())
        return text + "The diagnoses of the run's metrics found none up to this step.\n";
    for (const Diagnosis& diagnosis : run.diagnoses)
        text += "- **" + diagnosis.title + "** (" + std::string(severity_name(diagnosis.severity)) +
                ", steps " + std::to_string(diagnosis.first_step) + " to " +
                std::to_string(diagnosis.last_step) + "): " + diagnosis.sentence + "\n";
    return text;
}

std::string card_usage(const CardSubject& subject, const CardRun* run) {
    const std::string kind =
        subject.score_head ? "AutoModelForSequenceClassification" : "AutoModelForCausalLM";
    std::string text = "\n## Loading it\n\n```python\n";
    if (subject.is_adapter) {
        const std::string base = subject.base.empty() ? "BASE" : card_name(subject.base);
        text += "from peft import PeftModel\nfrom transformers import " + kind +
                ", AutoTokenizer\n\nbase = " + kind + ".from_pretrained(\"" + base +
                "\")  # the folder or repository of the base model\n"
                "model = PeftModel.from_pretrained(base, \"" +
                subject.title + "\")\n";
    } else {
        text += "from transformers import " + kind + ", AutoTokenizer\n\nmodel = " + kind +
                ".from_pretrained(\"" + subject.title + "\")\n";
    }
    text += "tokenizer = AutoTokenizer.from_pretrained(\"" + subject.title + "\")\n```\n";
    if (subject.is_adapter && subject.base.empty() && run)
        text += "\nBASE is the model that the run started from; `plumbline-cli export --model " +
                std::to_string(run->record.id) + "@start --to BASE` writes it.\n";
    return text +
           "\nIn Plumbline the folder is named wherever a model is, as in "
           "`plumbline-cli generate --model " +
           subject.title + "`.\n";
}

}  // namespace plumb
