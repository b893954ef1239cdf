// The metapage: what an index is, checked before anything else of it is believed.
#pragma once

#include "pg/postgres.hpp"

#include "pg/buffer.hpp"
#include "pg/hnsw/opclass.hpp"

namespace quiver::pg::hnsw {

// The frozen part of the metapage.
struct IndexFormat {
    page::Profile profile;
    uint64_t rotation_seed;
};

// What stands where our magic number does in an index that pgvector built.
inline constexpr uint32 kPgvectorMagic = 0xA953A953;

// Reads and checks block 0, once per relation cache entry. Raises for another format, pgvector's
// included.
const IndexFormat& format_of(Relation index);

// Fills block 0 of a new index.
void write_meta(std::byte* bytes, const IndexFormat& format);

// The profile that CREATE INDEX asks for. Raises when the column or the options do not allow an
// index. nonzeros: elements of a sparse vector that a slot is to have room for.
page::Profile profile_for(Relation index, const MetricInfo& metric, uint32 nonzeros);

}  // namespace quiver::pg::hnsw
