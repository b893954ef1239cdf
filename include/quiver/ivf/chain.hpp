// Chains of pages: the directory, which has the centers, and the rows of each list.
#pragma once

#include <concepts>  // std::same_as

#include "quiver/ivf/layout.hpp"
#include "quiver/store/page_access.hpp"
#include "quiver/store/points.hpp"

namespace quiver::ivf {

// What a chain was found to be: the block that is not what it should be, or kNoBlock.
struct [[nodiscard]] Walked {
    page::BlockId damaged = page::kNoBlock;
    bool ok() const { return damaged == page::kNoBlock; }
};

// The pages of a chain in order: f(block, bytes), each with a share lock on its page. A chain never
// leads back, so one that is longer than the index is damaged.
template <store::PageAccess Pages, class F>
inline Walked walk(Pages& pages, page::BlockId first, page::PageKind kind, F f) {
    // Pages of a list that a build wrote lie behind each other.
    constexpr size_t kAhead = 1024;
    page::BlockId end = pages.blocks();
    uint64_t seen = 0;
    for (page::BlockId block = first; block != 0;) {
        if (block >= end) end = pages.blocks();
        if (block >= end || seen++ >= end) return {block};
        pages.poll();
        if (block + 1 < end) pages.prefetch(block + 1, kVectors, kAhead);
        page::BlockId next = 0;
        bool ours = false;
        pages.read(block, [&](const std::byte* bytes) {
            ours = page::is_page(bytes, kind);
            if (!ours) return;
            next = page::special_of(bytes).next_free;
            f(block, bytes);
        });
        if (!ours) return {block};
        store::point(pages, store::Point::lists_page_read);
        block = next;
    }
    return {};
}

template <store::PageAccess Pages>
inline page::BlockId first_directory(Pages& pages) {
    page::BlockId first = 0;
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) { first = meta_of(bytes).directory; });
    return first;
}

}  // namespace quiver::ivf
