// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/model_facts.h"

#include <QGridLayout>
#include <QLabel>

#include "base/strings.h"
#include "common/text.h"
#include "common/visible_text.h"
#include "widgets/number_label.h"

namespace plumb::ui {
namespace {

QString counted(std::int64_t number) {
    const auto value = static_cast<double>(number);
    if (value >= 1e9) return QString::number(value / 1e9, 'f', 2) + " billion";
    if (value >= 1e6) return QString::number(value / 1e6, 'f', 1) + " million";
    return QString::number(number);
}

QString sizeText(double bytes) {
    if (bytes >= 1e10) return QString::number(bytes / 1e9, 'f', 1) + " GB";
    if (bytes >= 1e9) return QString::number(bytes / 1e9, 'f', 2) + " GB";
    return QString::number(bytes / 1e6, 'f', bytes < 1e8 ? 1 : 0) + " MB";
}

QString joined(const std::vector<std::string>& texts) { return toQString(join(texts, ", ")); }

QString typesText(const ModelInfo& info) {
    QStringList types;
    for (const auto& [name, count] : info.parameters_by_dtype) types << toQString(name);
    return types.join(" and ");
}

}  // namespace

ModelFacts::ModelFacts(QWidget* parent) : QScrollArea(parent) {
    setObjectName("modelFacts");
    setAccessibleName("What the folder holds");
    setFrameShape(QFrame::NoFrame);
    setWidgetResizable(true);
    setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    auto* page = new QWidget;
    m_grid = new QGridLayout(page);
    m_grid->setContentsMargins(12, 10, 12, 12);
    m_grid->setHorizontalSpacing(14);
    m_grid->setVerticalSpacing(4);
    m_grid->setColumnStretch(1, 1);

    addSection("modelSection", "MODEL");
    addLine("modelFamily", "Family");
    addLine("modelKind", "Kind");
    addLine("modelParameters", "Parameters");
    addLine("modelLayers", "Layers", "Blocks of attention and MLP, and their width");
    addLine("modelHeads", "Heads", "Of attention; several may share keys and values");
    addLine("modelContext", "Context", "The longest sequence, in tokens");
    addLine("modelWindow", "Window", "How many tokens back a token sees");
    addLine("modelVocabulary", "Vocabulary", "Rows of the embedding");
    addLine("modelHead", "Head", "Whether the output matrix is the embedding");
    m_adapterTitle = nullptr;
    addSection("adapterSection", "ADAPTER");
    addLine("adapterBase", "Base", "The model that the adapter was trained on");
    addLine("adapterRank", "Rank, alpha");
    addLine("adapterTargets", "Targets", "The matrices that have low-rank updates");
    addLine("adapterSaved", "Trained whole");
    addLine("adapterSize", "Size");
    addSection("filesSection", "FILES");
    addLine("modelFolder", "Folder");
    addLine("modelFiles", "Weights");
    addLine("modelTypes", "Number types");
    addSection("memorySection", "MEMORY, IN FLOAT32");
    addLine("modelWeightMemory", "Weights");
    addLine("modelGenerationMemory", "To generate",
            "Weights and generation's copy of the matrices; the cache comes on top");
    addLine("modelTrainingMemory", "To train all",
            "Weights, gradients and both moments of AdamW; activations come on top");
    addLine("modelLoraMemory", "To train LoRA",
            "The same with an adapter of rank 16 on the usual matrices");
    addSection("tokenizerSection", "TOKENIZER");
    addLine("modelTokens", "Tokens");
    addLine("modelBos", "Begin of text");
    addLine("modelEos", "End of text");
    addLine("modelPad", "Padding");
    m_tokenizerProblem = makeSmallLabel({}, "error", page);
    m_tokenizerProblem->setObjectName("modelTokenizerProblem");
    m_tokenizerProblem->setWordWrap(true);
    m_tokenizerProblem->setTextInteractionFlags(Qt::TextSelectableByMouse);
    m_grid->addWidget(m_tokenizerProblem, m_grid->rowCount(), 0, 1, 2);
    m_grid->setRowStretch(m_grid->rowCount(), 1);
    setWidget(page);
    page->setAutoFillBackground(false);  // which setWidget() turned on: the panel behind shows
}

void ModelFacts::addSection(const QString& name, const QString& title) {
    const int row = m_grid->rowCount();
    auto* label = makeSmallLabel(title, "section", widget() ? widget() : this);
    label->setObjectName(name);
    if (row > 1) label->setContentsMargins(0, 8, 0, 0);
    m_grid->addWidget(label, row, 0, 1, 2);
    if (name == "adapterSection") m_adapterTitle = label;
}

void ModelFacts::addLine(const QString& name, const QString& title, const QString& help) {
    QWidget* page = m_grid->parentWidget();
    Line line{makeSmallLabel(title, "muted", page), new QLabel(page)};
    line.value->setObjectName(name);
    line.value->setAccessibleName(title);
    line.value->setTextFormat(Qt::PlainText);
    line.value->setTextInteractionFlags(Qt::TextSelectableByMouse);
    line.value->setWordWrap(true);
    for (QLabel* label : {line.name, line.value}) label->setToolTip(help);
    const int row = m_grid->rowCount();
    m_grid->addWidget(line.name, row, 0, Qt::AlignTop);
    m_grid->addWidget(line.value, row, 1);
    m_lines.emplace(name, line);
}

void ModelFacts::setLine(const QString& name, const QString& value) {
    const Line& line = m_lines.at(name);
    line.value->setText(value);
    line.name->setVisible(!value.isEmpty());
    line.value->setVisible(!value.isEmpty());
}

void ModelFacts::showInfo(const ModelInfo& info) {
    showShape(info);
    showAdapter(info);
    showFiles(info);
    setLine("modelWeightMemory", sizeText(info.weight_bytes));
    setLine("modelGenerationMemory", sizeText(info.generation_bytes));
    setLine("modelTrainingMemory", sizeText(info.training_bytes));
    setLine("modelLoraMemory", info.lora_bytes > 0 ? sizeText(info.lora_bytes) : QString());
    showTokenizer(info);
}

void ModelFacts::showShape(const ModelInfo& info) {
    setLine("modelFamily", toQString(info.family));
    setLine("modelKind", info.has_score_head ? "reward or value model" : "language model");
    setLine("modelParameters", counted(info.parameters));
    setLine("modelLayers", QString("%1, %2 wide").arg(info.layers).arg(info.hidden_size));
    setLine("modelHeads",
            info.heads == info.kv_heads
                ? QString::number(info.heads)
                : QString("%1, on %2 of keys and values").arg(info.heads).arg(info.kv_heads));
    setLine("modelContext", QString("%1 tokens").arg(info.positions));
    setLine("modelWindow", info.sliding_window
                               ? QString("%1 tokens (sliding)").arg(info.sliding_window)
                               : QString("all of the context"));
    setLine("modelVocabulary", QString::number(info.vocab_size));
    setLine("modelHead", info.has_score_head ? "a score"
                         : info.tied_head    ? "tied to the embedding"
                                             : "a matrix of its own");
}

void ModelFacts::showFiles(const ModelInfo& info) {
    setLine("modelFolder", pathText(info.folder));
    setLine("modelFiles", QString("%1 in %2 %3")
                              .arg(sizeText(info.file_bytes))
                              .arg(info.files)
                              .arg(info.files == 1 ? "file" : "files"));
    setLine("modelTypes", typesText(info));
}

void ModelFacts::showTokenizer(const ModelInfo& info) {
    const bool sound = info.tokenizer_problem.empty();
    setLine("modelTokens", sound ? QString::number(info.tokens) : QString());
    setLine("modelBos", sound ? visibleText(toQString(info.bos)) : QString());
    setLine("modelEos", sound ? visibleText(toQString(info.eos)) : QString());
    setLine("modelPad", sound ? visibleText(toQString(info.pad)) : QString());
    m_tokenizerProblem->setText(sound ? QString()
                                      : "Cannot be used: " + toQString(info.tokenizer_problem));
    m_tokenizerProblem->setVisible(!sound);
}

void ModelFacts::showAdapter(const ModelInfo& info) {
    m_adapterTitle->setVisible(info.adapter.has_value());
    const AdapterInfo adapter = info.adapter.value_or(AdapterInfo());
    const bool there = info.adapter.has_value();
    const QString base =
        toQString(adapter.base_name.empty() ? adapter.base_folder.string() : adapter.base_name);
    setLine("adapterBase", there ? base : QString());
    setLine("adapterRank",
            there ? QString("%1, %2").arg(adapter.rank).arg(adapter.alpha) : QString());
    setLine("adapterTargets", !there                    ? QString()
                              : adapter.targets.empty() ? QString("the family's usual ones")
                                                        : joined(adapter.targets));
    setLine("adapterSaved", joined(adapter.saved));
    setLine("adapterSize", there ? sizeText(adapter.file_bytes) : QString());
}

}  // namespace plumb::ui
