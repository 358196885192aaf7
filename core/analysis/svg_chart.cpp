// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/svg_chart.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <ranges>

#include "analysis/colours.h"
#include "analysis/smoothing.h"
#include "analysis/svg_elements.h"
#include "analysis/thinning.h"
#include "analysis/ticks.h"

namespace plumb {
namespace {

constexpr TextStyle title_style = {.colour = light_surfaces.text, .size = 13, .bold = true};
constexpr TextStyle unit_style = {.colour = light_surfaces.muted, .size = 11.5};
constexpr TextStyle value_style = {
    .colour = light_surfaces.text, .size = 12, .mono = true, .anchor = Anchor::end};
constexpr TextStyle y_style = {
    .colour = light_surfaces.muted, .size = 11, .mono = true, .anchor = Anchor::end};
constexpr TextStyle x_style = {
    .colour = light_surfaces.muted, .size = 11, .mono = true, .anchor = Anchor::middle};
// Names are dark beside a swatch: some series' colours are too light for text.
constexpr TextStyle name_style = {.colour = light_surfaces.text, .size = 11.5};
constexpr double swatch_width = 8;
constexpr double padding = 12;
constexpr double unit_gap = 8;
constexpr double label_height = 14;
constexpr std::size_t dotted_points = 30;
constexpr std::string_view edit_colour = "#1F6FBF";
constexpr std::string_view alert_colour = "#B3261E";

std::string_view mark_colour(MarkKind kind) {
    if (kind == MarkKind::edit) return edit_colour;
    return kind == MarkKind::alert ? alert_colour : light_surfaces.muted;
}

/// A triangle that points at the place for an edit, one that stands on it for an alert, a small
/// diamond for a checkpoint, a flag for a phase.
std::string mark_path(MarkKind kind, double x, double y) {
    const auto at = [&](double dx, double dy) { return pixels(x + dx) + " " + pixels(y + dy); };
    switch (kind) {
        case MarkKind::edit:
            return "M" + at(-4.5, -6.75) + "L" + at(4.5, -6.75) + "L" + at(0, 0) + "z";
        case MarkKind::alert: return "M" + at(-4.5, 0) + "L" + at(4.5, 0) + "L" + at(0, -8) + "z";
        case MarkKind::checkpoint:
            return "M" + at(0, -6) + "L" + at(3, -3) + "L" + at(0, 0) + "L" + at(-3, -3) + "z";
        case MarkKind::phase:
            return "M" + at(0, 0) + "L" + at(0, -8) + "L" + at(7, -5.5) + "L" + at(1, -3) + "L" +
                   at(1, 0) + "z";
    }
    return {};
}

/// The points as they are drawn: smoothed over all of them, then thinned to the pixels there are.
struct Curve {
    const ChartSeries* series = nullptr;
    std::vector<MetricPoint> raw;  ///< empty where nothing is smoothed
    std::vector<MetricPoint> smoothed;
    std::array<std::vector<MetricPoint>, 2> band;  ///< its lower and upper edge
    std::optional<MetricPoint> last;               ///< the last smoothed value that can be drawn
};

/// One chart inside the rectangle from (0, 0) to (width, height).
class Painter {
public:
    explicit Painter(const ChartSpec& spec) : spec_(spec) {}

    std::string paint() {
        prepare_curves();
        out_ = svg_panel(0.5, 0.5, spec_.width - 1, spec_.height - 1, light_surfaces.panel,
                         light_surfaces.line);
        if (!has_values_) {
            draw_title();
            out_ += svg_text(spec_.width / 2, spec_.height / 2, "no values yet",
                             {.colour = light_surfaces.muted, .anchor = Anchor::middle});
            return out_;
        }
        prepare_axes();
        draw_title();
        draw_axes();
        draw_marks();
        for (const Curve& curve : curves_) draw_band(curve);
        for (const Curve& curve : curves_) draw_curve(curve);
        if (is_labelled()) draw_labels();
        return out_;
    }

private:
    bool can_show(double value) const {
        return std::isfinite(value) && (!spec_.logarithmic || value > 0);
    }
    bool is_labelled() const { return spec_.series.size() > 1; }
    const XScale& scale_of(const ChartSeries& series) const {
        return series.scale ? *series.scale : spec_.scale;
    }
    double x_of(std::int64_t step) const { return x_at(spec_.scale.at(step)); }
    double x_at(double place) const { return left_ + x_axis_.position(place) * (right_ - left_); }
    bool can_show(const MetricPoint& point, const XScale& scale) const {
        return can_show(point.value) && (!spec_.logarithmic_x || scale.at(point.step) > 0);
    }
    double y_of(double value) const { return bottom_ - y_axis_.position(value) * (bottom_ - top_); }

