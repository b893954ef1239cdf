// Removing dead heap TIDs: the first part of a vacuum.
//
// One pass over the pages. They are read under a share lock, and only a page that changes is locked
// exclusively. A TID is asked about once, as CREATE INDEX CONCURRENTLY expects: a node's further
// TIDs are swept with the node, chunk after chunk. A node whose last TID goes becomes dead: scans
// still walk through it, so the graph stays connected, and no scan returns it. The metapage notes
// that there are dead nodes before there is the first one, so that the work on them is not
// forgotten when this vacuum does not get to it.
#pragma once

#include "quiver/store/note.hpp"
#include "quiver/store/tids.hpp"
#include "quiver/store/vacuum_stats.hpp"

namespace quiver::store {

// is_dead(HeapTid) -> bool; pause() is called between pages, with none locked.
template <PageAccess Pages, class IsDead, class Pause>
class TidRemover {
public:
    TidRemover(Pages& pages, const page::Layouts& layouts, IsDead is_dead, Pause pause,
               VacuumStats& stats)
        : pages_(&pages), layout_(layouts.base), is_dead_(is_dead), pause_(pause), stats_(&stats) {}

    void run() {
        const page::BlockId blocks = pages_->blocks();
        for (page::BlockId block = 1; block < blocks; block++) {
            pause_();
            if (!plan(block)) continue;
            // Chains first: a TID that is added meanwhile is not dead.
            for (uint32_t i = 0; i < layout_.per_page; i++) {
                Plan& p = plans_[i];
                if (!p.live || p.chain.id == page::kNoNode) continue;
                const ChainOwner owner = owner_of(block, i);
                sweep_chain(owner, p);
                if (p.chain_live && p.closed) tidy_chain(owner);
            }
            point(*pages_, Point::vacuum_chains_swept);
            apply(block);
            point(*pages_, Point::vacuum_page_swept);
        }
    }

private:
    // What is known of a slot, and what is to happen to it.
    struct Plan {
        bool live;
        bool chain_live;  // some TID in the chain stays
        bool closed;      // some chunk of the chain is empty
        uint8_t generation;
        uint8_t count;  // inline TIDs
        uint8_t dead;   // of these
        detail::ChainHead chain;
        page::HeapTid tids[page::kInlineTids];  // the dead ones
        bool empty() const { return count == dead && !chain_live; }
    };

    ChainOwner owner_of(page::BlockId block, uint32_t i) const {
        return {block * layout_.per_page + i, plans_[i].generation};
    }

    // Copies what there is to know of a page; false when it has no nodes.
    bool plan(page::BlockId block) {
        bool is_base = false;
        pages_->read(block, [&](const std::byte* bytes) {
            is_base = page::is_page(bytes, page::PageKind::base);
            for (uint32_t i = 0; is_base && i < layout_.per_page; i++) {
                const page::SlotHeader& header =
                    page::slot_of(bytes, block * layout_.per_page + i, layout_).header();
                Plan& p = plans_[i];
                p = {};
                p.live = header.state == page::SlotState::live;
                p.generation = header.generation;
                p.count = std::min<uint8_t>(header.tid_count, page::kInlineTids);
                p.chain = detail::chain_of(header);
                std::memcpy(p.tids, header.tids, sizeof p.tids);
            }
        });
        for (uint32_t i = 0; is_base && i < layout_.per_page; i++) {
            Plan& p = plans_[i];
            if (p.live) p.dead = keep_dead(p.tids, p.count);
        }
        return is_base;
    }

    // Compacts tids[0..count) to the dead ones; returns how many.
    uint8_t keep_dead(page::HeapTid* tids, int count) {
        uint8_t dead = 0;
        for (int i = 0; i < count; i++) {
            if (is_dead_(tids[i])) tids[dead++] = tids[i];
        }
        stats_->tids_removed += dead;
        stats_->tids_kept += static_cast<uint64_t>(count) - dead;
        return dead;
    }

    // Takes dead[0..count) out of tids; returns how many are left.
    static uint8_t take_out(page::HeapTid* tids, int count, const page::HeapTid* dead,
                            int dead_count) {
        int kept = 0;
        for (int i = 0; i < count; i++) {
            if (std::find(dead, dead + dead_count, tids[i]) == dead + dead_count)
                tids[kept++] = tids[i];
        }
        for (int i = kept; i < count; i++) tids[i] = page::kNoTid;
        return static_cast<uint8_t>(kept);
    }

    // Removes dead TIDs from a chain. An emptied chunk is closed: a TID that is added before the
    // node is judged goes into a new chunk, which the judge sees, because the node then leads to
    // that one.
    void sweep_chain(const ChainOwner& owner, Plan& p) {
        page::TidChunk chunk;
        uint64_t below = uint64_t{1} << 32;  // a damaged chain may be a ring
        for (uint32_t id = p.chain.id; id != page::kNoNode; id = chunk.next) {
            pause_();
            if (!read_chunk(*pages_, id, owner, chunk) || chunk.order >= below) return;
            below = chunk.order;
            const int count = chunk.count;
            const uint8_t dead = keep_dead(chunk.tids, count);
            if (dead != 0 || (count == 0 && chunk.use == page::ChunkUse::open)) {
                pages_->modify(id / page::kChunksPerPage, [&](std::byte* bytes) {
                    page::TidChunk& c = chunk_of(bytes, id);
                    c.count = take_out(c.tids, c.count, chunk.tids, dead);
                    if (c.count == 0) c.use = page::ChunkUse::closed;
                    chunk.count = c.count;
                    chunk.use = c.use;
                    return Commit::yes;
                });
                stats_->pages_written++;
                point(*pages_, Point::vacuum_chunk_swept);
            }
            p.chain_live = p.chain_live || chunk.count != 0;
            p.closed = p.closed || chunk.use == page::ChunkUse::closed;
        }
    }

