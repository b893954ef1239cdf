// Notes on the metapage of what a vacuum will have to see to.
#pragma once

#include <cstdint>  // uint16_t

#include "quiver/store/page_access.hpp"

namespace quiver::store {

// Sets a flag, page::kHasDead or page::kHasGrown. Nearly always it is set already, so the page is
// only read first. True when it was not.
template <PageAccess Pages>
inline bool note(Pages& pages, uint16_t flag) {
    bool noted = false;
    pages.read(page::kMetaBlock,
               [&](const std::byte* bytes) { noted = (meta_of(bytes).flags & flag) != 0; });
    if (noted) return false;
    pages.modify(page::kMetaBlock, [&](std::byte* bytes) {
        page::Meta& meta = meta_of(bytes);
        noted = (meta.flags & flag) != 0;
        if (noted) return Commit::no;
        meta.flags |= flag;
        return Commit::yes;
    });
    return !noted;
}

}  // namespace quiver::store
