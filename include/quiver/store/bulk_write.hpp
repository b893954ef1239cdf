// From a graph in memory to pages.
//
// Ids follow from positions, so every edge can be written before its target is: base nodes in the
// order of their positions from block 1 on, then the records of the upper layers, then the tails of
// own vectors and the chunks of heap TIDs that did not fit into their node. The metapage is written
// last, by the caller.
//
// Base pages are nearly all of the work and depend on nothing but the graph: several processes,
// each with a writer of its own, may fill them in any order. The rest is for one of them.
#pragma once

#include "quiver/graph/memory_graph.hpp"
#include "quiver/store/node_writer.hpp"
#include "quiver/store/page_access.hpp"
#include "quiver/store/tails.hpp"

namespace quiver::store {

// What the metapage has to know afterwards.
struct Written {
    page::NodeId entry = page::kNoNode;
    uint8_t entry_level = 0;
    uint64_t base_nodes = 0;
    uint64_t upper_nodes = 0;
};

// before: order_nodes() has given every node its position, and the graph does not change any more.
template <PageAccess Pages, class Encoder>
class BulkWriter {
public:
    BulkWriter(Pages& pages, const graph::MemoryGraph& graph, const page::Profile& profile,
               Encoder& encoder, Arena arena)
        : pages_(&pages),
          graph_(graph),
          profile_(profile),
          layouts_(page::layouts(profile)),
          encoder_(&encoder),
          count_(graph.size()),
          order_(arena.array<graph::NodeId>(count_ + 1)),
          upper_index_(arena.array<uint32_t>(count_ + 1)),
          chunks_before_(arena.array<uint32_t>(base_pages() + 1)),
          tails_before_(layouts_.base.spans() ? arena.array<uint32_t>(count_ + 1) : nullptr) {
        number();
    }

    // All pages, in block order.
    Written run() {
        for (page::BlockId block = 1; block <= base_pages(); block++) {
            pages_->poll();
            pages_->extend(page::PageKind::base,
                           [&](std::byte* bytes) { fill_base_page(block, bytes); });
        }
        return write_rest();
    }

    // Blocks 1 .. base_pages() are base pages.
    page::BlockId base_pages() const {
        return (count_ + layouts_.base.per_page - 1) / layouts_.base.per_page;
    }

    // The body of an empty base page.
    void fill_base_page(page::BlockId block, std::byte* bytes) {
        const uint32_t first = (block - 1) * layouts_.base.per_page;
        const uint32_t end = std::min(first + layouts_.base.per_page, count_);
        uint32_t chunks = chunks_before_[block - 1];
        for (uint32_t rank = first; rank < end; rank++) {
            const graph::NodeId node = order_[rank];
            page::SlotHeader header = header_of(node);
            take_tids(node, header, chunks);
            write_record(page::slot_of(bytes, record(node, 0), layouts_.base), node, 0, header);
        }
    }

    // before: all base pages were added. Adds the other pages behind them.
    Written write_rest() {
        upper_pages();
        tail_pages();
        tid_pages();

        Written written{.base_nodes = count_, .upper_nodes = upper_count_};
        if (count_ != 0) {
            const graph::Entry entry = graph_.entry();
            written.entry_level = static_cast<uint8_t>(entry.level);
            written.entry = record(entry.id, entry.level);
        }
        return written;
    }

private:
    // Positions of all records, and with them their ids.
    void number() {
        for (graph::NodeId node = 0; node < count_; node++) order_[graph_.position(node)] = node;
        for (uint32_t rank = 0; rank < count_; rank++) {
            const graph::NodeId node = order_[rank];
            if (rank % layouts_.base.per_page == 0)
                chunks_before_[rank / layouts_.base.per_page] = chunk_count_;
            chunk_count_ += chunks_of(node);
            upper_index_[node] = upper_count_;
            upper_count_ += graph_.level(node);
            if (layouts_.base.spans()) {
                tails_before_[node] = tail_count_;
                tail_count_ += tail_parts(node);
            }
        }
        first_upper_ = 1 + base_pages();
        first_tails_ =
            first_upper_ + (upper_count_ + layouts_.upper.per_page - 1) / layouts_.upper.per_page;
        first_tids_ = first_tails_ + tail_count_;
    }
    uint32_t tail_parts(graph::NodeId node) const {
        const size_t size = layouts_.base.own_size(graph_.vector(node));
        return static_cast<uint32_t>(layouts_.base.tail_parts(size));
    }

