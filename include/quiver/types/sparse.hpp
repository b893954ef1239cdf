// The stored form of sparsevec: what follows the varlena header.
//
//   int32 dim | int32 nnz | int32 unused, always 0 | int32 indices[nnz] | float32 values[nnz]
//
// Indices are 0-based and strictly ascending, values are finite and never zero. The text form
// counts from 1.
#pragma once

#include <cstddef>  // std::byte, size_t
#include <cstdint>  // int32_t
#include <span>     // std::span

#include "quiver/base/number.hpp"
#include "quiver/base/status.hpp"

namespace quiver {

inline constexpr int kMaxSparseDim = 1'000'000'000;
inline constexpr int kMaxNonzeros = 16000;
inline constexpr const char* kSparseTypeName = "sparsevec";

struct [[gnu::packed]] SparseHeader {
    int32_t dim;
    int32_t nnz;
    int32_t unused;
};
static_assert(sizeof(SparseHeader) == 12);

struct SparseView {
    int dim = 0;
    int nnz = 0;
    const I32* indices = nullptr;
    const F32* values = nullptr;
};

constexpr size_t sparse_payload_size(int nnz) {
    return sizeof(SparseHeader) + static_cast<size_t>(nnz) * (sizeof(I32) + sizeof(F32));
}

// Views a stored value in place. Checks the sizes, not the indices: those were checked on the way
// in.
inline Status view_sparse(std::span<const std::byte> payload, SparseView& out) {
    const auto size = static_cast<int64_t>(payload.size());
    Status corrupt = {
        .code = Code::corrupt_value, .type = kSparseTypeName, .a = kNoValidHeader, .b = size};
    if (payload.size() < sizeof(SparseHeader)) [[unlikely]]
        return corrupt;
    const auto* header = reinterpret_cast<const SparseHeader*>(payload.data());
    const int dim = header->dim;
    const int nnz = header->nnz;
    if (dim < 1 || nnz < 0 || nnz > kMaxNonzeros || nnz > dim) [[unlikely]]
        return corrupt;
    if (payload.size() != sparse_payload_size(nnz)) [[unlikely]] {
        corrupt.a = static_cast<int64_t>(sparse_payload_size(nnz));
        return corrupt;
    }
    out.dim = dim;
    out.nnz = nnz;
    out.indices = reinterpret_cast<const I32*>(payload.data() + sizeof(SparseHeader));
    out.values = reinterpret_cast<const F32*>(out.indices + nnz);
    return {};
}

constexpr Status check_sparse_dim(int64_t dim) {
    if (dim < 1) return {.code = Code::too_few_dimensions, .type = kSparseTypeName};
    if (dim > kMaxSparseDim)
        return {.code = Code::too_many_dimensions, .type = kSparseTypeName, .a = kMaxSparseDim};
    return {};
}

constexpr Status check_nonzeros(int64_t nnz, int64_t dim) {
    if (nnz < 0) return {.code = Code::negative_nonzeros, .type = kSparseTypeName};
    if (nnz > kMaxNonzeros)
        return {.code = Code::too_many_nonzeros, .type = kSparseTypeName, .a = kMaxNonzeros};
    if (nnz > dim) return {.code = Code::more_nonzeros_than_dimensions, .type = kSparseTypeName};
    return {};
}

// previous is the index of the entry before, -1 for the first one.
constexpr Status check_sparse_index(int32_t index, int32_t previous, int dim) {
    if (index < 0 || index >= dim)
        return {.code = Code::index_out_of_bounds, .type = kSparseTypeName};
    if (index < previous) return {.code = Code::indices_not_ascending, .type = kSparseTypeName};
    if (index == previous) return {.code = Code::duplicate_indices, .type = kSparseTypeName};
    return {};
}

}  // namespace quiver
