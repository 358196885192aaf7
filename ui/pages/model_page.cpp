// SPDX-License-Identifier: GPL-3.0-or-later
#include "pages/model_page.h"

#include <algorithm>

#include <QDir>
#include <QDragEnterEvent>
#include <QFileDialog>
#include <QFileInfo>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QMenu>
#include <QPushButton>
#include <QStackedWidget>
#include <QVBoxLayout>

#include "common/background.h"
#include "common/dropped_files.h"
#include "common/recent_folders.h"
#include "common/shortcuts.h"
#include "common/text.h"
#include "common/theme.h"
#include "widgets/model_facts.h"
#include "widgets/model_texts.h"
#include "widgets/number_label.h"

namespace plumb::ui {
namespace {

constexpr int facts_width = 430;
constexpr int text_width = 640;
constexpr std::size_t most_runs = 12;

/// The folder that was dragged here; empty where it is none, or more than one thing.
QString droppedFolder(const QMimeData* data) {
    const QStringList files = droppedFiles(data);
    return files.size() == 1 && QFileInfo(files.front()).isDir() ? files.front() : QString();
}

QLabel* addParagraph(QVBoxLayout* layout, const QString& text, const char* role = "") {
    auto* label = makeSmallLabel(text, role, layout->parentWidget());
    label->setWordWrap(true);
    label->setMaximumWidth(text_width);
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    layout->addWidget(label);
    return label;
}

}  // namespace

ModelPage::ModelPage(QWidget* parent) : QWidget(parent) {
    setObjectName("modelPage");
    setAcceptDrops(true);
    m_stack = new QStackedWidget(this);
    m_stack->setObjectName("modelStack");
    m_empty = makeEmpty();
    m_busy = new QWidget(this);
    auto* busy = new QVBoxLayout(m_busy);
    m_busyText = addParagraph(busy, {}, "muted");
    m_busyText->setObjectName("modelBusy");
    busy->addStretch();
    m_failed = makeError();
    m_details = makeDetails();
    for (QWidget* page : {m_empty, m_busy, m_failed, m_details}) m_stack->addWidget(page);
    auto* layout = new QVBoxLayout(this);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(8);
    layout->addWidget(makeHead());
    layout->addWidget(m_stack, 1);
    setFocusProxy(m_folder);
    addPageShortcut(this, "modelBrowse", [this] { chooseFolder(); });
    addPageShortcut(this, "modelTrain", [this] { m_train->click(); });
    addPageShortcut(this, "modelTalk", [this] { m_talk->click(); });
    setOpened(false);
}

ModelPage::~ModelPage() { m_running.request_stop(); }

QWidget* ModelPage::makeHead() {
    auto* head = new QFrame(this);
    head->setProperty("role", "panel");
    m_folder = new QLineEdit(head);
    m_folder->setObjectName("modelFolderEdit");
    m_folder->setAccessibleName("Folder of a model, or a run");
    m_folder->setPlaceholderText("Folder of a model or adapter, or RUN@STEP of the workspace");
    m_folder->setAcceptDrops(false);  // a folder that is dropped here is opened
    m_folder->setClearButtonEnabled(true);
    auto* open = new QPushButton("Open", head);
    open->setObjectName("modelOpenButton");
    auto* browse = new QPushButton("Browse...", head);
    browse->setObjectName("modelBrowseButton");
    browse->setToolTip(keyText("modelBrowse"));
    m_recent = new QPushButton("Recent and runs", head);
    m_recent->setObjectName("modelRecentButton");
    auto* menu = new QMenu(m_recent);
    menu->setObjectName("modelRecentMenu");
    m_recent->setMenu(menu);
    connect(menu, &QMenu::aboutToShow, this, &ModelPage::showRecent);
    m_talk = new QPushButton("Talk to it  " + keyText("modelTalk"), head);
    m_talk->setObjectName("modelTalkButton");
    m_train = new QPushButton("Train on this model  " + keyText("modelTrain"), head);
    m_train->setObjectName("modelTrainButton");
    m_train->setProperty("primary", true);
    m_train->setToolTip("A new run that starts from it");

    auto* layout = new QHBoxLayout(head);
    layout->setContentsMargins(10, 8, 10, 8);
    layout->setSpacing(6);
    layout->addWidget(m_folder, 1);
    for (QPushButton* button : {open, browse, m_recent}) layout->addWidget(button);
    layout->addSpacing(12);
    layout->addWidget(m_talk);
    layout->addWidget(m_train);

    connect(m_folder, &QLineEdit::returnPressed, this, [this] { openModel(m_folder->text()); });
    connect(open, &QPushButton::clicked, this, [this] { openModel(m_folder->text()); });
    connect(browse, &QPushButton::clicked, this, &ModelPage::chooseFolder);
    connect(m_train, &QPushButton::clicked, this,
            [this] { Q_EMIT trainRequested(m_model, m_score); });
    connect(m_talk, &QPushButton::clicked, this, [this] { Q_EMIT talkRequested(m_model); });
    return head;
}

QWidget* ModelPage::makeEmpty() {
    auto* panel = new QFrame(this);
    panel->setObjectName("modelEmpty");
    panel->setProperty("role", "panel");
    auto* layout = new QVBoxLayout(panel);
    layout->setContentsMargins(24, 20, 24, 20);
    layout->setSpacing(8);
    addParagraph(layout, "Open the folder of a model", "title");
    addParagraph(layout,
                 "Browse to it, drop it here, or type a run of the workspace. Its family, size, "
                 "memory, tokenizer and chat template are shown without loading it.");
    auto* browse = new QPushButton("Open a model folder...", panel);
    browse->setObjectName("modelEmptyBrowse");
    layout->addWidget(browse, 0, Qt::AlignLeft);
    layout->addSpacing(10);
    addParagraph(layout, "Getting a model", "title");
    addParagraph(layout,
                 "Plumbline downloads nothing. Any Hugging Face repository of a supported family "
                 "will do, fetched by yourself with one of these commands:");
    QLabel* commands = addParagraph(layout,
                                    "hf download OWNER/MODEL --local-dir my-model\n"
                                    "git lfs clone ADDRESS-OF-THE-REPOSITORY my-model");
    commands->setObjectName("modelCommands");
    commands->setFont(monospacedFont());
    addParagraph(layout,
                 "The folder needs config.json, the *.safetensors files (with "
                 "model.safetensors.index.json where there are several) and tokenizer.json; "
                 "tokenizer_config.json, chat_template.jinja and generation_config.json are used "
                 "where they are there. Weights as *.bin are not read.");
    QLabel* families = addParagraph(
        layout, "Supported families: " + toQString(supported_families()) +
                    ". LoRA adapters in PEFT's layout are opened too, where their base is found.");
    families->setObjectName("modelFamilies");
    layout->addStretch();
    connect(browse, &QPushButton::clicked, this, &ModelPage::chooseFolder);
    return panel;
}

QWidget* ModelPage::makeError() {
    auto* page = new QWidget(this);
    auto* banner = new QFrame(page);
    banner->setProperty("role", "banner-error");
    auto* inside = new QVBoxLayout(banner);
    inside->setContentsMargins(12, 8, 12, 8);
    auto* title = new QLabel("The model cannot be used.", banner);
    title->setProperty("role", "title");
    m_error = new QLabel(banner);
    m_error->setObjectName("modelError");
    m_error->setWordWrap(true);
    m_error->setTextFormat(Qt::PlainText);
    m_error->setTextInteractionFlags(Qt::TextSelectableByMouse | Qt::TextSelectableByKeyboard);
    inside->addWidget(title);
    inside->addWidget(m_error);
    auto* layout = new QVBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addWidget(banner);
    layout->addStretch();
    return page;
}

QWidget* ModelPage::makeDetails() {
    auto* page = new QWidget(this);
    auto* facts = new QFrame(page);
    facts->setProperty("role", "panel");
    facts->setFixedWidth(facts_width);
    m_facts = new ModelFacts(facts);
    auto* factsLayout = new QVBoxLayout(facts);
    factsLayout->setContentsMargins(1, 1, 1, 1);
    factsLayout->addWidget(m_facts);
    auto* texts = new QFrame(page);
    texts->setProperty("role", "panel");
    m_texts = new ModelTexts(texts);
    auto* textsLayout = new QVBoxLayout(texts);
    textsLayout->setContentsMargins(10, 6, 10, 10);
    textsLayout->addWidget(m_texts);
    auto* layout = new QHBoxLayout(page);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->setSpacing(10);
    layout->addWidget(facts);
    layout->addWidget(texts, 1);
    return page;
}

void ModelPage::showRecent() {
    QMenu* menu = m_recent->menu();
    menu->clear();
    const auto add = [&](const QString& text, const QString& model) {
        QAction* action = menu->addAction(text, this, [this, model] { openModel(model); });
        action->setObjectName("model:" + model);
    };
    for (const QString& folder : recentModels()) add(QDir::toNativeSeparators(folder), folder);
    if (!menu->isEmpty()) menu->addSeparator();
    std::size_t shown = 0;
    for (const RunRecord& run : m_runs)
        if (run.step > 0 && shown++ < most_runs)
            add(QString("Run %1, %2, newest checkpoint").arg(run.id).arg(toQString(run.name)),
                QString::number(run.id));
    if (menu->isEmpty()) menu->addAction("No folder was opened yet")->setEnabled(false);
}

void ModelPage::chooseFolder() {
    auto* dialog = new QFileDialog(this, "Folder of a model");
    dialog->setObjectName("modelFolderDialog");
    dialog->setAttribute(Qt::WA_DeleteOnClose);
    dialog->setFileMode(QFileDialog::Directory);
    dialog->setOption(QFileDialog::ShowDirsOnly);
    connect(dialog, &QFileDialog::fileSelected, this, &ModelPage::openModel);
    dialog->open();
}

void ModelPage::focusFolder() { m_folder->setFocus(Qt::OtherFocusReason); }

void ModelPage::openModel(const QString& model) {
    m_running.request_stop();
    m_model = model.trimmed();
    m_folder->setText(m_model);
    setOpened(false);
    if (m_model.isEmpty()) {
        m_stack->setCurrentWidget(m_empty);
        return;
    }
    m_busyText->setText("Looking at " + m_model + " ...");
    m_stack->setCurrentWidget(m_busy);
    m_running = runInBackground(
        this,
        [model = toStd(m_model), workspace = m_workspace](std::stop_token) {
            return describe_model(model, workspace);
        },
        [this](const Result<ModelInfo>& info) { showInfo(info); });
}

void ModelPage::showInfo(const Result<ModelInfo>& info) {
    if (!info.ok()) {
        m_error->setText(toQString(info.error().message));
        m_stack->setCurrentWidget(m_failed);
        return;
    }
    if (QFileInfo(m_model).isDir()) {
        // Runs and the playground may look at it from elsewhere.
        m_model = QDir(m_model).absolutePath();
        rememberModel(m_model);
    }
    m_score = info->has_score_head;
    m_facts->showInfo(*info);
    m_texts->showInfo(*info);
    m_stack->setCurrentWidget(m_details);
    setOpened(true);
    const bool writes = !m_score && info->tokenizer_problem.empty();
    m_talk->setEnabled(writes);
    m_talk->setToolTip(writes    ? "In the playground"
                       : m_score ? "A reward or value model gives scores and writes no text"
                                 : "Without a tokenizer it cannot write text");
}

void ModelPage::setOpened(bool opened) {
    m_train->setEnabled(opened);
    m_talk->setEnabled(opened);
    m_talk->setToolTip(opened ? "" : "Open a model first");
}

void ModelPage::dragEnterEvent(QDragEnterEvent* event) {
    if (!droppedFolder(event->mimeData()).isEmpty()) event->acceptProposedAction();
}

void ModelPage::dropEvent(QDropEvent* event) {
    const QString folder = droppedFolder(event->mimeData());
    if (folder.isEmpty()) return;
    event->acceptProposedAction();
    openModel(folder);
}

}  // namespace plumb::ui
