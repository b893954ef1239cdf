// Where everything lies in an index page: format version 1.
//
// A block is a server page: 24 bytes of page header, then the body, then 8 bytes of special space
// that name the kind of the page. The body of a node page is an array of slots with a fixed stride,
// so a node id is a number:
//
//     id = block * per_page + slot          (per_page of that kind of page)
//
// and any block can be of any kind. See README.md beside this file for the byte diagrams.
#pragma once

#include <cstddef>  // size_t
#include <cstdint>  // uint8_t, uint16_t, uint32_t

#include "quiver/base/status.hpp"
#include "quiver/page/sparse_own.hpp"
#include "quiver/page/tid.hpp"

namespace quiver::page {

inline constexpr uint32_t kMagic = 0x31525651;  // "QVR1"
inline constexpr uint16_t kPageMagic = 0x5651;  // "QV"
inline constexpr uint16_t kFormatVersion = 1;

inline constexpr size_t kPageSize = 8192;
inline constexpr size_t kPageHeader = 24;
inline constexpr size_t kSpecial = 8;
inline constexpr size_t kBody = kPageSize - kPageHeader - kSpecial;

using BlockId = uint32_t;
using NodeId = uint32_t;
inline constexpr NodeId kNoNode = 0xffffffffu;
inline constexpr BlockId kMetaBlock = 0;
inline constexpr BlockId kNoBlock = 0xffffffffu;

enum class PageKind : uint16_t {
    meta = 1,
    base,   // layer 0 nodes
    upper,  // nodes of the layers above
    tids,   // heap TIDs that did not fit into their node
    tail,   // a part of an own vector that did not fit into its node
    lists,  // ivfflat: centers, and where their lists begin (quiver/ivf/layout.hpp)
    rows,   // ivfflat: vectors of one list
};

// The last bytes of every page.
struct PageSpecial {
    PageKind kind;
    uint16_t magic;     // kPageMagic
    BlockId next_free;  // on the list of pages with free slots, the page after this one; 0: none;
                        // ivfflat: the next page of the chain
};
static_assert(sizeof(PageSpecial) == kSpecial);

enum class Metric : uint8_t { l2, inner_product, cosine, hamming, jaccard, l1 };

// How a node stores its own vector.
enum class Own : uint8_t {
    f32,
    f16,
    bits,
    i8,      // a byte for each dimension, between the vector's own smallest and largest coordinate
    sparse,  // the elements that are not zero (sparse_own.hpp)
};

// Where a node stores its own vector.
enum class OwnPlace : uint8_t {
    slot,
    // on tail pages of its own, because a slot with it would exceed a page; of sparse vectors, what
    // is too long for the slot
    tails,
};

enum class SlotState : uint8_t {
    free = 0,
    live,
    dead,  // no heap tuple left; still a way through the graph, never a result
};

inline constexpr int kInlineTids = 2;

struct SlotHeader {
    SlotState state;
    uint8_t generation;  // 7 bits, bumped when the slot is reused
    uint8_t level;       // of the node, not of this record
    uint8_t edge_count;  // edges [0, edge_count) are set
    int8_t scale_exponent;
    uint8_t tid_count;        // inline TIDs used
    uint8_t down_generation;  // upper: of the record below; base: of the first chunk
    uint8_t layer;            // of this record
    NodeId down;              // upper: this node's record one layer below; base: 0xffffffff
    // base: id of the first chunk of further heap TIDs, or 0xffffffff; upper: the base record
    uint32_t more_tids;
    float own_error;  // norm of (vector - own vector as stored), the metric's; 0 when exact
    HeapTid tids[kInlineTids];
};
static_assert(sizeof(SlotHeader) == 32 && offsetof(SlotHeader, down) == 8 &&
              offsetof(SlotHeader, own_error) == 16 && offsetof(SlotHeader, tids) == 20);

// An edge's tag: which generation of the target it means, and whether it only fills the list.
inline constexpr uint8_t kGenerationMask = 0x7f;
inline constexpr uint8_t kFiller = 0x80;

inline constexpr size_t kMaxM = 100;
inline constexpr size_t kMaxEdgesPadded = 208;  // 2 * kMaxM, padded

constexpr size_t round_up(size_t n, size_t to) { return (n + to - 1) / to * to; }

// Where the own vector of a node is that does not have it in its slot. `owner` is the node's base
// record; records of all layers name the same.
struct TailRef {
    BlockId first;  // tail page with the first part; 0: none yet
    NodeId owner;
    uint8_t generation;  // of the owner
    uint8_t reserved[3];
};
static_assert(sizeof(TailRef) == 12);

// The start of a tail page's body; the part follows.
struct TailHeader {
    NodeId owner;
    BlockId next;  // tail page with the next part; 0: this is the last one
    uint8_t generation;
    uint8_t part;  // from 0
    uint8_t reserved[6];
};
static_assert(sizeof(TailHeader) == 16 && offsetof(TailHeader, generation) == 8);
inline constexpr size_t kTailBytes = kBody - sizeof(TailHeader);

// The sections of a slot, as offsets from its start.
struct SlotLayout {
    uint16_t edges;         // most edges a list can have
    uint16_t edges_padded;  // multiple of 16: length of every edge section
    uint32_t code_dims;     // rotated coordinates in an edge code
    uint32_t own_bytes;     // most that an own vector has, wherever it is
    uint32_t own_inline;    // of these, the first so many are in the slot, the rest in tails
    uint32_t own;           // 0: nothing is in the slot
    uint32_t tail;          // 0: everything is in the slot
    uint32_t ids;
    uint32_t add;  // add and scale are empty with bit strings
    uint32_t scale;
    uint32_t tag;
    uint32_t codes;
    uint32_t stride;
    uint16_t per_page;
    bool sparse;  // own vectors say themselves how long they are

