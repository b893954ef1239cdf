// One number of a text form, read exactly as strtof() and strtol() read it, only faster.
//
// The acceptance, the value and the end of a number are those of the C library: that is what the
// types have always promised. The fast path takes plain decimal numbers that are followed by
// something that cannot continue a number; everything else (a plus sign, hexadecimal, spelled
// infinities, overflow, underflow, junk) goes to the C library, which thereby stays the definition.
// The unit test and the fuzzer hold the two against each other.
#pragma once

#include <fast_float/fast_float.h>  // fast_float::from_chars

#include <algorithm>     // std::clamp
#include <cerrno>        // errno, ERANGE
#include <climits>       // INT_MAX
#include <cmath>         // std::isfinite, std::isinf
#include <cstdint>       // int32_t, uint8_t
#include <cstdlib>       // strtof, strtol
#include <system_error>  // std::errc

namespace quiver {

enum class NumberRange : uint8_t {
    ok,
    overflow,   // the value is infinite, the text is not
    underflow,  // the value is zero, the text is not
};

struct NumberText {
    float value;
    const char* end;  // where the number ends; where it begins when there is none
    NumberRange range;
};

// Space, tab, newline, vertical tab, form feed, carriage return: 9 to 13 are contiguous in ASCII.
constexpr bool is_space(char c) { return c == ' ' || (c >= '\t' && c <= '\r'); }

namespace detail {

// Characters after which neither strtof() nor the fast path would read on.
constexpr bool ends_number(char c) {
    return c == ',' || c == ']' || c == '}' || c == '\0' || is_space(c);
}

// Whether the digits before the exponent are all zeros.
inline bool is_written_zero(const char* at, const char* end) noexcept {
    for (; at != end && *at != 'e' && *at != 'E'; at++) {
        if (*at >= '1' && *at <= '9') return false;
    }
    return true;
}

inline NumberText parse_with_strtof(const char* at) noexcept {
    char* end = nullptr;
    errno = 0;
    const float value = strtof(at, &end);
    NumberRange range = NumberRange::ok;
    if (errno == ERANGE && std::isinf(value)) range = NumberRange::overflow;
    if (errno == ERANGE && value == 0) range = NumberRange::underflow;
    return {value, end, range};
}

}  // namespace detail

// `text_end` is the terminating NUL of the text that contains `at`. LC_NUMERIC is expected to be C.
inline NumberText parse_number(const char* at, const char* text_end) noexcept {
    float value = 0;
    const auto result = fast_float::from_chars(at, text_end, value);
    if (result.ec == std::errc() && detail::ends_number(*result.ptr) && std::isfinite(value) &&
        (value != 0 || detail::is_written_zero(at, result.ptr))) [[likely]]
        return {value, result.ptr, NumberRange::ok};
    return detail::parse_with_strtof(at);
}

struct IntegerText {
    int32_t value;    // clamped to -INT_MAX .. INT_MAX
    const char* end;  // as in NumberText
};

inline IntegerText parse_integer(const char* at) noexcept {
    int32_t value = 0;
    const char* digit = at;
    for (; *digit >= '0' && *digit <= '9' && digit - at < 9; digit++)
        value = value * 10 + (*digit - '0');
    if (digit != at && (*digit < '0' || *digit > '9')) [[likely]]
        return {value, digit};

    char* end = nullptr;
    const long wide = strtol(at, &end, 10);
    return {static_cast<int32_t>(std::clamp<long>(wide, -INT_MAX, INT_MAX)), end};
}

}  // namespace quiver
