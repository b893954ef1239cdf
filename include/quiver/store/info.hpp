// What an index holds, counted in one pass over its pages.
#pragma once

#include <algorithm>  // std::min

#include "quiver/graph/params.hpp"
#include "quiver/store/tids.hpp"

namespace quiver::store {

// Whether a profile read from a page can be one: everything that layouts are computed from.
constexpr bool plausible(const page::Profile& p) {
    if (p.dims < 1 || p.m < 2 || p.m > page::kMaxM) return false;
    if (p.metric > page::Metric::l1 || p.own > page::Own::sparse) return false;
    if (p.place > page::OwnPlace::tails) return false;
    const bool bits = p.own == page::Own::bits;
    const bool sparse = p.own == page::Own::sparse;
    if (p.dims > (sparse ? uint32_t{kMaxSparseDim} : bits ? 64000u : 16000u)) return false;
    const bool of_bits = p.metric == page::Metric::hamming || p.metric == page::Metric::jaccard;
    if (bits != of_bits) return false;
    if (page::is_plain(p) != (sparse || p.metric == page::Metric::l1)) return false;
    if (page::is_plain(p)) {
        if (p.own == page::Own::i8) return false;
        if (p.code_dims > (sparse ? page::most_nonzeros(p.dims) : 0)) return false;
    } else {
        if (p.code_bits > 8 || p.code_dims < 8 || p.code_dims % 8 != 0) return false;
        if (p.code_dims > page::round_up(p.dims, 8)) return false;
    }
    // The base layout is the larger one. Its stride is computed in 32 bits and cannot overflow
    // within the limits above.
    return page::slot_layout(p, 2 * p.m, p.code_dims).stride <= page::kBody;
}

struct IndexInfo {
    page::BlockId blocks = 0;
    page::BlockId base_blocks = 0;
    page::BlockId upper_blocks = 0;
    page::BlockId tid_blocks = 0;
    page::BlockId tail_blocks = 0;
    page::BlockId other_blocks = 0;  // never initialised, or damaged
    uint64_t live = 0;               // base nodes
    uint64_t dead = 0;
    uint64_t free = 0;
    uint64_t upper_records = 0;
    uint64_t edges = 0;  // of live and dead base nodes
    uint64_t fillers = 0;
    uint64_t heap_tids = 0;
    uint64_t levels[graph::kMaxLevel + 1] = {};  // base nodes by the level of their node
};

namespace detail {

inline void count_base_slot(page::ConstSlot slot, IndexInfo& info) {
    const page::SlotHeader& header = slot.header();
    switch (header.state) {
        case page::SlotState::live:
            info.live++;
            info.heap_tids += std::min<uint64_t>(header.tid_count, page::kInlineTids);
            break;
        case page::SlotState::dead:
            info.dead++;
            break;
        default:
            info.free++;
            return;
    }
    info.levels[std::min<graph::Level>(header.level, graph::kMaxLevel)]++;
    const size_t count = std::min<size_t>(header.edge_count, slot.layout->edges);
    info.edges += count;
    for (size_t i = 0; i < count; i++) info.fillers += (slot.tag()[i] & page::kFiller) != 0;
}

}  // namespace detail

// before: plausible(profile). Counts a page; a concurrent writer may make it a node more or less.
template <PageAccess Pages>
inline IndexInfo gather_info(Pages& pages, const page::Profile& profile) {
    const page::Layouts layouts = page::layouts(profile);
    IndexInfo info;
    info.blocks = pages.blocks();
    for (page::BlockId block = 1; block < info.blocks; block++) {
        pages.poll();
        pages.read(block, [&](const std::byte* bytes) {
            const page::PageSpecial& special = page::special_of(bytes);
            const page::SlotLayout& layout = layouts.of(special.kind);
            if (special.magic != page::kPageMagic) {
                info.other_blocks++;
            } else if (special.kind == page::PageKind::base) {
                info.base_blocks++;
                for (uint32_t i = 0; i < layout.per_page; i++)
                    detail::count_base_slot(
                        page::slot_of(bytes, block * layout.per_page + i, layout), info);
            } else if (special.kind == page::PageKind::upper) {
                info.upper_blocks++;
                for (uint32_t i = 0; i < layout.per_page; i++)
                    info.upper_records +=
                        page::slot_of(bytes, block * layout.per_page + i, layout).header().state !=
                        page::SlotState::free;
            } else if (special.kind == page::PageKind::tail) {
                info.tail_blocks++;
            } else if (special.kind == page::PageKind::tids) {
                info.tid_blocks++;
                for (uint32_t i = 0; i < page::kChunksPerPage; i++)  // free ones have no TIDs
                    info.heap_tids +=
                        std::min<uint64_t>(chunk_of(bytes, i).count, page::kTidsPerChunk);
            } else {
                info.other_blocks++;
            }
        });
    }
    return info;
}

}  // namespace quiver::store
