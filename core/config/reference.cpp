// SPDX-License-Identifier: GPL-3.0-or-later
#include "config/reference.h"

#include <optional>

#include "config/fields.h"
#include "config/presets.h"

namespace plumb {
namespace {

constexpr std::string_view introduction =
    R"(<!-- SPDX-License-Identifier: GPL-3.0-or-later -->
# Settings

A run file is a YAML mapping of these settings; what it leaves out keeps its default. `preset: NAME`
starts from a preset instead of the defaults. The same names and values go behind `--set` on the
command line, where a list is written as `a,b` or `[a, b]` and `null` empties a setting that may be
empty. Relative file names in a run file are looked for in its folder.

```yaml
preset: grpo-arithmetic
learning_rate: 0.0002
max_steps: 200
```

Settings marked *live* can be edited while a run goes on; the edit takes effect with the next step
and is recorded with the run. "TRL" gives the name of the setting in TRL where it has one; where the
name is the same it has the same meaning.
)";

constexpr std::string_view ending = R"(
---
This page is written from the table of settings: after a change there, run the program
`test_core_config` with the environment variable `PLUMBLINE_UPDATE_DOCS=1`.
)";

std::string default_text(const Field& field) {
    const std::string text = field_text(field, Settings());
    return text.empty() ? "empty" : "`" + text + "`";
}

void write_field(std::string& out, const Field& field) {
    out += "\n### `" + std::string(field.key) + "`\n";
    out += std::string(field.help) + "\n\n";
    out += "- Default: " + default_text(field);
    if (!field.unit.empty()) out += " (" + std::string(field.unit) + ")";
    out += "\n- Takes " + accepted_values(field) + "\n";
    if (field.live) out += "- *Live*\n";
    if (!field.trl_name.empty()) out += "- TRL: `" + std::string(field.trl_name) + "`\n";
}

}  // namespace

std::string settings_reference() {
    std::string out(introduction);
    out += "\n## Presets\n\n";
    for (const Preset& preset : presets())
        out += "- `" + preset.name + "`: **" + preset.title + ".** " + preset.summary + "\n";
    std::optional<Section> section;
    for (const Field& field : fields()) {
        if (section != field.section)
            out += "\n## " + std::string(section_title(field.section)) + "\n";
        section = field.section;
        write_field(out, field);
    }
    return out + std::string(ending);
}

}  // namespace plumb
