// amcostestimate: what a scan costs before its first row, and for each further one.
//
//   hops      = min(nodes, ef + a few per level of the descent)
//   startup   = hops * (one random page, at the price of one that is mostly cached, + the estimates
//   of its edges) per row   = one heap row, which the server adds; nodes beyond ef cost hops of
//   their own
//
// In the plain layout a hop reads the pages of those neighbours that no hop before has read.
#include "pg/postgres.hpp"

#include "pg/hnsw/am.hpp"
#include "pg/hnsw/opclass.hpp"
#include "pg/hnsw/options.hpp"

#include <algorithm>  // std::min, std::max
#include <cmath>      // std::log

namespace quiver::pg::hnsw {

// Neighbours that a hop of the plain layout is the first to meet, as a part of m.
constexpr double kNewNeighbours = 0.75;

extern "C" void hnsw_cost_estimate(PlannerInfo* root, IndexPath* path, double loop_count,
                                   Cost* startup_cost, Cost* total_cost, Selectivity* selectivity,
                                   double* correlation, double* pages) {
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
    const Options options = options_of(index);
    const bool plain = is_plain(*metric_of(index));
    index_close(index, NoLock);

    double random_page;
    double sequential_page;
    get_tablespace_page_costs(path->indexinfo->reltablespace, &random_page, &sequential_page);

    const double nodes = std::max(1.0, path->indexinfo->tuples);
    const double levels = std::log(nodes) / std::log(static_cast<double>(std::max(2, options.m)));
    const double hops = std::min(nodes, ef_search(options) + 4 * levels);
    // A search returns to the same pages near the entry and near its target: charge a page as half
    // cached.
    const double read = std::min(nodes, hops * (plain ? options.m * kNewNeighbours : 1));
    const double page_cost = std::min(read, static_cast<double>(path->indexinfo->pages)) *
                             (random_page + sequential_page) / 4;
    const double cpu = hops * (cpu_index_tuple_cost + 2 * options.m * cpu_operator_cost / 4) +
                       (plain ? read * cpu_operator_cost : 0);

    *startup_cost = page_cost + cpu;
    // Handing out the whole index means visiting all of it.
    *total_cost =
        *startup_cost + nodes * cpu_index_tuple_cost + path->indexinfo->pages * sequential_page;
    *selectivity = costs.indexSelectivity;
    *pages = path->indexinfo->pages;
}

}  // namespace quiver::pg::hnsw
