// amcostestimate: what a scan costs before its first row, and for each further one.
//
//   share     = probes / lists
//   startup   = share of the index's pages, read in order for the most part, and of its rows, each
//               a distance; and a distance for each center
//   total     = startup + heap rows, which the server adds
//
// The planner charges a sequential scan nothing for vectors that are stored out of line, though it
// has to fetch all of them. So that the index is not compared with that, it is charged for no more
// pages than the same share of the table has.
#include "pg/postgres.hpp"

#include "pg/ivfflat/am.hpp"
#include "pg/ivfflat/options.hpp"

#include <algorithm>  // std::min, std::max

namespace quiver::pg::ivfflat {

extern "C" void ivfflat_cost_estimate(PlannerInfo* root, IndexPath* path, double loop_count,
                                      Cost* startup_cost, Cost* total_cost,
                                      Selectivity* selectivity, double* correlation,
                                      double* pages) {
    *correlation = 0;
    // Without ORDER BY the index cannot be used at all.
    if (path->indexorderbys == NIL) {
        *startup_cost = *total_cost = get_float8_infinity();
        *selectivity = 0;
        *pages = 0;
        return;
    }

    GenericCosts costs{};
    genericcostestimate(root, path, loop_count, &costs);

    Relation index = index_open(path->indexinfo->indexoid, NoLock);
    const double lists = lists_of(index);
    index_close(index, NoLock);

    double random_page;
    double sequential_page;
    get_tablespace_page_costs(path->indexinfo->reltablespace, &random_page, &sequential_page);

    const double share = std::min(1.0, probes() / lists);
    const double rows = share * std::max(1.0, path->indexinfo->tuples);
    const double table_pages = path->indexinfo->rel->pages;
    const double read = share * std::min<double>(path->indexinfo->pages, table_pages);
    const double cpu =
        rows * (cpu_index_tuple_cost + cpu_operator_cost) + lists * cpu_operator_cost;

    // The first page of each list is somewhere; the others are behind it.
    *startup_cost =
        std::min<double>(probes(), read) * random_page / 2 + read * sequential_page + cpu;
    *total_cost = *startup_cost + rows * cpu_index_tuple_cost;
    *selectivity = costs.indexSelectivity;
    *pages = share * path->indexinfo->pages;
}

}  // namespace quiver::pg::ivfflat
