// The binary wire forms, in network byte order.
//
//   vector, halfvec:  int16 dim | int16 unused | dim elements (float32, or the bits of a half)
//   sparsevec:        int32 dim | int32 nnz | int32 unused | int32 index[nnz] | float32 value[nnz]
//
// Reading has two steps, because the caller's check of the declared dimension comes between them:
// dimensions, declared dimension, unused, elements is the order in which a complete message is
// checked. After step one dim and nnz are within the limits, so allocating for them is safe before
// it is known that the message is as long as it says.
#pragma once

#include <bit>      // std::bit_cast
#include <cstddef>  // std::byte, size_t
#include <cstdint>  // int32_t, uint16_t, uint32_t
#include <span>     // std::span

#include "quiver/base/bytes.hpp"
#include "quiver/types/dense.hpp"
#include "quiver/types/element.hpp"
#include "quiver/types/sparse.hpp"

namespace quiver {

struct DenseWireHeader {
    int dim;
    int unused;
};

struct SparseWireHeader {
    int dim;
    int nnz;
    int unused;
};

template <class T>
constexpr size_t dense_wire_size(int dim) {
    return 4 + static_cast<size_t>(dim) * sizeof(T);
}

constexpr size_t sparse_wire_size(int nnz) { return 12 + static_cast<size_t>(nnz) * 8; }

namespace detail {

inline void load_element(const std::byte* from, F32& out) noexcept {
    out = std::bit_cast<float>(load_be32(from));
}
inline void load_element(const std::byte* from, F16& out) noexcept { out.bits = load_be16(from); }
inline void store_element(std::byte* to, F32 x) noexcept {
    // Not of x.value itself: bit_cast binds a reference, which must be aligned.
    store_be32(to, std::bit_cast<uint32_t>(to_float(x)));
}
inline void store_element(std::byte* to, F16 x) noexcept { store_be16(to, x.bits); }

constexpr Status check_unused(int unused) {
    if (unused != 0) return {.code = Code::unused_not_zero, .a = unused};
    return {};
}

}  // namespace detail

// Step 1. Takes the header off `in` and checks the dimension.
template <class T>
inline Status read_dense_header(std::span<const std::byte>& in, DenseWireHeader& h) noexcept {
    ByteReader reader(in);
    h.dim = reader.u16();
    h.unused = reader.u16();
    if (reader.truncated()) return {.code = Code::truncated_message, .type = kDenseTypeName<T>};
    in = reader.rest();
    return check_dense_dim<T>(h.dim);
}

// Step 2. Takes h.dim elements off `in`.
template <class T>
inline Status read_dense_elements(std::span<const std::byte>& in, const DenseWireHeader& h,
                                  T* out) noexcept {
    if (Status s = detail::check_unused(h.unused); !s.ok()) return s;
    ByteReader reader(in);
    const std::byte* from = reader.take(static_cast<size_t>(h.dim) * sizeof(T));
    if (from == nullptr) return {.code = Code::truncated_message, .type = kDenseTypeName<T>};
    for (int i = 0; i < h.dim; i++)
        detail::load_element(from + static_cast<size_t>(i) * sizeof(T), out[i]);
    in = reader.rest();
    return check_finite(out, h.dim, kDenseTypeName<T>);
}

// Step 1. Takes the header off `in` and checks dimension and number of entries.
inline Status read_sparse_header(std::span<const std::byte>& in, SparseWireHeader& h) noexcept {
    ByteReader reader(in);
    h.dim = reader.i32();
    h.nnz = reader.i32();
    h.unused = reader.i32();
    if (reader.truncated()) return {.code = Code::truncated_message, .type = kSparseTypeName};
    in = reader.rest();
    if (Status s = check_sparse_dim(h.dim); !s.ok()) return s;
    return check_nonzeros(h.nnz, h.dim);
}

// Step 2. Takes h.nnz indices and values off `in`.
inline Status read_sparse_elements(std::span<const std::byte>& in, const SparseWireHeader& h,
                                   I32* indices, F32* values) noexcept {
    if (Status s = detail::check_unused(h.unused); !s.ok()) return s;
    ByteReader reader(in);
    const size_t bytes_each = static_cast<size_t>(h.nnz) * 4;
    const std::byte* index_bytes = reader.take(bytes_each);
    const std::byte* value_bytes = reader.take(bytes_each);
    if (reader.truncated()) return {.code = Code::truncated_message, .type = kSparseTypeName};
    in = reader.rest();

    int32_t previous = -1;
    for (size_t i = 0; i < bytes_each; i += 4) {
        const int32_t index = static_cast<int32_t>(load_be32(index_bytes + i));
        if (Status s = check_sparse_index(index, previous, h.dim); !s.ok()) return s;
        indices[i / 4] = previous = index;
    }
    for (size_t i = 0; i < bytes_each; i += 4) {
        const float value = std::bit_cast<float>(load_be32(value_bytes + i));
        if (!is_finite(value)) return not_finite(value, kSparseTypeName);
        if (value == 0) return {.code = Code::zero_value, .type = kSparseTypeName};
        values[i / 4] = value;
    }
    return {};
}

// Writes dense_wire_size<T>(v.dim) bytes.
template <class T>
inline void write_dense(DenseView<T> v, std::byte* out) noexcept {
    ByteWriter writer({out, dense_wire_size<T>(v.dim)});
    writer.u16(static_cast<uint16_t>(v.dim));
    writer.u16(0);
    std::byte* to = writer.claim(static_cast<size_t>(v.dim) * sizeof(T));
    for (int i = 0; i < v.dim; i++)
        detail::store_element(to + static_cast<size_t>(i) * sizeof(T), v.x[i]);
}

// Writes sparse_wire_size(v.nnz) bytes.
inline void write_sparse(SparseView v, std::byte* out) noexcept {
    ByteWriter writer({out, sparse_wire_size(v.nnz)});
    writer.i32(v.dim);
    writer.i32(v.nnz);
    writer.i32(0);
    for (int i = 0; i < v.nnz; i++) writer.i32(v.indices[i]);
    std::byte* to = writer.claim(static_cast<size_t>(v.nnz) * sizeof(F32));
    for (int i = 0; i < v.nnz; i++)
        detail::store_element(to + static_cast<size_t>(i) * sizeof(F32), v.values[i]);
}

}  // namespace quiver
