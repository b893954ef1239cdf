// What an index holds, counted in one pass over its pages.
#pragma once

#include <algorithm>  // std::max, std::min

#include "quiver/base/arena.hpp"
#include "quiver/ivf/chain.hpp"

namespace quiver::ivf {

struct IndexInfo {
    page::BlockId blocks = 0;
    page::BlockId list_blocks = 0;
    page::BlockId row_blocks = 0;
    page::BlockId other_blocks = 0;  // never initialised, or damaged
    uint32_t lists = 0;
    uint32_t empty_lists = 0;   // without a row
    uint64_t largest_list = 0;  // its rows
    uint64_t rows = 0;
    uint64_t free_places = 0;  // where rows were that a vacuum has removed
};

// before: plausible(format). Counts a page; a concurrent writer may make it a row more or less.
template <store::PageAccess Pages>
inline IndexInfo gather_info(Arena arena, Pages& pages, const Format& format) {
    const ListLayout lists = ListLayout::of(format);
    const RowLayout rows = RowLayout::of(format);
    auto* const rows_of = arena.array<uint64_t>(format.lists);
    for (uint32_t i = 0; i < format.lists; i++) rows_of[i] = 0;
    IndexInfo info;
    info.blocks = pages.blocks();
    for (page::BlockId block = 1; block < info.blocks; block++) {
        pages.poll();
        pages.read(block, [&](const std::byte* bytes) {
            if (page::is_page(bytes, page::PageKind::lists)) {
                info.list_blocks++;
                info.lists += static_cast<uint32_t>(used_of(bytes, lists));
            } else if (page::is_page(bytes, page::PageKind::rows)) {
                info.row_blocks++;
                const size_t used = used_of(bytes, rows);
                uint64_t live = 0;
                for (size_t i = 0; i < used; i++) live += rows.info(bytes, i).tid.valid();
                info.rows += live;
                info.free_places += used - live;
                if (const uint32_t list = block_header(bytes).number; list < format.lists)
                    rows_of[list] += live;
            } else {
                info.other_blocks++;
            }
        });
    }
    info.lists = std::min(info.lists, format.lists);
    for (uint32_t i = 0; i < info.lists; i++) {
        info.empty_lists += rows_of[i] == 0;
        info.largest_list = std::max(info.largest_list, rows_of[i]);
    }
    return info;
}

}  // namespace quiver::ivf