    static page::NodeId id_at(page::BlockId first, uint32_t position, uint32_t per_page) {
        return first * per_page + position;
    }
    page::NodeId record(graph::NodeId node, graph::Level layer) const {
        if (layer == 0) return id_at(1, graph_.position(node), layouts_.base.per_page);
        return id_at(first_upper_, upper_index_[node] + layer - 1, layouts_.upper.per_page);
    }

    size_t edges_of(graph::NodeId node, graph::Level layer, NewEdge* out) const {
        const graph::EdgeList list = graph_.edges(node, layer);
        const uint32_t count = list.size();
        for (uint32_t i = 0; i < count; i++) {
            const graph::Edge edge = list[i];
            out[i] = {record(edge.id, layer), 0, edge.filler(), graph_.vector(edge.id)};
        }
        return count;
    }

    void write_record(page::Slot slot, graph::NodeId node, graph::Level layer,
                      const page::SlotHeader& header) {
        NewEdge edges[page::kMaxEdgesPadded];
        const size_t count = edges_of(node, layer, edges);
        write_node(slot, profile_, header, graph_.vector(node), edges, count, *encoder_);
        if (slot.layout->spans())
            slot.tail() = {.first = tail_parts(node) > 0 ? first_tails_ + tails_before_[node]
                                                         : page::kMetaBlock,
                           .owner = record(node, 0),
                           .generation = 0,
                           .reserved = {}};
    }

    page::SlotHeader header_of(graph::NodeId node) const {
        page::SlotHeader header{};
        header.state = page::SlotState::live;
        header.level = static_cast<uint8_t>(graph_.level(node));
        header.down = page::kNoNode;
        header.more_tids = page::kNoNode;
        for (page::HeapTid& tid : header.tids) tid = page::kNoTid;
        return header;
    }

    // Chunks of heap TIDs that do not fit into the node's header.
    uint32_t chunks_of(graph::NodeId node) const {
        uint32_t count = 0;
        graph_.for_each_tid(node, [&](page::HeapTid) { count++; });
        if (count <= page::kInlineTids) return 0;
        return (count - page::kInlineTids + page::kTidsPerChunk - 1) / page::kTidsPerChunk;
    }

    // The first TIDs go into the header; a node with more gets a chain of chunks, from number
    // `chunk` on, written later.
    void take_tids(graph::NodeId node, page::SlotHeader& header, uint32_t& chunk) const {
        uint32_t count = 0;
        graph_.for_each_tid(node, [&](page::HeapTid tid) {
            if (count < page::kInlineTids) header.tids[count] = tid;
            count++;
        });
        header.tid_count = static_cast<uint8_t>(std::min<uint32_t>(count, page::kInlineTids));
        if (count <= page::kInlineTids) return;
        header.more_tids = id_at(first_tids_, chunk, page::kChunksPerPage);
        chunk += chunks_of(node);
    }

    // Calls f(node, layer) for every upper record in order.
    void upper_pages() {
        uint32_t rank = 0;
        graph::Level layer = 1;
        for (uint32_t first = 0; first < upper_count_; first += layouts_.upper.per_page) {
            pages_->poll();
            const uint32_t end = std::min<uint32_t>(first + layouts_.upper.per_page, upper_count_);
            pages_->extend(page::PageKind::upper, [&](std::byte* bytes) {
                for (uint32_t at = first; at < end; at++) {
                    while (graph_.level(order_[rank]) < layer) {
                        rank++;
                        layer = 1;
                    }
                    const graph::NodeId node = order_[rank];
                    page::SlotHeader header = header_of(node);
                    header.layer = static_cast<uint8_t>(layer);
                    header.more_tids = record(node, 0);
                    header.down = record(node, layer - 1);
                    write_record(page::slot_of(bytes, record(node, layer), layouts_.upper), node,
                                 layer, header);
                    layer++;
                }
            });
        }
    }

