// Removing dead heap TIDs.
//
// One pass over the pages. A node whose last TID goes becomes dead: scans still walk through it, so
// the graph stays connected, and no scan returns it. A page is written only when something on it is
// dead, and a TID is asked about once, as CREATE INDEX CONCURRENTLY expects: a node's further TIDs
// are swept with the node, chunk after chunk.
#pragma once

#include "quiver/store/tids.hpp"

namespace quiver::store {

struct VacuumStats {
    uint64_t tids_kept = 0;
    uint64_t tids_removed = 0;
    uint64_t nodes_died = 0;
};

namespace detail {

// Compacts tids[0..count) to those that is_dead does not accept; returns how many stay.
template <class IsDead>
inline int keep_live(page::HeapTid* tids, int count, IsDead is_dead, VacuumStats& stats) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
        if (is_dead(tids[i])) {
            stats.tids_removed++;
        } else {
            stats.tids_kept++;
            tids[kept++] = tids[i];
        }
    }
    for (int i = kept; i < count; i++) tids[i] = page::kNoTid;
    return kept;
}

// Removes dead TIDs from the chain that begins at `chunk`; whether any stayed. An emptied chunk is
// closed: a TID that is added before the node is judged goes into a new chunk, which the judge
// sees, because the node then points at that one.
template <PageAccess Pages, class IsDead>
inline bool sweep_chain(Pages& pages, uint32_t chunk, IsDead is_dead, VacuumStats& stats) {
    bool any = false;
    const page::BlockId blocks = pages.blocks();
    // A damaged chain may be a ring; no other is longer than all pages have chunks.
    for (uint64_t left = uint64_t{blocks} * page::kChunksPerPage;
         left > 0 && chunk != page::kNoNode && chunk / page::kChunksPerPage < blocks; left--) {
        uint32_t next = page::kNoNode;
        pages.modify(chunk / page::kChunksPerPage, [&](std::byte* bytes) {
            if (!is_tid_page(bytes)) return Commit::no;
            page::TidChunk& c = chunk_of(bytes, chunk);
            if (c.use == page::ChunkUse::free) return Commit::no;
            next = c.next;
            const int before = std::min<int>(c.count, page::kTidsPerChunk);
            c.count = static_cast<uint8_t>(keep_live(c.tids, before, is_dead, stats));
            const bool empty = c.count == 0;
            any = any || !empty;
            const bool close = empty && c.use == page::ChunkUse::open;
            if (close) c.use = page::ChunkUse::closed;
            return close || c.count != before ? Commit::yes : Commit::no;
        });
        chunk = next;
    }
    return any;
}

}  // namespace detail

// is_dead(HeapTid) -> bool; pause() is called between pages, with none locked.
template <PageAccess Pages, class IsDead, class Pause>
inline void remove_dead_tids(Pages& pages, const page::Layouts& layouts, IsDead is_dead,
                             Pause pause, VacuumStats& stats) {
    const page::SlotLayout& layout = layouts.base;
    const page::BlockId blocks = pages.blocks();
    for (page::BlockId block = 1; block < blocks; block++) {
        pause();
        bool is_base = false;
        pages.read(block, [&](const std::byte* bytes) {
            const page::PageSpecial& special = page::special_of(bytes);
            is_base = special.magic == page::kMagic && special.kind == page::PageKind::base;
        });
        if (!is_base) continue;

        // Chains first, with no page of nodes locked: a TID that is added meanwhile is not dead.
        uint32_t chains[page::kBody / sizeof(page::SlotHeader)];
        bool chain_live[page::kBody / sizeof(page::SlotHeader)];
        pages.read(block, [&](const std::byte* bytes) {
            for (uint32_t i = 0; i < layout.per_page; i++) {
                const page::SlotHeader& header =
                    page::slot_of(bytes, block * layout.per_page + i, layout).header();
                chains[i] =
                    header.state == page::SlotState::live ? header.more_tids : page::kNoNode;
            }
        });
        for (uint32_t i = 0; i < layout.per_page; i++)
            chain_live[i] =
                chains[i] != page::kNoNode && detail::sweep_chain(pages, chains[i], is_dead, stats);
        point(pages, Point::vacuum_chains_swept);

        pages.modify(block, [&](std::byte* bytes) {
            Commit commit = Commit::no;
            for (uint32_t i = 0; i < layout.per_page; i++) {
                page::SlotHeader& header =
                    page::slot_of(bytes, block * layout.per_page + i, layout).header();
                if (header.state != page::SlotState::live) continue;
                const int before = std::min<int>(header.tid_count, page::kInlineTids);
                header.tid_count =
                    static_cast<uint8_t>(detail::keep_live(header.tids, before, is_dead, stats));
                if (header.tid_count != before) commit = Commit::yes;
                // A chain that changed under us has a live TID in it.
                if (header.tid_count == 0 && !chain_live[i] && header.more_tids == chains[i]) {
                    header.state = page::SlotState::dead;
                    stats.nodes_died++;
                    commit = Commit::yes;
                }
            }
            return commit;
        });
        point(pages, Point::vacuum_page_swept);
    }
}

}  // namespace quiver::store
