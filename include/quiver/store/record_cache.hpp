// Records that were read lately, so that the neighbours of a page's nodes, which are mostly the
// same ones, are read once: dead nodes with their lists, and live ones as queries.
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
    enum class Age : bool { any, now };

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
    Record get(page::PageKind kind, page::NodeId id, Age age = Age::any) {
        const CacheKey key{id, kind};
        const size_t at = key.place(size_);
        const page::SlotLayout& layout = layouts_.of(kind);
        std::byte* const bytes = bytes_ + at * (stride_ + own_bytes_);
        const page::ConstSlot slot{bytes, &layout};
        if (age == Age::now || !(entries_[at].key == key)) {
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

// A live node, ready to be measured against others.
template <class Model>
struct LiveNode {
    const std::byte* own;
    const typename Model::Query* query;
};

template <PageAccess Pages, class Model>
class QueryCache {
public:
    using PageQuery = typename Model::Query;

    QueryCache(Arena arena, Pages& pages, const Model& model, size_t memory)
        : pages_(&pages),
          model_(&model),
          layouts_(page::layouts(model.profile())),
          arena_(arena),
          own_bytes_(page::round_up(
              layouts_.base.sparse ? layouts_.base.own_inline : layouts_.base.own_bytes, 16)),
          record_(arena.array<std::byte>(std::max(layouts_.base.stride, layouts_.upper.stride))) {
        const size_t room = query_room(model.profile());
        size_ = std::max<size_t>(memory / (room + own_bytes_ + sizeof(Entry)), 8);
        entries_ = arena.array<Entry>(size_);
        own_ = arena.array<std::byte>(size_ * own_bytes_);
        for (size_t i = 0; i < size_; i++)
            entries_[i] = {{},     0, false, false, Scratch(arena, room), arena.array<PageQuery>(1),
                           nullptr};
    }

    // Memory that a query takes: the vector as floats, rotated, and its tables.
    static size_t query_room(const page::Profile& p) {
        if (p.own == page::Own::sparse) return 0;
        if (page::is_plain(p)) return sizeof(float) * p.dims + 64;
        return 16 * page::round_up(p.dims, 8) + 4 * 64;
    }

    // The node, if it is live and of this generation. Valid until the next call.
    // before: the block exists.
    LiveNode<Model> get(page::PageKind kind, page::NodeId id, uint8_t generation) {
        const CacheKey key{id, kind};
        const size_t at = key.place(size_);
        Entry& entry = entries_[at];
        if (!(entry.key == key && entry.generation == generation) || entry.large) {
            entry.key = key;
            entry.generation = generation;
            const page::SlotLayout& layout = layouts_.of(kind);
            const page::ConstSlot slot{record_, &layout};
            entry.live = copy_record(*pages_, kind, layout, id, record_) &&
                         slot.header().state == page::SlotState::live &&
                         slot.header().generation == generation;
            if (entry.live) load(entry, slot, own_ + at * own_bytes_);
        }
        return entry.live ? LiveNode<Model>{entry.own, entry.query}
                          : LiveNode<Model>{nullptr, nullptr};
    }

private:
    struct Entry {
        CacheKey key;
        uint8_t generation;
        bool live;
        bool large;  // its vector has no place of its own, so it is read every time
        Scratch scratch;
        PageQuery* query;
        const std::byte* own;
    };

    // before: slot is a copy. after: the entry has the own vector, or is not live.
    void load(Entry& entry, page::ConstSlot slot, std::byte* own) {
        const size_t size = slot.layout->own_size(slot.own());
        entry.large = size > own_bytes_;
        if (entry.large && large_ == nullptr)
            large_ = arena_.array<std::byte>(slot.layout->own_bytes);
        std::byte* const to = entry.large ? large_ : own;
        const std::byte* const from = own_of(*pages_, slot, to);
        entry.live = from != nullptr;
        if (!entry.live) return;
        if (from != to) std::memcpy(to, from, size);
        entry.own = to;
        entry.scratch.reset();
        *entry.query = model_->make_query(to, entry.scratch.arena());
    }

    Pages* pages_;
    const Model* model_;
    page::Layouts layouts_;
    Arena arena_;
    size_t own_bytes_;
    std::byte* large_ = nullptr;  // the vector that was read last of those that are large
    std::byte* record_;
    size_t size_;
    Entry* entries_;
    std::byte* own_;
};

}  // namespace quiver::store
