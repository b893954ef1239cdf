#include "pg/hnsw/sample.hpp"

#include <algorithm>  // std::min

#include "pg/compat.hpp"
#include "pg/datum.hpp"
#include "pg/hnsw/options.hpp"
#include "pg/memory.hpp"

namespace quiver::pg::hnsw {

namespace {

constexpr BlockNumber kBlocks = 100;
constexpr size_t kRows = 5000;

struct Sample {
    uint32 nonzeros[kRows];
    size_t count;
};

void sample_row(Relation, ItemPointer, Datum* values, bool* isnull, bool, void* state) {
    auto* sample = static_cast<Sample*>(state);
    if (isnull[0] || sample->count == kRows) return;
    // A value that is stored out of line is not fetched as a whole.
    auto* head = reinterpret_cast<struct varlena*>(
        PG_DETOAST_DATUM_SLICE(values[0], 0, static_cast<int32>(sizeof(SparseHeader))));
    SparseHeader header;
    memcpy(&header, VARDATA_ANY(head), sizeof header);
    if (head != reinterpret_cast<struct varlena*>(DatumGetPointer(values[0]))) pfree(head);
    sample->nonzeros[sample->count++] =
        static_cast<uint32>(std::clamp(header.nnz, 0, kMaxNonzeros));
}

}  // namespace

uint32 usual_nonzeros(Relation heap, Relation index, IndexInfo* info) {
    uint32 usual = 0;
    in_temporary_context("hnsw sample", [&](MemoryContext) {
        auto* sample = static_cast<Sample*>(palloc0(sizeof(Sample)));
        const BlockNumber blocks = RelationGetNumberOfBlocks(heap);
        const BlockNumber looks = std::min(blocks, kBlocks);
        for (BlockNumber i = 0; i < looks; i++) {
            CHECK_FOR_INTERRUPTS();
            const auto block = static_cast<BlockNumber>(uint64{blocks} * i / looks);
            table_index_build_range_scan(heap, index, info, false, false, false, block, 1,
                                         sample_row, sample, nullptr);
        }
        usual = page::choose_nonzeros(sample->nonzeros, sample->count, options_of(index).m);
    });
    return usual;
}

}  // namespace quiver::pg::hnsw
