// WITH (...) options of an hnsw index and the settings of its scans.
#pragma once

#include "pg/postgres.hpp"

#include "quiver/page/profile.hpp"

namespace quiver::pg::hnsw {

struct Options {
    int m;
    int ef_construction;
    int ef_search;  // 0: the setting hnsw.ef_search decides
    page::Fit fit;
};

// The options of an index, or the defaults.
Options options_of(Relation index);

enum class IterativeScan { off, relaxed, strict };

// hnsw.ef_search, unless the index has its own and the setting was not chosen for the role, the
// database or the session.
int ef_search(const Options& options);
IterativeScan iterative_scan();
int max_scan_tuples();
// Bytes a scan may use before it stops widening: work_mem * hnsw.scan_mem_multiplier.
size_t scan_memory();

void define_hnsw_settings();

}  // namespace quiver::pg::hnsw
