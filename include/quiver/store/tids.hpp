// The heap TIDs of a node: a few in its header, the others in a chain of chunks.
#pragma once

#include <cstring>  // std::memcpy

#include "quiver/store/free_space.hpp"

namespace quiver::store {

template <class Byte>
inline auto& chunk_of(Byte* bytes, uint32_t id) {
    const size_t at = page::kPageHeader + id % page::kChunksPerPage * sizeof(page::TidChunk);
    if constexpr (std::is_const_v<Byte>)
        return *reinterpret_cast<const page::TidChunk*>(bytes + at);
    else
        return *reinterpret_cast<page::TidChunk*>(bytes + at);
}

inline bool is_tid_page(const std::byte* bytes) {
    const page::PageSpecial& special = page::special_of(bytes);
    return special.magic == page::kMagic && special.kind == page::PageKind::tids;
}

// Copies a chunk out. False when the page is not what the id promises.
template <PageAccess Pages>
inline bool read_chunk(Pages& pages, uint32_t id, page::TidChunk& out) {
    bool ok = false;
    pages.read(id / page::kChunksPerPage, [&](const std::byte* bytes) {
        if (!is_tid_page(bytes)) return;
        out = chunk_of(bytes, id);
        ok = out.use != page::ChunkUse::free && out.count <= page::kTidsPerChunk;
    });
    return ok;
}

namespace detail {

// f(header) -> Commit on the header of a live node; false when the slot no longer holds that node.
template <PageAccess Pages, class F>
inline bool modify_live(Pages& pages, page::NodeId node, uint8_t generation,
                        const page::SlotLayout& layout, F f) {
    bool live = false;
    pages.modify(page::block_of(node, layout), [&](std::byte* bytes) {
        page::SlotHeader& header = page::slot_of(bytes, node, layout).header();
        live = header.state == page::SlotState::live && header.generation == generation;
        return live ? f(header) : Commit::no;
    });
    return live;
}

// Adds the TID to an existing chunk; false when it is full or closed.
template <PageAccess Pages>
inline bool add_to_chunk(Pages& pages, uint32_t id, page::HeapTid tid) {
    bool added = false;
    pages.modify(id / page::kChunksPerPage, [&](std::byte* bytes) {
        if (!is_tid_page(bytes)) return Commit::no;
        page::TidChunk& chunk = chunk_of(bytes, id);
        if (chunk.use != page::ChunkUse::open || chunk.count >= page::kTidsPerChunk)
            return Commit::no;
        chunk.tids[chunk.count++] = tid;
        added = true;
        return Commit::yes;
    });
    return added;
}

}  // namespace detail

// Adds a heap TID to a node; false when the slot no longer holds that node.
//
// In the header if there is room, else in the newest chunk, else in a new chunk. A new chunk is
// written before the node points at it; if another backend was faster, its chunk becomes the next
// one of ours, so no TID is lost. A crash in between leaves a chunk that nothing points at.
template <PageAccess Pages>
inline bool add_tid(Pages& pages, page::NodeId node, uint8_t generation,
                    const page::SlotLayout& layout, page::HeapTid tid) {
    bool added = false;
    uint32_t head = page::kNoNode;
    const bool live =
        detail::modify_live(pages, node, generation, layout, [&](page::SlotHeader& header) {
            head = header.more_tids;
            added = header.tid_count < page::kInlineTids;
            if (!added) return Commit::no;
            header.tids[header.tid_count++] = tid;
            return Commit::yes;
        });
    if (live && !added && head != page::kNoNode) added = detail::add_to_chunk(pages, head, tid);
    if (added) point(pages, Point::tids_added);
    if (!live || added) return live;

    const uint32_t chunk = place(
        pages, page::PageKind::tids, page::kChunksPerPage,
        [](std::byte* bytes, int i) {
            return chunk_of(bytes, static_cast<uint32_t>(i)).use == page::ChunkUse::free;
        },
        [&](std::byte* bytes, int i) {
            chunk_of(bytes, static_cast<uint32_t>(i)) = {
                .next = head, .count = 1, .use = page::ChunkUse::open, .tids = {tid}};
        });
    point(pages, Point::tids_chunk_written);
    while (true) {
        const uint32_t expected = head;
        const bool still_live =
            detail::modify_live(pages, node, generation, layout, [&](page::SlotHeader& header) {
                head = header.more_tids;
                if (head != expected) return Commit::no;
                header.more_tids = chunk;
                return Commit::yes;
            });
        if (still_live && head == expected) point(pages, Point::tids_added);
        if (!still_live || head == expected) return still_live;
        pages.modify(chunk / page::kChunksPerPage, [&](std::byte* bytes) {
            chunk_of(bytes, chunk).next = head;
            return Commit::yes;
        });
        point(pages, Point::tids_chunk_mended);
    }
}

}  // namespace quiver::store
