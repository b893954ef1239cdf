// Insertion of a row.
#include "quiver/store/insert.hpp"
#include "support/stored_index.hpp"

namespace quiver::test {

void StoredIndex::insert(const std::byte* record, page::HeapTid tid) {
    with_model([&](const auto& model) {
        HeapArena memory;
        store::PageInserter inserter(pages_, model, memory.arena(), counters_);
        inserter.insert(record, tid, kSeed, profile_.ef_construction);
    });
}

}  // namespace quiver::test
