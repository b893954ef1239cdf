#include "pg/value.hpp"

#include <algorithm>  // std::min

#include "quiver/types/arithmetic.hpp"
#include "quiver/types/convert.hpp"

namespace quiver::pg {

// Values of a column have the dimensions of its type, so it is a query that differs, or a row after
// the type has lost its dimensions. The message is the operator's: the same whichever plan was
// chosen.

bool ValueReader::read_floats(Datum value) {
    const Payload payload(value);
    auto* out = reinterpret_cast<F32*>(floats_);
    const int dims = static_cast<int>(profile_.dims);
    if (metric_.type == ElementType::f16) {
        const auto v = view_payload<HalfvecView>(payload);
        check(detail::check_same_dim(dims, v.dim, kDenseTypeName<F16>));
        widen(v.x, out, v.dim);
    } else {
        const auto v = view_payload<VectorView>(payload);
        check(detail::check_same_dim(dims, v.dim, kDenseTypeName<F32>));
        memcpy(out, v.x, sizeof(float) * profile_.dims);
    }
    payload.release();
    return metric_.metric != page::Metric::cosine || store::normalize(floats_, profile_.dims);
}

bool ValueReader::read_sparse(Datum value) {
    const Payload payload(value);
    const auto v = view_payload<SparseView>(payload);
    check(detail::check_same_dim(static_cast<int>(profile_.dims), v.dim, kSparseTypeName));
    const size_t bytes = page::sparse_own_bytes(static_cast<uint32_t>(v.nnz));
    if (bytes > room_) {
        const size_t most = page::sparse_own_bytes(page::most_nonzeros(profile_.dims));
        std::byte* const old = record_;
        make_room(std::min(2 * bytes, most));
        pfree(old);
    }
    const bool indexed = store::write_own_sparse(
        profile_, {v.indices, v.values, static_cast<size_t>(v.nnz)}, record_);
    payload.release();
    return indexed;
}

bool ValueReader::read_record(Datum value) {
    if (metric_.type == ElementType::sparse) return read_sparse(value);
    if (metric_.type != ElementType::bit) {
        if (!read_floats(value)) return false;
        store::write_own(profile_, floats_, record_);
        return true;
    }
    const Payload payload(value);
    const auto v = view_payload<BitView>(payload);
    if (v.bits != static_cast<int>(profile_.dims))
        ereport(ERROR, (errcode(ERRCODE_DATA_EXCEPTION),
                        errmsg("different bit lengths %u and %d", profile_.dims, v.bits)));
    store::write_own_bits(profile_, v.bytes, record_);
    payload.release();
    return true;
}

}  // namespace quiver::pg
