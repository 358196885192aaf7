# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler settings shared by all targets: warnings, ccache, the linker, the precompiled torch header.

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE RelWithDebInfo)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(PLUMBLINE_CCACHE ccache)
if(PLUMBLINE_CCACHE)
    # Without these ccache stores nothing that uses a precompiled header.
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        ${PLUMBLINE_CCACHE})
endif()

find_program(PLUMBLINE_MOLD mold)
if(PLUMBLINE_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

add_library(plumb_compiler INTERFACE)
target_compile_options(plumb_compiler INTERFACE -Wall -Wextra -Wpedantic -Wshadow=local -fpch-preprocess
    $<$<BOOL:${PLUMBLINE_WERROR}>:-Werror>)

# The precompiled header is built once, in plumb_torch_pch, and reused by every target with torch.
function(plumb_use_torch_pch target)
    if(NOT TARGET plumb_torch_pch)
        add_library(plumb_torch_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/torch_pch.cpp)
        target_link_libraries(plumb_torch_pch PRIVATE plumb_compiler plumb_torch)
        target_precompile_headers(plumb_torch_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake/torch_pch.h)
    endif()
    target_precompile_headers(${target} REUSE_FROM plumb_torch_pch)
endfunction()

# Presets and SQL stand in resources/ as files and in the program as constants.
function(plumb_embed_resources target)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/resources/presets/*.yaml
         ${CMAKE_SOURCE_DIR}/resources/sql/*.sql)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_resources.cpp)
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} -D ROOT=${CMAKE_SOURCE_DIR}/resources
                "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedResources.cmake
        DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedResources.cmake VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
