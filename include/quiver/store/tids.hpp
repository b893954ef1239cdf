// The heap TIDs of a node: a few in its header, the others in a chain of chunks.
//
// New chunks are put in front of the chain, so that adding looks at one chunk only. Vacuum takes
// emptied chunks out of the chain and frees them, while scans may be anywhere in it: a chunk says
// whose it is, and along a chain the numbers in `order` fall. A reader who comes to a chunk that is
// not the node's, or not older than the last, was led there by a chunk from before; it starts again
// from the header and passes over what it has had.
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

// A node as its further TIDs know it.
struct ChainOwner {
    page::NodeId node;
    uint8_t generation;
};

inline bool owns(const ChainOwner& owner, const page::TidChunk& chunk) {
    return chunk.use != page::ChunkUse::free && chunk.owner == owner.node &&
           chunk.owner_generation == owner.generation && chunk.count <= page::kTidsPerChunk;
}

// Copies a chunk out. False when it is not the owner's.
template <PageAccess Pages>
inline bool read_chunk(Pages& pages, uint32_t id, const ChainOwner& owner, page::TidChunk& out) {
    bool ok = false;
    pages.read(id / page::kChunksPerPage, [&](const std::byte* bytes) {
        if (!page::is_page(bytes, page::PageKind::tids)) return;
        out = chunk_of(bytes, id);
        ok = owns(owner, out);
    });
    return ok;
}

// Reads a chain from its first chunk to its last, while others change it.
class ChainReader {
public:
    ChainReader() = default;
    ChainReader(const ChainOwner& owner, uint32_t first) : owner_(owner), next_(first) {}

    // Whether there may be another chunk.
    bool more() const { return next_ != page::kNoNode; }

    // The next chunk; false when there is none, also when the node died meanwhile.
    template <PageAccess Pages>
    // layout: of base records.
    bool next(Pages& pages, const page::SlotLayout& layout, page::TidChunk& out) {
        int restarts = 0;
        while (next_ != page::kNoNode) {
            pages.poll();
            if (!read_chunk(pages, next_, owner_, out) || out.order >= below_) {
                if (++restarts > kRestarts || !restart(pages, layout)) return false;
                continue;
            }
            below_ = out.order;
            next_ = out.next;
            if (out.order >= had_) continue;
            had_ = out.order;
            return true;
        }
        return false;
    }

private:
    // A chain that is damaged ends.
    static constexpr int kRestarts = 8;
    static constexpr uint64_t kAny = uint64_t{1} << 32;

    template <PageAccess Pages>
    bool restart(Pages& pages, const page::SlotLayout& layout) {
        bool live = false;
        pages.read(page::block_of(owner_.node, layout), [&](const std::byte* bytes) {
            const page::SlotHeader& header = page::slot_of(bytes, owner_.node, layout).header();
            live = header.state == page::SlotState::live && header.generation == owner_.generation;
            next_ = header.more_tids;
        });
        below_ = kAny;
        return live;
    }

    ChainOwner owner_{page::kNoNode, 0};
    uint32_t next_ = page::kNoNode;
    uint64_t below_ = kAny;  // the order of the last chunk that was read
    uint64_t had_ = kAny;    // the order of the last chunk that was handed out
};

