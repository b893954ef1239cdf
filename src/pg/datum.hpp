// Arguments and results of the vector types.
//
// Arguments are read in place: a value with a short header is not copied to an aligned buffer, only
// a toasted or compressed one is fetched. Scoped calls hand out views and free what had to be
// fetched, so that no caller can forget it (a btree build compares millions of pairs in one memory
// context).
#pragma once

#include "pg/postgres.hpp"

#include "pg/error.hpp"
#include "quiver/types/dense.hpp"
#include "quiver/types/sparse.hpp"

#include <span>  // std::span

namespace quiver::pg {

// A varlena argument, detoasted when necessary.
struct Payload {
    struct varlena* stored;    // what the caller passed
    struct varlena* readable;  // the same, or a palloc'd copy

    explicit Payload(Datum datum)
        : stored(reinterpret_cast<struct varlena*>(DatumGetPointer(datum))),
          readable(pg_detoast_datum_packed(stored)) {}

    std::span<const std::byte> bytes() const {
        return {reinterpret_cast<const std::byte*>(VARDATA_ANY(readable)),
                VARSIZE_ANY_EXHDR(readable)};
    }

    void release() const {
        if (readable != stored) pfree(readable);
    }
};

template <class View>
inline View view_payload(const Payload& payload);

template <>
inline VectorView view_payload(const Payload& payload) {
    VectorView view;
    check(view_dense(payload.bytes(), view));
    return view;
}

template <>
inline HalfvecView view_payload(const Payload& payload) {
    HalfvecView view;
    check(view_dense(payload.bytes(), view));
    return view;
}

template <>
inline SparseView view_payload(const Payload& payload) {
    SparseView view;
    check(view_sparse(payload.bytes(), view));
    return view;
}

// A bit string as bytes, most significant bit first, pad bits zero.
struct BitView {
    int bits = 0;
    const uint8_t* bytes = nullptr;
    size_t size = 0;
};

template <>
inline BitView view_payload(const Payload& payload) {
    const std::span<const std::byte> bytes = payload.bytes();
    Status corrupt = {.code = Code::corrupt_value,
                      .type = "bit",
                      .a = kNoValidHeader,
                      .b = static_cast<int64_t>(bytes.size())};
    if (bytes.size() < sizeof(I32)) raise(corrupt);
    const int bits = *reinterpret_cast<const I32*>(bytes.data());
    if (bits < 0) raise(corrupt);
    const size_t size = (static_cast<size_t>(bits) + 7) / 8;
    if (bytes.size() != sizeof(I32) + size) {
        corrupt.a = static_cast<int64_t>(sizeof(I32) + size);
        raise(corrupt);
    }
    return {bits, reinterpret_cast<const uint8_t*>(bytes.data() + sizeof(I32)), size};
}

// f(view of argument n); the result of f must not point into the view.
template <class View, class F>
inline auto with_arg(FunctionCallInfo fcinfo, int n, F f) {
    const Payload payload(PG_GETARG_DATUM(n));
    const auto result = f(view_payload<View>(payload));
    payload.release();
    return result;
}

// f(view of argument 0, view of argument 1)
template <class View, class F>
inline auto with_args(FunctionCallInfo fcinfo, F f) {
    const Payload first(PG_GETARG_DATUM(0));
    const Payload second(PG_GETARG_DATUM(1));
    const auto result = f(view_payload<View>(first), view_payload<View>(second));
    first.release();
    second.release();
    return result;
}

// Writes the header of a value with room for at least `dim` elements; returns the elements.
template <class T>
inline T* set_dense_dim(Datum datum, int dim) {
    char* value = DatumGetPointer(datum);
    SET_VARSIZE(value, VARHDRSZ + dense_payload_size<T>(dim));
    auto* header = reinterpret_cast<DenseHeader*>(VARDATA(value));
    header->dim = static_cast<int16_t>(dim);
    header->unused = 0;
    return reinterpret_cast<T*>(header + 1);
}

// A new value whose header is written and whose elements are not.
template <class T>
struct NewDense {
    Datum datum;
    T* x;
};

template <class T>
inline NewDense<T> make_dense(int dim) {
    const Datum datum = PointerGetDatum(palloc(VARHDRSZ + dense_payload_size<T>(dim)));
    return {datum, set_dense_dim<T>(datum, dim)};
}

struct NewSparse {
    Datum datum;
    I32* indices;
    F32* values;
};

inline NewSparse make_sparse(int dim, int nnz) {
    const size_t size = VARHDRSZ + sparse_payload_size(nnz);
    auto* value = static_cast<char*>(palloc(size));
    SET_VARSIZE(value, size);
    auto* header = reinterpret_cast<SparseHeader*>(VARDATA(value));
    header->dim = dim;
    header->nnz = nnz;
    header->unused = 0;
    auto* indices = reinterpret_cast<I32*>(header + 1);
    return {PointerGetDatum(value), indices, reinterpret_cast<F32*>(indices + nnz)};
}

struct NewBits {
    Datum datum;
    uint8_t* bytes;
};

// Pad bits are zero; the other bits are not written.
inline NewBits make_bits(int bits) {
    const size_t size = VARBITTOTALLEN(bits);
    auto* value = static_cast<VarBit*>(palloc0(size));
    SET_VARSIZE(value, size);
    VARBITLEN(value) = bits;
    return {PointerGetDatum(value), reinterpret_cast<uint8_t*>(VARBITS(value))};
}

}  // namespace quiver::pg
