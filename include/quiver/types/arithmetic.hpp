// Elementwise arithmetic. Inputs are finite; halves are computed in float32 and rounded once, which
// for one +, - or * gives the correctly rounded half (24 >= 2 * 11 + 2 bits).
#pragma once

#include <cstring>  // std::memcpy, std::memset

#include "quiver/kernels/dispatch.hpp"
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

// out[i] = op(a[i], b[i]). Results are checked afterwards: a check inside would keep the compiler
// from taking several elements at a time.
template <class Op>
inline void elementwise(VectorView a, VectorView b, F32* out, Op op) noexcept {
    for (int i = 0; i < a.dim; i++) out[i] = op(a.x[i].value, b.x[i].value);
}

template <class Op>
inline void elementwise(HalfvecView a, HalfvecView b, F16* out, Op op) noexcept {
    const kernels::ConvertKernels& convert = kernels::active().convert;
    constexpr int kBlock = 64;
    F32 x[kBlock];
    F32 y[kBlock];
    for (int first = 0; first < a.dim; first += kBlock) {
        const int n = a.dim - first < kBlock ? a.dim - first : kBlock;
        convert.half_to_float(a.x + first, x, static_cast<size_t>(n));
        convert.half_to_float(b.x + first, y, static_cast<size_t>(n));
        for (int i = 0; i < n; i++) x[i] = op(x[i].value, y[i].value);
        convert.float_to_half(x, out + first, static_cast<size_t>(n));
    }
}

template <class T>
inline Status check_overflow(const T* x, int n) noexcept {
    if (!all_finite(x, n)) [[unlikely]]
        return {.code = Code::overflow, .type = kDenseTypeName<T>};
    return {};
}

inline bool is_zero(F32 x) noexcept { return x.value == 0; }
inline bool is_zero(F16 x) noexcept { return (x.bits & 0x7fffu) == 0; }

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
    detail::elementwise(a, b, out, [](float x, float y) { return x + y; });
    return detail::check_overflow(out, a.dim);
}

template <class T>
inline Status subtract(DenseView<T> a, DenseView<T> b, T* out) noexcept {
    detail::elementwise(a, b, out, [](float x, float y) { return x - y; });
    return detail::check_overflow(out, a.dim);
}

// The first element that overflows or underflows decides the error.
template <class T>
inline Status multiply(DenseView<T> a, DenseView<T> b, T* out) noexcept {
    using detail::is_zero;
    detail::elementwise(a, b, out, [](float x, float y) { return x * y; });
    const auto underflows = [&](int i) {
        bool underflow = is_zero(out[i]);
        underflow &= !is_zero(a.x[i]);  // no &&: nothing here is to be a branch
        underflow &= !is_zero(b.x[i]);
        return underflow;
    };
    bool good = true;
    for (int i = 0; i < a.dim; i++) {
        good &= is_finite(out[i]);
        good &= !underflows(i);
    }
    if (good) [[likely]]
        return {};
    int i = 0;
    while (is_finite(out[i]) && !underflows(i)) i++;
    return {.code = underflows(i) ? Code::underflow : Code::overflow, .type = kDenseTypeName<T>};
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
    if (!(norm > 0)) {
        std::memset(static_cast<void*>(out), 0, static_cast<size_t>(a.dim) * sizeof(T));
        return {};
    }
    // The second operand is not used.
    detail::elementwise(a, a, out, [norm](float x, float) { return static_cast<float>(x / norm); });
    return detail::check_overflow(out, a.dim);
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

// Bit i is x[i] > threshold, a float or a double, most significant bit first. Writes (dim + 7) / 8
// bytes; the bits beyond dim are zero.
template <class T, class Threshold>
inline void binary_quantize(DenseView<T> a, Threshold threshold, uint8_t* out) noexcept {
    const auto byte = [&](int first, int n) {
        unsigned bits = 0;
        for (int j = 0; j < n; j++)
            bits |= static_cast<unsigned>(to_float(a.x[first + j]) > threshold) << (7 - j);
        return static_cast<uint8_t>(bits);
    };
    int i = 0;
    for (; i + 8 <= a.dim; i += 8) out[i / 8] = byte(i, 8);
    if (i < a.dim) out[i / 8] = byte(i, a.dim - i);
}

// before: a has at least one element.
template <class T>
inline double mean(DenseView<T> a) noexcept {
    double sum = 0;
    for (int i = 0; i < a.dim; i++) sum += to_float(a.x[i]);
    return sum / a.dim;
}

}  // namespace quiver