    void prepare_curves() {
        const auto buckets = static_cast<std::size_t>(std::max(1.0, spec_.width));
        for (const ChartSeries& series : spec_.series) {
            const double weight = spec_.smoothing.value_or(default_smoothing(series.points.size()));
            const std::vector<MetricPoint> smoothed = smooth(series.points, weight);
            Curve curve;
            curve.series = &series;
            const XScale& scale = scale_of(series);
            curve.smoothed = thin_for_scale(smoothed, scale, buckets);
            if (weight > 0 && series.shows_raw)
                curve.raw = thin_for_scale(series.points, scale, buckets);
            if (!series.low.empty() && !series.high.empty())
                curve.band = {thin(smooth(series.low, weight), buckets),
                              thin(smooth(series.high, weight), buckets)};
            for (const MetricPoint& point : smoothed)
                if (can_show(point, scale)) curve.last = point;
            has_values_ = has_values_ || curve.last.has_value();
            curves_.push_back(std::move(curve));
        }
    }

    std::vector<MetricPoint> thin_for_scale(const std::vector<MetricPoint>& points,
                                            const XScale& scale, std::size_t buckets) const {
        if (scale.is_monotone()) return thin(points, buckets);
        std::vector<MetricPoint> kept;
        for (const std::size_t i :
             thinned(points, 0, points.size(), buckets, scale.at_each(points)))
            kept.push_back(points[i]);
        return kept;
    }

    Axis x_axis() const {
        std::int64_t first = std::numeric_limits<std::int64_t>::max(), last = 0;
        double smallest = std::numeric_limits<double>::infinity(), low = smallest, high = -low;
        for (const ChartSeries& series : spec_.series)
            for (const MetricPoint& point : series.points) {
                first = std::min(first, point.step);
                last = std::max(last, point.step);
                const double place = scale_of(series).at(point.step);
                if (place > 0) smallest = std::min(smallest, place);
                low = std::min(low, place);
                high = std::max(high, place);
            }
        if (first > 0 && first * 10 <= last) first = 0;
        first = std::min(first, spec_.first_step.value_or(first));
        last = std::max(last, spec_.last_step.value_or(last));
        if (spec_.scale.is_monotone()) {
            low = std::min(low, spec_.scale.at(first));
            high = std::max(high, spec_.scale.at(last));
        }
        if (spec_.logarithmic_x && std::isfinite(smallest) && smallest < high)
            return cut_axis(log_axis(smallest, high), smallest, high);
        if (spec_.scale.axis() == XAxis::step) return step_axis(first, last);
        if (spec_.scale.axis() == XAxis::time) return time_axis(low, high);
        const Axis axis = value_axis(low, high);
        return low < high ? cut_axis(axis, low, high) : axis;
    }

    void prepare_axes() {
        double low = std::numeric_limits<double>::infinity(), high = -low;
        const auto include = [&](const std::vector<MetricPoint>& points, const XScale& scale) {
            for (const MetricPoint& point : points) {
                if (!can_show(point, scale)) continue;
                low = std::min(low, point.value);
                high = std::max(high, point.value);
            }
        };
        for (const Curve& curve : curves_) {
            const XScale& scale = scale_of(*curve.series);
            include(curve.series->points, scale);
            for (const auto& edge : curve.band) include(edge, scale);
        }
        x_axis_ = x_axis();
        y_axis_ = spec_.logarithmic ? log_axis(low, high) : value_axis(low, high);

        double widest = 0;
        for (const Tick& tick : y_axis_.ticks)
            widest = std::max(widest, text_width(tick.label, y_style));
        double label_width = 0;
        for (const ChartSeries& series : spec_.series)
            label_width = std::max(label_width, text_width(series.name, name_style));
        label_width_ = std::min(label_width, 0.3 * spec_.width);
        left_ = padding + widest + 8;
        right_ = spec_.width - padding - (is_labelled() ? swatch_width + label_width_ + 12 : 8);
        top_ = padding + (spec_.marks.empty() ? 28 : 40);
        bottom_ = spec_.height - padding - 30;
    }

