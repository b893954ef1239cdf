// What the fuzzers share: the numbers of a text form as the C library reads them, and a loud way to
// fail.
#pragma once

#include <bit>      // std::bit_cast
#include <cerrno>   // errno, ERANGE
#include <climits>  // INT_MAX
#include <cmath>    // std::isinf, std::isnan
#include <cstdint>  // int32_t, uint32_t
#include <cstdio>   // std::fprintf
#include <cstdlib>  // std::abort, strtof, strtol

#include "quiver/base/status.hpp"

namespace quiver::fuzz {

inline void require(bool condition, const char* claim) {
    if (condition) return;
    std::fprintf(stderr, "not true: %s\n", claim);
    std::abort();
}

// Moves `at` past one number. False when there is none.
inline bool slow_float(const char*& at, float& value, bool& out_of_range, bool zero_is_in_range) {
    char* end = nullptr;
    errno = 0;
    value = strtof(at, &end);
    out_of_range = errno == ERANGE && (std::isinf(value) || (value == 0 && !zero_is_in_range));
    const bool found = end != at;
    at = end;
    return found;
}

inline bool slow_int(const char*& at, int32_t& value) {
    char* end = nullptr;
    const long wide = strtol(at, &end, 10);
    value = static_cast<int32_t>(wide > INT_MAX ? INT_MAX : wide < -INT_MAX ? -INT_MAX : wide);
    const bool found = end != at;
    at = end;
    return found;
}

inline void slow_skip(const char*& at) {
    while (*at == ' ' || *at == '\t' || *at == '\n' || *at == '\r' || *at == '\v' || *at == '\f')
        at++;
}

inline bool same_bits(float a, float b) {
    return std::bit_cast<uint32_t>(a) == std::bit_cast<uint32_t>(b);
}

}  // namespace quiver::fuzz