    // The tails of one node behind those of the other, in the order of the base records.
    void tail_pages() {
        if (!layouts_.base.spans()) return;
        page::BlockId block = first_tails_;
        for (uint32_t rank = 0; rank < count_; rank++) {
            const graph::NodeId node = order_[rank];
            const detail::TailBytes tail = detail::tail_bytes(layouts_.base, graph_.vector(node));
            const page::TailRef ref{
                .first = block, .owner = record(node, 0), .generation = 0, .reserved = {}};
            for (size_t part = 0; part < tail.parts(); part++) {
                pages_->poll();
                block++;
                const page::BlockId next = part + 1 < tail.parts() ? block : page::kMetaBlock;
                pages_->extend(page::PageKind::tail, [&](std::byte* bytes) {
                    detail::fill_tail(bytes, detail::tail_header(ref, next, part), tail);
                });
            }
        }
    }

    // Chunks in the order of their nodes.
    void tid_pages() {
        page::TidChunk* chunk = nullptr;
        alignas(page::TidChunk) std::byte page_image[page::kPageSize];
        uint32_t written = 0;
        const auto flush = [&](uint32_t used) {
            pages_->extend(page::PageKind::tids, [&](std::byte* bytes) {
                std::memcpy(bytes + page::kPageHeader, page_image, used * sizeof(page::TidChunk));
            });
        };
        for (uint32_t rank = 0; rank < count_ && written < chunk_count_; rank++) {
            uint32_t skip = page::kInlineTids;
            uint32_t left = chunks_of(order_[rank]);
            chunk = nullptr;
            graph_.for_each_tid(order_[rank], [&](page::HeapTid tid) {
                if (skip > 0) {
                    skip--;
                    return;
                }
                if (chunk == nullptr || chunk->count == page::kTidsPerChunk) {
                    const uint32_t slot = written % page::kChunksPerPage;
                    // The chunks of a node are consecutive, also across a page boundary.
                    if (chunk != nullptr)
                        chunk->next = id_at(first_tids_, written, page::kChunksPerPage);
                    if (slot == 0 && written > 0) flush(page::kChunksPerPage);
                    chunk = reinterpret_cast<page::TidChunk*>(page_image +
                                                              slot * sizeof(page::TidChunk));
                    *chunk = {.next = page::kNoNode,
                              .owner = record(order_[rank], 0),
                              .order = --left,
                              .count = 0,
                              .use = page::ChunkUse::open,
                              .owner_generation = 0,
                              .generation = 0,
                              .tids = {}};
                    written++;
                }
                chunk->tids[chunk->count++] = tid;
            });
        }
        if (written > 0) flush((written - 1) % page::kChunksPerPage + 1);
    }

    Pages* pages_;
    graph::MemoryGraph graph_;
    page::Profile profile_;
    page::Layouts layouts_;
    Encoder* encoder_;
    uint32_t count_;
    graph::NodeId* order_;     // of a position
    uint32_t* upper_index_;    // of a node: upper records before its own
    uint32_t* chunks_before_;  // of a base page
    uint32_t* tails_before_;   // of a node: tail pages before its own
    uint32_t upper_count_ = 0;
    uint32_t tail_count_ = 0;
    uint32_t chunk_count_ = 0;
    page::BlockId first_upper_ = 0;
    page::BlockId first_tails_ = 0;
    page::BlockId first_tids_ = 0;
};

// Makes a graph that was written the one that searches find.
template <PageAccess Pages>
inline void publish(Pages& pages, const Written& written) {
    pages.modify(page::kMetaBlock, [&](std::byte* bytes) {
        page::Meta& meta = meta_of(bytes);
        meta.entry = written.entry;
        meta.entry_level = written.entry_level;
        meta.base_nodes = written.base_nodes;
        meta.upper_nodes = written.upper_nodes;
        return Commit::yes;
    });
}

}  // namespace quiver::store
