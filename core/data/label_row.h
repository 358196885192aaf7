// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "data/label_fields.h"
#include "data/label_file.h"

namespace plumb {

/// The form that the first good row of a file has decided.
struct DecidedForm {
    LabelForm form = LabelForm::unlabelled_pair;
    std::int64_t line = 0;
};

/// Makes rows of label files from their columns.
class LabelRowReader {
public:
    explicit LabelRowReader(const LabelColumns& columns);

    /// The row on this line. The error's message goes behind "FILE, row N: ".
    Result<LabelRow> read(std::string_view line, const std::optional<DecidedForm>& decided) const;

private:
    enum Part { prompt, answer_a, answer_b, chosen, rejected, completion, label, parts };
    /// A form and the parts in which its answers stand, without the prompt.
    struct Shape {
        LabelForm form;
        Part first, second;
    };
    static const std::array<Shape, 3> shapes;

    bool is_given(const Shape& shape) const;
    /// The column of the part, or null.
    const LabelField* find(const LabelFields& fields, Part part) const;
    bool may_lack_prompt(const Shape& shape) const;
    bool is_complete(const LabelFields& fields, const Shape& shape) const;
    LabelForm form_of(const LabelFields& fields, const Shape& shape) const;
    Result<Shape> shape_of(const LabelFields& fields,
                           const std::optional<DecidedForm>& decided) const;
    Error lacks_columns(const LabelFields& fields, const std::optional<DecidedForm>& decided) const;
    Error wrong_type(const LabelFields& fields, Part part, const std::string& wanted) const;
    std::string tried(Part part) const;
    /// The name by which the row has the part.
    std::string present_name(const LabelFields& fields, Part part) const;

    Result<LabelField> content(const LabelFields& fields, Part part) const;
    Status fill_pair(const LabelFields& fields, const Shape& shape, LabelRow& row) const;
    Status fill_labelled(const LabelFields& fields, LabelRow& row) const;

    std::array<std::vector<std::string>, parts> names_;
    std::array<bool, parts> given_{};
    std::set<std::string> wanted_;
};

}  // namespace plumb
