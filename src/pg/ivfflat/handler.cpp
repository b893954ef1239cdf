// ivfflathandler: what the access method can do.
#include "pg/postgres.hpp"

#include "pg/ivfflat/am.hpp"
#include "pg/ivfflat/opclass.hpp"

namespace ivfflat = quiver::pg::ivfflat;

QUIVER_FUNCTION(ivfflathandler) {
    (void)fcinfo;
    IndexAmRoutine* am = makeNode(IndexAmRoutine);

    am->amstrategies = 0;
    am->amsupport = ivfflat::kSupportProcs;
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
    am->amparallelvacuumoptions = VACUUM_OPTION_PARALLEL_BULKDEL;
    am->amkeytype = InvalidOid;
#if PG_VERSION_NUM >= 160000
    am->amsummarizing = false;
#endif
#if PG_VERSION_NUM >= 170000
    am->amcanbuildparallel = true;
#endif

    am->ambuild = ivfflat::ivfflat_build;
    am->ambuildempty = ivfflat::ivfflat_build_empty;
    am->aminsert = ivfflat::ivfflat_insert;
    am->ambulkdelete = ivfflat::ivfflat_bulk_delete;
    am->amvacuumcleanup = ivfflat::ivfflat_vacuum_cleanup;
    am->amcanreturn = nullptr;
    am->amcostestimate = ivfflat::ivfflat_cost_estimate;
    am->amoptions = ivfflat::ivfflat_options;
    am->amproperty = nullptr;
    am->ambuildphasename = ivfflat::ivfflat_phase_name;
    am->amvalidate = ivfflat::ivfflat_validate;
    am->amadjustmembers = nullptr;
    am->ambeginscan = ivfflat::ivfflat_begin_scan;
    am->amrescan = ivfflat::ivfflat_rescan;
    am->amgettuple = ivfflat::ivfflat_get_tuple;
    am->amgetbitmap = nullptr;
    am->amendscan = ivfflat::ivfflat_end_scan;
    am->ammarkpos = nullptr;
    am->amrestrpos = nullptr;
    am->amestimateparallelscan = nullptr;
    am->aminitparallelscan = nullptr;
    am->amparallelrescan = nullptr;

    PG_RETURN_POINTER(am);
}
