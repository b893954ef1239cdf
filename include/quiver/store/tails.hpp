// Writing the tails of an own vector: the pages that hold it where it does not fit into its slot.
//
// A slot keeps its tail pages for good: when it is freed they stay, and the next node in the slot
// writes over them. So they need no list of free pages, and whoever has the slot has its tails.
#pragma once

#include <algorithm>  // std::min
#include <cstring>    // std::memcpy

#include "quiver/page/node.hpp"
#include "quiver/store/page_access.hpp"

namespace quiver::store {

namespace detail {

// What of an own vector is in tails.
struct TailBytes {
    const std::byte* at;
    size_t size;

    size_t parts() const { return (size + page::kTailBytes - 1) / page::kTailBytes; }
};

inline TailBytes tail_bytes(const page::SlotLayout& layout, const std::byte* own) {
    return {own + layout.own_inline, layout.tail_size(layout.own_size(own))};
}

inline void fill_tail(std::byte* bytes, const page::TailHeader& header, const TailBytes& tail) {
    const size_t at = header.part * page::kTailBytes;
    page::tail_header_of(bytes) = header;
    std::memcpy(page::tail_part_of(bytes), tail.at + at,
                std::min(tail.size - at, page::kTailBytes));
}

// Whether generation a follows b, as long as they are less than half of all generations apart.
constexpr bool is_newer(uint8_t a, uint8_t b) {
    const int ahead = (a - b) & page::kGenerationMask;
    return ahead != 0 && ahead <= page::kGenerationMask / 2;
}

enum class Overwritten : uint8_t {
    done,
    damaged,  // the slot leads to pages that are not its tails: they are left alone
    lost,     // a later node has the slot
};

inline page::TailHeader tail_header(const page::TailRef& ref, page::BlockId next, size_t part) {
    return {.owner = ref.owner,
            .next = next,
            .generation = ref.generation,
            .part = static_cast<uint8_t>(part),
            .reserved = {}};
}

// Writes new tails from part `from` on, last to first, so that each leads to one that is there.
// Returns the first.
template <PageAccess Pages>
inline page::BlockId extend_tails(Pages& pages, const page::TailRef& ref, const TailBytes& tail,
                                  size_t from) {
    page::BlockId next = page::kMetaBlock;
    for (size_t part = tail.parts(); part-- > from;) {
        const page::TailHeader header = tail_header(ref, next, part);
        next = pages.extend(page::PageKind::tail,
                            [&](std::byte* bytes) { fill_tail(bytes, header, tail); });
    }
    return next;
}

// f(header there, page) -> Commit, on a tail page that is that part of the slot's; damaged when it
// is not, lost when a later node has the slot.
template <PageAccess Pages, class F>
inline Overwritten modify_tail(Pages& pages, const page::TailRef& ref, page::BlockId block,
                               size_t part, F f) {
    Overwritten result = Overwritten::damaged;
    pages.modify(block, [&](std::byte* bytes) {
        if (!page::is_page(bytes, page::PageKind::tail)) return Commit::no;
        const page::TailHeader& there = page::tail_header_of(bytes);
        if (there.owner != ref.owner || there.part != part) return Commit::no;
        result = is_newer(there.generation, ref.generation) ? Overwritten::lost : Overwritten::done;
        if (result == Overwritten::lost) return Commit::no;
        f(bytes);
        return Commit::yes;
    });
    return result;
}

// Writes over the tails that the slot's last nodes left, first to last. Those that this vector does
// not need stay behind them; those that it lacks are new.
template <PageAccess Pages>
inline Overwritten overwrite_tails(Pages& pages, const page::TailRef& ref, const TailBytes& tail) {
    page::BlockId block = ref.first;
    const page::BlockId blocks = pages.blocks();
    for (size_t part = 0; part < tail.parts(); part++) {
        if (block == page::kMetaBlock || block >= blocks) return Overwritten::damaged;
        const page::BlockId last = block;
        const Overwritten result = modify_tail(pages, ref, block, part, [&](std::byte* bytes) {
            block = page::tail_header_of(bytes).next;
            fill_tail(bytes, tail_header(ref, block, part), tail);
        });
        if (result != Overwritten::done) return result;
        if (block != page::kMetaBlock || part + 1 == tail.parts()) continue;
        const page::BlockId rest = extend_tails(pages, ref, tail, part + 1);
        return modify_tail(pages, ref, last, part,
                           [&](std::byte* bytes) { page::tail_header_of(bytes).next = rest; });
    }
    return Overwritten::done;
}

}  // namespace detail

// before: ref names a base record that the caller holds, and the tails that its slot has, if any.
// after: the own vector is written, and ref.first leads to it. False when the record was taken away
// meanwhile.
template <PageAccess Pages>
inline bool write_tails(Pages& pages, const page::SlotLayout& layout, const std::byte* own,
                        page::TailRef& ref) {
    const detail::TailBytes tail = detail::tail_bytes(layout, own);
    if (ref.first != page::kMetaBlock) {
        const detail::Overwritten result = detail::overwrite_tails(pages, ref, tail);
        if (result != detail::Overwritten::damaged) return result == detail::Overwritten::done;
    }
    ref.first = detail::extend_tails(pages, ref, tail, 0);
    return true;
}

}  // namespace quiver::store
