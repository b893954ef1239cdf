// amcostestimate: what a scan costs before its first row, and for each further one.
//
//   hops      = min(nodes, ef + a few per level of the descent)
//   startup   = hops * (one random page, at the price of one that is mostly cached, + the estimates
//               of its edges)
//   per row   = one heap row, which the server adds; beyond ef, also one and a half hops
//
// Rows beyond the first ef come from further searches, each with a beam four times as wide, so a
// filter that most rows fail costs hops for the rows it drops, two to three for each. On 10,000
// rows of three dimensions of which 200 pass, the 20 nearest take 3,400 hops, twenty times as long
// as reading the table. Beyond the widest beam, the scan reads all pages in their order. It does
// neither with hnsw.iterative_scan = off.
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
// Of the searches that hand out a row, above the first.
constexpr double kHopsPerRow = 1.5;
// About the widest beam; wider than that, a scan sweeps (quiver/store/scan.hpp).
constexpr double kLargestBeam = 4000;

namespace {

// How much of the path is going to be read, as the planner sees it, and how many rows that really
// are. The two differ where the number is not known: a LIMIT that is a parameter of a generic plan
// or of a function's body, or a cursor. The planner then reckons with a tenth of all rows; for the
// nearest of something, one search is the better guess.
struct Wanted {
    double rows;
    double fraction;
    bool known;  // false: not all, but who knows how many
};

Wanted wanted(const PlannerInfo* root, const IndexPath* path, double ef) {
    const double all = std::max(1.0, path->indexinfo->rel->rows);
    // In a join, rows of this table are not those that are limited.
    if (bms_membership(root->all_baserels) != BMS_SINGLETON)
        return {all, 1, root->tuple_fraction <= 0};
    if (root->limit_tuples > 0) {
        const double rows = std::min(all, root->limit_tuples);
        return {rows, rows / all, true};
    }
    if (root->tuple_fraction <= 0) return {all, 1, true};
    const double part =
        root->tuple_fraction < 1 ? root->tuple_fraction : root->tuple_fraction / all;
    return {std::min(all, ef), std::min(1.0, part), true};
}

// Nodes that a scan goes through until so many rows have passed the filter.
double nodes_read(const IndexPath* path, double nodes, double rows, double ef) {
    if (iterative_scan() == IterativeScan::off) return std::min(nodes, ef);
    const double most = std::max(ef, static_cast<double>(max_scan_tuples()));
    return std::min({nodes, most, nodes * rows / std::max(1.0, path->indexinfo->rel->rows)});
}

}  // namespace

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
    const double hop_page = (random_page + sequential_page) / 4;
    const double hop_cpu = cpu_index_tuple_cost + 2 * options.m * cpu_operator_cost / 4;
    const double page_cost = std::min(read, static_cast<double>(path->indexinfo->pages)) * hop_page;
    const double cpu = hops * hop_cpu + (plain ? read * cpu_operator_cost : 0);

    *startup_cost = page_cost + cpu;
    const double ef = ef_search(options);
    const Wanted want = wanted(root, path, ef);
    const double met = nodes_read(path, nodes, want.rows, ef);
    // In the plain layout, too, a search reads a node once.
    // A share of sweeps would be next to nothing, also where it takes a sweep.
    const double searched = want.known ? std::min(met, kLargestBeam) : met;
    double further = std::max(0.0, searched - ef) * kHopsPerRow * (hop_page + hop_cpu);
    if (met > std::max(ef, searched))
        further += path->indexinfo->pages * sequential_page + nodes * hop_cpu;
    // The planner charges a LIMIT its share of what the whole index costs. Sweeps follow searches
    // that become ever wider, so what the rows wanted cost is no such share, and is made one.
    *total_cost = *startup_cost + nodes * cpu_index_tuple_cost + further / want.fraction;
    *selectivity = costs.indexSelectivity;
    *pages = path->indexinfo->pages;
}

}  // namespace quiver::pg::hnsw
