// A vacuum of the stored graph: dead heap TIDs out (remove_tids.hpp), then, once for all of them,
// the gaps in the graph closed (repair.hpp) and the slots of dead nodes freed (free_slots.hpp).
#pragma once

#include "quiver/store/free_slots.hpp"
#include "quiver/store/remove_tids.hpp"
#include "quiver/store/repair.hpp"

namespace quiver::store {

// Whether there may be dead nodes in the graph, of this vacuum or of one that was interrupted, or
// nodes that no path leads to.
template <PageAccess Pages>
inline bool needs_repair(Pages& pages) {
    bool needs = false;
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) {
        needs = (meta_of(bytes).flags & (page::kHasDead | page::kHasGrown)) != 0;
    });
    return needs;
}

// Takes dead nodes out of the graph, and finds ways to the others. memory: about how much may be
// used, in bytes. pause() is called between pages, with none locked.
template <PageAccess Pages, class Model, class Pause>
inline void repair_graph(Pages& pages, const Model& model, Arena arena, size_t memory, Pause pause,
                         VacuumStats& stats) {
    // What is inserted from here on is for the next vacuum to look at: so the note of insertions
    // goes now. Until the end the other one stands for both, for whoever goes on after a crash.
    bool any_dead = false;
    pages.modify(page::kMetaBlock, [&](std::byte* bytes) {
        page::Meta& meta = meta_of(bytes);
        any_dead = (meta.flags & page::kHasDead) != 0;
        if ((meta.flags & page::kHasGrown) == 0) return Commit::no;
        meta.flags = static_cast<uint16_t>((meta.flags & ~page::kHasGrown) | page::kHasDead);
        return Commit::yes;
    });
    Repair<Pages, Model, Pause>(pages, model, arena, memory, pause, stats).run(any_dead);
    SlotFreer<Pages, Pause>(pages, page::layouts(model.profile()), arena, pause, stats).run();
}

}  // namespace quiver::store
