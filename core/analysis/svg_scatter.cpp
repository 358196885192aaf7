// SPDX-License-Identifier: GPL-3.0-or-later
#include "analysis/svg_scatter.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "analysis/colours.h"
#include "analysis/csv.h"
#include "analysis/label_places.h"
#include "analysis/svg_elements.h"
#include "base/strings.h"

namespace plumb {
namespace {

constexpr TextStyle title_style = {.colour = light_surfaces.text, .size = 13, .bold = true};
constexpr TextStyle y_style = {
    .colour = light_surfaces.muted, .size = 11, .mono = true, .anchor = Anchor::end};
constexpr TextStyle x_style = {
    .colour = light_surfaces.muted, .size = 11, .mono = true, .anchor = Anchor::middle};
constexpr TextStyle axis_style = {
    .colour = light_surfaces.muted, .size = 11, .anchor = Anchor::middle};
constexpr TextStyle name_style = {.colour = light_surfaces.text, .size = 11.5};
constexpr TextStyle point_style = {.colour = light_surfaces.text, .size = 10.5};
constexpr double padding = 12, radius = 4, label_height = 12, legend_height = 16;
constexpr double swatch = 8, cap = 3;

bool can_show(const ScatterSpec& spec, const ScatterPoint& point) {
    return std::isfinite(point.x) && std::isfinite(point.y) && (!spec.logarithmic_x || point.x > 0);
}

/// The end of the error bar as the axis can show it.
double shown_low(const ScatterSpec& spec, const ScatterPoint& point) {
    const double low = point.x_interval->low;
    return spec.logarithmic_x && low <= 0 ? point.x : low;
}

class Painter {
public:
    explicit Painter(const ScatterSpec& spec) : spec_(spec) {}

    std::string paint() {
        out_ = svg_panel(0.5, 0.5, spec_.width - 1, spec_.height - 1, light_surfaces.panel,
                         light_surfaces.line);
        out_ +=
            svg_text(padding, padding + 11,
                     cut_text(spec_.title, title_style, spec_.width - 2 * padding), title_style);
        axes_ = scatter_axes(spec_);
        if (!axes_) {
            out_ += svg_text(spec_.width / 2, spec_.height / 2,
                             cut_text(spec_.empty_text, axis_style, spec_.width - 2 * padding),
                             axis_style);
            return out_;
        }
        lay_out();
        draw_axes();
        for (const ScatterSeries& series : spec_.series) draw_line(series);
        for (const ScatterSeries& series : spec_.series) draw_bars(series);
        for (const ScatterSeries& series : spec_.series) draw_points(series);
        draw_labels();
        draw_legend();
        return out_;
    }

private:
    double x_of(double value) const { return left_ + axes_->x.position(value) * (right_ - left_); }
    double y_of(double value) const {
        return bottom_ - axes_->y.position(value) * (bottom_ - top_);
    }
    static std::string_view colour_of(const ScatterSeries& series, const ScatterPoint& point) {
        return point.colour.empty() ? series.colour : point.colour;
    }

    void lay_out() {
        double widest = 0, legend = 0;
        for (const Tick& tick : axes_->y.ticks)
            widest = std::max(widest, text_width(tick.label, y_style));
        for (const ScatterSeries& series : spec_.series)
            legend = std::max(legend, text_width(series.name, name_style));
        legend_ = std::min(legend, 0.32 * spec_.width);
        left_ = padding + widest + 8;
        right_ = spec_.width - padding - (legend_ > 0 ? swatch + legend_ + 18 : 8);
        top_ = padding + (spec_.y_label.empty() ? 28 : 44);
        bottom_ = spec_.height - padding - 30;
    }

    void draw_axes() {
        for (const Tick& tick : axes_->y.ticks) {
            const double y = y_of(tick.value);
            out_ += svg_line(left_, y, right_, y, light_surfaces.line, 1);
            out_ += svg_text(left_ - 8, y + 4, tick.label, y_style);
        }
        for (const Tick& tick : axes_->x.ticks) {
            const double x = x_of(tick.value);
            out_ += svg_line(x, bottom_, x, bottom_ + 4, light_surfaces.line, 1);
            out_ += svg_text(x, bottom_ + 16, tick.label, x_style);
        }
        out_ += svg_text((left_ + right_) / 2, bottom_ + 31, spec_.x_label, axis_style);
        TextStyle above = axis_style;
        above.anchor = Anchor::start;
        if (!spec_.y_label.empty()) out_ += svg_text(padding, padding + 28, spec_.y_label, above);
    }

    void draw_line(const ScatterSeries& series) {
        if (!series.is_joined) return;
        std::string path;
        for (const ScatterPoint& point : series.points)
            if (can_show(spec_, point))
                path += (path.empty() ? "M" : "L") + pixels(x_of(point.x)) + " " +
                        pixels(y_of(point.y));
        if (path.empty()) return;
        out_ += "<path d=\"" + path + "\" fill=\"none\" stroke=\"" + xml_escape(series.colour) +
                "\" stroke-width=\"1.25\" stroke-opacity=\"0.6\"";
        if (series.is_hollow) out_ += " stroke-dasharray=\"4 3\"";
        out_ += "/>\n";
    }

