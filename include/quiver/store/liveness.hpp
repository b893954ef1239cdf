// What a vacuum knows of all records: whether each is live, of which generation, and how many lists
// name it.
//
// One byte per slot of a range of blocks, and another one for base records. "Live" stays true as
// long as the vacuum runs, because nothing else kills nodes; "not live" has to be looked up again,
// because insertion fills free slots meanwhile. An index for which there is not enough memory is
// worked on range by range.
#pragma once

#include <algorithm>  // std::min, std::max
#include <cstring>    // std::memset

#include "quiver/base/arena.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::store {

enum class Life : uint8_t {
    live,
    stale,    // the slot is a live node's of another generation
    unsure,   // was not live when the table was filled
    unknown,  // of another range
};

class Liveness {
public:
    Liveness(Arena arena, const page::Layouts& layouts, page::BlockId blocks, size_t memory)
        : layouts_(layouts) {
        const size_t per_block = size_t{2} * layouts.base.per_page + layouts.upper.per_page;
        range_ = static_cast<page::BlockId>(std::clamp<size_t>(memory / per_block, 1, blocks));
        base_ = arena.array<uint8_t>(size_t{range_} * layouts.base.per_page);
        upper_ = arena.array<uint8_t>(size_t{range_} * layouts.upper.per_page);
        names_ = arena.array<uint8_t>(size_t{range_} * layouts.base.per_page);
    }

    // Blocks of a range.
    page::BlockId range() const { return range_; }

    // Forgets everything and begins with the range at a block.
    void begin(page::BlockId first) {
        first_ = first;
        std::memset(base_, kNotLive, size_t{range_} * layouts_.base.per_page);
        std::memset(upper_, kNotLive, size_t{range_} * layouts_.upper.per_page);
        std::memset(names_, 0, size_t{range_} * layouts_.base.per_page);
    }

    void put_live(page::PageKind kind, page::NodeId id, uint8_t generation) {
        uint8_t* const at = find(kind, id);
        if (at != nullptr) *at = generation & page::kGenerationMask;
    }

    Life life(page::PageKind kind, page::NodeId id, uint8_t generation) const {
        const uint8_t* const at = find(kind, id);
        if (at == nullptr) return Life::unknown;
        if (*at == kNotLive) return Life::unsure;
        return *at == generation ? Life::live : Life::stale;
    }

    // Of base records: one more list of a live node names it.
    void name(page::NodeId id) {
        if (find(page::PageKind::base, id) == nullptr) return;
        uint8_t& names = names_[id - size_t{first_} * layouts_.base.per_page];
        if (names < 255) names++;
    }
    // before: the id is of this range.
    int names(page::NodeId id) const {
        return names_[id - size_t{first_} * layouts_.base.per_page];
    }
    bool live(page::NodeId id) const {
        const uint8_t* const at = find(page::PageKind::base, id);
        return at != nullptr && *at != kNotLive;
    }

private:
    static constexpr uint8_t kNotLive = 0xff;

    uint8_t* find(page::PageKind kind, page::NodeId id) const {
        const bool is_base = kind == page::PageKind::base;
        const page::SlotLayout& layout = layouts_.of(kind);
        const page::BlockId block = page::block_of(id, layout);
        if (block < first_ || block - first_ >= range_) return nullptr;
        return (is_base ? base_ : upper_) + (id - size_t{first_} * layout.per_page);
    }

    page::Layouts layouts_;
    page::BlockId range_;
    page::BlockId first_ = 0;
    uint8_t* base_;
    uint8_t* upper_;
    uint8_t* names_;
};

}  // namespace quiver::store
