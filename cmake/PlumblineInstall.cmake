# SPDX-License-Identifier: GPL-3.0-or-later
# cmake --install makes a folder that runs without Python and without the build tree, and may be moved:
#   bin/              the programs
#   lib/plumbline/    LibTorch's libraries, those alone that the programs load
#   share/plumbline/  presets, experiments and examples, examples of plug-ins
#   include/plumbline/  the header for native plug-ins
# Libraries from the system's packages are used where they are.

set(plumbline_programs)
foreach(program plumbline-cli plumbline plumbline-plugin-host)
    if(TARGET ${program})
        list(APPEND plumbline_programs ${program})
        set_target_properties(${program} PROPERTIES INSTALL_RPATH "$ORIGIN/../lib/plumbline")
    endif()
endforeach()

# What scripts/run builds: without the tests.
add_custom_target(programs DEPENDS ${plumbline_programs})

if(plumbline_programs)
    install(TARGETS ${plumbline_programs} RUNTIME DESTINATION bin)
    set(plumbline_files)
    foreach(program IN LISTS plumbline_programs)
        list(APPEND plumbline_files "$<TARGET_FILE:${program}>")
    endforeach()
    configure_file(${CMAKE_SOURCE_DIR}/cmake/InstallLibTorch.cmake.in
                   ${CMAKE_BINARY_DIR}/InstallLibTorch.cmake.in @ONLY)
    file(GENERATE OUTPUT ${CMAKE_BINARY_DIR}/InstallLibTorch.cmake
         INPUT ${CMAKE_BINARY_DIR}/InstallLibTorch.cmake.in)
    install(SCRIPT ${CMAKE_BINARY_DIR}/InstallLibTorch.cmake)
endif()

foreach(folder presets experiments examples)
    if(IS_DIRECTORY ${CMAKE_SOURCE_DIR}/resources/${folder})
        install(DIRECTORY resources/${folder} DESTINATION share/plumbline)
    endif()
endforeach()
install(FILES core/plugin/plumbline_reward.h DESTINATION include/plumbline)
install(DIRECTORY plugins DESTINATION share/plumbline)
install(FILES LICENSE DESTINATION share/plumbline)
