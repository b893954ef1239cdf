// Reading a node: its slot and its own vector, wherever the two lie.
//
// In most indexes the own vector is in the slot, and the caller works on the page itself while it
// is locked. Where it is too large for that it lies in tail pages. Then the slot is copied, its
// page let go, the parts of the vector are collected one page after another, and the caller works
// on the copies. Between two of these pages another backend may reuse the slot and with it the
// tails; so each part says whose it is, and a part of another node or another generation means that
// the node is gone.
#pragma once

#include <algorithm>  // std::min
#include <cstring>    // std::memcpy

#include "quiver/base/arena.hpp"
#include "quiver/page/node.hpp"
#include "quiver/store/page_access.hpp"

namespace quiver::store {

// Collects the `left` bytes of an own vector that are in its tails, which lie before block `end`.
// False when they are no longer, or not yet, those that `ref` means.
template <PageAccess Pages>
inline bool read_tails(Pages& pages, const page::TailRef& ref, size_t left, std::byte* out,
                       page::BlockId end = page::kNoBlock) {
    page::BlockId block = ref.first;
    for (uint8_t part = 0; left > 0; part++) {
        if (block == page::kMetaBlock || block >= end) return false;
        const size_t size = std::min(left, page::kTailBytes);
        bool ours = false;
        pages.read(block, [&](const std::byte* bytes) {
            if (!page::is_page(bytes, page::PageKind::tail)) return;
            const page::TailHeader& header = page::tail_header_of(bytes);
            ours = header.owner == ref.owner && header.generation == ref.generation &&
                   header.part == part;
            if (!ours) return;
            std::memcpy(out, page::tail_part_of(bytes), size);
            block = header.next;
        });
        if (!ours) return false;
        out += size;
        left -= size;
    }
    return true;
}

// Whether the own vector of a slot is not all there.
inline bool has_tails(page::ConstSlot slot) {
    return slot.layout->spans() &&
           slot.layout->own_size(slot.own()) > size_t{slot.layout->own_inline};
}

// The own vector of a slot that was copied and has tails, collected into `room`, which has its
// size; false when the tails are another node's by now, or not written yet.
template <PageAccess Pages>
inline bool collect_own(Pages& pages, page::ConstSlot slot, std::byte* room,
                        page::BlockId end = page::kNoBlock) {
    const page::SlotLayout& layout = *slot.layout;
    std::memcpy(room, slot.own(), layout.own_inline);
    return read_tails(pages, slot.tail(), layout.tail_size(layout.own_size(slot.own())),
                      room + layout.own_inline, end);
}

// The own vector of a slot that was copied: in the slot, or collected into `room`, which has
// layout.own_bytes; null when its tails are another node's by now, or not written yet.
template <PageAccess Pages>
inline const std::byte* own_of(Pages& pages, page::ConstSlot slot, std::byte* room) {
    if (!has_tails(slot)) return slot.own();
    return collect_own(pages, slot, room, pages.blocks()) ? room : nullptr;
}

// Reads nodes of one layer. One per search: its room is allocated once.
template <PageAccess Pages>
class NodeReader {
public:
    NodeReader(Pages& pages, const page::SlotLayout& layout, page::PageKind kind, Arena arena)
        : pages_(&pages), layout_(&layout), kind_(kind), arena_(arena) {
        if (layout.spans()) slot_ = arena.array<std::byte>(layout.stride);
    }

    // Calls f(ConstSlot slot, const std::byte* own) once with the record `id` if accept(header)
    // says so; false when there is no such record. accept runs with the page share-locked, and so
    // does f if the whole own vector is in the slot; else f runs with no page locked.
    template <class Accept, class F>
    bool read_if(page::NodeId id, Accept accept, F f) {
        bool found = false;
        bool copied = false;
        pages_->read(page::block_of(id, *layout_), [&](const std::byte* bytes) {
            if (!page::is_page(bytes, kind_)) return;
            const page::ConstSlot slot = page::slot_of(bytes, id, *layout_);
            if (slot.header().state == page::SlotState::free || !accept(slot.header())) return;
            found = true;
            copied = has_tails(slot);
            if (copied)
                std::memcpy(slot_, slot.at, layout_->stride);
            else
                f(slot, slot.own());
        });
        if (!copied) return found;
        const page::ConstSlot slot{slot_, layout_};
        make_room(layout_->own_size(slot.own()));
        if (!collect_own(*pages_, slot, own_)) return false;
        f(slot, own_);
        return true;
    }

    // The record of that generation.
    template <class F>
    bool read(page::NodeId id, uint8_t generation, F f) {
        return read_if(
            id, [&](const page::SlotHeader& header) { return header.generation == generation; }, f);
    }

    // The record of that generation without its own vector: f(ConstSlot slot), with the page
    // share-locked.
    template <class F>
    bool read_list(page::NodeId id, uint8_t generation, F f) {
        bool found = false;
        pages_->read(page::block_of(id, *layout_), [&](const std::byte* bytes) {
            if (!page::is_page(bytes, kind_)) return;
            const page::ConstSlot slot = page::slot_of(bytes, id, *layout_);
            found = slot.header().state != page::SlotState::free &&
                    slot.header().generation == generation;
            if (found) f(slot);
        });
        return found;
    }

private:
    // Sparse vectors are seldom as long as they may be.
    void make_room(size_t bytes) {
        if (bytes <= own_room_) return;
        own_room_ = std::min<size_t>(2 * bytes, layout_->own_bytes);
        own_ = arena_.array<std::byte>(own_room_);
    }

    Pages* pages_;
    const page::SlotLayout* layout_;
    page::PageKind kind_;
    Arena arena_;
    std::byte* slot_ = nullptr;  // copies, where nodes span pages
    std::byte* own_ = nullptr;
    size_t own_room_ = 0;
};

}  // namespace quiver::store
