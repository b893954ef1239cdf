// The check of an index.
#include "quiver/store/check.hpp"
#include "support/stored_index.hpp"

namespace quiver::test {

std::vector<store::Finding> StoredIndex::findings(std::vector<uint64_t>* tids) {
    std::vector<store::Finding> all;
    HeapArena memory;
    store::check_graph(
        pages_, memory.arena(), [&](const store::Finding& f) { all.push_back(f); },
        [&](page::HeapTid tid, page::BlockId, int) {
            if (tids != nullptr) tids->push_back(key_of(tid));
        });
    return all;
}

}  // namespace quiver::test
