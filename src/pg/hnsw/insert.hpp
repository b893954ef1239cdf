// Insertion of one prepared row, shared by aminsert and by a build whose memory is full.
#pragma once

#include "pg/postgres.hpp"

#include "pg/hnsw/meta.hpp"

namespace quiver::pg::hnsw {

// record: the stored form (store/own.hpp). unchanged: a row with this vector is probably there.
// Memory comes from the context; the caller resets it.
void insert_record(Relation index, const IndexFormat& format, const std::byte* record,
                   page::HeapTid tid, bool unchanged, MemoryContext context);

}  // namespace quiver::pg::hnsw