    void draw_bars(const ScatterSeries& series) {
        for (const ScatterPoint& point : series.points) {
            if (!can_show(spec_, point)) continue;
            const std::string_view colour = colour_of(series, point);
            const double x = x_of(point.x), y = y_of(point.y);
            if (point.x_interval) {
                const double low = x_of(shown_low(spec_, point)),
                             high = x_of(point.x_interval->high);
                out_ += svg_line(low, y, high, y, colour, 1);
                for (const double end : {low, high})
                    out_ += svg_line(end, y - cap, end, y + cap, colour, 1);
            }
            if (point.y_interval) {
                const double low = y_of(point.y_interval->low), high = y_of(point.y_interval->high);
                out_ += svg_line(x, low, x, high, colour, 1);
                for (const double end : {low, high})
                    out_ += svg_line(x - cap, end, x + cap, end, colour, 1);
            }
        }
    }

    void draw_points(const ScatterSeries& series) {
        for (const ScatterPoint& point : series.points) {
            if (!can_show(spec_, point)) continue;
            const std::string colour = xml_escape(colour_of(series, point));
            out_ += "<circle cx=\"" + pixels(x_of(point.x)) + "\" cy=\"" + pixels(y_of(point.y)) +
                    "\" r=\"" + pixels(radius) + "\" fill=\"" +
                    (series.is_hollow ? std::string(light_surfaces.panel) : colour) +
                    "\" stroke=\"" +
                    (series.is_hollow ? colour : std::string(light_surfaces.panel)) +
                    "\" stroke-width=\"" + (series.is_hollow ? "1.5" : "1") + "\"><title>" +
                    xml_escape(series.name + (point.label.empty() ? "" : ", " + point.label)) +
                    "</title></circle>\n";
        }
    }

    void draw_labels() {
        std::vector<LabelWish> wishes;
        std::vector<const ScatterPoint*> points;
        for (const ScatterSeries& series : spec_.series)
            for (const ScatterPoint& point : series.points) {
                if (!can_show(spec_, point)) continue;
                wishes.push_back({x_of(point.x), y_of(point.y),
                                  text_width(point.label, point_style), label_height});
                points.push_back(&point);
            }
        const auto places =
            place_labels(wishes, {left_, top_, right_ - left_ + 8, bottom_ - top_}, radius + 1);
        for (std::size_t i = 0; i < places.size(); ++i)
            if (places[i])
                out_ += svg_text(places[i]->left, places[i]->bottom() - 2, points[i]->label,
                                 point_style);
    }

    void draw_legend() {
        const double x = right_ + 14;
        double y = top_ + 4;
        for (const ScatterSeries& series : spec_.series) {
            if (series.name.empty()) continue;
            if (y > bottom_) break;
            out_ +=
                "<circle cx=\"" + pixels(x + swatch / 2) + "\" cy=\"" + pixels(y) +
                "\" r=\"3.5\" stroke=\"" + xml_escape(series.colour) + "\" fill=\"" +
                (series.is_hollow ? std::string(light_surfaces.panel) : xml_escape(series.colour)) +
                "\"/>\n";
            out_ += svg_text(x + swatch + 4, y + 4, cut_text(series.name, name_style, legend_),
                             name_style);
            y += legend_height;
        }
    }

    const ScatterSpec& spec_;
    std::optional<ScatterAxes> axes_;
    double left_ = 0, right_ = 0, top_ = 0, bottom_ = 0, legend_ = 0;
    std::string out_;
};

}  // namespace

std::optional<ScatterAxes> scatter_axes(const ScatterSpec& spec) {
    constexpr double infinity = std::numeric_limits<double>::infinity();
    double left = infinity, right = -infinity, low = infinity, high = -infinity;
    for (const ScatterSeries& series : spec.series)
        for (const ScatterPoint& point : series.points) {
            if (!can_show(spec, point)) continue;
            left = std::min({left, point.x, point.x_interval ? shown_low(spec, point) : point.x});
            right = std::max({right, point.x, point.x_interval ? point.x_interval->high : point.x});
            low = std::min({low, point.y, point.y_interval ? point.y_interval->low : point.y});
            high = std::max({high, point.y, point.y_interval ? point.y_interval->high : point.y});
        }
    if (left > right) return std::nullopt;
    // The reference itself lies at 0.
    if (!spec.logarithmic_x) left = std::min(left, 0.0);
    if (!std::isfinite(left + right + low + high)) return std::nullopt;
    return ScatterAxes{spec.logarithmic_x ? log_axis(left, right) : value_axis(left, right),
                       value_axis(low, high)};
}

std::string svg_scatter(const ScatterSpec& spec) {
    return svg_opening(spec.width, spec.height, spec.title) + Painter(spec).paint() + "</svg>\n";
}

std::string scatter_csv(const ScatterSpec& spec) {
    std::string text = "series,label,x,x_low,x_high,y,y_low,y_high\n";
    const auto add = [&](double value, const std::optional<Interval>& interval) {
        text += "," + format_number(value) + ",";
        if (interval) text += format_number(interval->low);
        text += ",";
        if (interval) text += format_number(interval->high);
    };
    for (const ScatterSeries& series : spec.series)
        for (const ScatterPoint& point : series.points) {
            text += csv_quoted(series.name) + "," + csv_quoted(point.label);
            add(point.x, point.x_interval);
            add(point.y, point.y_interval);
            text += "\n";
        }
    return text;
}

}  // namespace plumb
