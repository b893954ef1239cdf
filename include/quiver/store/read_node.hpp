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

// Collects an own vector from its tails, which lie before block `end`, into
// out[0 .. layout.own_bytes). False when they are no longer, or not yet, those that `ref` means.
template <PageAccess Pages>
inline bool read_tails(Pages& pages, const page::SlotLayout& layout, const page::TailRef& ref,
                       std::byte* out, page::BlockId end = page::kNoBlock) {
    page::BlockId block = ref.first;
    size_t left = layout.own_bytes;
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

// The own vector of a slot that was copied: in the slot, or collected into `room`, which has
// layout.own_bytes; null when its tails are another node's by now, or not written yet.
template <PageAccess Pages>
inline const std::byte* own_of(Pages& pages, page::ConstSlot slot, std::byte* room) {
    if (!slot.layout->spans()) return slot.own();
    return read_tails(pages, *slot.layout, slot.tail(), room, pages.blocks()) ? room : nullptr;
}

// Reads nodes of one layer. One per search: its room is allocated once.
template <PageAccess Pages>
class NodeReader {
public:
    NodeReader(Pages& pages, const page::SlotLayout& layout, page::PageKind kind, Arena arena)
        : pages_(&pages), layout_(&layout), kind_(kind) {
        if (!layout.spans()) return;
        slot_ = arena.array<std::byte>(layout.stride);
        own_ = arena.array<std::byte>(layout.own_bytes);
    }

    // Calls f(ConstSlot slot, const std::byte* own) once with the record `id` if accept(header)
    // says so; false when there is no such record. accept runs with the page share-locked, and so
    // does f if the own vector is in the slot; else f runs with no page locked.
    template <class Accept, class F>
    bool read_if(page::NodeId id, Accept accept, F f) {
        bool found = false;
        pages_->read(page::block_of(id, *layout_), [&](const std::byte* bytes) {
            if (!page::is_page(bytes, kind_)) return;
            const page::ConstSlot slot = page::slot_of(bytes, id, *layout_);
            if (slot.header().state == page::SlotState::free || !accept(slot.header())) return;
            found = true;
            if (layout_->spans())
                std::memcpy(slot_, slot.at, layout_->stride);
            else
                f(slot, slot.own());
        });
        if (!found || !layout_->spans()) return found;
        const page::ConstSlot slot{slot_, layout_};
        if (!read_tails(*pages_, *layout_, slot.tail(), own_)) return false;
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
    Pages* pages_;
    const page::SlotLayout* layout_;
    page::PageKind kind_;
    std::byte* slot_ = nullptr;  // copies, where nodes span pages
    std::byte* own_ = nullptr;
};

}  // namespace quiver::store
