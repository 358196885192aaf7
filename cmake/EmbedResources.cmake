# SPDX-License-Identifier: GPL-3.0-or-later
# Writes OUTPUT, a C++ file that defines plumb::embedded_resources() from FILES below ROOT.
set(entries "")
foreach(file IN LISTS FILES)
    file(READ ${file} content)
    file(RELATIVE_PATH name ${ROOT} ${file})
    string(APPEND entries "        {\"${name}\", R\"plumbline(${content})plumbline\"},\n")
endforeach()
file(WRITE ${OUTPUT} "// Generated from resources/.
#include \"base/resources.h\"

namespace plumb {

const std::vector<Resource>& embedded_resources() {
    static const std::vector<Resource> all = {
${entries}    };
    return all;
}

}  // namespace plumb
")
