// Pieces of the input and output functions that all vector types share.
#pragma once

#include "pg/postgres.hpp"

#include "quiver/base/status.hpp"

#include <cstddef>  // std::byte
#include <span>     // std::span

namespace quiver::pg {

// Body of a typmod_in function: one integer in 1..limit, the declared dimension.
Datum dimension_typmod(FunctionCallInfo fcinfo, const char* type, int limit);

// The unread rest of a binary message.
inline std::span<const std::byte> unread(StringInfo message) {
    return {reinterpret_cast<const std::byte*>(message->data + message->cursor),
            static_cast<size_t>(message->len - message->cursor)};
}

// after: the message is read up to `rest`.
inline void set_unread(StringInfo message, std::span<const std::byte> rest) {
    message->cursor = message->len - static_cast<int>(rest.size());
}

// A new bytea of `size` bytes that `fill` writes.
template <class F>
inline Datum make_bytea(size_t size, F fill) {
    auto* result = static_cast<bytea*>(palloc(VARHDRSZ + size));
    SET_VARSIZE(result, VARHDRSZ + size);
    fill(reinterpret_cast<std::byte*>(VARDATA(result)));
    return PointerGetDatum(result);
}

}  // namespace quiver::pg
