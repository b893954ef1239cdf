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

inline void fill_tail(std::byte* bytes, const page::TailHeader& header, const std::byte* own,
                      size_t own_bytes) {
    const size_t at = header.part * page::kTailBytes;
    page::tail_header_of(bytes) = header;
    std::memcpy(page::tail_part_of(bytes), own + at, std::min(own_bytes - at, page::kTailBytes));
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

// Writes over the tails that the slot's last node left, first to last.
template <PageAccess Pages>
inline Overwritten overwrite_tails(Pages& pages, const page::SlotLayout& layout,
                                   const page::TailRef& ref, const std::byte* own) {
    page::BlockId block = ref.first;
    const page::BlockId blocks = pages.blocks();
    for (size_t part = 0; part < layout.tail_parts(); part++) {
        if (block == page::kMetaBlock || block >= blocks) return Overwritten::damaged;
        Overwritten result = Overwritten::damaged;
        pages.modify(block, [&](std::byte* bytes) {
            if (!page::is_page(bytes, page::PageKind::tail)) return Commit::no;
            const page::TailHeader& there = page::tail_header_of(bytes);
            if (there.owner != ref.owner || there.part != part) return Commit::no;
            result =
                is_newer(there.generation, ref.generation) ? Overwritten::lost : Overwritten::done;
            if (result == Overwritten::lost) return Commit::no;
            block = there.next;
            fill_tail(bytes,
                      {.owner = ref.owner,
                       .next = block,
                       .generation = ref.generation,
                       .part = static_cast<uint8_t>(part),
                       .reserved = {}},
                      own, layout.own_bytes);
            return Commit::yes;
        });
        if (result != Overwritten::done) return result;
    }
    return Overwritten::done;
}

// Writes new tails, last to first, so that each leads to one that is there. Returns the first.
template <PageAccess Pages>
inline page::BlockId extend_tails(Pages& pages, const page::SlotLayout& layout,
                                  const page::TailRef& ref, const std::byte* own) {
    page::BlockId next = page::kMetaBlock;
    for (size_t part = layout.tail_parts(); part-- > 0;) {
        const page::TailHeader header = {.owner = ref.owner,
                                         .next = next,
                                         .generation = ref.generation,
                                         .part = static_cast<uint8_t>(part),
                                         .reserved = {}};
        next = pages.extend(page::PageKind::tail, [&](std::byte* bytes) {
            detail::fill_tail(bytes, header, own, layout.own_bytes);
        });
    }
    return next;
}

}  // namespace detail

// before: ref names a base record that the caller holds, and the tails that its slot has, if any.
// after: the own vector is written, and ref.first leads to it. False when the record was taken away
// meanwhile.
template <PageAccess Pages>
inline bool write_tails(Pages& pages, const page::SlotLayout& layout, const std::byte* own,
                        page::TailRef& ref) {
    if (ref.first != page::kMetaBlock) {
        const detail::Overwritten result = detail::overwrite_tails(pages, layout, ref, own);
        if (result != detail::Overwritten::damaged) return result == detail::Overwritten::done;
    }
    ref.first = detail::extend_tails(pages, layout, ref, own);
    return true;
}

}  // namespace quiver::store