    void draw_title() {
        double room = spec_.width - 2 * padding;
        const double baseline = padding + 11;
        if (!is_labelled() && has_values_) {
            const std::string value = short_number(curves_.front().last->value);
            out_ += svg_text(spec_.width - padding, baseline, value, value_style);
            room -= text_width(value, value_style) + 12;
        }
        const std::string title = cut_text(spec_.title, title_style, room);
        room -= text_width(title, title_style) + unit_gap;
        const bool has_unit = !spec_.unit.empty() && text_width(spec_.unit, unit_style) <= room;
        out_ += svg_text(padding, baseline, title, title_style, has_unit ? spec_.unit : "",
                         unit_style, unit_gap);
    }

    void draw_axes() {
        for (const Tick& tick : y_axis_.ticks) {
            const double y = y_of(tick.value);
            out_ += svg_line(left_, y, right_, y, light_surfaces.line, 1);
            out_ += svg_text(left_ - 8, y + 4, tick.label, y_style);
        }
        for (const Tick& tick : x_axis_.ticks) {
            const double x = x_at(tick.value);
            out_ += svg_line(x, bottom_, x, bottom_ + 4, light_surfaces.line, 1);
            out_ += svg_text(x, bottom_ + 16, tick.label, x_style);
        }
        out_ += svg_text((left_ + right_) / 2, bottom_ + 31, spec_.x_label,
                         {.colour = light_surfaces.muted, .size = 11, .anchor = Anchor::middle});
    }

    /// Signs at the top edge; edits and alerts have a dashed line, edits above it what they changed
    /// where there is room.
    void draw_marks() {
        double free_from = left_;
        for (const ChartMark& mark : spec_.marks) {
            const double x = x_of(mark.step);
            if (!(x >= left_ - 0.5 && x <= right_ + 0.5)) continue;
            const std::string_view colour = mark_colour(mark.kind);
            if (mark.kind == MarkKind::edit || mark.kind == MarkKind::alert)
                out_ += svg_line(x, top_, x, bottom_, colour, 1, "3 3");
            out_ += "<path d=\"" + mark_path(mark.kind, x, top_) + "\" fill=\"" +
                    std::string(colour) + "\"><title>" + xml_escape(mark.label) +
                    "</title></path>\n";
            if (mark.kind == MarkKind::edit) free_from = draw_mark_label(mark.label, x, free_from);
        }
    }

    /// Returns where the next label may begin.
    double draw_mark_label(const std::string& label, double x, double free_from) {
        const TextStyle style = {.colour = edit_colour, .size = 10};
        const double width = text_width(label, style);
        const double start = std::min(x - 4.5, spec_.width - padding - width);
        if (start < free_from) return free_from;
        out_ += svg_text(start, top_ - 11, label, style);
        return start + width + 8;
    }

    std::string path_of(const std::vector<MetricPoint>& points, const XScale& scale,
                        std::string& dots) const {
        std::string path;
        bool is_open = false;
        for (std::size_t i = 0; i < points.size(); ++i) {
            if (!can_show(points[i], scale)) {
                is_open = false;
                continue;
            }
            const std::string x = pixels(x_at(scale.at(points[i].step)));
            const std::string y = pixels(y_of(points[i].value));
            path += (is_open ? "L" : "M") + x + " " + y;
            const bool goes_on = i + 1 < points.size() && can_show(points[i + 1], scale);
            // A value between two gaps has no line, and few values are worth seeing each.
            if (points.size() <= dotted_points || (!is_open && !goes_on))
                dots += "<circle cx=\"" + x + "\" cy=\"" + y + "\" r=\"2\"/>";
            is_open = true;
        }
        return path;
    }

    void draw_band(const Curve& curve) {
        std::string path;
        const XScale& scale = scale_of(*curve.series);
        const auto add = [&](const MetricPoint& point) {
            if (can_show(point, scale))
                path += (path.empty() ? "M" : "L") + pixels(x_at(scale.at(point.step))) + " " +
                        pixels(y_of(point.value));
        };
        for (const MetricPoint& point : curve.band[0]) add(point);
        for (const MetricPoint& point : std::views::reverse(curve.band[1])) add(point);
        if (!path.empty())
            out_ += "<path d=\"" + path + "z\" fill=\"" + xml_escape(curve.series->colour) +
                    "\" fill-opacity=\"0.15\"/>\n";
    }

