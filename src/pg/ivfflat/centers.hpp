// The centers of a new index, from a sample of the table.
#pragma once

#include "pg/postgres.hpp"

#include "pg/ivfflat/meta.hpp"

namespace quiver::pg::ivfflat {

struct NewCenters {
    std::byte* centers;  // in the stored form, ListLayout's stride apart
    uint32_t count;
};

// Samples the table and runs k-means. May change how vectors are going to be stored, if float16
// does not suit them. Raises when maintenance_work_mem is not enough.
NewCenters compute_centers(Relation heap, Relation index, IndexInfo* info, ivf::Format& format);

}  // namespace quiver::pg::ivfflat
