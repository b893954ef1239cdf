// The graph in one block of memory: a chunk of private memory, or a segment that several processes
// have mapped at different addresses. So nothing inside is a pointer: nodes are numbered and
// everything else is an offset.
//
//     header | node 0 | node 1 | ...  ->         <- ... | upper lists and further heap TIDs
//
// A vector is the start of its node if all have the same length; else it is at the back, too.
//
// Nodes of a fixed size grow from the front, everything else from the back in units of 64 bytes,
// and the block is full when they would meet. One 64-bit counter holds both ends, so that taking a
// node with its upper lists is one compare-and-swap, and a failed one takes nothing.
//
// Who may touch what, in a parallel build:
// - The vector, level and first TID of a node, and where its upper lists are, are written before
// its id is published by
//   a release store into a list or the entry point, and never change afterwards.
// - Readers of a list take no lock. An id is read with acquire, so what it names is complete; a
// list that is changed
//   meanwhile is seen half old, half new, and both halves are good neighbours.
// - Writers of a list copy it, compute, then change it under the node's version: a sequence number
// that is odd while
//   somebody writes. begin_change() fails when the version is no longer the one that the copy
//   belongs to. It is held for a few dozen instructions and never over a call that can wait or
//   jump.
#pragma once

#include <atomic>   // std::atomic_ref
#include <cstddef>  // std::byte, size_t
#include <cstdint>  // uint32_t, uint64_t
#include <cstring>  // std::memcpy

#include "quiver/graph/params.hpp"

namespace quiver::graph {

// What a list knows about an edge, beside its target.
struct EdgeInfo {
    float distance;
    // The most that a kept neighbour nearer to the owner hides this one; kept below 0, a filler
    // from 0 on.
    float occlusion;
};

struct Edge {
    NodeId id;
    EdgeInfo info;
    bool filler() const { return info.occlusion >= 0; }
};

// The list of one node on one layer, in place.
class EdgeList {
public:
    EdgeList(std::byte* at, uint32_t capacity) : at_(at), capacity_(capacity) {}

    static size_t bytes(uint32_t capacity) {
        return 4 + capacity * (sizeof(NodeId) + sizeof(EdgeInfo));
    }

    uint32_t capacity() const { return capacity_; }
    uint32_t size() const { return count().load(std::memory_order_acquire); }
    NodeId id(uint32_t i) const {
        return std::atomic_ref(ids()[i]).load(std::memory_order_acquire);
    }
    EdgeInfo info(uint32_t i) const {
        return {std::atomic_ref(infos()[i].distance).load(std::memory_order_acquire),
                std::atomic_ref(infos()[i].occlusion).load(std::memory_order_acquire)};
    }
    Edge operator[](uint32_t i) const { return {id(i), info(i)}; }

    // Only between begin_change() and end_change(), or before the node is published.
    void clear() { count().store(0, std::memory_order_release); }
    void set(uint32_t i, const Edge& edge) {
        set_occlusion(i, edge.info.occlusion);
        std::atomic_ref(infos()[i].distance).store(edge.info.distance, std::memory_order_release);
        std::atomic_ref(ids()[i]).store(edge.id, std::memory_order_release);
    }
    void append(const Edge& edge) {
        const uint32_t at = count().load(std::memory_order_relaxed);
        set(at, edge);
        count().store(at + 1, std::memory_order_release);
    }
    void set_occlusion(uint32_t i, float occlusion) {
        std::atomic_ref(infos()[i].occlusion).store(occlusion, std::memory_order_release);
    }

    // The ids, or all.
    [[gnu::always_inline]] void prefetch() const { prefetch(4 + capacity_ * sizeof(NodeId)); }
    [[gnu::always_inline]] void prefetch_all() const { prefetch(bytes(capacity_)); }

private:
    [[gnu::always_inline]] void prefetch(size_t bytes) const {
        for (size_t at = 0; at < bytes; at += 64) __builtin_prefetch(at_ + at);
    }
    std::atomic_ref<uint32_t> count() const {
        return std::atomic_ref(*reinterpret_cast<uint32_t*>(at_));
    }
    NodeId* ids() const { return reinterpret_cast<NodeId*>(at_ + 4); }
    EdgeInfo* infos() const {
        return reinterpret_cast<EdgeInfo*>(at_ + 4 + capacity_ * sizeof(NodeId));
    }

    std::byte* at_;
    uint32_t capacity_;
};

// Where searches begin.
struct Entry {
    NodeId id;
    Level level;
    bool none() const { return id == kNoNode; }
};

class MemoryGraph {
public:
    // Bytes that `nodes` distinct vectors take on average, and the other way round. Levels are
    // random and duplicates take a little more, so both are estimates.
    static size_t bytes_for(size_t nodes, const Params& params);
    static size_t nodes_that_fit(size_t bytes, const Params& params);

