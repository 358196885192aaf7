# SPDX-License-Identifier: GPL-3.0-or-later
# Compiler settings shared by all targets: warnings, ccache, the linker, the precompiled torch header.

if(NOT CMAKE_BUILD_TYPE)
    set(CMAKE_BUILD_TYPE Release)
endif()
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1 -DNDEBUG")
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")

# Without these sloppiness settings ccache stores nothing that uses a precompiled header. With the
# base folder, paths inside the project are hashed relative to the build folder, so that another
# clone finds the same results (only without debug information, which names the folder).
find_program(PLUMBLINE_CCACHE ccache)
mark_as_advanced(PLUMBLINE_CCACHE)
if(PLUMBLINE_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
    set(CMAKE_CXX_COMPILER_LAUNCHER
        ${CMAKE_COMMAND} -E env
        CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
        CCACHE_BASEDIR=${CMAKE_SOURCE_DIR}
        ${PLUMBLINE_CCACHE})
endif()

find_program(PLUMBLINE_MOLD mold)
mark_as_advanced(PLUMBLINE_MOLD)
if(PLUMBLINE_MOLD)
    add_link_options(-fuse-ld=mold)
endif()

# A file with torch takes up to 1.5 GB of memory to compile: no more at a time than fit.
cmake_host_system_information(RESULT plumbline_memory QUERY TOTAL_PHYSICAL_MEMORY)
math(EXPR plumbline_jobs "${plumbline_memory} / 1500")
if(plumbline_jobs LESS 1)
    set(plumbline_jobs 1)
endif()
set_property(GLOBAL APPEND PROPERTY JOB_POOLS compile=${plumbline_jobs})
set(CMAKE_JOB_POOL_COMPILE compile)

add_library(plumb_compiler INTERFACE)
target_compile_options(plumb_compiler INTERFACE
    -Wall -Wextra -Wpedantic $<$<CXX_COMPILER_ID:GNU>:-Wshadow=local>
    # Qt asks for it in what links Qt; a precompiled header is only used by files with equal options.
    -fPIC
    $<$<BOOL:${PLUMBLINE_WERROR}>:-Werror>
    # Lets ccache see which precompiled header a file uses.
    $<$<CXX_COMPILER_ID:GNU>:-fpch-preprocess>)

# The precompiled header is built once, in plumb_torch_pch, and reused by every target with torch. It
# is named in angle brackets: its path would differ between clones, and with it every cached result.
function(plumb_use_torch_pch target)
    if(NOT TARGET plumb_torch_pch)
        add_library(plumb_torch_pch STATIC ${CMAKE_SOURCE_DIR}/cmake/torch_pch.cpp)
        target_include_directories(plumb_torch_pch PRIVATE ${CMAKE_SOURCE_DIR}/cmake)
        target_link_libraries(plumb_torch_pch PRIVATE plumb_compiler plumb_torch)
        target_precompile_headers(plumb_torch_pch PRIVATE <torch_pch.h>)
    endif()
    target_precompile_headers(${target} REUSE_FROM plumb_torch_pch)
endfunction()

# Presets, SQL and the window's style stand in resources/ as files and in the program as constants.
function(plumb_embed_resources target)
    file(GLOB files CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/resources/presets/*.yaml
         ${CMAKE_SOURCE_DIR}/resources/experiments/*.yaml
         ${CMAKE_SOURCE_DIR}/resources/sql/*.sql ${CMAKE_SOURCE_DIR}/resources/themes/*.qss)
    set(output ${CMAKE_CURRENT_BINARY_DIR}/embedded_resources.cpp)
    add_custom_command(OUTPUT ${output}
        COMMAND ${CMAKE_COMMAND} -D OUTPUT=${output} -D ROOT=${CMAKE_SOURCE_DIR}/resources
                "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/EmbedResources.cmake
        DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/EmbedResources.cmake VERBATIM)
    target_sources(${target} PRIVATE ${output})
endfunction()
