// Input and output of the dense types, written once for vector (F32) and halfvec (F16).
#pragma once

#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/types/io.hpp"
#include "quiver/types/text.hpp"
#include "quiver/types/wire.hpp"

#include <algorithm>  // std::min

namespace quiver::pg {

template <class T>
inline Datum dense_in(FunctionCallInfo fcinfo) {
    const char* text = PG_GETARG_CSTRING(0);
    const int32 typmod = PG_GETARG_INT32(2);

    // Parsed straight into the result: as many elements as there can be, then cut to what there
    // was.
    const int capacity = std::min(count_elements(text), kMaxDenseDim);
    NewDense<T> result = make_dense<T>(capacity);
    int dim = 0;
    Status status = parse_dense<T>(text, {result.x, static_cast<size_t>(capacity)}, dim);
    if (status.ok()) status = check_expected_dim(typmod, dim);
    if (!status.ok()) {
        report(status, error_context(fcinfo), text);
        PG_RETURN_NULL();
    }
    set_dense_dim<T>(result.datum, dim);
    return result.datum;
}

template <class T>
inline Datum dense_out(FunctionCallInfo fcinfo) {
    return with_arg<DenseView<T>>(fcinfo, 0, [](DenseView<T> v) {
        auto* text = static_cast<char*>(palloc(dense_text_size(v.dim)));
        format_dense(v, text, float_to_shortest_decimal_bufn);
        return CStringGetDatum(text);
    });
}

template <class T>
inline Datum dense_recv(FunctionCallInfo fcinfo) {
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int32 typmod = PG_GETARG_INT32(2);
    std::span<const std::byte> in = unread(message);
    DenseWireHeader header;
    check(read_dense_header<T>(in, header));
    check(check_expected_dim(typmod, header.dim));
    NewDense<T> result = make_dense<T>(header.dim);
    check(read_dense_elements<T>(in, header, result.x));
    set_unread(message, in);
    return result.datum;
}

template <class T>
inline Datum dense_send(FunctionCallInfo fcinfo) {
    return with_arg<DenseView<T>>(fcinfo, 0, [](DenseView<T> v) {
        return make_bytea(dense_wire_size<T>(v.dim), [v](std::byte* out) { write_dense(v, out); });
    });
}

template <class T>
inline Datum dense_typmod_in(FunctionCallInfo fcinfo) {
    return dimension_typmod(fcinfo, kDenseTypeName<T>, kMaxDenseDim);
}

}  // namespace quiver::pg
