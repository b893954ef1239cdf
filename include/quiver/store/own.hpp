// A vector on its way into the index: from the column's elements to the form that a node stores.
#pragma once

#include <algorithm>  // std::clamp, std::min, std::minmax_element
#include <bit>        // std::bit_cast
#include <cmath>      // std::isfinite, std::sqrt
#include <cstring>    // std::memcpy

#include "quiver/kernels/dispatch.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::store {

// A stored form is followed by the norm of what rounding took from the vector, which is the
// metric's (L1 or L2); 0 when it is exact. In memory the two lie behind each other, so that vectors
// that round alike but are not alike are not taken for duplicates. Sparse vectors are always exact,
// and nothing follows them.
constexpr size_t own_record_bytes(const page::Profile& p) {
    return p.own == page::Own::sparse ? page::own_bytes(p)
                                      : page::round_up(page::own_bytes(p), 4) + sizeof(float);
}

// The bytes of a stored form that is all there.
inline size_t own_size(const page::Profile& p, const std::byte* own) {
    return p.own == page::Own::sparse ? page::sparse_own_bytes(std::min(
                                            page::nonzeros_of(own), page::most_nonzeros(p.dims)))
                                      : page::own_bytes(p);
}

inline bool same_own(const page::Profile& p, const std::byte* a, const std::byte* b) {
    const size_t size = own_size(p, a);
    return size == own_size(p, b) && std::memcmp(a, b, size) == 0;
}

inline float own_error(const page::Profile& p, const std::byte* record) {
    if (p.own == page::Own::sparse) return 0;
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

// What rounding took, so far.
struct Lost {
    double squares = 0;
    double sum = 0;

    void add(double d) {
        squares += d * d;
        sum += std::fabs(d);
    }
};

inline Lost write_halves(const float* v, size_t n, F16* out) {
    Lost lost;
    for (size_t i = 0; i < n; i++) {
        out[i] = to_half(v[i]);
        if (is_inf(out[i]))
            out[i].bits = static_cast<uint16_t>(out[i].bits - 1);  // the largest half
        lost.add(static_cast<double>(v[i]) - to_float(out[i]));
    }
    return lost;
}

// The next float upwards with at most 16 significant bits, for finite x >= 0.
inline float round_up_to_16_bits(float x) {
    return std::bit_cast<float>((std::bit_cast<uint32_t>(x) + 0xff) & ~uint32_t{0xff});
}

// before: v is finite.
inline Lost write_affine8(const float* v, size_t n, Affine8* out) {
    const auto [least, most] = std::minmax_element(v, v + n);
    // The largest product of step and code is to be finite, too.
    constexpr double kLargestStep = 0x1p120;
    const double step = std::min((static_cast<double>(*most) - *least) / 255, kLargestStep);
    *out = {*least, round_up_to_16_bits(static_cast<float>(step))};
    auto* codes = reinterpret_cast<uint8_t*>(out + 1);
    const double per_step = out->step > 0 ? 1.0 / out->step : 0;
    Lost lost;
    for (size_t i = 0; i < n; i++) {
        const double steps = (static_cast<double>(v[i]) - *least) * per_step + 0.5;
        codes[i] = static_cast<uint8_t>(std::clamp(steps, 0.0, 255.0));
        // The step was rounded up, so the last code may lie beyond the largest float.
        if (!std::isfinite(element(out, i))) codes[i]--;
        lost.add(static_cast<double>(v[i]) - element(out, i));
    }
    return lost;
}

// As a float that is not below it.
inline float round_upwards(double x) {
    const float norm = static_cast<float>(x);
    if (!(norm > 0)) return x > 0 ? 0x1p-149f : 0.0f;
    if (!std::isfinite(norm)) return norm;
    return std::bit_cast<float>(std::bit_cast<uint32_t>(norm) + 1);
}

}  // namespace detail

// before: own is neither bits nor sparse; v has dims finite elements (normalised for cosine);
// record has own_record_bytes().
inline void write_own(const page::Profile& p, const float* v, std::byte* record) {
    detail::Lost lost;
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
        case page::Own::sparse:
            std::memcpy(record, v, page::own_bytes(p));
            break;
    }
    const double norm = p.metric == page::Metric::l1 ? lost.sum : std::sqrt(lost.squares);
    const float error = detail::round_upwards(norm);
    std::memcpy(record + page::round_up(page::own_bytes(p), 4), &error, sizeof error);
}

// Bit strings are stored as they are.
inline void write_own_bits(const page::Profile& p, const uint8_t* bits, std::byte* record) {
    const size_t size = page::own_bytes(p);
    std::memset(record, 0, own_record_bytes(p));
    std::memcpy(record, bits, size);
}

// A sparse vector; scaled to length 1 if the metric is cosine. False for the zero vector there,
// which has no direction and is not indexed.
// before: record has sparse_own_bytes(v.n).
inline bool write_own_sparse(const page::Profile& p, kernels::SparseArg v, std::byte* record) {
    const auto count = static_cast<uint32_t>(v.n);
    std::memcpy(record, &count, sizeof count);
    std::byte* const indices = record + page::kSparseHead;
    std::byte* const values = indices + v.n * sizeof(I32);
    std::memcpy(indices, v.indices, v.n * sizeof(I32));
    std::memcpy(values, v.values, v.n * sizeof(F32));
    if (p.metric != page::Metric::cosine) return true;
    const double norm = std::sqrt(kernels::active().squared_norm_f32(v.values, v.n));
    if (!(norm > 0)) return false;
    auto* const scaled = reinterpret_cast<F32*>(values);
    for (size_t i = 0; i < v.n; i++) scaled[i].value = static_cast<float>(v.values[i].value / norm);
    return true;
}

}  // namespace quiver::store
