// A vector on its way into the index: from the column's elements to the form that a node stores.
#pragma once

#include <cmath>    // std::sqrt
#include <cstring>  // std::memcpy

#include "quiver/kernels/dispatch.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::store {

// A stored form is followed by the norm of what rounding took from the vector; 0 when it is exact.
// In memory the two lie behind each other, so that vectors that round alike but are not alike are
// not taken for duplicates.
constexpr size_t own_record_bytes(const page::Profile& p) {
    return page::round_up(page::own_bytes(p), 4) + sizeof(float);
}

inline float own_error(const page::Profile& p, const std::byte* record) {
    float error;
    std::memcpy(&error, record + page::round_up(page::own_bytes(p), 4), sizeof error);
    return error;
}

// Scales to length 1. False for the zero vector, which has no direction and is not indexed.
inline bool normalize(float* v, size_t n) {
    const double norm =
        std::sqrt(kernels::active().squared_norm_f32(reinterpret_cast<const F32*>(v), n));
    if (!(norm > 0)) return false;
    for (size_t i = 0; i < n; i++) v[i] = static_cast<float>(v[i] / norm);
    return true;
}

// before: own is f32 or f16; v has dims elements (normalised for cosine); record has
// own_record_bytes().
inline void write_own(const page::Profile& p, const float* v, std::byte* record) {
    double lost = 0;
    if (p.own == page::Own::f16) {
        auto* out = reinterpret_cast<F16*>(record);
        for (uint32_t i = 0; i < p.dims; i++) {
            out[i] = to_half(v[i]);
            if (is_inf(out[i]))
                out[i].bits = static_cast<uint16_t>(out[i].bits - 1);  // the largest half
            const double d = static_cast<double>(v[i]) - to_float(out[i]);
            lost += d * d;
        }
    } else {
        std::memcpy(record, v, page::own_bytes(p));
    }
    const float error = static_cast<float>(std::sqrt(lost));
    std::memcpy(record + page::round_up(page::own_bytes(p), 4), &error, sizeof error);
}

// Bit strings are stored as they are.
inline void write_own_bits(const page::Profile& p, const uint8_t* bits, std::byte* record) {
    const size_t size = page::own_bytes(p);
    std::memset(record, 0, own_record_bytes(p));
    std::memcpy(record, bits, size);
}

}  // namespace quiver::store