    // Whether a node can be more than its slot.
    constexpr bool spans() const { return tail != 0; }
    // The bytes of the own vector that starts there, never more than own_bytes.
    size_t own_size(const std::byte* start) const {
        if (!sparse) return own_bytes;
        const size_t size = sparse_own_bytes(nonzeros_of(start));
        return size < own_bytes ? size : own_bytes;
    }
    // Of an own vector of that size, how much is in tails, and in how many.
    constexpr size_t tail_size(size_t own_size) const {
        return own_size > own_inline ? own_size - own_inline : 0;
    }
    constexpr size_t tail_parts(size_t own_size) const {
        return (tail_size(own_size) + kTailBytes - 1) / kTailBytes;
    }
};

// What a user chooses and the data demands; frozen when the index is created.
struct Profile {
    uint32_t dims;
    // Rotated coordinates in an edge code of layer 0, a multiple of 8. With sparse vectors, which
    // have no codes: elements that a slot has room for.
    uint32_t code_dims;
    uint16_t m;
    uint16_t ef_construction;
    Metric metric;
    Own own;
    uint8_t code_bits;  // per code dimension; 0: the plain layout
    OwnPlace place;
};
static_assert(sizeof(Profile) == 16);

// Edges without codes: distances of neighbours come from the neighbours' own pages.
constexpr bool is_plain(const Profile& p) { return p.code_bits == 0; }

constexpr size_t own_bytes(const Profile& p) {
    switch (p.own) {
        case Own::f32:
            return size_t{4} * p.dims;
        case Own::f16:
            return size_t{2} * p.dims;
        case Own::bits:
            return (size_t{p.dims} + 7) / 8;
        case Own::i8:
            return 2 * sizeof(float) + p.dims;
        case Own::sparse:
            return sparse_own_bytes(most_nonzeros(p.dims));
    }
    return 0;
}

// How much of an own vector is in the slot.
constexpr size_t own_inline_bytes(const Profile& p) {
    if (p.place == OwnPlace::slot) return own_bytes(p);
    return p.own == Own::sparse ? sparse_own_bytes(p.code_dims) : 0;
}

constexpr size_t code_bytes_per_edge(const Profile& p, uint32_t code_dims) {
    return size_t{code_dims} / 8 * p.code_bits;
}

constexpr SlotLayout slot_layout(const Profile& p, int edges, uint32_t code_dims) {
    const size_t factors = p.own == Own::bits || is_plain(p) ? 0 : 1;
    SlotLayout s{};
    s.edges = static_cast<uint16_t>(edges);
    s.edges_padded = static_cast<uint16_t>(round_up(static_cast<size_t>(edges), 16));
    s.code_dims = code_dims;
    s.own_bytes = static_cast<uint32_t>(own_bytes(p));
    s.own_inline = static_cast<uint32_t>(own_inline_bytes(p));
    s.sparse = p.own == Own::sparse;
    size_t at = sizeof(SlotHeader);
    if (p.place == OwnPlace::tails) {
        s.tail = static_cast<uint32_t>(at);
        at += sizeof(TailRef);
    }
    if (s.own_inline > 0) {
        s.own = static_cast<uint32_t>(at);
        at = round_up(at + s.own_inline, 4);
    }
    s.ids = static_cast<uint32_t>(at);
    at += size_t{4} * s.edges_padded;
    s.add = static_cast<uint32_t>(at);
    at += factors * 4 * s.edges_padded;
    s.scale = static_cast<uint32_t>(at);
    at += factors * 2 * s.edges_padded;
    s.tag = static_cast<uint32_t>(at);
    at += s.edges_padded;
    s.codes = static_cast<uint32_t>(at);
    at += code_bytes_per_edge(p, code_dims) * s.edges_padded;
    s.stride = static_cast<uint32_t>(round_up(at, 4));
    s.per_page = static_cast<uint16_t>(kBody / s.stride);
    return s;
}

// The two slot layouts of an index.
struct Layouts {
    SlotLayout base;
    SlotLayout upper;

