#include "pg/hnsw/build_size.hpp"

#include "pg/hnsw/opclass.hpp"
#include "pg/workers.hpp"
#include "quiver/store/build_params.hpp"

namespace quiver::pg::hnsw {

namespace {

// A value that does not fit into a row is cut into pieces of this size, four to a page.
constexpr size_t kToastPiece = 1996;
constexpr size_t kToastPiecesPerPage = 4;
// Values above this are not kept in their row, roughly.
constexpr size_t kLargestInRow = 2000;
// What a row takes beside the vector, at least.
constexpr size_t kRowOverhead = 36;
constexpr double kMostRowsPerPage = 291;

size_t column_bytes(Relation index, const page::Profile& profile) {
    if (profile.own == page::Own::bits) return (profile.dims + 7) / 8;
    if (profile.own == page::Own::sparse)
        return sizeof(SparseHeader) + page::own_inline_bytes(profile);
    return profile.dims * (metric_of(index)->type == ElementType::f16 ? sizeof(F16) : sizeof(F32));
}

// Rows of the table. Statistics, where there are any, say how many are on a page; how many pages
// there are is known. Without them the server guesses how wide a vector is, so the sizes of the
// table and of its TOAST table are a better measure.
double expected_rows(Relation heap, Relation index, const page::Profile& profile) {
    BlockNumber pages;
    double tuples;
    double all_visible;
    estimate_rel_size(heap, nullptr, &pages, &tuples, &all_visible);
    // Of a table that has grown since, they may be those of a page that was nearly empty.
    if (heap->rd_rel->reltuples >= 0 &&
        pages <= 2 * static_cast<BlockNumber>(heap->rd_rel->relpages))
        return tuples;
    const size_t bytes = column_bytes(index, profile);
    double by_size =
        static_cast<double>(pages) * BLCKSZ / static_cast<double>(bytes + kRowOverhead);
    if (bytes > kLargestInRow)
        by_size += static_cast<double>(toast_blocks(heap)) * kToastPiecesPerPage /
                   static_cast<double>((bytes + kToastPiece - 1) / kToastPiece);
    return std::min(by_size, pages * kMostRowsPerPage);
}

}  // namespace

GraphRoom graph_room(Relation heap, Relation index, const IndexFormat& format) {
    using graph::MemoryGraph;
    const double rows = std::min(expected_rows(heap, index, format.profile), 2e9);
    // Coarse forms make each row faster and take memory, so that fewer fit, and one that does not
    // takes longer than several that do.
    graph::Params params =
        store::build_params(format.profile, format.rotation_seed, store::Coarse::no);
    const size_t needed = MemoryGraph::bytes_for(static_cast<size_t>(rows), params);
    const size_t allowed = std::max(static_cast<size_t>(maintenance_work_mem) * 1024,
                                    MemoryGraph::bytes_for(64, params));
    const graph::Params coarse =
        store::build_params(format.profile, format.rotation_seed, store::Coarse::yes);
    if (MemoryGraph::bytes_for(static_cast<size_t>(rows), coarse) <= allowed) params = coarse;
    const size_t enough = MemoryGraph::bytes_for(static_cast<size_t>(rows * 1.2 + 10000), params);
    if (needed > allowed)
        ereport(NOTICE,
                (errmsg("index \"%s\" needs about %zu MB of maintenance_work_mem to be built in "
                        "memory",
                        RelationGetRelationName(index), (needed >> 20) + 1),
                 errdetail("Of about %.0f rows, some %.0f fit into the %d MB it has. The others "
                           "will be inserted one by one.",
                           rows, rows * static_cast<double>(allowed) / static_cast<double>(needed),
                           maintenance_work_mem / 1024),
                 errhint("Increase maintenance_work_mem to speed up the build.")));
    return {.params = params,
            .bytes = std::min(enough, allowed),
            .allowed = allowed,
            .refused = 0,
            .expected_tuples = static_cast<int64>(rows)};
}

void report_full_graph(const BuildShared* shared) {
    const uint64 tuples = pg_atomic_read_u64(const_cast<pg_atomic_uint64*>(&shared->index_tuples));
    if (shared->room.refused > 0) {
        ereport(NOTICE,
                (errmsg("hnsw graph no longer fits into the memory that the system gave for it "
                        "after " UINT64_FORMAT " tuples",
                        tuples),
                 errdetail("There were %zu MB; %zu MB of the %zu MB of maintenance_work_mem could "
                           "not be had. Building will take significantly more time.",
                           shared->room.bytes >> 20, shared->room.refused >> 20,
                           shared->room.allowed >> 20),
                 errhint("Have less memory used by others, or set maintenance_work_mem to what "
                         "the system has.")));
        return;
    }
    if (shared->room.bytes < shared->room.allowed) {
        ereport(
            NOTICE,
            (errmsg(
                 "hnsw graph no longer fits into the memory set aside for it after " UINT64_FORMAT
                 " tuples",
                 tuples),
             errdetail("The table was thought to have " INT64_FORMAT
                       " rows. Building will take significantly more time.",
                       shared->room.expected_tuples),
             errhint("Analyze the table before the index is built.")));
        return;
    }
    ereport(NOTICE,
            (errmsg("hnsw graph no longer fits into maintenance_work_mem after " UINT64_FORMAT
                    " tuples",
                    tuples),
             errdetail("Building will take significantly more time."),
             errhint("Increase maintenance_work_mem to speed up builds.")));
}

void ask_for_huge_pages(std::byte* block, size_t bytes) {
#ifdef MADV_HUGEPAGE
    // Whole pages; what is not aligned at the ends is not worth much.
    const size_t page = static_cast<size_t>(sysconf(_SC_PAGESIZE));
    const auto start = (reinterpret_cast<uintptr_t>(block) + page - 1) / page * page;
    const auto end = (reinterpret_cast<uintptr_t>(block) + bytes) / page * page;
    if (start < end) (void)madvise(reinterpret_cast<void*>(start), end - start, MADV_HUGEPAGE);
#else
    (void)block;
    (void)bytes;
#endif
}

}  // namespace quiver::pg::hnsw
