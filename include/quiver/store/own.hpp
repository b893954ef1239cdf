// A vector on its way into the index: from the column's elements to the form that a node stores.
#pragma once

#include <algorithm>  // std::clamp, std::min, std::minmax_element
#include <bit>        // std::bit_cast
#include <cmath>      // std::isfinite, std::sqrt
#include <cstring>    // std::memcpy

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

// An own vector of n elements of T as float32.
inline void widen_own(const F32* own, float* out, size_t n) {
    std::memcpy(out, own, n * sizeof(float));
}
inline void widen_own(const F16* own, float* out, size_t n) {
    kernels::active().convert.half_to_float(own, reinterpret_cast<F32*>(out), n);
}
inline void widen_own(const Affine8* own, float* out, size_t n) {
    kernels::active().convert.affine_to_float(own, reinterpret_cast<F32*>(out), n);
}

namespace detail {

// Each of these returns the squared norm of what rounding took.

inline double write_halves(const float* v, size_t n, F16* out) {
    double lost = 0;
    for (size_t i = 0; i < n; i++) {
        out[i] = to_half(v[i]);
        if (is_inf(out[i]))
            out[i].bits = static_cast<uint16_t>(out[i].bits - 1);  // the largest half
        const double d = static_cast<double>(v[i]) - to_float(out[i]);
        lost += d * d;
    }
    return lost;
}

// The next float upwards with at most 16 significant bits, for finite x >= 0.
inline float round_up_to_16_bits(float x) {
    return std::bit_cast<float>((std::bit_cast<uint32_t>(x) + 0xff) & ~uint32_t{0xff});
}

// before: v is finite.
inline double write_affine8(const float* v, size_t n, Affine8* out) {
    const auto [least, most] = std::minmax_element(v, v + n);
    // The largest product of step and code is to be finite, too.
    constexpr double kLargestStep = 0x1p120;
    const double step = std::min((static_cast<double>(*most) - *least) / 255, kLargestStep);
    *out = {*least, round_up_to_16_bits(static_cast<float>(step))};
    auto* codes = reinterpret_cast<uint8_t*>(out + 1);
    const double per_step = out->step > 0 ? 1.0 / out->step : 0;
    double lost = 0;
    for (size_t i = 0; i < n; i++) {
        const double steps = (static_cast<double>(v[i]) - *least) * per_step + 0.5;
        codes[i] = static_cast<uint8_t>(std::clamp(steps, 0.0, 255.0));
        // The step was rounded up, so the last code may lie beyond the largest float.
        if (!std::isfinite(element(out, i))) codes[i]--;
        const double d = static_cast<double>(v[i]) - element(out, i);
        lost += d * d;
    }
    return lost;
}

// The square root as a float that is not below it.
inline float norm_upwards(double squared) {
    const float norm = static_cast<float>(std::sqrt(squared));
    if (!(norm > 0)) return squared > 0 ? 0x1p-149f : 0.0f;
    if (!std::isfinite(norm)) return norm;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(norm) + 1);
}

}  // namespace detail

// before: own is not bits; v has dims finite elements (normalised for cosine); record has
// own_record_bytes().
inline void write_own(const page::Profile& p, const float* v, std::byte* record) {
    double lost = 0;
    std::memset(record, 0, own_record_bytes(p));
    switch (p.own) {
        case page::Own::f16:
            lost = detail::write_halves(v, p.dims, reinterpret_cast<F16*>(record));
            break;
        case page::Own::i8:
            lost = detail::write_affine8(v, p.dims, reinterpret_cast<Affine8*>(record));
            break;
        case page::Own::f32:
        case page::Own::bits:
            std::memcpy(record, v, page::own_bytes(p));
            break;
    }
    const float error = detail::norm_upwards(lost);
    std::memcpy(record + page::round_up(page::own_bytes(p), 4), &error, sizeof error);
}

// Bit strings are stored as they are.
inline void write_own_bits(const page::Profile& p, const uint8_t* bits, std::byte* record) {
    const size_t size = page::own_bytes(p);
    std::memset(record, 0, own_record_bytes(p));
    std::memcpy(record, bits, size);
}

}  // namespace quiver::store
