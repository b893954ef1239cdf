// Where the next record goes: a free slot on the first page of the list of pages that have one, or
// a new page.
//
// There is a list for each kind of page: the metapage leads to its first page, and every page to
// the next one. Vacuum puts pages on it (free_slots.hpp), and who fills the last slot of the first
// page takes that page off. The list may be wrong in one way only, which costs space until the next
// vacuum: a page that has free slots may be missing.
#pragma once

#include "quiver/page/node.hpp"
#include "quiver/store/page_access.hpp"
#include "quiver/store/scan.hpp"

namespace quiver::store {

// The first page on the list of a kind; 0: none.
template <PageAccess Pages>
inline page::BlockId first_free_page(Pages& pages, page::PageKind kind) {
    page::BlockId first = 0;
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) {
        first = meta_of(bytes).insert_block[page::insert_block_of(kind)];
    });
    return first;
}

// Makes `to` the first page on the list if `from` is; returns whether it was.
template <PageAccess Pages>
inline bool replace_first_free(Pages& pages, page::PageKind kind, page::BlockId from,
                               page::BlockId to) {
    bool done = false;
    pages.modify(page::kMetaBlock, [&](std::byte* bytes) {
        page::BlockId& first = meta_of(bytes).insert_block[page::insert_block_of(kind)];
        done = first == from;
        if (!done) return Commit::no;
        first = to;
        return Commit::yes;
    });
    return done;
}

// Puts the list that begins with a page not on it, and ends with the page `last`, in front.
// before: last leads to `expected`.
template <PageAccess Pages>
inline void push_free_pages(Pages& pages, page::PageKind kind, page::BlockId first,
                            page::BlockId last, page::BlockId expected) {
    while (!replace_first_free(pages, kind, expected, first)) {
        expected = first_free_page(pages, kind);
        if (expected == first) return;
        pages.modify(last, [&](std::byte* bytes) {
            page::special_of(bytes).next_free = expected;
            return Commit::yes;
        });
        point(pages, Point::free_list_mended);
    }
}

namespace detail {

// A page and its place on the list after an attempt to fill a slot of it.
struct Filled {
    int slot = -1;      // -1: there was none
    bool room = false;  // there is another one
    page::BlockId next = 0;
};

// Fills the first free item of the page. items: how many the page has; is_free(bytes, i),
// fill(bytes, i, id).
template <class IsFree, class Fill, class IdOf>
inline Filled fill_first_free(std::byte* bytes, int items, IsFree is_free, Fill fill, IdOf id_of) {
    Filled filled{.next = page::special_of(bytes).next_free};
    for (int i = 0; i < items && !filled.room; i++) {
        if (!is_free(bytes, i)) continue;
        filled.room = filled.slot >= 0;
        if (filled.slot < 0) filled.slot = i;
    }
    if (filled.slot >= 0) fill(bytes, filled.slot, id_of(filled.slot));
    return filled;
}

}  // namespace detail

// Puts a record of a kind somewhere and returns its id. fill(bytes, slot, id) writes it; on a new
// page the id is not known yet, and kNoNode. A crash before the list is right costs free
// slots, until the next vacuum.
template <PageAccess Pages, class IsFree, class Fill>
inline uint32_t place(Pages& pages, page::PageKind kind, int per_page, IsFree is_free, Fill fill) {
    // A list that went wrong is not followed for ever.
    constexpr int kMostPages = 16;
    const auto id_of = [&](page::BlockId block, int slot) {
        return block * static_cast<uint32_t>(per_page) + static_cast<uint32_t>(slot);
    };
    page::BlockId first = first_free_page(pages, kind);
    for (int i = 0; i < kMostPages && first != 0; i++) {
        detail::Filled filled;
        pages.modify(first, [&](std::byte* bytes) {
            if (!page::is_page(bytes, kind)) return Commit::no;
            filled = detail::fill_first_free(bytes, per_page, is_free, fill,
                                             [&](int slot) { return id_of(first, slot); });
            return filled.slot < 0 ? Commit::no : Commit::yes;
        });
        if (!filled.room) {
            point(pages, Point::insert_page_filled);
            (void)replace_first_free(pages, kind, first, filled.next);
        }
        if (filled.slot >= 0) return id_of(first, filled.slot);
        first = first_free_page(pages, kind);
    }
    const page::BlockId block =
        pages.extend(kind, [&](std::byte* bytes) { fill(bytes, 0, page::kNoNode); });
    point(pages, Point::insert_page_added);
    if (per_page > 1) push_free_pages(pages, kind, block, block, 0);
    return id_of(block, 0);
}

}  // namespace quiver::store