    // Starts an empty graph in the block; `bytes` at least bytes_for(0, params). Nodes fit until
    // insertion says `full`.
    static MemoryGraph create(std::byte* block, size_t bytes, const Params& params);
    // The graph that create() started in this block, perhaps in another process.
    static MemoryGraph attach(std::byte* block) { return MemoryGraph(align(block)); }

    const Params& params() const { return header().params; }
    uint32_t size() const { return static_cast<uint32_t>(used().load(std::memory_order_acquire)); }
    size_t bytes_used() const;
    // Ids are below this, however the block fills.
    uint32_t most_nodes() const {
        const size_t nodes = header().units * kUnit / node_bytes_;
        return nodes < kMaxNodes ? static_cast<uint32_t>(nodes) : kMaxNodes;
    }

    // ---- reading ----
    Entry entry() const {
        return unpack(std::atomic_ref(header().entry).load(std::memory_order_acquire));
    }
    const std::byte* vector(NodeId id) const {
        return varying_ ? units(vector_unit(id)) : node(id);
    }
    // The node whose vector() this is. before: vectors do not vary in length.
    NodeId id_of(const std::byte* vector) const {
        return static_cast<NodeId>(static_cast<size_t>(vector - nodes_) / node_bytes_);
    }
    Level level(NodeId id) const { return head(id).level; }
    EdgeList edges(NodeId id, Level layer) const {
        if (layer == 0) return {node(id) + list_offset_, degree_};
        return {units(head(id).upper) + (layer - 1) * upper_list_bytes_, upper_degree_};
    }
    // Calls f(tid) for the heap TIDs of a node. Not while TIDs are being added.
    template <class F>
    void for_each_tid(NodeId id, F f) const;

    // Inline always: of a function that does nothing but prefetch, gcc drops the calls as useless.
    //
    // Into the second level: more lines can be on their way to it than to the first.
    [[gnu::always_inline]] void prefetch_vector(NodeId id) const {
        const std::byte* const at = vector(id) + prefetch_at_;
        for (size_t line = 0; line < prefetch_bytes_; line += 64)
            __builtin_prefetch(at + line, 0, 2);
    }

    // ---- changing ----
    // A new node with empty lists, not yet in any list; kNoNode when the block is full.
    // before: vectors do not vary in length.
    NodeId add(const void* vector, HeapTid tid, Level level) {
        return add(vector, params().vector_bytes, tid, level);
    }
    // The same with a vector of `bytes`, which is params().vector_bytes if they do not vary.
    NodeId add(const void* vector, size_t bytes, HeapTid tid, Level level);
    // One more row with the vector of this node. False when the block is full.
    template <class Host>
    bool add_tid(NodeId id, HeapTid tid, Host& host);

    // The version to hand to begin_change(), once nobody is writing.
    template <class Host>
    uint32_t version(NodeId id, Host& host) const;
    bool begin_change(NodeId id, uint32_t version) {
        return std::atomic_ref(head(id).version)
            .compare_exchange_strong(version, version + 1, std::memory_order_acquire,
                                     std::memory_order_relaxed);
    }
    void end_change(NodeId id, uint32_t version) {
        std::atomic_ref(head(id).version).store(version + 2, std::memory_order_release);
    }

    // Becomes the entry if there is none (true), or if its level is above the entry's.
    bool promote(NodeId id, Level level);

    // Two words of each node for the pass after the build, which one process makes: see finish.hpp.
    uint32_t& position(NodeId id) const { return head(id).position; }
    NodeId& parent(NodeId id) const { return head(id).parent; }
    // Until then the first of them is how many base lists name the node, for metrics with hubs
    // (metric.hpp).
    std::atomic_ref<uint32_t> ways(NodeId id) const { return std::atomic_ref(head(id).position); }

private:
    static constexpr size_t kUnit = 64;
    static constexpr uint32_t kNoUnit = 0;              // the header is there
    static constexpr uint32_t kMaxNodes = 0x7fffffffu;  // see Beam::kExpanded

    struct Header {
        uint64_t used;   // low half: nodes; high half: units taken at the back
        uint64_t entry;  // low half: id; high half: level
        uint64_t units;  // of the block
        Params params;
    };

    // Followed by the base list.
    struct Head {
        uint32_t version;
        uint32_t upper;      // unit where the upper lists begin
        uint32_t more_tids;  // unit of the newest TidChunk
        uint32_t position;
        NodeId parent;
        HeapTid tid;
        uint16_t level;
    };
    static_assert(sizeof(Head) == 28);

