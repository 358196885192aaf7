// SPDX-License-Identifier: GPL-3.0-or-later
#include "widgets/job_progress.h"

#include <QHBoxLayout>
#include <QLabel>
#include <QLocale>
#include <QProgressBar>
#include <QPushButton>
#include <QVBoxLayout>

#include "base/strings.h"
#include "common/text.h"

namespace plumb::ui {
namespace {

constexpr int look_ms = 100, bar_steps = 1000;
/// A speed is told once it has been measured for so long.
constexpr double least_seconds = 0.5;

}  // namespace

JobProgress::JobProgress(const QString& name, QWidget* parent) : QWidget(parent) {
    setObjectName(name);
    m_bar = new QProgressBar(this);
    m_bar->setObjectName(name + "Bar");
    m_bar->setTextVisible(false);
    m_text = new QLabel(this);
    m_text->setObjectName(name + "Text");
    m_text->setProperty("role", "small");
    m_stop = new QPushButton("Stop", this);
    m_stop->setObjectName(name + "Stop");
    m_stop->setAutoDefault(false);
    auto* beside = new QVBoxLayout;
    beside->addWidget(m_text);
    beside->addWidget(m_bar);
    auto* layout = new QHBoxLayout(this);
    layout->setContentsMargins(0, 0, 0, 0);
    layout->addLayout(beside, 1);
    layout->addWidget(m_stop);
    m_timer.setInterval(look_ms);
    connect(&m_timer, &QTimer::timeout, this, &JobProgress::tell);
    connect(m_stop, &QPushButton::clicked, this, &JobProgress::stop);
    hide();
}

JobProgress::~JobProgress() {
    if (m_job) m_job->stop.request_stop();
}

std::shared_ptr<Job> JobProgress::begin(Unit unit, const QString& what) {
    stop();
    m_job = std::make_shared<Job>();
    m_unit = unit;
    m_what = what;
    m_stop->setEnabled(true);
    m_clock.start();
    m_timer.start();
    tell();
    show();
    return m_job;
}

void JobProgress::end() {
    m_timer.stop();
    m_job.reset();
    hide();
}

void JobProgress::stop() {
    if (!m_job) return;
    m_job->stop.request_stop();
    m_stop->setEnabled(false);
    tell();
    Q_EMIT stopped();
}

void JobProgress::tell() {
    const auto done = static_cast<double>(m_job->done.load());
    const auto total = static_cast<double>(m_job->total.load());
    m_bar->setRange(0, total > 0 ? bar_steps : 0);
    if (total > 0) m_bar->setValue(static_cast<int>(bar_steps * std::min(1.0, done / total)));
    if (m_job->stop.stop_requested()) {
        m_text->setText("Stopping ...");
        return;
    }
    const auto amount = [this](double number) {
        return m_unit == Unit::bytes
                   ? toQString(format_bytes(static_cast<std::uint64_t>(number)))
                   : QLocale(QLocale::English).toString(static_cast<qlonglong>(number));
    };
    QStringList parts = {m_what};
    if (total > 0 && m_unit != Unit::none) parts << amount(done) + " of " + amount(total);
    const double seconds = static_cast<double>(m_clock.elapsed()) / 1000;
    if (seconds > least_seconds && done > 0 && total > 0) {
        if (m_unit != Unit::none) parts << amount(done / seconds) + " a second";
        parts << toQString(format_duration(seconds * (total - done) / done)) + " left";
    }
    m_text->setText(parts.join(" \u00B7 "));
}

}  // namespace plumb::ui
