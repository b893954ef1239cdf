#include "pg/error.hpp"

#include "pg/compat.hpp"

namespace quiver::pg {

namespace {

// The type's name in front of the message, or what stands for it.
const char* type_of(const Status& s) { return s.type != nullptr ? s.type : "vector"; }

}  // namespace

void report(const Status& s, Node* escontext, const char* input) {
    const char* type = type_of(s);
    const int a = static_cast<int>(s.a);
    const int b = static_cast<int>(s.b);

    switch (s.code) {
        case Code::ok:
            break;
        case Code::invalid_syntax:
            errsave(escontext, (errcode(ERRCODE_INVALID_TEXT_REPRESENTATION),
                                errmsg("invalid input syntax for type %s: \"%s\"", type, input),
                                s.detail != nullptr ? errdetail_internal("%s", s.detail) : 0));
            return;
        case Code::out_of_range:
            errsave(escontext, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                                errmsg("\"%.*s\" is out of range for type %s",
                                       static_cast<int>(s.text.size()), s.text.data(), type)));
            return;
        case Code::value_out_of_range: {
            char number[FLOAT_SHORTEST_DECIMAL_LEN];
            float_to_shortest_decimal_buf(static_cast<float>(s.value), number);
            errsave(escontext, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                                errmsg("\"%s\" is out of range for type %s", number, type)));
            return;
        }
        case Code::too_few_dimensions:
            errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("%s must have at least 1 dimension", type)));
            return;
        case Code::too_many_dimensions:
            errsave(escontext, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                                errmsg("%s cannot have more than %d dimensions", type, a)));
            return;
        case Code::unexpected_dimensions:
            errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("expected %d dimensions, not %d", a, b)));
            return;
        case Code::different_dimensions:
            errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("different %s dimensions %d and %d", type, a, b)));
            return;
        case Code::nan_element:
            errsave(escontext,
                    (errcode(ERRCODE_DATA_EXCEPTION), errmsg("NaN not allowed in %s", type)));
            return;
        case Code::infinite_element:
            errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("infinite value not allowed in %s", type)));
            return;
        case Code::overflow:
            errsave(escontext, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                                errmsg("value out of range: overflow")));
            return;
        case Code::underflow:
            errsave(escontext, (errcode(ERRCODE_NUMERIC_VALUE_OUT_OF_RANGE),
                                errmsg("value out of range: underflow")));
            return;
        case Code::truncated_message:
            errsave(escontext, (errcode(ERRCODE_PROTOCOL_VIOLATION),
                                errmsg("insufficient data left in message")));
            return;
        case Code::unused_not_zero:
            errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("expected unused to be 0, not %d", a)));
            return;
        case Code::negative_nonzeros:
            errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("%s cannot have negative number of elements", type)));
            return;
        case Code::too_many_nonzeros:
            errsave(escontext, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                                errmsg("%s cannot have more than %d non-zero elements", type, a)));
            return;
        case Code::more_nonzeros_than_dimensions:
            errsave(escontext, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                                errmsg("%s cannot have more elements than dimensions", type)));
            return;
        case Code::index_out_of_bounds:
            errsave(escontext,
                    (errcode(ERRCODE_DATA_EXCEPTION), errmsg("%s index out of bounds", type)));
            return;
        case Code::indices_not_ascending:
            errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("%s indices must be in ascending order", type)));
            return;
        case Code::duplicate_indices:
            errsave(escontext, (errcode(ERRCODE_DATA_EXCEPTION),
                                errmsg("%s indices must not contain duplicates", type)));
            return;
        case Code::zero_value:
            errsave(escontext,
                    (errcode(ERRCODE_DATA_EXCEPTION),
                     errmsg("binary representation of %s cannot contain zero values", type)));
            return;
        case Code::corrupt_value:
            errsave(escontext,
                    (errcode(ERRCODE_DATA_CORRUPTED), errmsg("stored %s is corrupt", type),
                     s.a == kNoValidHeader
                         ? errdetail("Its header is not valid.")
                         : errdetail("Its header asks for %d bytes, the value has %d.", a, b)));
            return;
    }
    elog(ERROR, "unexpected status code %d", static_cast<int>(s.code));
}

void raise(const Status& status) {
    report(status, nullptr, "");
    pg_unreachable();
}

}  // namespace quiver::pg
