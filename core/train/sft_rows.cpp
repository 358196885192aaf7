// SPDX-License-Identifier: GPL-3.0-or-later
#include "train/sft_rows.h"

#include <algorithm>

#include "base/random.h"
#include "data/order.h"
#include "data/packing.h"
#include "train/evaluation.h"

namespace plumb {
namespace {

class PlainRows : public SftRows {
public:
    PlainRows(const Task& task, const Policy& policy, const Settings& settings)
        : task_(task), policy_(policy), settings_(settings) {}

    std::int64_t count() const override { return task_.rows(); }

    std::vector<LabelledBatch> take(std::int64_t position, std::int64_t wanted) override {
        std::vector<Demonstration> demonstrations;
        for (std::int64_t i = 0; i < wanted; ++i)
            demonstrations.push_back(task_.train_demonstration(position + i));
        const auto rows = supervised_rows(demonstrations, policy_, settings_);
        if (rows.empty()) return {};
        return {to_batch(rows)};
    }

private:
    const Task& task_;
    const Policy& policy_;
    const Settings& settings_;
};

/// The documents of each demonstration that have a token to train on, in order: demonstration i has
/// [first[i], first[i + 1]).
struct Documents {
    std::vector<PackedPart> parts;
    std::vector<std::size_t> first = {0};
};

/// Whole demonstrations, or with bfd_split their pieces: a piece of a long prompt has nothing to
/// train on, and a step of such pieces alone would have no loss.
Documents find_documents(const SupervisedRows& rows, std::size_t demonstrations,
                         std::int64_t seq_length, PackingStrategy strategy) {
    Documents documents;
    const auto add = [&](std::int64_t source, const SupervisedRow& row) {
        const std::int64_t length = std::ssize(row.ids);
        const std::int64_t piece = strategy == PackingStrategy::bfd_split ? seq_length : length;
        for (std::int64_t begin = 0; begin < length; begin += piece) {
            const PackedPart part{source, begin, std::min(piece, length - begin)};
            SupervisedRow tokens;
            append_part(row, part, tokens);
            if (tokens.trained() > 0) documents.parts.push_back(part);
        }
    };
    std::size_t next = 0;
    for (std::size_t i = 0; i < demonstrations; ++i) {
        if (next < rows.sources.size() && rows.sources[next] == static_cast<std::int64_t>(i))
            add(static_cast<std::int64_t>(i), rows.rows[next++]);
        documents.first.push_back(documents.parts.size());
    }
    return documents;
}

/// Keeps documents and the plan of one epoch; tokens are made when a row is taken.
class PackedRows : public SftRows {
public:
    /// documents: of the task's demonstrations, which options tokenise; at least one.
    PackedRows(const Task& task, const Policy& policy, const Settings& settings,
               SupervisedOptions options, PackingStrategy strategy, Documents documents)
        : task_(task),
          policy_(policy),
          strategy_(strategy),
          seq_length_(supervised_options(policy, settings).max_length),
          options_(options),
          documents_(std::move(documents)),
          demonstrations_(static_cast<std::uint64_t>(settings.seed),
                          std::ssize(task.demonstrations()), settings.shuffle_dataset) {
        pack_epoch(0);
        // Best fit begins with the longest rows: a batch must not be all of one length.
        order_ = std::make_unique<DataOrder>(
            derive_seed(static_cast<std::uint64_t>(settings.seed), "packed rows"), count(),
            settings.shuffle_dataset);
    }

    std::int64_t count() const override { return std::ssize(plan_); }

    std::vector<LabelledBatch> take(std::int64_t position, std::int64_t wanted) override {
        std::vector<SupervisedRow> rows;
        for (std::int64_t i = position; i < position + wanted; ++i) {
            pack_epoch(i / count());
            append_row(plan_[static_cast<std::size_t>(order_->at(i))], rows);
        }
        std::erase_if(rows, [](const SupervisedRow& row) { return row.trained() == 0; });
        return batch_documents(std::move(rows), wanted * seq_length_);
    }

private:
    /// Packs the documents in the order that the demonstrations have in the epoch; plan_ keeps its
    /// size.
    void pack_epoch(std::int64_t epoch) {
        if (epoch == packed_epoch_) return;
        const std::int64_t demonstrations = std::ssize(task_.demonstrations());
        demonstrations_.seek(epoch * demonstrations);
        epoch_documents_.clear();
        std::vector<std::int64_t> lengths;
        for (std::int64_t i = 0; i < demonstrations; ++i) {
            const auto row = static_cast<std::size_t>(demonstrations_.next());
            for (std::size_t k = documents_.first[row]; k < documents_.first[row + 1]; ++k) {
                epoch_documents_.push_back(documents_.parts[k]);
                lengths.push_back(documents_.parts[k].length);
            }
        }
        plan_ = plan_packing(lengths, seq_length_, strategy_);
        packed_epoch_ = epoch;
    }

