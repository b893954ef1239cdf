// Giving back what dead nodes had: the third part of a vacuum.
//
// Upper records and chunks of heap TIDs first, then base records, because the former say whose they
// are: a crash in between leaves nothing that cannot be judged again. A slot that is freed gets
// another generation, so that edges which insertion wrote too late to be repaired lead nowhere.
// Every page with a free slot goes on the list that free_space.hpp takes from; pages that a crash
// has left without a kind become pages of nodes.
#pragma once

#include "quiver/store/tids.hpp"
#include "quiver/store/vacuum_stats.hpp"

namespace quiver::store {

template <PageAccess Pages, class Pause>
class SlotFreer {
public:
    SlotFreer(Pages& pages, const page::Layouts& layouts, Arena arena, Pause pause,
              VacuumStats& stats)
        : pages_(&pages),
          layouts_(layouts),
          pause_(pause),
          stats_(&stats),
          blocks_(pages.blocks()),
          listed_(arena.array<bool>(blocks_)),
          image_(arena.array<std::byte>(page::kPageSize)) {
        std::fill_n(listed_, blocks_, false);
    }

    // before: no list leads to a dead node, as far as this vacuum can know.
    void run() {
        keep_ = dead_entry();
        for (FreePages& list : lists_) walk(list);
        for (page::BlockId block = 1; block < blocks_; block++) {
            const page::PageKind kind = copy(block);
            if (kind == page::PageKind::upper) stats_->records_freed += free_nodes(block, kind);
            if (kind == page::PageKind::tids) free_chunks(block);
        }
        point(*pages_, Point::vacuum_records_freed);
        for (page::BlockId block = 1; block < blocks_; block++) {
            const page::PageKind kind = copy(block);
            if (kind == page::PageKind::base) stats_->slots_freed += free_nodes(block, kind);
            if (kind == kNoKind && all_zero() && pages_->adopt(block, page::PageKind::base)) {
                point(*pages_, Point::vacuum_page_adopted);
                put_on_list(block, lists_[0]);
            }
        }
        point(*pages_, Point::vacuum_slots_freed);
        for (FreePages& list : lists_) publish(list);
        point(*pages_, Point::vacuum_lists_published);
        if (keep_ == page::kNoNode) forget();
    }

private:
    static constexpr auto kNoKind = static_cast<page::PageKind>(0);

    // Pages of a kind to be put on the list, chained already.
    struct FreePages {
        page::PageKind kind;
        page::BlockId old_first = 0;  // where the last of ours leads
        page::BlockId first = 0;
        page::BlockId last = 0;
    };

    page::PageKind copy(page::BlockId block) {
        pause_();
        const page::PageSpecial& special = copy_page(*pages_, block, image_);
        return special.magic == page::kPageMagic ? special.kind : kNoKind;
    }
    bool all_zero() const {
        return std::all_of(image_, image_ + page::kPageSize,
                           [](std::byte b) { return b == std::byte{0}; });
    }

    // The base record of the entry node if that is dead, which it only is when there was no live
    // node to take its place. It stays, so that what is inserted next can be found from it.
    page::NodeId dead_entry() {
        const EntryPoint entry = read_entry(*pages_);
        if (entry.id == page::kNoNode) return page::kNoNode;
        const page::PageKind kind = page::kind_of_layer(entry.level);
        const page::SlotLayout& layout = layouts_.of(kind);
        const page::BlockId block = page::block_of(entry.id, layout);
        if (block >= blocks_ || copy(block) != kind) return page::kNoNode;
        const page::SlotHeader& header =
            page::slot_of<const std::byte>(image_, entry.id, layout).header();
        if (header.state != page::SlotState::dead) return page::kNoNode;
        return entry.level == 0 ? entry.id : page::base_of(header);
    }

    // Marks the pages that are on the list. A list that is no list is dropped.
    void walk(FreePages& list) {
        list.old_first = first_free_page(*pages_, list.kind);
        page::BlockId block = list.old_first;
        while (block != 0) {
            if (block >= blocks_ || listed_[block] || copy(block) != list.kind) {
                // A page that is newer than this vacuum is the end of what it knows.
                if (block >= blocks_ && block < pages_->blocks()) return;
                (void)replace_first_free(*pages_, list.kind, list.old_first, 0);
                list.old_first = 0;
                return;
            }
            listed_[block] = true;
            block = page::special_of<const std::byte>(image_).next_free;
        }
    }

    FreePages& list_of(page::PageKind kind) { return lists_[page::insert_block_of(kind)]; }