namespace detail {

// f(header) -> Commit on the header of a live node; false when the slot no longer holds that node.
template <PageAccess Pages, class F>
inline bool modify_live(Pages& pages, const ChainOwner& owner, const page::SlotLayout& layout,
                        F f) {
    bool live = false;
    pages.modify(page::block_of(owner.node, layout), [&](std::byte* bytes) {
        page::SlotHeader& header = page::slot_of(bytes, owner.node, layout).header();
        live = header.state == page::SlotState::live && header.generation == owner.generation;
        return live ? f(header) : Commit::no;
    });
    return live;
}

// What a header says of its chain.
struct ChainHead {
    uint32_t id = page::kNoNode;
    uint8_t generation = 0;
    friend bool operator==(const ChainHead&, const ChainHead&) = default;
};
inline ChainHead chain_of(const page::SlotHeader& header) {
    return {header.more_tids, header.down_generation};
}
inline void set_chain(page::SlotHeader& header, const ChainHead& head) {
    header.more_tids = head.id;
    header.down_generation = head.generation;
}

// Adds the TID to the first chunk of a chain; false when it is full or closed. after: order is the
// chunk's, if it still is the first one.
template <PageAccess Pages>
inline bool add_to_chunk(Pages& pages, const ChainHead& head, page::HeapTid tid, uint32_t& order) {
    bool added = false;
    pages.modify(head.id / page::kChunksPerPage, [&](std::byte* bytes) {
        if (!page::is_page(bytes, page::PageKind::tids)) return Commit::no;
        page::TidChunk& chunk = chunk_of(bytes, head.id);
        if (chunk.generation != head.generation) return Commit::no;
        order = chunk.order;
        if (chunk.use != page::ChunkUse::open || chunk.count >= page::kTidsPerChunk)
            return Commit::no;
        chunk.tids[chunk.count++] = tid;
        added = true;
        return Commit::yes;
    });
    return added;
}

inline void free_chunk(page::TidChunk& chunk) {
    const auto generation = static_cast<uint8_t>((chunk.generation + 1) & page::kGenerationMask);
    chunk = {};
    chunk.generation = generation;
}

// Writes a new chunk in front of a chain that begins with `head`.
template <PageAccess Pages>
inline ChainHead place_chunk(Pages& pages, const ChainOwner& owner, const ChainHead& head,
                             uint32_t order, page::HeapTid tid) {
    ChainHead placed;
    placed.id = place(
        pages, page::PageKind::tids, page::kChunksPerPage,
        [](std::byte* bytes, int i) {
            return chunk_of(bytes, static_cast<uint32_t>(i)).use == page::ChunkUse::free;
        },
        [&](std::byte* bytes, int i, uint32_t) {
            page::TidChunk& chunk = chunk_of(bytes, static_cast<uint32_t>(i));
            placed.generation = chunk.generation & page::kGenerationMask;
            chunk = {.next = head.id,
                     .owner = owner.node,
                     .order = order,
                     .count = 1,
                     .use = page::ChunkUse::open,
                     .owner_generation = owner.generation,
                     .generation = placed.generation,
                     .tids = {tid}};
        });
    return placed;
}

}  // namespace detail

// Adds a heap TID to a node; false when the slot no longer holds that node.
//
// In the header if there is room, else in the first chunk, else in a new chunk. A new chunk is
// written before the node points at it; if another backend was faster, its chunk becomes the next
// one of ours, so no TID is lost. A crash in between leaves a chunk that nothing points at, until
// its owner is freed.
template <PageAccess Pages>
inline bool add_tid(Pages& pages, page::NodeId node, uint8_t generation,
                    const page::SlotLayout& layout, page::HeapTid tid) {
    const ChainOwner owner{node, generation};
    detail::ChainHead head;
    detail::ChainHead ours;
    for (bool placed = false;; placed = true) {
        bool added = false;
        const detail::ChainHead expected = head;
        const bool live = detail::modify_live(pages, owner, layout, [&](page::SlotHeader& header) {
            head = detail::chain_of(header);
            if (!placed) {
                added = header.tid_count < page::kInlineTids;
                if (!added) return Commit::no;
                header.tids[header.tid_count++] = tid;
            } else {
                added = head == expected;
                if (!added) return Commit::no;
                detail::set_chain(header, ours);
            }
            return Commit::yes;
        });
        if (added) {
            point(pages, Point::tids_added);
            return true;
        }
        if (!live) break;
        uint32_t order = 0;
        if (head.id != page::kNoNode) {
            // When another backend's chunk came first and has room, ours is written all the same:
            // it may hold the TID already.
            page::TidChunk first;
            if (!placed) {
                if (detail::add_to_chunk(pages, head, tid, order)) {
                    point(pages, Point::tids_added);
                    return true;
                }
            } else if (read_chunk(pages, head.id, owner, first)) {
                order = first.order;
            }
            order++;
        }
        if (!placed) {
            ours = detail::place_chunk(pages, owner, head, order, tid);
            point(pages, Point::tids_chunk_written);
        } else {
            pages.modify(ours.id / page::kChunksPerPage, [&](std::byte* bytes) {
                page::TidChunk& chunk = chunk_of(bytes, ours.id);
                chunk.next = head.id;
                chunk.order = order;
                return Commit::yes;
            });
            point(pages, Point::tids_chunk_mended);
        }
    }
    // The node died: the chunk that nothing leads to is given back, unless vacuum has done so.
    if (ours.id != page::kNoNode) {
        pages.modify(ours.id / page::kChunksPerPage, [&](std::byte* bytes) {
            page::TidChunk& chunk = chunk_of(bytes, ours.id);
            if (chunk.generation != ours.generation) return Commit::no;
            detail::free_chunk(chunk);
            return Commit::yes;
        });
        point(pages, Point::tids_chunk_mended);
    }
    return false;
}

}  // namespace quiver::store
