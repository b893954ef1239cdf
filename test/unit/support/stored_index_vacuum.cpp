// Vacuum.
#include "quiver/store/vacuum.hpp"
#include "support/stored_index.hpp"

namespace quiver::test {

store::VacuumStats StoredIndex::vacuum(const IsDead& is_dead, std::map<uint64_t, int>* asked) {
    store::VacuumStats stats;
    store::remove_dead_tids(
        pages_, page::layouts(profile_),
        [&](page::HeapTid tid) {
            if (asked != nullptr) (*asked)[key_of(tid)]++;
            return is_dead(tid);
        },
        [&] { pages_.poll(); }, stats);
    return stats;
}

store::VacuumStats StoredIndex::vacuum_all(const IsDead& is_dead, size_t memory) {
    store::VacuumStats stats = vacuum(is_dead);
    if (!store::needs_repair(pages_)) return stats;
    with_model([&](const auto& model) {
        HeapArena arena;
        store::repair_graph(
            pages_, model, arena.arena(), memory, [&] { pages_.poll(); }, stats);
    });
    return stats;
}

}  // namespace quiver::test
