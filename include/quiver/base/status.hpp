// What went wrong, as a value. The core never throws, never prints and never calls the server; the
// one place that turns a Status into an SQL error is src/pg/error.hpp, so the message of every code
// is written there.
#pragma once

#include <cstdint>      // int64_t
#include <string_view>  // std::string_view

namespace quiver {

// Each comment names the arguments the message uses.
enum class Code : uint8_t {
    ok,
    // text input
    invalid_syntax,      // detail: what was expected, or null
    out_of_range,        // text: the number as written
    value_out_of_range,  // value: a finite float that the target type cannot hold
    // dimensions
    too_few_dimensions,
    too_many_dimensions,    // a: the limit
    unexpected_dimensions,  // a: declared, b: found
    different_dimensions,   // a, b
    // elements
    nan_element,
    infinite_element,
    overflow,
    underflow,
    // binary input
    truncated_message,
    unused_not_zero,  // a: the value found
    // sparse vectors
    negative_nonzeros,
    too_many_nonzeros,  // a: the limit
    more_nonzeros_than_dimensions,
    index_out_of_bounds,
    indices_not_ascending,
    duplicate_indices,
    zero_value,
    // stored values
    corrupt_value,  // a: bytes its header asks for, or kNoValidHeader, b: bytes found
};

// Status.a of a corrupt_value whose header cannot be right, whatever the size.
inline constexpr int64_t kNoValidHeader = -1;

// Trivially destructible and cheap to return: text and detail point into the input or at a literal.
struct [[nodiscard]] Status {
    Code code = Code::ok;
    const char* type = nullptr;  // SQL type name the message is about, a literal
    int64_t a = 0;
    int64_t b = 0;
    double value = 0;
    std::string_view text{};
    const char* detail = nullptr;

    constexpr bool ok() const { return code == Code::ok; }
};

}  // namespace quiver