    // Returns how many.
    uint64_t free_nodes(page::BlockId block, page::PageKind kind) {
        const bool is_base = kind == page::PageKind::base;
        const page::SlotLayout& layout = layouts_.of(kind);
        uint64_t freed = 0;
        bool room = false;
        for (uint32_t i = 0; i < layout.per_page; i++) {
            const page::NodeId id = block * layout.per_page + i;
            const page::SlotHeader& header =
                page::slot_of<const std::byte>(image_, id, layout).header();
            dies_[i] = header.state == page::SlotState::dead &&
                       (is_base ? id : page::base_of(header)) != keep_;
            room = room || dies_[i] || header.state == page::SlotState::free;
            freed += dies_[i];
        }
        write(block, kind, freed != 0, room, [&](std::byte* bytes) {
            for (uint32_t i = 0; i < layout.per_page; i++)
                if (dies_[i])
                    page::free_slot(
                        page::slot_of(bytes, block * layout.per_page + i, layout).header());
        });
        return freed;
    }

    void free_chunks(page::BlockId block) {
        const auto chunk_at = [&](int i) -> const page::TidChunk& {
            return chunk_of<const std::byte>(image_, static_cast<uint32_t>(i));
        };
        page::TidChunk chunks[page::kChunksPerPage];
        for (int i = 0; i < page::kChunksPerPage; i++) chunks[i] = chunk_at(i);
        bool any = false;
        bool room = false;
        for (int i = 0; i < page::kChunksPerPage; i++) {
            const bool free = chunks[i].use == page::ChunkUse::free;
            dies_[i] = !free && !is_live({chunks[i].owner, chunks[i].owner_generation});
            room = room || free;
            any = any || dies_[i];
            stats_->chunks_freed += dies_[i];
        }
        write(block, page::PageKind::tids, any, any || room, [&](std::byte* bytes) {
            for (int i = 0; i < page::kChunksPerPage; i++)
                if (dies_[i]) detail::free_chunk(chunk_of(bytes, static_cast<uint32_t>(i)));
        });
    }

    bool is_live(const ChainOwner& owner) {
        if (owner.node == last_owner_.node && owner.generation == last_owner_.generation)
            return last_live_;
        bool live = false;
        const page::BlockId block = page::block_of(owner.node, layouts_.base);
        // A node that is newer than this vacuum lives.
        if (block >= blocks_) return block < pages_->blocks();
        pages_->read(block, [&](const std::byte* bytes) {
            if (!page::is_page(bytes, page::PageKind::base)) return;
            const page::SlotHeader& header =
                page::slot_of(bytes, owner.node, layouts_.base).header();
            live = header.state == page::SlotState::live && header.generation == owner.generation;
        });
        last_owner_ = owner;
        last_live_ = live;
        return live;
    }

    // Frees what the copy of the page says, with change(bytes), and puts the page on the list. What
    // is dead stays as it is until then; what is free may be taken meanwhile.
    template <class Change>
    void write(page::BlockId block, page::PageKind kind, bool any, bool room, Change change) {
        FreePages& list = list_of(kind);
        const bool lists = room && !listed_[block];
        stats_->pages_with_room += room;
        if (!any && !lists) return;
        pages_->modify(block, [&](std::byte* bytes) {
            if (any) change(bytes);
            if (lists) page::special_of(bytes).next_free = next_of(list);
            return Commit::yes;
        });
        stats_->pages_written++;
        if (lists) listed(block, list);
    }

    void put_on_list(page::BlockId block, FreePages& list) {
        pages_->modify(block, [&](std::byte* bytes) {
            page::special_of(bytes).next_free = next_of(list);
            return Commit::yes;
        });
        listed(block, list);
    }
    static page::BlockId next_of(const FreePages& list) {
        return list.first != 0 ? list.first : list.old_first;
    }
    void listed(page::BlockId block, FreePages& list) {
        listed_[block] = true;
        list.first = block;
        if (list.last == 0) list.last = block;
    }

    void publish(const FreePages& list) {
        if (list.first != 0)
            push_free_pages(*pages_, list.kind, list.first, list.last, list.old_first);
    }

    // There is no more to do than there was done.
    void forget() {
        pages_->modify(page::kMetaBlock, [](std::byte* bytes) {
            meta_of(bytes).flags &= static_cast<uint16_t>(~page::kHasDead);
            return Commit::yes;
        });
    }

    Pages* pages_;
    page::Layouts layouts_;
    Pause pause_;
    VacuumStats* stats_;
    page::BlockId blocks_;
    bool* listed_;
    std::byte* image_;
    page::NodeId keep_ = page::kNoNode;  // a dead base record that stays
    FreePages lists_[3] = {{page::PageKind::base}, {page::PageKind::upper}, {page::PageKind::tids}};
    ChainOwner last_owner_{page::kNoNode, 0};
    bool last_live_ = false;
    bool dies_[page::kBody / sizeof(page::SlotHeader)];
};

}  // namespace quiver::store
