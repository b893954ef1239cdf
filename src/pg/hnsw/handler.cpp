// hnswhandler: what the access method can do.
#include "pg/postgres.hpp"

#include "pg/hnsw/am.hpp"
#include "pg/hnsw/opclass.hpp"

namespace hnsw = quiver::pg::hnsw;

QUIVER_FUNCTION(hnswhandler) {
    (void)fcinfo;
    IndexAmRoutine* am = makeNode(IndexAmRoutine);

    am->amstrategies = 0;
    am->amsupport = hnsw::kSupportProcs;
    am->amoptsprocnum = 0;
    am->amcanorder = false;
    am->amcanorderbyop = true;
    am->amcanbackward = false;
    am->amcanunique = false;
    am->amcanmulticol = false;
    am->amoptionalkey = true;
    am->amsearcharray = false;
    am->amsearchnulls = false;
    am->amstorage = false;
    am->amclusterable = false;
    am->ampredlocks = false;
    am->amcanparallel = false;
    am->amcaninclude = false;
    am->amusemaintenanceworkmem = true;
    am->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL | VACUUM_OPTION_PARALLEL_CLEANUP;
    am->amkeytype = InvalidOid;
#if PG_VERSION_NUM >= 160000
    am->amsummarizing = false;
#endif
#if PG_VERSION_NUM >= 170000
    am->amcanbuildparallel = true;
#endif

    am->ambuild = hnsw::hnsw_build;
    am->ambuildempty = hnsw::hnsw_build_empty;
    am->aminsert = hnsw::hnsw_insert;
    am->ambulkdelete = hnsw::hnsw_bulk_delete;
    am->amvacuumcleanup = hnsw::hnsw_vacuum_cleanup;
    am->amcanreturn = nullptr;
    am->amcostestimate = hnsw::hnsw_cost_estimate;
    am->amoptions = hnsw::hnsw_options;
    am->amproperty = nullptr;
    am->ambuildphasename = hnsw::hnsw_phase_name;
    am->amvalidate = hnsw::hnsw_validate;
    am->amadjustmembers = nullptr;
    am->ambeginscan = hnsw::hnsw_begin_scan;
    am->amrescan = hnsw::hnsw_rescan;
    am->amgettuple = hnsw::hnsw_get_tuple;
    am->amgetbitmap = nullptr;
    am->amendscan = hnsw::hnsw_end_scan;
    am->ammarkpos = nullptr;
    am->amrestrpos = nullptr;
    am->amestimateparallelscan = nullptr;
    am->aminitparallelscan = nullptr;
    am->amparallelrescan = nullptr;

    PG_RETURN_POINTER(am);
}
