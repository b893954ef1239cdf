// The callbacks of the access method, each defined in the file of its name.
#pragma once

#include "pg/postgres.hpp"

namespace quiver::pg::ivfflat {

extern "C" {
IndexBuildResult* ivfflat_build(Relation heap, Relation index, IndexInfo* info);
void ivfflat_build_empty(Relation index);
bool ivfflat_insert(Relation index, Datum* values, bool* isnull, ItemPointer heap_tid,
                    Relation heap, IndexUniqueCheck check_unique, bool index_unchanged,
                    IndexInfo* info);
IndexBulkDeleteResult* ivfflat_bulk_delete(IndexVacuumInfo* info, IndexBulkDeleteResult* stats,
                                           IndexBulkDeleteCallback is_dead, void* state);
IndexBulkDeleteResult* ivfflat_vacuum_cleanup(IndexVacuumInfo* info, IndexBulkDeleteResult* stats);
void ivfflat_cost_estimate(PlannerInfo* root, IndexPath* path, double loop_count,
                           Cost* startup_cost, Cost* total_cost, Selectivity* selectivity,
                           double* correlation, double* pages);
bytea* ivfflat_options(Datum reloptions, bool validate);
bool ivfflat_validate(Oid opclass);
char* ivfflat_phase_name(int64 phase);
IndexScanDesc ivfflat_begin_scan(Relation index, int nkeys, int norderbys);
void ivfflat_rescan(IndexScanDesc scan, ScanKey keys, int nkeys, ScanKey orderbys, int norderbys);
bool ivfflat_get_tuple(IndexScanDesc scan, ScanDirection direction);
void ivfflat_end_scan(IndexScanDesc scan);
}

// Phases of pg_stat_progress_create_index; 1 is the server's "initializing".
enum Phase : int64 {
    kPhaseKMeans = 2,
    kPhaseAssigning = 3,
    kPhaseLoading = 4,
};

}  // namespace quiver::pg::ivfflat
