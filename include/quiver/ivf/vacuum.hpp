// Vacuum: frees the places of dead rows.
//
// A scan copies heap TIDs out of a page under its lock and has a snapshot that sees no row that
// was removed, so a place can be used again at once. is_dead(tid) is the server's and is called
// with no page locked; what it said is true of that TID only, so a place is freed if it still has
// it.
#pragma once

#include "quiver/base/arena_vector.hpp"
#include "quiver/ivf/directory.hpp"
#include "quiver/store/vacuum_stats.hpp"

namespace quiver::ivf {

template <store::PageAccess Pages, class IsDead, class Pause>
class Vacuum {
public:
    Vacuum(Arena arena, Pages& pages, const Format& format, IsDead is_dead, Pause pause,
           store::VacuumStats& stats)
        : pages_(&pages),
          lists_(ListLayout::of(format)),
          rows_(RowLayout::of(format)),
          refs_(arena),
          is_dead_(is_dead),
          pause_(pause),
          stats_(&stats) {}

    Walked run() {
        const Walked read =
            walk(*pages_, first_directory(*pages_), page::PageKind::lists,
                 [&](page::BlockId block, const std::byte* bytes) {
                     const auto used = static_cast<uint32_t>(used_of(bytes, lists_));
                     for (uint32_t i = 0; i < used; i++)
                         refs_.push_back(
                             {.directory = block, .place = i, .head = lists_.info(bytes, i)});
                 });
        if (!read.ok()) return read;
        for (const ListRef& list : refs_)
            if (const Walked walked = sweep(list); !walked.ok()) return walked;
        return {};
    }

private:
    Walked sweep(const ListRef& list) {
        page::BlockId with_room = 0;
        page::BlockId end = pages_->blocks();
        uint64_t seen = 0;
        for (page::BlockId block = list.head.first; block != 0;) {
            pause_();
            if (block >= end) end = pages_->blocks();
            if (block >= end || seen++ >= end) return {block};
            page::BlockId next = 0;
            if (!read_tids(block, next)) return {block};
            if (sweep_page(block) && with_room == 0) {
                with_room = block;
                stats_->pages_with_room++;
            }
            block = next;
        }
        if (with_room != 0) start_inserting_at(list, with_room);
        return {};
    }

    // The TIDs of a page into tids_. False when it is no page of rows.
    bool read_tids(page::BlockId block, page::BlockId& next) {
        bool ours = false;
        pages_->read(block, [&](const std::byte* bytes) {
            ours = page::is_page(bytes, page::PageKind::rows);
            if (!ours) return;
            next = page::special_of(bytes).next_free;
            used_ = used_of(bytes, rows_);
            for (size_t i = 0; i < used_; i++) tids_[i] = rows_.info(bytes, i).tid;
        });
        return ours;
    }

    // Returns whether the page has free places among those that were used.
    bool sweep_page(page::BlockId block) {
        size_t live = 0;
        size_t dead = 0;
        for (size_t i = 0; i < used_; i++) {
            if (!tids_[i].valid()) continue;
            dead_[i] = is_dead_(tids_[i]);
            dead += dead_[i];
            live += !dead_[i];
        }
        stats_->tids_kept += live;
        if (dead != 0) free_places(block);
        return live < used_;
    }

    void free_places(page::BlockId block) {
        pages_->modify(block, [&](std::byte* bytes) {
            if (!page::is_page(bytes, page::PageKind::rows)) return store::Commit::no;
            const size_t used = std::min(used_, used_of(bytes, rows_));
            for (size_t i = 0; i < used; i++) {
                RowInfo& info = rows_.info(bytes, i);
                if (!tids_[i].valid() || !dead_[i] || !(info.tid == tids_[i])) continue;
                info = {page::kNoTid, 0, 0};
                block_header(bytes).live--;
                stats_->tids_removed++;
            }
            return store::Commit::yes;
        });
        stats_->pages_written++;
        store::point(*pages_, store::Point::lists_places_freed);
    }

    // Whoever inserts may move it on meanwhile, past pages that were full when he saw them.
    void start_inserting_at(const ListRef& list, page::BlockId block) {
        pages_->modify(list.directory, [&](std::byte* bytes) {
            if (!page::is_page(bytes, page::PageKind::lists) ||
                list.place >= used_of(bytes, lists_))
                return store::Commit::no;
            page::BlockId& insert = lists_.info(bytes, list.place).insert;
            if (insert == block) return store::Commit::no;
            insert = block;
            return store::Commit::yes;
        });
        store::point(*pages_, store::Point::lists_list_swept);
    }

    Pages* pages_;
    ListLayout lists_;
    RowLayout rows_;
    ArenaVector<ListRef> refs_;
    IsDead is_dead_;
    Pause pause_;
    store::VacuumStats* stats_;
    page::HeapTid tids_[kMostPerPage];
    bool dead_[kMostPerPage];
    size_t used_ = 0;
};

}  // namespace quiver::ivf
