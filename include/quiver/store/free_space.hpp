// Where the next record goes: a free slot on the page that the metapage points at, or on a new
// page.
#pragma once

#include "quiver/page/node.hpp"
#include "quiver/store/page_access.hpp"
#include "quiver/store/scan.hpp"

namespace quiver::store {

inline page::Meta& meta_of(std::byte* bytes) {
    return *reinterpret_cast<page::Meta*>(bytes + page::kPageHeader);
}

namespace detail {

// Fills the first free item of the page. items: how many the page has; is_free(bytes, i),
// fill(bytes, i).
template <class IsFree, class Fill>
inline int fill_first_free(std::byte* bytes, int items, IsFree is_free, Fill fill) {
    for (int i = 0; i < items; i++) {
        if (is_free(bytes, i)) {
            fill(bytes, i);
            return i;
        }
    }
    return -1;
}

}  // namespace detail

// Puts a record of a kind somewhere and returns its id. One page is written, and the metapage when
// a page was added. A crash between the two only means that the next record starts another page.
template <PageAccess Pages, class IsFree, class Fill>
inline uint32_t place(Pages& pages, page::PageKind kind, int per_page, IsFree is_free, Fill fill) {
    page::BlockId hint = 0;
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) {
        hint = meta_of(bytes).insert_block[page::insert_block_of(kind)];
    });
    if (hint != 0) {
        int slot = -1;
        pages.modify(hint, [&](std::byte* bytes) {
            const page::PageSpecial& special = page::special_of(bytes);
            if (special.magic != page::kMagic || special.kind != kind) return Commit::no;
            slot = detail::fill_first_free(bytes, per_page, is_free, fill);
            return slot < 0 ? Commit::no : Commit::yes;
        });
        if (slot >= 0) return hint * static_cast<uint32_t>(per_page) + static_cast<uint32_t>(slot);
    }
    const page::BlockId block = pages.extend(kind, [&](std::byte* bytes) { fill(bytes, 0); });
    point(pages, Point::insert_page_added);
    pages.modify(page::kMetaBlock, [&](std::byte* bytes) {
        meta_of(bytes).insert_block[page::insert_block_of(kind)] = block;
        return Commit::yes;
    });
    return block * static_cast<uint32_t>(per_page);
}

}  // namespace quiver::store
