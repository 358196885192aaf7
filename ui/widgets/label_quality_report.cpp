// SPDX-License-Identifier: GPL-3.0-or-later
// What the quality dialog shows of a report.
#include <QHeaderView>
#include <QLocale>
#include <QPushButton>
#include <QTableView>
#include <QTextEdit>

#include "analysis/agreement_words.h"
#include "base/strings.h"
#include "bridge/label_quality.h"
#include "bridge/session_bridge.h"
#include "common/text.h"
#include "models/text_table_model.h"
#include "widgets/job_progress.h"
#include "widgets/label_quality_dialog.h"
#include "widgets/tab_stack.h"

namespace plumb::ui {
namespace {

constexpr int title_padding = 20;

QString number(std::size_t value) {
    return QLocale(QLocale::English).toString(static_cast<qulonglong>(value));
}

QString seconds(std::optional<double> value) {
    return value ? toQString(format_fixed(*value, *value < 10 ? 1 : 0)) + " s" : QString();
}

QString choiceText(Choice choice) {
    switch (choice) {
        case Choice::a: return "A";
        case Choice::b: return "B";
        case Choice::tie: return "tie";
        case Choice::both_bad: return "both bad";
        case Choice::skip: return "skipped";
        case Choice::good: return "good";
        case Choice::bad: return "bad";
    }
    return {};
}

std::int64_t verdictsOf(const AnnotatorReport& annotator) {
    std::int64_t all = 0;
    for (const auto& [choice, count] : annotator.choices) all += count;
    return all;
}

/// "ada: A, bob: tie": everybody's verdict on the item, skips left out.
QString saidOf(const QualityData& data, LabelItemId item) {
    QStringList said;
    const auto first = data.first.find(item);
    if (first == data.first.end()) return {};
    for (std::size_t i = first->second; i < data.verdicts.size() && data.verdicts[i].item == item;
         ++i) {
        const Verdict& verdict = data.verdicts[i];
        if (verdict.round == 0 && verdict.choice != Choice::skip)
            said << toQString(verdict.annotator) + ": " + choiceText(verdict.choice) +
                        (verdict.note.empty() ? QString()
                                              : " (" + toQString(verdict.note).simplified() + ")");
    }
    return said.join(", ");
}

/// As wide as what the columns hold, and their titles, which the style sheet makes bold.
void fitColumns(QTableView& view) {
    view.resizeColumnsToContents();
    const QHeaderView* header = view.horizontalHeader();
    QFont bold = header->font();
    bold.setBold(true);
    for (int column = 0; column < view.model()->columnCount(); ++column) {
        const QString title = view.model()->headerData(column, Qt::Horizontal).toString();
        const int least = QFontMetrics(bold).horizontalAdvance(title) + title_padding;
        if (header->sectionSize(column) < least) view.setColumnWidth(column, least);
    }
}

}  // namespace

void LabelQualityDialog::showReport() {
    showSentences();
    showAnnotators();
    showPairs();
    // The intervals change nothing in these; they would only lose their place.
    if (!m_quality->isComplete()) {
        showDisagreements();
        showOutliers();
    } else {
        m_progress->end();
    }
}

void LabelQualityDialog::showSentences() {
    const LabelReport& report = *m_quality->report();
    if (report.annotators.empty()) {
        m_sentences->setPlainText("Nobody has judged items of this queue yet.");
        return;
    }
    QStringList lines = {toQString(raw_agreement_sentence(report.raw))};
    if (report.raw.value)
        lines << toQString(alpha_sentence(report.alpha, false))
              << toQString(alpha_sentence(report.ordered_alpha, true));
    for (const AnnotatorReport& annotator : report.annotators) {
        if (annotator.self_agreement.value) lines << toQString(self_agreement_sentence(annotator));
        if (annotator.position.left.value) lines << toQString(position_sentence(annotator));
    }
    for (const RewardAgreement& agreement : report.rewards)
        lines << toQString(reward_sentence(agreement));
    m_sentences->setPlainText(lines.join("\n"));
}

void LabelQualityDialog::showAnnotators() {
    const auto& annotators = m_quality->report()->annotators;
    m_annotators.view->setVisible(!annotators.empty());
    m_annotators.model->setRows(
        static_cast<int>(annotators.size()), [this](int row, int column) -> QString {
            const AnnotatorReport& one =
                m_quality->report()->annotators[static_cast<std::size_t>(row)];
            switch (column) {
                case 0: return toQString(one.name);
                case 1: return number(static_cast<std::size_t>(verdictsOf(one)));
                case 2: return seconds(one.median_seconds);
                case 3: return toQString(share_text(one.self_agreement));
                case 4: return toQString(share_text(one.position.left));
                case 5:
                    return one.position.p_value ? toQString(format_fixed(*one.position.p_value, 3))
                                                : QString();
                case 6: return number(one.time_outliers.size());
                default: return {};
            }
        });
    fitColumns(*m_annotators.view);
}

void LabelQualityDialog::showPairs() {
    const auto& pairs = m_quality->report()->pairs;
    m_pairs.view->setVisible(!pairs.empty());
    m_pairs.model->setRows(static_cast<int>(pairs.size()), [this](int row, int column) -> QString {
        const PairReport& pair = m_quality->report()->pairs[static_cast<std::size_t>(row)];
        switch (column) {
            case 0: return toQString(pair.first + ", " + pair.second);
            case 1: return toQString(coefficient_text(pair.kappa));
            case 2: return number(static_cast<std::size_t>(pair.kappa.count));
            case 3: return toQString(kappa_sentence(pair));
            default: return {};
        }
    });
    fitColumns(*m_pairs.view);
}

void LabelQualityDialog::showDisagreements() {
    m_disagreementItems = m_quality->report()->disagreements;
    m_tabs->setTabText(m_disagreementTab, "Disagreements  " + number(m_disagreementItems.size()));
    m_requeue->setEnabled(!m_disagreementItems.empty() && !m_bridge.isReadOnly());
    m_disagreements.model->setRows(
        static_cast<int>(m_disagreementItems.size()), [this](int row, int column) -> QString {
            const LabelItemId item = m_disagreementItems[static_cast<std::size_t>(row)];
            return column == 0 ? QString::number(m_quality->data()->places.at(item))
                               : saidOf(*m_quality->data(), item);
        });
}

void LabelQualityDialog::showOutliers() {
    struct Outlier {
        std::size_t verdict;
        std::optional<double> usual;
    };
    std::vector<Outlier> outliers;
    m_outlierItems.clear();
    const QualityData& data = *m_quality->data();
    for (const AnnotatorReport& annotator : m_quality->report()->annotators)
        for (const VerdictId id : annotator.time_outliers) {
            outliers.push_back({data.by_id.at(id), annotator.median_seconds});
            m_outlierItems.push_back(data.verdicts[outliers.back().verdict].item);
        }
    m_tabs->setTabText(m_outlierTab, "Times  " + number(outliers.size()));
    m_outliers.model->setRows(
        static_cast<int>(outliers.size()), [this, outliers](int row, int column) -> QString {
            const Outlier& outlier = outliers[static_cast<std::size_t>(row)];
            const Verdict& verdict = m_quality->data()->verdicts[outlier.verdict];
            switch (column) {
                case 0: return QString::number(m_quality->data()->places.at(verdict.item));
                case 1: return toQString(verdict.annotator);
                case 2: return seconds(verdict.seconds);
                case 3: return seconds(outlier.usual);
                case 4: return choiceText(verdict.choice);
                default: return {};
            }
        });
}

}  // namespace plumb::ui
