// What happens when the server loads the library.
#include "pg/postgres.hpp"

#include "pg/guc.hpp"
#include "pg/hnsw/options.hpp"
#include "pg/inspect/kinds.hpp"
#include "pg/ivfflat/options.hpp"
#include "pg/plan.hpp"

namespace {

// pgvector defines settings of the same names, and a name can be defined once in a process. The
// server's own error for that names neither the cause nor the way out, and would come when some of
// our settings exist already.
void refuse_beside_pgvector() {
    for (const char* name : {"hnsw.ef_search", "ivfflat.probes"}) {
        const bool exists = GetConfigOption(name, true, false) != nullptr;
        // A value from a configuration file, for a setting that nobody has defined yet.
        const bool placeholder =
            exists && GetConfigOptionFlags(name, true) & GUC_CUSTOM_PLACEHOLDER;
        if (!exists || placeholder) continue;
        ereport(ERROR, (errcode(ERRCODE_OBJECT_NOT_IN_PREREQUISITE_STATE),
                        errmsg("quiver cannot be loaded into a process that has loaded pgvector"),
                        errdetail("Setting \"%s\" is defined already.", name),
                        errhint("Connect anew. If that does not help, take \"vector\" out of "
                                "shared_preload_libraries, session_preload_libraries and "
                                "local_preload_libraries.")));
    }
}

}  // namespace

extern "C" {

#if PG_VERSION_NUM >= 180000
PG_MODULE_MAGIC_EXT(.name = "quiver", .version = QUIVER_VERSION);
#else
PG_MODULE_MAGIC;
#endif

PGDLLEXPORT void _PG_init(void);

void _PG_init(void) {
    refuse_beside_pgvector();
    quiver::pg::define_settings();
    quiver::pg::hnsw::define_hnsw_settings();
    quiver::pg::ivfflat::define_ivfflat_settings();
    quiver::pg::install_planner_hook(quiver::pg::is_of_ours);
}
}
