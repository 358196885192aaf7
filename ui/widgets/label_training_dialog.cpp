// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/label_training_dialog.h"

#include <algorithm>
#include <memory>

#include <QComboBox>
#include <QDoubleSpinBox>
#include <QFormLayout>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QPushButton>
#include <QVBoxLayout>

#include "bridge/session_bridge.h"
#include "common/text.h"
#include "config/fields.h"
#include "config/roles.h"
#include "config/yaml.h"
#include "widgets/model_chooser.h"

namespace plumb::ui {
namespace {

constexpr int dialog_width = 560;

const char* helpOf(int purpose) {
    constexpr const char* texts[] = {
        "The reward model learns from these pairs, mixed with those that it was made from, and the "
        "run goes on with it. The run keeps it as an edit, marked on its charts.",
        "A run of its own that begins with the model below; others can name it as their reward "
        "model.",
        "A run of its own that begins with the model below, which is also its reference. On "
        "samples "
        "of that model this is a round of online DPO.",
    };
    return texts[purpose];
}

QString runText(const RunRecord& run) {
    return QString("%1  %2, %3, step %4")
        .arg(run.id)
        .arg(toQString(run.name), toQString(to_string(run.state)))
        .arg(run.step);
}

/// The run's settings, or the defaults where they are of another version.
Settings settingsOf(const RunRecord& run) {
    const auto settings = parse_settings(run.settings, "settings", {});
    return settings.ok() ? *settings : Settings();
}

}  // namespace

LabelTrainingDialog::LabelTrainingDialog(SessionBridge& bridge, const LabelQueue& queue,
                                         QWidget* parent)
    : QDialog(parent), m_bridge(bridge), m_queue(queue) {
    setObjectName("labelTrainingDialog");
    setAttribute(Qt::WA_DeleteOnClose);
    setWindowTitle("Train on the labels of " + toQString(queue.name));
    setMinimumWidth(dialog_width);
    auto* form = makeForm();
    m_counts = new QLabel("Counting ...", this);
    m_counts->setObjectName("labelTrainingCounts");
    m_counts->setWordWrap(true);
    m_problem = new QLabel(this);
    m_problem->setObjectName("labelTrainingProblem");
    m_problem->setProperty("role", "error");
    m_problem->setTextFormat(Qt::PlainText);
    m_problem->setWordWrap(true);
    m_problem->hide();
    auto* layout = new QVBoxLayout(this);
    layout->setSpacing(10);
    layout->addWidget(form);
    layout->addWidget(m_counts);
    layout->addWidget(m_problem);
    layout->addStretch();
    layout->addWidget(makeButtons());
    m_bridge.query(
        this, [id = queue.id](StoreReader& reader) { return readOffer(reader, id); },
        [this](const Result<Offer>& offer) {
            if (!offer.ok()) return tell(toQString(offer.error().message));
            showOffer(*offer);
        });
    showPurpose();
}

LabelTrainingDialog::~LabelTrainingDialog() { m_counting.request_stop(); }

Result<LabelTrainingDialog::Offer> LabelTrainingDialog::readOffer(StoreReader& reader,
                                                                  LabelQueueId queue) {
    Offer offer;
    PLUMB_TRY(offer.sampled, sampled_run(reader, queue));
    PLUMB_TRY(offer.models, reader.runs());
    for (const RunRecord& run : offer.models) {
        if (run.state != RunState::paused && !can_resume(run.state)) continue;
        if (uses_reward_model(settingsOf(run))) offer.refreshable.push_back(run);
    }
    PLUMB_TRY(const auto annotators, reader.label_annotators(queue));
    for (const LabelAnnotator& annotator : annotators) offer.annotators.push_back(annotator.name);
    return offer;
}

QDoubleSpinBox* LabelTrainingDialog::addNumber(QFormLayout& form, const char* name,
                                               const QString& title, const QString& help,
                                               double most, int decimals) {
    auto* box = new QDoubleSpinBox(this);
    box->setObjectName(name);
    box->setAccessibleName(title);
    box->setToolTip(help);
    box->setDecimals(decimals);
    box->setButtonSymbols(QAbstractSpinBox::NoButtons);
    box->setRange(0, most);
    form.addRow(title, box);
    return box;
}

QWidget* LabelTrainingDialog::makeForm() {
    auto* fields = new QWidget(this);
    m_form = new QFormLayout(fields);
    m_form->setContentsMargins(0, 0, 0, 0);
    m_form->setFieldGrowthPolicy(QFormLayout::AllNonFixedFieldsGrow);
    const auto combo = [&](const char* name, const QString& title) {
        auto* box = new QComboBox(fields);
        box->setObjectName(name);
        box->setAccessibleName(title);
        m_form->addRow(title, box);
        return box;
    };
    m_purpose = combo("labelTrainingPurpose", "What to train");
    m_purpose->addItems(
        {"Refresh the reward model of a run and go on", "A reward model", "The policy, by DPO"});
    m_purpose->setCurrentIndex(Reward);
    m_help = new QLabel(fields);
    m_help->setProperty("role", "small");
    m_help->setWordWrap(true);
    m_form->addRow(QString(), m_help);
    m_run = combo("labelTrainingRun", "Run");
    m_model = new ModelChooser("labelTrainingModel", "Choose a run or a folder", fields);
    m_form->addRow("Begins with", m_model);
    m_annotator = combo("labelTrainingAnnotator", "Whose verdicts");
    m_annotator->addItem("What most annotators say");
    m_ties = combo("labelTrainingTies", "Ties");
    m_bothBad = combo("labelTrainingBothBad", "Both bad");
    for (QComboBox* box : {m_ties, m_bothBad})
        box->addItems({"Leave out", "A preference each way"});
    m_heldOut = addNumber(
        *m_form, "labelTrainingHeldOut", "Held out",
        "Share of the prompts, one at least, that is evaluated on and not learnt from", 90, 0);
    m_heldOut->setSuffix(" % of the prompts");
    m_heldOut->setValue(10);
    m_epochs = addNumber(*m_form, "labelTrainingEpochs", "Epochs",
                         toQString(find_field("reward_refresh_epochs")->help), 1000, 1);
    m_rate = addNumber(*m_form, "labelTrainingRate", "Learning rate",
                       toQString(find_field("reward_refresh_learning_rate")->help), 1, 7);
    m_mix = addNumber(*m_form, "labelTrainingMix", "Earlier pairs",
                      toQString(find_field("reward_refresh_mix")->help), 1000, 1);
    m_mix->setSuffix(" for each label");
    m_name = new QLineEdit(fields);
    m_name->setObjectName("labelTrainingName");
    m_form->addRow("Name", m_name);
    connect(m_purpose, &QComboBox::activated, this, &LabelTrainingDialog::showPurpose);
    connect(m_run, &QComboBox::currentIndexChanged, this,
            &LabelTrainingDialog::showRefreshSettings);
    connect(m_model, &ModelChooser::chosen, this, [this](const QString& model) {
        m_chosenModel = model;
        allow();
    });
    for (QComboBox* box : {m_annotator, m_ties, m_bothBad})
        connect(box, &QComboBox::activated, this, &LabelTrainingDialog::count);
    connect(m_heldOut, &QDoubleSpinBox::valueChanged, this, &LabelTrainingDialog::count);
    return fields;
}

QWidget* LabelTrainingDialog::makeButtons() {
    auto* row = new QWidget(this);
    m_cancel = new QPushButton("Cancel  Esc", row);
    m_cancel->setObjectName("labelTrainingCancel");
    m_cancel->setAutoDefault(false);
    m_start = new QPushButton("Start", row);
    m_start->setObjectName("labelTrainingStart");
    m_start->setProperty("primary", true);
    m_start->setDefault(true);
    auto* buttons = new QHBoxLayout(row);
    buttons->setContentsMargins(0, 0, 0, 0);
    buttons->addStretch();
    buttons->addWidget(m_cancel);
    buttons->addWidget(m_start);
    connect(m_cancel, &QPushButton::clicked, this, &QDialog::reject);
    connect(m_start, &QPushButton::clicked, this, &LabelTrainingDialog::start);
    return row;
}

void LabelTrainingDialog::showOffer(const Offer& offer) {
    m_refreshable = offer.refreshable;
    for (const RunRecord& run : m_refreshable)
        m_run->addItem(runText(run), QVariant::fromValue<qlonglong>(run.id));
    for (const std::string& annotator : offer.annotators)
        m_annotator->addItem(toQString(annotator), toQString(annotator));
    m_model->setRuns(offer.models);
    if (offer.sampled) {
        m_chosenModel = QString::number(*offer.sampled);
        m_model->setModel(m_chosenModel);
        const int place = m_run->findData(QVariant::fromValue<qlonglong>(*offer.sampled));
        // Its own samples were judged while it waits: what the labels are for.
        if (place >= 0) {
            m_run->setCurrentIndex(place);
            m_purpose->setCurrentIndex(Refresh);
        }
    }
    showRefreshSettings();
    showPurpose();
}

LabelTrainingDialog::Purpose LabelTrainingDialog::purpose() const {
    return static_cast<Purpose>(m_purpose->currentIndex());
}

void LabelTrainingDialog::showPurpose() {
    const bool refreshes = purpose() == Refresh;
    const auto show = [this](QWidget* field, bool shown) {
        field->setVisible(shown);
        m_form->labelForField(field)->setVisible(shown);
    };
    show(m_run, refreshes);
    for (QWidget* field : {m_epochs, m_rate, m_mix}) show(field, refreshes);
    show(m_model, !refreshes);
    show(m_heldOut, !refreshes);
    show(m_name, !refreshes);
    m_help->setText(refreshes && m_refreshable.empty()
                        ? "No run with a learned reward waits. Pause one, or stop it so that it "
                          "can be resumed."
                        : helpOf(purpose()));
    m_name->setPlaceholderText((purpose() == Dpo ? "dpo on " : "reward on ") +
                               toQString(m_queue.name));
    m_start->setText(refreshes ? "Refresh and go on" : "Start");
    count();
}

void LabelTrainingDialog::showRefreshSettings() {
    const int place = m_run->currentIndex();
    const Settings settings = place >= 0 && place < static_cast<int>(m_refreshable.size())
                                  ? settingsOf(m_refreshable[static_cast<std::size_t>(place)])
                                  : Settings();
    m_epochs->setValue(settings.reward_refresh_epochs);
    m_rate->setValue(settings.reward_refresh_learning_rate);
    m_mix->setValue(settings.reward_refresh_mix);
    allow();
}

LabelsToLearn LabelTrainingDialog::labels() const {
    const auto kept = [](const QComboBox* box) {
        return box->currentIndex() > 0 ? NoWinner::both : NoWinner::drop;
    };
    LabelsToLearn labels;
    labels.queue = m_queue.id;
    if (m_annotator->currentIndex() > 0)
        labels.annotator = toStd(m_annotator->currentData().toString());
    labels.ties = kept(m_ties);
    labels.both_bad = kept(m_bothBad);
    labels.held_out = purpose() == Refresh ? 0 : m_heldOut->value() / 100;
    return labels;
}

std::vector<PlannedEdit> LabelTrainingDialog::refreshEdits() const {
    const auto place = static_cast<std::size_t>(m_run->currentIndex());
    const Settings before = settingsOf(m_refreshable[place]);
    Settings after = before;
    after.reward_refresh_epochs = m_epochs->value();
    after.reward_refresh_learning_rate = m_rate->value();
    after.reward_refresh_mix = m_mix->value();
    std::vector<PlannedEdit> edits;
    for (const char* key :
         {"reward_refresh_epochs", "reward_refresh_learning_rate", "reward_refresh_mix"}) {
        const Field* field = find_field(key);
        const std::string value = field_text(*field, after);
        if (value != field_text(*field, before))
            edits.push_back({0, key, value, "for the refresh of the reward model"});
    }
    return edits;
}

void LabelTrainingDialog::count() {
    LabelsToExport what;
    const LabelsToLearn chosen = labels();
    what.queue = chosen.queue;
    what.annotator = chosen.annotator;
    what.ties = chosen.ties;
    what.both_bad = chosen.both_bad;
    what.held_out = chosen.held_out;
    m_counting.request_stop();
    m_counting = std::stop_source();
    m_pairs = -1;
    m_counts->setText("Counting ...");
    allow();
    m_bridge.query(
        this,
        [what, stop = m_counting.get_token()](StoreReader& reader) {
            return count_labels_to_export(reader, what, stop);
        },
        [this, stop = m_counting.get_token()](const Result<LabelExportReport>& report) {
            if (stop.stop_requested()) return;
            if (!report.ok()) return tell(toQString(report.error().message));
            m_pairs = report->rows;
            QString text = QString("%1 pairs to learn from").arg(report->rows);
            if (report->held_out > 0) text += QString(", %1 held out").arg(report->held_out);
            m_counts->setText(text + QString("; left out: %1 without a verdict, %2 on which "
                                             "annotators are split, %3 ties, %4 of two bad answers")
                                         .arg(report->unjudged)
                                         .arg(report->undecided)
                                         .arg(report->ties)
                                         .arg(report->both_bad));
            allow();
        });
}

void LabelTrainingDialog::start() {
    if (!m_start->isEnabled()) return;
    tell({});
    m_starting = true;
    allow();
    auto result = std::make_shared<Result<LabelTraining>>(LabelTraining());
    std::function<Status(Session&)> command;
    if (purpose() == Refresh) {
        command = [result, run = m_run->currentData().toLongLong(), labels = labels(),
                   edits = refreshEdits()](Session& session) {
            *result = refresh_from_labels(session, run, labels, edits);
            return Status();
        };
    } else {
        RunToLearn wanted;
        wanted.labels = labels();
        wanted.algorithm = purpose() == Dpo ? "dpo" : "reward";
        wanted.model = toStd(m_chosenModel);
        wanted.name = toStd(m_name->text().trimmed());
        command = [result, wanted](Session& session) {
            *result = train_on_labels(session, wanted);
            return Status();
        };
    }
    m_bridge.change(this, std::move(command), [this, result] {
        m_starting = false;
        allow();
        if (!result->ok()) return tell(toQString(result->error().message));
        Q_EMIT started((*result)->run);
        accept();
    });
}

void LabelTrainingDialog::tell(const QString& problem) {
    m_problem->setText(problem);
    m_problem->setVisible(!problem.isEmpty());
}

void LabelTrainingDialog::allow() {
    const bool named = purpose() == Refresh ? m_run->currentIndex() >= 0 : !m_chosenModel.isEmpty();
    m_start->setEnabled(!m_starting && named && m_pairs > 0);
}

}  // namespace plumb::ui
