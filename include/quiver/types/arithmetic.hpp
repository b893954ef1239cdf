// Elementwise arithmetic. Inputs are finite; halves are computed in float32 and rounded once, which
// for one +, - or * gives the correctly rounded half (24 >= 2 * 11 + 2 bits).
#pragma once

#include <cstring>  // std::memcpy

#include "quiver/types/dense.hpp"
#include "quiver/types/element.hpp"
#include "quiver/types/sparse.hpp"

namespace quiver {

namespace detail {

inline Status check_same_dim(int a, int b, const char* type) noexcept {
    if (a != b) [[unlikely]]
        return {.code = Code::different_dimensions, .type = type, .a = a, .b = b};
    return {};
}

template <class T, class Op>
inline Status elementwise(DenseView<T> a, DenseView<T> b, T* out, Op op) noexcept {
    for (int i = 0; i < a.dim; i++) {
        out[i] = round_to<T>(op(to_float(a.x[i]), to_float(b.x[i])));
        if (!is_finite(out[i])) [[unlikely]]
            return {.code = Code::overflow, .type = kDenseTypeName<T>};
    }
    return {};
}

}  // namespace detail

template <class T>
inline Status check_same_dim(DenseView<T> a, DenseView<T> b) noexcept {
    return detail::check_same_dim(a.dim, b.dim, kDenseTypeName<T>);
}

inline Status check_same_dim(SparseView a, SparseView b) noexcept {
    return detail::check_same_dim(a.dim, b.dim, kSparseTypeName);
}

// add, subtract, multiply: before: the dimensions are the same.
template <class T>
inline Status add(DenseView<T> a, DenseView<T> b, T* out) noexcept {
    return detail::elementwise(a, b, out, [](float x, float y) { return x + y; });
}

template <class T>
inline Status subtract(DenseView<T> a, DenseView<T> b, T* out) noexcept {
    return detail::elementwise(a, b, out, [](float x, float y) { return x - y; });
}

template <class T>
inline Status multiply(DenseView<T> a, DenseView<T> b, T* out) noexcept {
    for (int i = 0; i < a.dim; i++) {
        const float x = to_float(a.x[i]);
        const float y = to_float(b.x[i]);
        out[i] = round_to<T>(x * y);
        if (!is_finite(out[i])) [[unlikely]]
            return {.code = Code::overflow, .type = kDenseTypeName<T>};
        if (to_float(out[i]) == 0 && x != 0 && y != 0) [[unlikely]]
            return {.code = Code::underflow, .type = kDenseTypeName<T>};
    }
    return {};
}

// Writes a.dim + b.dim elements; the caller checks that a vector may have so many.
template <class T>
inline void concatenate(DenseView<T> a, DenseView<T> b, T* out) noexcept {
    std::memcpy(out, a.x, static_cast<size_t>(a.dim) * sizeof(T));
    std::memcpy(out + a.dim, b.x, static_cast<size_t>(b.dim) * sizeof(T));
}

// Divides by the norm, which is the vector's own: a norm of 0 means that all elements are zero, and
// they stay so.
template <class T>
inline Status normalize(DenseView<T> a, double norm, T* out) noexcept {
    for (int i = 0; i < a.dim; i++) {
        const double x = to_float(a.x[i]);
        out[i] = round_to<T>(norm > 0 ? static_cast<float>(x / norm) : 0.0f);
        if (!is_finite(out[i])) [[unlikely]]
            return {.code = Code::overflow, .type = kDenseTypeName<T>};
    }
    return {};
}

// A part of a vector; first counts from 0.
struct Range {
    int first;
    int count;
};

// The elements start .. start + count - 1, counted from 1 and clipped to the vector, as substring()
// does for strings: a start before 1 shortens the result. Any start and count are allowed; an empty
// result is an error.
template <class T>
inline Status subvector_range(int dim, int32_t start, int32_t count, Range& out) noexcept {
    const int64_t wanted_end = static_cast<int64_t>(start) + count;
    const int64_t end = wanted_end < dim + 1 ? wanted_end : dim + 1;
    const int64_t first = start < 1 ? 1 : start;
    if (count < 1 || end <= first)
        return {.code = Code::too_few_dimensions, .type = kDenseTypeName<T>};
    out = {static_cast<int>(first - 1), static_cast<int>(end - first)};
    return {};
}

// Bit i is x[i] > threshold, most significant bit first. Writes (dim + 7) / 8 bytes; the bits
// beyond dim are zero.
template <class T>
inline void binary_quantize(DenseView<T> a, double threshold, uint8_t* out) noexcept {
    for (int first = 0; first < a.dim; first += 8) {
        const int n = a.dim - first < 8 ? a.dim - first : 8;
        unsigned bits = 0;
        for (int j = 0; j < n; j++)
            bits |= static_cast<unsigned>(to_float(a.x[first + j]) > threshold) << (7 - j);
        out[first / 8] = static_cast<uint8_t>(bits);
    }
}

// before: a has at least one element.
template <class T>
inline double mean(DenseView<T> a) noexcept {
    double sum = 0;
    for (int i = 0; i < a.dim; i++) sum += to_float(a.x[i]);
    return sum / a.dim;
}

}  // namespace quiver