    // Takes the closed chunks out of the chain of a node that stays, and frees them. A scan on its
    // way through the chain notices (ChainReader); one chunk at a time, and out of the chain first.
    // A crash in between costs the chunk, until the node is freed.
    void tidy_chain(const ChainOwner& owner) {
        detail::ChainHead head;
        (void)detail::modify_live(*pages_, owner, layout_, [&](page::SlotHeader& header) {
            head = detail::chain_of(header);
            return Commit::no;
        });
        uint32_t before = page::kNoNode;  // the chunk that leads to `id`; none: the header
        uint64_t below = uint64_t{1} << 32;
        page::TidChunk chunk;
        for (uint32_t id = head.id; id != page::kNoNode; id = chunk.next) {
            pause_();
            if (!read_chunk(*pages_, id, owner, chunk) || chunk.order >= below) return;
            below = chunk.order;
            if (chunk.use != page::ChunkUse::closed) {
                before = id;
                continue;
            }
            if (!bypass(owner, before, id, chunk)) return;
            point(*pages_, Point::vacuum_chunk_taken_out);
            pages_->modify(id / page::kChunksPerPage, [&](std::byte* bytes) {
                detail::free_chunk(chunk_of(bytes, id));
                return Commit::yes;
            });
            stats_->pages_written += 2;
            stats_->chunks_freed++;
            point(*pages_, Point::vacuum_chunk_freed);
            note_dead();  // so that the second part lists the chunk as free
        }
    }

    // Whoever led to a chunk now leads to the one behind it. False when somebody else leads there
    // now, as a chunk that was put in front meanwhile; the next vacuum will see to it.
    bool bypass(const ChainOwner& owner, uint32_t before, uint32_t id,
                const page::TidChunk& chunk) {
        uint8_t next_generation = 0;
        if (chunk.next != page::kNoNode) {
            page::TidChunk next;
            if (!read_chunk(*pages_, chunk.next, owner, next)) return false;
            next_generation = next.generation;
        }
        bool done = false;
        if (before == page::kNoNode) {
            (void)detail::modify_live(*pages_, owner, layout_, [&](page::SlotHeader& header) {
                done = header.more_tids == id;
                if (!done) return Commit::no;
                detail::set_chain(header, {chunk.next, next_generation});
                return Commit::yes;
            });
        } else {
            pages_->modify(before / page::kChunksPerPage, [&](std::byte* bytes) {
                page::TidChunk& c = chunk_of(bytes, before);
                done = owns(owner, c) && c.next == id;
                if (!done) return Commit::no;
                c.next = chunk.next;
                return Commit::yes;
            });
        }
        return done;
    }

    // Removes the dead TIDs of a page's headers. A node with none left is dead, if its chain is the
    // one that was swept: one that changed meanwhile has a TID in it.
    void apply(page::BlockId block) {
        bool changes = false;
        for (uint32_t i = 0; i < layout_.per_page; i++) {
            const Plan& p = plans_[i];
            if (!p.live) continue;
            changes = changes || p.dead != 0 || p.empty();
            if (p.empty()) note_dead();
        }
        if (!changes) return;
        pages_->modify(block, [&](std::byte* bytes) {
            for (uint32_t i = 0; i < layout_.per_page; i++) {
                const Plan& p = plans_[i];
                if (!p.live) continue;
                page::SlotHeader& header =
                    page::slot_of(bytes, block * layout_.per_page + i, layout_).header();
                header.tid_count =
                    take_out(header.tids, std::min<int>(header.tid_count, page::kInlineTids),
                             p.tids, p.dead);
                if (header.tid_count == 0 && !p.chain_live && detail::chain_of(header) == p.chain) {
                    header.state = page::SlotState::dead;
                    stats_->nodes_died++;
                }
            }
            return Commit::yes;
        });
        stats_->pages_written++;
    }

    // Notes on the metapage that there is work for the second part. Once in a vacuum.
    void note_dead() {
        if (noted_) return;
        (void)note(*pages_, page::kHasDead);
        noted_ = true;
        point(*pages_, Point::vacuum_dead_noted);
    }

    Pages* pages_;
    page::SlotLayout layout_;
    IsDead is_dead_;
    Pause pause_;
    VacuumStats* stats_;
    bool noted_ = false;
    Plan plans_[page::kBody / sizeof(page::SlotHeader)];
};

template <PageAccess Pages, class IsDead, class Pause>
inline void remove_dead_tids(Pages& pages, const page::Layouts& layouts, IsDead is_dead,
                             Pause pause, VacuumStats& stats) {
    TidRemover<Pages, IsDead, Pause>(pages, layouts, is_dead, pause, stats).run();
}

}  // namespace quiver::store