    // before: a kind of page that has slots.
    constexpr const SlotLayout& of(PageKind kind) const {
        return kind == PageKind::base ? base : upper;
    }
};

// Where the records of a layer are.
constexpr PageKind kind_of_layer(int layer) {
    return layer == 0 ? PageKind::base : PageKind::upper;
}

// Codes of the upper layers may be a little shorter when one more record then fits into a page:
// there are few records above layer 0, but each as large as half a node.
constexpr SlotLayout upper_layout(const Profile& p) {
    const SlotLayout whole = slot_layout(p, p.m, p.code_dims);
    if (p.code_bits != 1 || whole.per_page < 1 || whole.per_page > 3) return whole;
    const size_t stride = kBody / (whole.per_page + 1u) / 4 * 4;
    if (stride < whole.codes) return whole;
    const size_t code_dims = (stride - whole.codes) / whole.edges_padded * 8;
    if (code_dims * 8 < size_t{p.code_dims} * 7) return whole;
    return slot_layout(p, p.m, static_cast<uint32_t>(code_dims));
}

constexpr Layouts layouts(const Profile& p) {
    return {slot_layout(p, 2 * p.m, p.code_dims), upper_layout(p)};
}

constexpr BlockId block_of(NodeId id, const SlotLayout& s) { return id / s.per_page; }
constexpr size_t slot_offset(NodeId id, const SlotLayout& s) {
    return kPageHeader + size_t{id % s.per_page} * s.stride;
}

// Flags of the metapage: there may be nodes that a vacuum has to take out of the graph; and there
// may be some that no path leads to, because nodes were inserted since the last vacuum.
inline constexpr uint16_t kHasDead = 1;
inline constexpr uint16_t kHasGrown = 2;

// Block 0.
struct Meta {
    uint32_t magic;
    uint16_t version;
    uint16_t flags;  // kHasDead, kHasGrown
    Profile profile;
    uint64_t rotation_seed;
    NodeId
        entry;  // record of the entry node in layer entry_level, kNoNode while the index is empty
    uint8_t entry_level;
    uint8_t entry_generation;
    uint16_t reserved;
    BlockId insert_block[3];  // base, upper, tids: the first page with a free slot; 0: none
    uint32_t reserved2;
    uint64_t base_nodes;  // when the index was built
    uint64_t upper_nodes;
};
static_assert(sizeof(Meta) == 72 && offsetof(Meta, rotation_seed) == 24 &&
              offsetof(Meta, insert_block) == 40);

// Which insert_block a kind of page has.
constexpr int insert_block_of(PageKind kind) {
    return static_cast<int>(kind) - static_cast<int>(PageKind::base);
}

// Heap TIDs of a node that has more than kInlineTids.
inline constexpr int kTidsPerChunk = 8;
enum class ChunkUse : uint8_t {
    free = 0,
    open,
    closed,  // vacuum emptied it; it takes no TID any more (store/vacuum.hpp says why)
};
struct TidChunk {
    uint32_t next;   // id of the next chunk, or 0xffffffff
    NodeId owner;    // base record of the node
    uint32_t order;  // smaller than that of any chunk before it in the chain
    uint8_t count;
    ChunkUse use;
    uint8_t owner_generation;
    uint8_t generation;  // 7 bits, changed when the chunk is freed
    HeapTid tids[kTidsPerChunk];
};
static_assert(sizeof(TidChunk) == 64 && offsetof(TidChunk, tids) == 16);
inline constexpr int kChunksPerPage = static_cast<int>(kBody / sizeof(TidChunk));

}  // namespace quiver::page