    struct TidChunk {
        uint32_t next;
        uint32_t count;
        HeapTid tids[9];
    };
    static_assert(sizeof(TidChunk) <= kUnit);

    explicit MemoryGraph(std::byte* start);

    static std::byte* align(std::byte* block) {
        return reinterpret_cast<std::byte*>((reinterpret_cast<uintptr_t>(block) + kUnit - 1) &
                                            ~(kUnit - 1));
    }
    static constexpr size_t round_up(size_t bytes, size_t to) { return (bytes + to - 1) / to * to; }
    static size_t header_bytes() { return round_up(sizeof(Header), kUnit); }
    static size_t head_offset(const Params& params) {
        return round_up(params.varying ? sizeof(uint32_t) : params.vector_bytes, 8);
    }
    static uint32_t units_for(size_t bytes) {
        return static_cast<uint32_t>(round_up(bytes, kUnit) / kUnit);
    }
    static size_t node_bytes(const Params& params) {
        return round_up(head_offset(params) + sizeof(Head) + EdgeList::bytes(params.degree(0)),
                        kUnit);
    }
    static uint32_t upper_units(const Params& params, Level level) {
        return static_cast<uint32_t>(round_up(level * EdgeList::bytes(params.degree(1)), kUnit) /
                                     kUnit);
    }
    static Entry unpack(uint64_t word) {
        return {static_cast<NodeId>(word), static_cast<Level>(word >> 32)};
    }
    static uint64_t pack(NodeId id, Level level) { return uint64_t{level} << 32 | id; }

    Header& header() const { return *reinterpret_cast<Header*>(start_); }
    std::atomic_ref<uint64_t> used() const { return std::atomic_ref(header().used); }
    std::byte* node(NodeId id) const { return nodes_ + id * node_bytes_; }
    Head& head(NodeId id) const { return *reinterpret_cast<Head*>(node(id) + head_offset_); }
    std::byte* units(uint32_t unit) const { return start_ + unit * kUnit; }
    uint32_t& vector_unit(NodeId id) const { return *reinterpret_cast<uint32_t*>(node(id)); }
    // Takes nodes at the front and units at the back, or nothing. False when the block is full.
    bool take(uint32_t nodes, uint32_t units, NodeId& id, uint32_t& unit);

