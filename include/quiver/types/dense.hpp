// The stored form shared by vector (float32) and halfvec (float16): what follows the varlena
// header.
//
//   int16 dim | int16 unused, always 0 | dim elements
//
// The layout is pgvector's and other extensions read it directly: it never changes.
#pragma once

#include <cstddef>  // std::byte, size_t
#include <cstdint>  // int16_t
#include <span>     // std::span

#include "quiver/base/number.hpp"
#include "quiver/base/status.hpp"

namespace quiver {

inline constexpr int kMaxDenseDim = 16000;

struct [[gnu::packed]] DenseHeader {
    int16_t dim;
    int16_t unused;
};
static_assert(sizeof(DenseHeader) == 4);

// Name of the SQL type that stores elements of type T.
template <class T>
inline constexpr const char* kDenseTypeName = nullptr;
template <>
inline constexpr const char* kDenseTypeName<F32> = "vector";
template <>
inline constexpr const char* kDenseTypeName<F16> = "halfvec";

// A dense vector in somebody else's memory. T is F32 or F16.
template <class T>
struct DenseView {
    int dim = 0;
    const T* x = nullptr;
};
using VectorView = DenseView<F32>;
using HalfvecView = DenseView<F16>;

// Bytes after the varlena header.
template <class T>
constexpr size_t dense_payload_size(int dim) {
    return sizeof(DenseHeader) + static_cast<size_t>(dim) * sizeof(T);
}

// Views a stored value in place. A header that is not valid, or disagrees with the size of the
// value, means corruption.
template <class T>
inline Status view_dense(std::span<const std::byte> payload, DenseView<T>& out) {
    const auto size = static_cast<int64_t>(payload.size());
    Status corrupt = {
        .code = Code::corrupt_value, .type = kDenseTypeName<T>, .a = kNoValidHeader, .b = size};
    if (payload.size() < sizeof(DenseHeader)) [[unlikely]]
        return corrupt;
    const int dim = reinterpret_cast<const DenseHeader*>(payload.data())->dim;
    if (dim < 1 || dim > kMaxDenseDim) [[unlikely]]
        return corrupt;
    if (payload.size() != dense_payload_size<T>(dim)) [[unlikely]] {
        corrupt.a = static_cast<int64_t>(dense_payload_size<T>(dim));
        return corrupt;
    }
    out.dim = dim;
    out.x = reinterpret_cast<const T*>(payload.data() + sizeof(DenseHeader));
    return {};
}

// 1 .. kMaxDenseDim, or the error to raise.
template <class T>
constexpr Status check_dense_dim(int64_t dim) {
    if (dim < 1) return {.code = Code::too_few_dimensions, .type = kDenseTypeName<T>};
    if (dim > kMaxDenseDim)
        return {.code = Code::too_many_dimensions, .type = kDenseTypeName<T>, .a = kMaxDenseDim};
    return {};
}

// typmod is the declared dimension, -1 for none.
constexpr Status check_expected_dim(int32_t typmod, int dim) {
    if (typmod != -1 && typmod != dim)
        return {.code = Code::unexpected_dimensions, .a = typmod, .b = dim};
    return {};
}

}  // namespace quiver