    void draw_curve(const Curve& curve) {
        const auto draw = [&](const std::vector<MetricPoint>& points, double width,
                              std::string_view opacity) {
            std::string dots;
            const std::string path = path_of(points, scale_of(*curve.series), dots);
            if (path.empty()) return;
            const std::string colour = xml_escape(curve.series->colour);
            out_ += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + colour +
                    "\" stroke-width=\"" + pixels(width) + "\" stroke-linejoin=\"round\"";
            if (!opacity.empty()) out_ += " stroke-opacity=\"" + std::string(opacity) + "\"";
            if (!curve.series->dashes.empty())
                out_ += " stroke-dasharray=\"" + xml_escape(curve.series->dashes) + "\"";
            out_ += "/>\n";
            if (!dots.empty()) out_ += "<g fill=\"" + colour + "\">" + dots + "</g>\n";
        };
        if (!curve.raw.empty()) draw(curve.raw, 1, "0.3");
        draw(curve.smoothed, 1.75, {});
    }

    /// Names at the ends of the lines, moved apart where they would overlap.
    void draw_labels() {
        struct Label {
            const Curve* curve;
            double y;
        };
        std::vector<Label> labels;
        for (const Curve& curve : curves_)
            if (curve.last) labels.push_back({&curve, y_of(curve.last->value)});
        std::ranges::stable_sort(labels, {}, &Label::y);
        for (std::size_t i = 1; i < labels.size(); ++i)
            labels[i].y = std::max(labels[i].y, labels[i - 1].y + label_height);
        double limit = bottom_;
        for (std::size_t i = labels.size(); i-- > 0; limit -= label_height) {
            labels[i].y = std::min(labels[i].y, limit);
            limit = labels[i].y;
        }
        for (const Label& label : labels) {
            const ChartSeries& series = *label.curve->series;
            const double x = right_ + 8;
            out_ += svg_line(x, label.y, x + swatch_width, label.y, series.colour, 3,
                             series.dashes.empty() ? "" : "3 2");
            out_ += svg_text(x + swatch_width + 4, label.y + 4,
                             cut_text(series.name, name_style, label_width_), name_style);
        }
    }

    const ChartSpec& spec_;
    std::vector<Curve> curves_;
    bool has_values_ = false;
    Axis x_axis_, y_axis_;
    double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0, label_width_ = 0;
    std::string out_;
};

}  // namespace

std::string svg_chart(const ChartSpec& spec) {
    return svg_opening(spec.width, spec.height, spec.title) + Painter(spec).paint() + "</svg>\n";
}

std::string svg_dashboard(const DashboardSpec& spec) {
    constexpr double margin = 16, gap = 12;
    const double header = spec.subtitle.empty() ? 40 : 58;
    const std::size_t columns =
        std::max<std::size_t>(1, std::min(spec.columns, spec.charts.size()));
    const std::size_t rows = (spec.charts.size() + columns - 1) / columns;
    const ChartSpec size = spec.charts.empty() ? ChartSpec() : spec.charts.front();
    const auto count = [](std::size_t n) { return static_cast<double>(n); };
    const double width = 2 * margin + count(columns) * size.width + count(columns - 1) * gap;
    const double height = header + margin + count(rows) * (size.height + gap);

    std::string out = svg_opening(width, height, spec.title);
    out += "<rect width=\"100%\" height=\"100%\" fill=\"" + std::string(light_surfaces.page) +
           "\"/>\n";
    const TextStyle heading = {.size = 16, .bold = true};
    const TextStyle below = {.colour = light_surfaces.muted, .size = 12};
    const double room = width - 2 * margin;
    out += svg_text(margin, 28, cut_text(spec.title, heading, room), heading);
    if (!spec.subtitle.empty())
        out += svg_text(margin, 46, cut_text(spec.subtitle, below, room), below);
    for (std::size_t i = 0; i < spec.charts.size(); ++i) {
        ChartSpec chart = spec.charts[i];
        chart.width = size.width;
        chart.height = size.height;
        out += "<g transform=\"translate(" +
               pixels(margin + count(i % columns) * (size.width + gap)) + " " +
               pixels(header + count(i / columns) * (size.height + gap)) + ")\">\n" +
               Painter(chart).paint() + "</g>\n";
    }
    return out + "</svg>\n";
}

}  // namespace plumb
