# Cross-compiles for aarch64 on another machine; what it built runs under qemu. Debian packages: g++-aarch64-linux-gnu,
# qemu-user, googletest (the sources, since the library is for this machine).
set(CMAKE_SYSTEM_NAME Linux)
set(CMAKE_SYSTEM_PROCESSOR aarch64)
set(CMAKE_CXX_COMPILER aarch64-linux-gnu-g++)

# The header-only libraries alone: /usr/include as a whole has this machine's C headers, too.
set(include ${CMAKE_CURRENT_LIST_DIR}/../build/aarch64-include)
foreach(library IN ITEMS xsimd fast_float)
    if(NOT EXISTS ${include}/${library})
        file(MAKE_DIRECTORY ${include})
        file(CREATE_LINK /usr/include/${library} ${include}/${library} SYMBOLIC)
    endif()
endforeach()
set(XSIMD_INCLUDE_DIR ${include})
set(FAST_FLOAT_INCLUDE_DIR ${include})
