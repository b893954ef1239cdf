// sparsevec: text and binary input and output.
#include "pg/postgres.hpp"

#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/types/io.hpp"
#include "quiver/types/text.hpp"
#include "quiver/types/wire.hpp"

#include <algorithm>  // std::min

namespace pg = quiver::pg;
using quiver::SparseView;

namespace {

int print_int(int32_t value, char* out) { return pg_ltoa(value, out); }

}  // namespace

QUIVER_FUNCTION(sparsevec_in) {
    const char* text = PG_GETARG_CSTRING(0);
    const int32 typmod = PG_GETARG_INT32(2);

    const int capacity = std::min(quiver::count_elements(text), quiver::kMaxNonzeros);
    auto* elements =
        static_cast<quiver::SparseElement*>(palloc(sizeof(quiver::SparseElement) * capacity));
    int dim = 0;
    int nnz = 0;
    quiver::Status status =
        quiver::parse_sparse(text, {elements, static_cast<size_t>(capacity)}, dim, nnz);
    if (status.ok()) status = quiver::check_expected_dim(typmod, dim);
    if (status.ok())
        status = quiver::check_sparse_elements({elements, static_cast<size_t>(nnz)}, dim);
    if (!status.ok()) {
        pg::report(status, pg::error_context(fcinfo), text);
        PG_RETURN_NULL();
    }

    const pg::NewSparse result = pg::make_sparse(dim, nnz);
    for (int i = 0; i < nnz; i++) {
        result.indices[i] = elements[i].index;
        result.values[i] = elements[i].value;
    }
    pfree(elements);
    return result.datum;
}

QUIVER_FUNCTION(sparsevec_out) {
    return pg::with_arg<SparseView>(fcinfo, 0, [](SparseView v) {
        auto* text = static_cast<char*>(palloc(quiver::sparse_text_size(v.nnz)));
        quiver::format_sparse(v, text, float_to_shortest_decimal_bufn, print_int);
        return CStringGetDatum(text);
    });
}

QUIVER_FUNCTION(sparsevec_typmod_in) {
    return pg::dimension_typmod(fcinfo, quiver::kSparseTypeName, quiver::kMaxSparseDim);
}

QUIVER_FUNCTION(sparsevec_recv) {
    auto* message = reinterpret_cast<StringInfo>(PG_GETARG_POINTER(0));
    const int32 typmod = PG_GETARG_INT32(2);
    std::span<const std::byte> in = pg::unread(message);
    quiver::SparseWireHeader header;
    pg::check(quiver::read_sparse_header(in, header));
    pg::check(quiver::check_expected_dim(typmod, header.dim));
    const pg::NewSparse result = pg::make_sparse(header.dim, header.nnz);
    pg::check(quiver::read_sparse_elements(in, header, result.indices, result.values));
    pg::set_unread(message, in);
    return result.datum;
}

QUIVER_FUNCTION(sparsevec_send) {
    return pg::with_arg<SparseView>(fcinfo, 0, [](SparseView v) {
        return pg::make_bytea(quiver::sparse_wire_size(v.nnz),
                              [v](std::byte* out) { quiver::write_sparse(v, out); });
    });
}
