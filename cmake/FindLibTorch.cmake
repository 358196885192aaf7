# SPDX-License-Identifier: GPL-3.0-or-later
# Finds LibTorch 2.8 or newer and defines LibTorch::LibTorch. Works with the CPU and the CUDA build of
# the PyTorch wheel and needs no CUDA toolkit, unlike the package file that comes with it.
#
# Looked for in: LIBTORCH_ROOT, PLUMBLINE_LIBTORCH (variable or environment), CMAKE_PREFIX_PATH.
set(_libtorch_hints ${LIBTORCH_ROOT} ${PLUMBLINE_LIBTORCH} $ENV{PLUMBLINE_LIBTORCH})
foreach(_prefix IN LISTS CMAKE_PREFIX_PATH)
    # torch.utils.cmake_prefix_path is <root>/share/cmake.
    list(APPEND _libtorch_hints ${_prefix} ${_prefix}/../..)
endforeach()

find_path(LibTorch_INCLUDE_DIR torch/csrc/api/include/torch/torch.h
    HINTS ${_libtorch_hints} PATH_SUFFIXES include NO_DEFAULT_PATH)
if(LibTorch_INCLUDE_DIR)
    get_filename_component(LibTorch_ROOT ${LibTorch_INCLUDE_DIR} DIRECTORY)
    foreach(_library torch_cpu c10)
        find_library(LibTorch_${_library}_LIBRARY ${_library} PATHS ${LibTorch_ROOT}/lib NO_DEFAULT_PATH)
    endforeach()
    foreach(_library torch_cuda c10_cuda)
        find_library(LibTorch_${_library}_LIBRARY ${_library} PATHS ${LibTorch_ROOT}/lib NO_DEFAULT_PATH)
    endforeach()
    if(EXISTS ${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h)
        file(STRINGS ${LibTorch_INCLUDE_DIR}/torch/headeronly/version.h _version_lines
             REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    elseif(EXISTS ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h)
        file(STRINGS ${LibTorch_INCLUDE_DIR}/torch/csrc/api/include/torch/version.h _version_lines
             REGEX "#define TORCH_VERSION_(MAJOR|MINOR|PATCH) ")
    endif()
    string(REGEX REPLACE "[^0-9;]" "" _version_parts "${_version_lines}")
    string(REPLACE ";" "." LibTorch_VERSION "${_version_parts}")
endif()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(LibTorch
    REQUIRED_VARS LibTorch_torch_cpu_LIBRARY LibTorch_c10_LIBRARY LibTorch_INCLUDE_DIR
    VERSION_VAR LibTorch_VERSION
    REASON_FAILURE_MESSAGE "Run scripts/setup, or set PLUMBLINE_LIBTORCH to a LibTorch folder (the one with include/ and lib/), version 2.8 or newer")

if(LibTorch_FOUND AND LibTorch_VERSION VERSION_LESS 2.8)
    message(FATAL_ERROR "LibTorch ${LibTorch_VERSION} in ${LibTorch_ROOT} is too old: set PLUMBLINE_LIBTORCH to a LibTorch 2.8 or newer, or unset it and run scripts/setup")
endif()

if(LibTorch_FOUND AND NOT TARGET LibTorch::LibTorch)
    add_library(LibTorch::c10 SHARED IMPORTED)
    set_target_properties(LibTorch::c10 PROPERTIES IMPORTED_LOCATION ${LibTorch_c10_LIBRARY})
    add_library(LibTorch::LibTorch SHARED IMPORTED)
    set_target_properties(LibTorch::LibTorch PROPERTIES
        IMPORTED_LOCATION ${LibTorch_torch_cpu_LIBRARY}
        INTERFACE_INCLUDE_DIRECTORIES "${LibTorch_INCLUDE_DIR};${LibTorch_INCLUDE_DIR}/torch/csrc/api/include"
        INTERFACE_COMPILE_FEATURES cxx_std_20
        INTERFACE_LINK_LIBRARIES LibTorch::c10)
    if(LibTorch_torch_cuda_LIBRARY)
        # Nothing of ours calls it by name; its static initialisers register the CUDA kernels.
        target_link_options(LibTorch::LibTorch INTERFACE
            -Wl,--no-as-needed ${LibTorch_torch_cuda_LIBRARY} ${LibTorch_c10_cuda_LIBRARY} -Wl,--as-needed)
    endif()
endif()
mark_as_advanced(LibTorch_INCLUDE_DIR LibTorch_torch_cpu_LIBRARY LibTorch_c10_LIBRARY
                 LibTorch_torch_cuda_LIBRARY LibTorch_c10_cuda_LIBRARY)
