// A look at some rows before an index of sparse vectors gets its layout.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg::hnsw {

// How many elements a slot should have room for, from rows of some pages all over the table.
uint32 usual_nonzeros(Relation heap, Relation index, IndexInfo* info);

}  // namespace quiver::pg::hnsw
