# SPDX-License-Identifier: GPL-3.0-or-later
# Finds LibTorch 2.8 or newer and defines LibTorch::LibTorch. Works with the CPU and the CUDA build of
# the PyTorch wheel and needs no CUDA toolkit, unlike the package file that comes with it.
#
# Looked for in this order: PLUMBLINE_LIBTORCH (variable, else environment), CMAKE_PREFIX_PATH
# (variable and environment), the folder that scripts/setup wrote into .deps/libtorch. Nothing is
# cached, so a change of these takes effect at the next configuration.
#
# Sets LibTorch_ROOT, LibTorch_VERSION, LibTorch_INCLUDE_DIRS and LibTorch_CUDA.

# libtorch_version(ROOT VARIABLE): the version that the headers state, or an empty string.
function(libtorch_version root variable)
    set(${variable} "" PARENT_SCOPE)
    foreach(header torch/headeronly/version.h torch/csrc/api/include/torch/version.h)
        if(EXISTS ${root}/include/${header})
            file(STRINGS ${root}/include/${header} lines REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
            string(REGEX REPLACE "[^0-9;]" "" parts "${lines}")
            string(REPLACE ";" "." version "${parts}")
            set(${variable} ${version} PARENT_SCOPE)
            return()
        endif()
    endforeach()
endfunction()

# libtorch_problem(ROOT VARIABLE): why the folder can't be used, or an empty string.
function(libtorch_problem root variable)
    foreach(file include/ATen/ATen.h lib/libtorch_cpu.so lib/libc10.so)
        if(NOT EXISTS ${root}/${file})
            set(${variable} "it has no ${file}" PARENT_SCOPE)
            return()
        endif()
    endforeach()
    libtorch_version(${root} version)
    if(version VERSION_LESS 2.8)
        set(${variable} "its version is ${version}, Plumbline needs 2.8 or newer" PARENT_SCOPE)
    else()
        set(${variable} "" PARENT_SCOPE)
    endif()
endfunction()

# libtorch_loads(LIBRARY VARIABLE): whether all libraries that it needs are found.
function(libtorch_loads library variable)
    execute_process(COMMAND ldd ${library} OUTPUT_VARIABLE needed RESULT_VARIABLE status ERROR_QUIET)
    if(status EQUAL 0 AND NOT needed MATCHES "not found")
        set(${variable} TRUE PARENT_SCOPE)
    else()
        set(${variable} FALSE PARENT_SCOPE)
    endif()
endfunction()

set(LibTorch_ROOT "")
set(_libtorch_given "${PLUMBLINE_LIBTORCH}")
if(NOT _libtorch_given)
    set(_libtorch_given "$ENV{PLUMBLINE_LIBTORCH}")
endif()
if(_libtorch_given)
    get_filename_component(_libtorch_given ${_libtorch_given} ABSOLUTE)
    libtorch_problem(${_libtorch_given} _libtorch_reason)
    if(_libtorch_reason)
        message(FATAL_ERROR "PLUMBLINE_LIBTORCH=${_libtorch_given}: ${_libtorch_reason}. Set it to the "
            "folder with include/ and lib/ of LibTorch 2.8 or newer, or unset it and run scripts/setup")
    endif()
    set(LibTorch_ROOT ${_libtorch_given})
else()
    set(_libtorch_candidates)
    string(REPLACE ":" ";" _libtorch_prefixes "${CMAKE_PREFIX_PATH};$ENV{CMAKE_PREFIX_PATH}")
    foreach(_prefix IN LISTS _libtorch_prefixes)
        # torch.utils.cmake_prefix_path is <root>/share/cmake.
        string(REGEX REPLACE "/share/cmake/?$" "" _prefix "${_prefix}")
        list(APPEND _libtorch_candidates ${_prefix})
    endforeach()
    if(EXISTS ${CMAKE_SOURCE_DIR}/.deps/libtorch)
        file(STRINGS ${CMAKE_SOURCE_DIR}/.deps/libtorch _libtorch_recorded LIMIT_COUNT 1)
        list(APPEND _libtorch_candidates ${_libtorch_recorded})
        # Another LibTorch found by a later scripts/setup configures the build tree anew.
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/.deps/libtorch)
    endif()
    foreach(_candidate IN LISTS _libtorch_candidates)
        if(NOT EXISTS ${_candidate}/lib/libtorch_cpu.so)
            continue()
        endif()
        libtorch_problem(${_candidate} _libtorch_reason)
        if(NOT _libtorch_reason)
            set(LibTorch_ROOT ${_candidate})
            break()
        endif()
        message(WARNING "Not using the LibTorch in ${_candidate}: ${_libtorch_reason}")
    endforeach()
endif()

if(LibTorch_ROOT)
    set(LibTorch_INCLUDE_DIRS ${LibTorch_ROOT}/include ${LibTorch_ROOT}/include/torch/csrc/api/include)
    libtorch_version(${LibTorch_ROOT} LibTorch_VERSION)
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
    REQUIRED_VARS LibTorch_ROOT LibTorch_INCLUDE_DIRS
    VERSION_VAR LibTorch_VERSION
    REASON_FAILURE_MESSAGE "Run scripts/setup, or set PLUMBLINE_LIBTORCH to the folder with include/ and lib/ of LibTorch 2.8 or newer")

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
    add_library(LibTorch::c10 SHARED IMPORTED)
    set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION ${LibTorch_ROOT}/lib/libc10.so)
    add_library(LibTorch::LibTorch SHARED IMPORTED)
    set_target_properties(LibTorch::LibTorch PROPERTIES
        IMPORTED_LOCATION ${LibTorch_ROOT}/lib/libtorch_cpu.so
        INTERFACE_COMPILE_FEATURES cxx_std_20
        INTERFACE_LINK_LIBRARIES LibTorch::c10)
    # As options, not as include directories: moc would read through all of torch's headers, which
    # takes longer than compiling a test.
    foreach(_folder IN LISTS LibTorch_INCLUDE_DIRS)
        target_compile_options(LibTorch::LibTorch INTERFACE "SHELL:-isystem ${_folder}")
    endforeach()

    set(LibTorch_CUDA FALSE)
    if(EXISTS ${LibTorch_ROOT}/lib/libtorch_cuda.so)
        libtorch_loads(${LibTorch_ROOT}/lib/libtorch_cuda.so LibTorch_CUDA)
        if(LibTorch_CUDA)
            # Nothing of ours calls it by name; its static initialisers register the CUDA kernels.
            target_link_options(LibTorch::LibTorch INTERFACE -Wl,--no-as-needed
                ${LibTorch_ROOT}/lib/libtorch_cuda.so ${LibTorch_ROOT}/lib/libc10_cuda.so -Wl,--as-needed)
            message(STATUS "LibTorch: with CUDA")
        else()
            message(STATUS "LibTorch: CUDA build, but not all CUDA libraries are there: used on the CPU alone")
        endif()
    endif()
endif()
