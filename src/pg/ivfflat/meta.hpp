// The metapage: what an index is, checked before anything else of it is believed.
#pragma once

#include "pg/postgres.hpp"

#include "pg/buffer.hpp"
#include "pg/ivfflat/opclass.hpp"
#include "quiver/ivf/chain.hpp"

namespace quiver::pg::ivfflat {

// What stands where our magic number does in an index that pgvector built.
inline constexpr uint32 kPgvectorMagic = 0x14FF1A7;

// Reads and checks block 0, once per relation cache entry. Raises for another format, pgvector's
// included.
const ivf::Format& format_of(Relation index);

// Fills block 0 of a new index.
void write_meta(std::byte* bytes, const ivf::Format& format);

// The format that CREATE INDEX asks for. Raises when the column or the options do not allow an
// index.
ivf::Format new_format(Relation index, const MetricInfo& metric);

// Raises if a page was not what it should be.
void check_walked(Relation index, const ivf::Walked& walked);

}  // namespace quiver::pg::ivfflat
