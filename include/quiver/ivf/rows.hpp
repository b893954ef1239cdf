// Rows on a page.
#pragma once

#include "quiver/ivf/chain.hpp"

namespace quiver::ivf {

// A row on its way into an index: its vector in the stored form, with the rounding error behind it
// (store/own.hpp).
struct NewRow {
    page::HeapTid tid;
    const std::byte* record;
};

inline void write_row(const Format& format, const RowLayout& layout, std::byte* bytes, size_t i,
                      const NewRow& row) {
    const page::Profile profile = profile_of(format);
    std::memcpy(layout.vector(bytes, i), row.record, page::own_bytes(profile));
    layout.info(bytes, i) = {row.tid, 0, store::own_error(profile, row.record)};
}

// Puts a row into a free place of a page. False when there is none.
inline bool add_row(const Format& format, const RowLayout& layout, std::byte* bytes,
                    const NewRow& row) {
    BlockHeader& header = block_header(bytes);
    const size_t used = used_of(bytes, layout);
    size_t at = used;
    if (header.live < used)
        for (at = 0; at < used && layout.info(bytes, at).tid.valid();) at++;
    if (at >= layout.per_page) return false;
    write_row(format, layout, bytes, at, row);
    if (at == used) header.used = static_cast<uint16_t>(used + 1);
    header.live++;
    return true;
}

// A page that has one row.
inline void begin_rows(const Format& format, const RowLayout& layout, std::byte* bytes,
                       uint32_t list, const NewRow& row) {
    block_header(bytes) = {.number = list, .used = 1, .live = 1, .reserved = {}};
    write_row(format, layout, bytes, 0, row);
}

}  // namespace quiver::ivf
