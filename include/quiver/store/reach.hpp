// Which nodes of layer 0 some path leads to.
//
// Bits of a slot say that a node was reached, that its list is still to be read, that some list had
// to take it, and that its own list had to take one.
// Pages are read in block order again and again until no list is left: most nodes are reached
// within a few rounds, and a page is read once for all its nodes that wait.
#pragma once

#include <algorithm>  // std::min
#include <cstring>    // std::memset

#include "quiver/base/arena_vector.hpp"
#include "quiver/store/liveness.hpp"
#include "quiver/store/record_cache.hpp"

namespace quiver::store {

template <PageAccess Pages, class Pause>
class Reach {
public:
    Reach(Arena arena, Pages& pages, const page::SlotLayout& layout, const Liveness& liveness,
          page::BlockId blocks, Pause pause)
        : pages_(&pages),
          layout_(layout),
          liveness_(&liveness),
          blocks_(blocks),
          pause_(pause),
          bytes_(size_t{blocks} * layout.per_page / 8 + 1),
          reached_(arena.array<uint8_t>(bytes_)),
          waiting_(arena.array<uint8_t>(bytes_)),
          stays_(arena.array<uint8_t>(bytes_)),
          gave_(arena.array<uint8_t>(bytes_)),
          stack_(arena),
          image_(arena.array<std::byte>(page::kPageSize)) {
        std::memset(stays_, 0, bytes_);
        std::memset(gave_, 0, bytes_);
    }

    bool reached(page::NodeId id) const { return covers(id) && has(reached_, id); }

    // Nodes that some list had to take for lack of other ways: they are not to leave one for the
    // next such node.
    void make_stay(page::NodeId id) {
        if (covers(id)) set(stays_, id);
    }
    bool stays(page::NodeId id) const { return covers(id) && has(stays_, id); }

    // Nodes whose lists had to take one.
    void make_give(page::NodeId id) {
        if (covers(id)) set(gave_, id);
    }
    bool gave(page::NodeId id) const { return covers(id) && has(gave_, id); }

    // Forgets who is reached and begins with what a node leads to.
    void begin(page::NodeId from) {
        std::memset(reached_, 0, bytes_);
        std::memset(waiting_, 0, bytes_);
        if (!covers(from)) return;
        set(reached_, from);
        set(waiting_, from);
        for (bool more = true; more;) {
            more = false;
            for (page::BlockId block = 1; block < blocks_; block++)
                more = read_waiting(block) || more;
        }
    }

    // Another node is reached now, and with it what it leads to: little, if hardly anything is
    // missing.
    void add(page::NodeId from) {
        if (!covers(from) || has(reached_, from)) return;
        set(reached_, from);
        stack_.push_back(from);
        while (!stack_.empty()) {
            const page::NodeId id = stack_.back();
            stack_.pop_back();
            pause_();
            if (!copy_record(*pages_, page::PageKind::base, layout_, id, image_)) continue;
            expand({image_, &layout_}, [&](page::NodeId to) { stack_.push_back(to); });
        }
    }

private:
    bool covers(page::NodeId id) const {
        const page::BlockId block = page::block_of(id, layout_);
        return block != page::kMetaBlock && block < blocks_;
    }
    static bool has(const uint8_t* bits, page::NodeId id) {
        return (bits[id / 8] >> id % 8 & 1) != 0;
    }
    static void set(uint8_t* bits, page::NodeId id) {
        bits[id / 8] = static_cast<uint8_t>(bits[id / 8] | 1u << id % 8);
    }
    static void clear(uint8_t* bits, page::NodeId id) {
        bits[id / 8] = static_cast<uint8_t>(bits[id / 8] & ~(1u << id % 8));
    }

    bool any_waiting(page::BlockId block) const {
        for (uint32_t i = 0; i < layout_.per_page; i++)
            if (has(waiting_, block * layout_.per_page + i)) return true;
        return false;
    }

    // Reads the lists of a page's nodes that wait. Whether a node on an earlier page waits now.
    bool read_waiting(page::BlockId block) {
        if (!any_waiting(block)) return false;
        pause_();
        (void)copy_page(*pages_, block, image_);
        const bool is_base = page::is_page(image_, page::PageKind::base);
        bool earlier = false;
        while (any_waiting(block)) {
            for (uint32_t i = 0; i < layout_.per_page; i++) {
                const page::NodeId id = block * layout_.per_page + i;
                if (!has(waiting_, id)) continue;
                clear(waiting_, id);
                if (!is_base) continue;
                expand(page::slot_of<const std::byte>(image_, id, layout_), [&](page::NodeId to) {
                    set(waiting_, to);
                    earlier = earlier || page::block_of(to, layout_) < block;
                });
            }
        }
        return earlier;
    }

    // found(id) for every node that the list leads to and that was not reached before.
    template <class F>
    void expand(page::ConstSlot slot, F found) {
        if (slot.header().state == page::SlotState::free) return;
        const size_t count = std::min<size_t>(slot.header().edge_count, layout_.edges);
        for (size_t i = 0; i < count; i++) {
            const page::NodeId to = slot.ids()[i];
            if (!covers(to) || has(reached_, to)) continue;
            const Life life =
                liveness_->life(page::PageKind::base, to, slot.tag()[i] & page::kGenerationMask);
            if (life != Life::live && life != Life::unknown) continue;
            set(reached_, to);
            found(to);
        }
    }

    Pages* pages_;
    page::SlotLayout layout_;
    const Liveness* liveness_;
    page::BlockId blocks_;
    Pause pause_;
    size_t bytes_;
    uint8_t* reached_;
    uint8_t* waiting_;  // reached, list not read yet
    uint8_t* stays_;
    uint8_t* gave_;
    ArenaVector<page::NodeId> stack_;
    std::byte* image_;
};

}  // namespace quiver::store
