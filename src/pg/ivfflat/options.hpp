// WITH (...) options of an ivfflat index and the settings of its scans.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg::ivfflat {

// The option of an index, or the default.
int lists_of(Relation index);

enum class IterativeScan { off, relaxed };

int probes();
IterativeScan iterative_scan();
// Not less than probes().
int max_probes();

void define_ivfflat_settings();

}  // namespace quiver::pg::ivfflat
