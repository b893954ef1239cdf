// What happens when the server loads the library.
#include "pg/postgres.hpp"

#include "pg/guc.hpp"
#include "pg/hnsw/options.hpp"
#include "pg/hnsw/plan.hpp"

extern "C" {

#if PG_VERSION_NUM >= 180000
PG_MODULE_MAGIC_EXT(.name = "quiver", .version = QUIVER_VERSION);
#else
PG_MODULE_MAGIC;
#endif

PGDLLEXPORT void _PG_init(void);

void _PG_init(void) {
    quiver::pg::define_settings();
    quiver::pg::hnsw::define_hnsw_settings();
    quiver::pg::hnsw::install_planner_hook();
}
}
