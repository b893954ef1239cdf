// Records that were read lately, so that the neighbours of a page's nodes, which are mostly the
// same ones, are read once: dead nodes with their lists, and vectors.
//
// Both tables have a fixed size, and a record has one place in each. What they say is as old as the
// read, which is enough for a vacuum: a dead node stays as it is until the vacuum frees it, and
// nothing else makes a live one dead.
#pragma once

#include <algorithm>  // std::max, std::fill_n
#include <cstring>    // std::memcpy

#include "quiver/base/rng.hpp"
#include "quiver/base/scratch.hpp"
#include "quiver/page/node.hpp"
#include "quiver/store/read_node.hpp"

namespace quiver::store {

// Copies a record out. False when there is none.
template <PageAccess Pages>
inline bool copy_record(Pages& pages, page::PageKind kind, const page::SlotLayout& layout,
                        page::NodeId id, std::byte* out) {
    bool there = false;
    pages.read(page::block_of(id, layout), [&](const std::byte* bytes) {
        if (!page::is_page(bytes, kind)) return;
        const page::ConstSlot slot = page::slot_of(bytes, id, layout);
        there = slot.header().state == page::SlotState::live ||
                slot.header().state == page::SlotState::dead;
        if (there) std::memcpy(out, slot.at, layout.stride);
    });
    return there;
}

// A record and its own vector; own is null when there is none. Of sparse vectors, whose lists say
// nothing about distances from them, it is only what the slot has.
struct Record {
    page::ConstSlot slot;
    const std::byte* own = nullptr;
};

// A record's place in a table of `size`.
struct CacheKey {
    page::NodeId id = page::kNoNode;
    page::PageKind kind = page::PageKind::meta;
    friend bool operator==(const CacheKey&, const CacheKey&) = default;
    size_t place(size_t size) const {
        return mix64(uint64_t{id} << 2 | static_cast<uint64_t>(kind)) % size;
    }
};

template <PageAccess Pages>
class RecordCache {
public:
    RecordCache(Arena arena, Pages& pages, const page::Layouts& layouts, size_t memory)
        : pages_(&pages),
          layouts_(layouts),
          stride_(page::round_up(std::max(layouts.base.stride, layouts.upper.stride), 16)),
          own_bytes_(layouts.base.spans() && !layouts.base.sparse
                         ? page::round_up(layouts.base.own_bytes, 16)
                         : 0),
          size_(std::max<size_t>(memory / (stride_ + own_bytes_ + sizeof(Entry)), 8)),
          entries_(arena.array<Entry>(size_)),
          bytes_(arena.array<std::byte>(size_ * (stride_ + own_bytes_))) {
        std::fill_n(entries_, size_, Entry{});
    }

    // The record as it was when it was read. Valid until the next call.
    // before: the block exists.
    Record get(page::PageKind kind, page::NodeId id) {
        const CacheKey key{id, kind};
        const size_t at = key.place(size_);
        const page::SlotLayout& layout = layouts_.of(kind);
        std::byte* const bytes = bytes_ + at * (stride_ + own_bytes_);
        const page::ConstSlot slot{bytes, &layout};
        if (!(entries_[at].key == key)) {
            entries_[at].key = key;
            entries_[at].own = nullptr;
            if (copy_record(*pages_, kind, layout, id, bytes))
                entries_[at].own =
                    layout.sparse ? slot.own() : own_of(*pages_, slot, bytes + stride_);
        }
        return {slot, entries_[at].own};
    }

private:
    struct Entry {
        CacheKey key;
        const std::byte* own = nullptr;
    };

    Pages* pages_;
    page::Layouts layouts_;
    size_t stride_;
    size_t own_bytes_;  // behind the slot, if the own vector is not in it
    size_t size_;
    Entry* entries_;
    std::byte* bytes_;
};

// The vector of a node that was read lately.
struct CachedOwn {
    const std::byte* own = nullptr;  // null: there is no such node
    bool live = false;               // else it is only a way
};

// The vectors of nodes.
template <PageAccess Pages>
class OwnCache {
public:
    OwnCache(Arena arena, Pages& pages, const page::Layouts& layouts, size_t memory)
        : pages_(&pages),
          layouts_(layouts),
          arena_(arena),
          own_bytes_(page::round_up(
              layouts.base.sparse ? layouts.base.own_inline : layouts.base.own_bytes, 16)),
          size_(std::max<size_t>(memory / (own_bytes_ + sizeof(Entry)), 8)),
          entries_(arena.array<Entry>(size_)),
          own_(arena.array<std::byte>(size_ * own_bytes_)) {
        std::fill_n(entries_, size_, Entry{});
        if (layouts.base.spans() || layouts.upper.spans())
            record_ = arena.array<std::byte>(std::max(layouts.base.stride, layouts.upper.stride));
    }

    // The node of this generation. Valid until the next call.
    // before: the block exists.
    CachedOwn get(page::PageKind kind, page::NodeId id, uint8_t generation) {
        const CacheKey key{id, kind};
        const size_t at = key.place(size_);
        Entry& entry = entries_[at];
        if (!(entry.key == key && entry.generation == generation) || entry.large) {
            entry = {key, generation, false, {}};
            load(entry, own_ + at * own_bytes_);
        }
        return entry.node;
    }

private:
    struct Entry {
        CacheKey key;
        uint8_t generation = 0;
        bool large = false;  // its vector has no place of its own, so it is read every time
        CachedOwn node;
    };

    void load(Entry& entry, std::byte* own) {
        const page::SlotLayout& layout = layouts_.of(entry.key.kind);
        bool copied = false;
        pages_->read(page::block_of(entry.key.id, layout), [&](const std::byte* bytes) {
            if (!page::is_page(bytes, entry.key.kind)) return;
            const page::ConstSlot slot = page::slot_of(bytes, entry.key.id, layout);
            if (slot.header().state == page::SlotState::free ||
                slot.header().generation != entry.generation)
                return;
            entry.node = {own, slot.header().state == page::SlotState::live};
            copied = has_tails(slot);
            if (copied)
                std::memcpy(record_, slot.at, layout.stride);
            else
                std::memcpy(own, slot.own(), layout.own_size(slot.own()));
        });
        if (!copied) return;
        const page::ConstSlot slot{record_, &layout};
        entry.large = layout.own_size(slot.own()) > own_bytes_;
        if (entry.large && large_ == nullptr) large_ = arena_.array<std::byte>(layout.own_bytes);
        entry.node.own = own_of(*pages_, slot, entry.large ? large_ : own);
    }

    Pages* pages_;
    page::Layouts layouts_;
    Arena arena_;
    size_t own_bytes_;
    size_t size_;
    Entry* entries_;
    std::byte* own_;
    std::byte* record_ = nullptr;  // where nodes span pages
    std::byte* large_ = nullptr;   // the vector that was read last of those that are large
};

}  // namespace quiver::store