    const SupervisedRow& tokens(std::int64_t demonstration) {
        if (demonstration != last_) {
            const auto number = static_cast<std::size_t>(demonstration);
            last_tokens_ = tokenize_demonstration(task_.demonstrations()[number],
                                                  *policy_.tokenizer, options_);
            last_ = demonstration;
        }
        return last_tokens_;
    }

    /// Documents of one packed row do not see each other and each starts at position 0: the same as
    /// rows of their own. Wrapped rows are one long row.
    void append_row(const PackedParts& parts, std::vector<SupervisedRow>& rows) {
        if (strategy_ == PackingStrategy::wrapped) rows.emplace_back();
        for (const PackedPart& part : parts) {
            if (strategy_ != PackingStrategy::wrapped) rows.emplace_back();
            const PackedPart& document = epoch_documents_[static_cast<std::size_t>(part.row)];
            append_part(tokens(document.row),
                        {document.row, document.begin + part.begin, part.length}, rows.back());
        }
    }

    const Task& task_;
    const Policy& policy_;
    PackingStrategy strategy_;
    std::int64_t seq_length_;
    SupervisedOptions options_;
    Documents documents_;
    DataOrder demonstrations_;
    std::unique_ptr<DataOrder> order_;         ///< of the packed rows
    std::int64_t packed_epoch_ = -1;           ///< what the following two belong to
    std::vector<PackedPart> epoch_documents_;  ///< in its order
    std::vector<PackedParts> plan_;            ///< parts are of epoch_documents_
    std::int64_t last_ = -1;                   ///< demonstration that was tokenised last
    SupervisedRow last_tokens_;
};

}  // namespace

double SftRows::epoch(std::int64_t position) const {
    return count() == 0 ? 0.0 : static_cast<double>(position) / static_cast<double>(count());
}

Result<std::unique_ptr<SftRows>> make_sft_rows(const Task& task, const Policy& policy,
                                               const Settings& settings) {
    if (!settings.packing)
        return std::unique_ptr<SftRows>(std::make_unique<PlainRows>(task, policy, settings));
    if (task.rows() == 0)
        return invalid_input("the task " + task.name() +
                             " makes rows without end, which cannot be packed; set packing to "
                             "false");
    const SupervisedOptions options = training_options(policy, settings);
    PLUMB_TRY(const SupervisedRows rows,
              tokenize_demonstrations(task.demonstrations(), *policy.tokenizer, options));
    const PackingStrategy strategy = *packing_strategy(settings.packing_strategy);
    Documents documents = find_documents(rows, task.demonstrations().size(),
                                         supervised_options(policy, settings).max_length, strategy);
    return std::unique_ptr<SftRows>(std::make_unique<PackedRows>(task, policy, settings, options,
                                                                 strategy, std::move(documents)));
}

std::vector<LabelledBatch> batch_documents(std::vector<SupervisedRow> documents,
                                           std::int64_t most) {
    std::ranges::stable_sort(documents, std::ranges::greater(),
                             [](const SupervisedRow& row) { return row.ids.size(); });
    std::vector<LabelledBatch> batches;
    for (std::size_t first = 0; first < documents.size();) {
        const auto longest = static_cast<std::int64_t>(documents[first].ids.size());
        const auto fit = static_cast<std::size_t>(std::max<std::int64_t>(1, most / longest));
        const std::size_t size = std::min(fit, documents.size() - first);
        batches.push_back(to_batch(std::span(documents).subspan(first, size)));
        first += size;
    }
    return batches;
}

}  // namespace plumb