    std::byte* start_;
    // Copies of what follows from the header, to save the way there.
    std::byte* nodes_;
    size_t node_bytes_;
    size_t head_offset_;
    size_t list_offset_;
    size_t upper_list_bytes_;
    size_t prefetch_at_;
    size_t prefetch_bytes_;
    uint32_t degree_;
    uint32_t upper_degree_;
    bool varying_;
};

// What a template needs from whoever runs it: poll() is called about every hop and may leave by a
// jump, so nothing is locked and nothing needs destroying there; wait() is called when another
// process writes a list for longer than it should take, and may sleep.
struct NoHost {
    void poll() {}
    void wait() {}
};

inline MemoryGraph::MemoryGraph(std::byte* start) : start_(start) {
    const Params& params = header().params;
    nodes_ = start_ + header_bytes();
    node_bytes_ = node_bytes(params);
    head_offset_ = head_offset(params);
    list_offset_ = head_offset_ + sizeof(Head);
    upper_list_bytes_ = EdgeList::bytes(params.degree(1));
    // The rest of a long vector comes by the hardware's own prefetching.
    prefetch_at_ = params.measured_at;
    const size_t measured = params.vector_bytes - prefetch_at_;
    prefetch_bytes_ = measured < 512 ? measured : 512;
    degree_ = params.degree(0);
    upper_degree_ = params.degree(1);
    varying_ = params.varying;
}

inline size_t MemoryGraph::bytes_for(size_t nodes, const Params& params) {
    // Levels above the first are counted as if they were rounded up to units one by one.
    const double upper = static_cast<double>(upper_units(params, 1)) * kUnit / (params.ratio() - 1);
    const size_t behind = params.varying ? params.vector_bytes + kUnit / 2 : 0;
    const double per_node = static_cast<double>(node_bytes(params) + behind) + upper;
    return kUnit + header_bytes() + static_cast<size_t>(per_node * static_cast<double>(nodes));
}

inline size_t MemoryGraph::nodes_that_fit(size_t bytes, const Params& params) {
    const size_t fixed = bytes_for(0, params);
    if (bytes <= fixed) return 0;
    const double per_node = static_cast<double>(bytes_for(1u << 20, params) - fixed) / (1u << 20);
    const double nodes = static_cast<double>(bytes - fixed) / per_node;
    return nodes < kMaxNodes ? static_cast<size_t>(nodes) : kMaxNodes;
}

inline MemoryGraph MemoryGraph::create(std::byte* block, size_t bytes, const Params& params) {
    std::byte* const start = align(block);
    const size_t usable = (bytes - static_cast<size_t>(start - block)) / kUnit;
    Header& header = *reinterpret_cast<Header*>(start);
    header.used = 0;
    header.entry = pack(kNoNode, 0);
    header.units = usable < 0xffffffffu ? usable : 0xffffffffu;
    header.params = params;
    return MemoryGraph(start);
}

inline size_t MemoryGraph::bytes_used() const {
    const uint64_t now = used().load(std::memory_order_acquire);
    return header_bytes() + static_cast<uint32_t>(now) * node_bytes_ + (now >> 32) * kUnit;
}

inline bool MemoryGraph::take(uint32_t nodes, uint32_t units, NodeId& id, uint32_t& unit) {
    uint64_t before = used().load(std::memory_order_relaxed);
    uint64_t after;
    do {
        const uint64_t node_end = uint64_t{static_cast<uint32_t>(before)} + nodes;
        const uint64_t unit_end = (before >> 32) + units;
        if (node_end > kMaxNodes) return false;
        if (header_bytes() + node_end * node_bytes_ + unit_end * kUnit > header().units * kUnit)
            return false;
        id = static_cast<NodeId>(before);
        unit = static_cast<uint32_t>(header().units - unit_end);
        after = unit_end << 32 | node_end;
    } while (!used().compare_exchange_weak(before, after, std::memory_order_relaxed));
    return true;
}

inline NodeId MemoryGraph::add(const void* vector, size_t bytes, HeapTid tid, Level level) {
    NodeId id;
    uint32_t unit;
    const uint32_t lists = upper_units(params(), level);
    if (!take(1, lists + (varying_ ? units_for(bytes) : 0), id, unit)) return kNoNode;
    if (varying_) vector_unit(id) = unit + lists;
    std::memcpy(varying_ ? units(unit + lists) : node(id), vector, bytes);
    Head& head = this->head(id);
    head.version = 0;
    head.upper = unit;
    head.more_tids = kNoUnit;
    head.position = 0;
    head.parent = kNoNode;
    head.tid = tid;
    head.level = static_cast<uint16_t>(level);
    for (Level layer = 0; layer <= level; ++layer) edges(id, layer).clear();
    return id;
}

template <class Host>
uint32_t MemoryGraph::version(NodeId id, Host& host) const {
    const std::atomic_ref version(head(id).version);
    for (uint32_t tries = 1;; ++tries) {
        const uint32_t now = version.load(std::memory_order_acquire);
        if (now % 2 == 0) return now;
        if (tries % 128 == 0) host.wait();  // the writer lost its processor
    }
}

template <class Host>
bool MemoryGraph::add_tid(NodeId id, HeapTid tid, Host& host) {
    uint32_t version = this->version(id, host);
    while (!begin_change(id, version)) version = this->version(id, host);
    Head& head = this->head(id);
    bool room = true;
    if (head.more_tids == kNoUnit ||
        reinterpret_cast<TidChunk*>(units(head.more_tids))->count == 9) {
        NodeId none;
        uint32_t unit;
        room = take(0, 1, none, unit);
        if (room) {
            TidChunk& chunk = *reinterpret_cast<TidChunk*>(units(unit));
            chunk.next = head.more_tids;
            chunk.count = 0;
            head.more_tids = unit;
        }
    }
    if (room) {
        TidChunk& chunk = *reinterpret_cast<TidChunk*>(units(head.more_tids));
        chunk.tids[chunk.count++] = tid;
    }
    end_change(id, version);
    return room;
}

template <class F>
void MemoryGraph::for_each_tid(NodeId id, F f) const {
    f(head(id).tid);
    for (uint32_t unit = head(id).more_tids; unit != kNoUnit;) {
        const TidChunk& chunk = *reinterpret_cast<const TidChunk*>(units(unit));
        for (uint32_t i = 0; i < chunk.count; ++i) f(chunk.tids[i]);
        unit = chunk.next;
    }
}

inline bool MemoryGraph::promote(NodeId id, Level level) {
    const std::atomic_ref entry(header().entry);
    uint64_t now = entry.load(std::memory_order_acquire);
    while (unpack(now).none() || unpack(now).level < level) {
        const bool first = unpack(now).none();
        if (entry.compare_exchange_weak(now, pack(id, level), std::memory_order_acq_rel))
            return first;
    }
    return false;
}

}  // namespace quiver::graph
