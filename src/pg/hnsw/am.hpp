// The callbacks of the access method, each defined in the file of its name.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg::hnsw {

extern "C" {
IndexBuildResult* hnsw_build(Relation heap, Relation index, IndexInfo* info);
void hnsw_build_empty(Relation index);
bool hnsw_insert(Relation index, Datum* values, bool* isnull, ItemPointer heap_tid, Relation heap,
                 IndexUniqueCheck check_unique, bool index_unchanged, IndexInfo* info);
IndexBulkDeleteResult* hnsw_bulk_delete(IndexVacuumInfo* info, IndexBulkDeleteResult* stats,
                                        IndexBulkDeleteCallback is_dead, void* state);
IndexBulkDeleteResult* hnsw_vacuum_cleanup(IndexVacuumInfo* info, IndexBulkDeleteResult* stats);
void hnsw_cost_estimate(PlannerInfo* root, IndexPath* path, double loop_count, Cost* startup_cost,
                        Cost* total_cost, Selectivity* selectivity, double* correlation,
                        double* pages);
bytea* hnsw_options(Datum reloptions, bool validate);
bool hnsw_validate(Oid opclass);
char* hnsw_phase_name(int64 phase);
IndexScanDesc hnsw_begin_scan(Relation index, int nkeys, int norderbys);
void hnsw_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys);
bool hnsw_get_tuple(IndexScanDesc scan, ScanDirection direction);
void hnsw_end_scan(IndexScanDesc scan);
}

// Phases of pg_stat_progress_create_index; 1 is the server's "initializing".
enum Phase : int64 {
    kPhaseLoading = 2,
    kPhaseFilling = 3,
    kPhaseWriting = 4,
};

}  // namespace quiver::pg::hnsw
