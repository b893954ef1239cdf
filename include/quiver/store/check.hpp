// A check of the stored graph against its own rules: every page, slot, edge, code and way.
//
// Read only, one page locked at a time, and nothing that is read is believed: ids, counts and
// lengths may be garbage. Every page is copied before it is looked at, so findings are reported
// with no page locked. A target is read when its edge is checked, so writers may be at work; what
// they can make look wrong for a moment is a warning.
#pragma once

#include "quiver/base/arena_vector.hpp"
#include "quiver/store/check_edges.hpp"
#include "quiver/store/finding.hpp"
#include "quiver/store/info.hpp"
#include "quiver/store/read_node.hpp"

namespace quiver::store {

// One bit per id.
class IdBits {
public:
    IdBits(Arena arena, uint64_t ids) : ids_(ids), words_(arena.array<uint64_t>(ids / 64 + 1)) {
        std::memset(words_, 0, (ids / 64 + 1) * sizeof(uint64_t));
    }
    bool has(page::NodeId id) const { return id < ids_ && (words_[id / 64] >> (id % 64) & 1) != 0; }
    // True when the id is within range and was not in.
    bool add(page::NodeId id) {
        if (id >= ids_ || has(id)) return false;
        words_[id / 64] |= uint64_t{1} << (id % 64);
        return true;
    }

private:
    uint64_t ids_;
    uint64_t* words_;
};

// The generation of each record of one kind of page.
class Generations {
public:
    Generations(Arena arena, uint64_t ids) : ids_(ids), of_(arena.array<uint8_t>(ids + 1)) {
        std::memset(of_, kNone, ids + 1);
    }
    void put(page::NodeId id, uint8_t generation) { of_[id] = generation & page::kGenerationMask; }
    bool matches(page::NodeId id, uint8_t generation) const {
        return id < ids_ && of_[id] == generation;
    }

private:
    static constexpr uint8_t kNone = 0xff;

    uint64_t ids_;
    uint8_t* of_;
};

// report(const Finding&); tids(page::HeapTid, block, slot) for each heap TID of a live node.
template <PageAccess Pages, class Edges, class Report, class Tids>
class GraphCheck {
public:
    // before: plausible(profile).
    GraphCheck(Pages& pages, const page::Profile& profile, uint64_t seed, Arena arena,
               Report report, Tids tids)
        : pages_(&pages),
          profile_(profile),
          layouts_(page::layouts(profile)),
          arena_(arena),
          report_(report),
          tids_(tids),
          edges_(profile, seed, arena),
          image_(arena.array<std::byte>(page::kPageSize)),
          neighbour_(arena.array<std::byte>(layouts_.base.stride)),
          own_(arena.array<std::byte>(layouts_.base.own_bytes)),
          neighbour_own_(arena.array<std::byte>(layouts_.base.own_bytes)),
          blocks_(pages.blocks()),
          base_(arena, uint64_t{blocks_} * layouts_.base.per_page),
          upper_(arena, uint64_t{blocks_} * layouts_.upper.per_page),
          live_(arena, uint64_t{blocks_} * layouts_.base.per_page),
          reached_(arena, uint64_t{blocks_} * layouts_.base.per_page),
          seen_above_(arena, uint64_t{blocks_} * layouts_.upper.per_page) {}

    void run() {
        for (page::BlockId block = 1; block < blocks_; block++) check_page(block);
        walk();
        for (page::BlockId block = 1; block < blocks_; block++) {
            for (uint32_t i = 0; i < layouts_.base.per_page; i++) {
                const page::NodeId id = block * layouts_.base.per_page + i;
                if (live_.has(id) && !reached_.has(id))
                    found(FindingCode::unreachable, block, static_cast<int>(i), -1,
                          "no way from the entry node leads here");
            }
        }
    }

private:
    enum class Target { ok, missing, stale, freed };

    void found(FindingCode code, page::BlockId block, int slot, int edge, const char* detail) {
        report_(Finding{code, block, slot, edge, detail});
    }

    // Copies a record out: all of it, or only what says whose it is, up to its own vector.
    Target fetch(page::NodeId id, uint8_t generation, page::PageKind kind, std::byte* out) {
        return fetch(id, generation, kind, out, layouts_.of(kind).stride);
    }
    Target fetch_own(page::NodeId id, uint8_t generation, page::PageKind kind, std::byte* out) {
        const page::SlotLayout& layout = layouts_.of(kind);
        return fetch(
            id, generation, kind, out,
            layout.spans() ? layout.tail + sizeof(page::TailRef) : layout.own + layout.own_bytes);
    }
    Target fetch(page::NodeId id, uint8_t generation, page::PageKind kind, std::byte* out,
                 size_t size) {
        const page::SlotLayout& layout = layouts_.of(kind);
        const page::BlockId block = page::block_of(id, layout);
        if (block == page::kMetaBlock || (block >= blocks_ && block >= pages_->blocks()))
            return Target::missing;
        Target target = Target::missing;
        pages_->read(block, [&](const std::byte* bytes) {
            if (!page::is_page(bytes, kind)) return;
            const page::ConstSlot slot = page::slot_of(bytes, id, layout);
            const page::SlotHeader& header = slot.header();
            if (header.state != page::SlotState::live && header.state != page::SlotState::dead) {
                // The record was freed while somebody wrote an edge to it.
                if (header.state == page::SlotState::free && header.generation != generation)
                    target = Target::freed;
                return;
            }
            std::memcpy(out, slot.at, size);
            target = header.generation == generation ? Target::ok : Target::stale;
        });
        return target;
    }

    // The own vector of a copied slot; in `room` if it has to be collected, null if it cannot be.
    const std::byte* own_of(page::ConstSlot slot, std::byte* room) {
        return store::own_of(*pages_, slot, room);
    }

    void check_page(page::BlockId block) {
        pages_->poll();
        const page::PageSpecial& special = copy_page(*pages_, block, image_);
        const bool known =
            special.kind >= page::PageKind::base && special.kind <= page::PageKind::tail;
        if (special.magic != page::kPageMagic || !known) {
            // A crash between adding a page and filling it leaves zeros.
            if (!all_zero())
                found(FindingCode::page_damaged, block, -1, -1, "unknown kind of page");
            return;
        }
        // Checked from the nodes.
        if (special.kind == page::PageKind::tids || special.kind == page::PageKind::tail) return;
        const page::SlotLayout& layout = layouts_.of(special.kind);
        for (uint32_t i = 0; i < layout.per_page; i++) {
            const page::NodeId id = block * layout.per_page + i;
            check_slot(page::slot_of<const std::byte>(image_, id, layout), id, special.kind);
        }
    }

    bool all_zero() const {
        for (size_t i = 0; i < page::kPageSize; i++)
            if (image_[i] != std::byte{0}) return false;
        return true;
    }

    void check_slot(page::ConstSlot slot, page::NodeId id, page::PageKind kind) {
        const page::SlotHeader& header = slot.header();
        if (header.state == page::SlotState::free) return;
        const page::BlockId block = page::block_of(id, *slot.layout);
        const int at = static_cast<int>(id % slot.layout->per_page);
        const char* wrong = wrong_header(header, *slot.layout, kind);
        if (wrong != nullptr) found(FindingCode::slot_header, block, at, -1, wrong);
        if (header.state > page::SlotState::dead) return;
        (kind == page::PageKind::base ? base_ : upper_).put(id, header.generation);
        const bool codes = check_own(slot, id, kind);
        check_edges(slot, id, kind, codes);
        if (kind == page::PageKind::base && header.state == page::SlotState::live) {
            (void)live_.add(id);
            check_tids(header, block, at);
        }
    }

    static const char* wrong_header(const page::SlotHeader& h, const page::SlotLayout& layout,
                                    page::PageKind kind) {
        if (h.state > page::SlotState::dead) return "unknown state";
        if ((h.generation & ~page::kGenerationMask) != 0) return "generation out of range";
        if (h.level > graph::kMaxLevel) return "level out of range";
        if (h.edge_count > layout.edges) return "more edges than there is room for";
        if (kind == page::PageKind::upper) {
            if (h.level == 0) return "upper record of a node of level 0";
            if (h.layer < 1 || h.layer > h.level) return "layer out of range";
            if (h.tid_count != 0) return "upper record with heap TIDs";
            return nullptr;
        }
        if (h.layer != 0) return "base record of another layer";
        if (h.down != page::kNoNode) return "base record with a record below";
        if (h.tid_count > page::kInlineTids) return "more heap TIDs than there is room for";
        if (h.state == page::SlotState::live && h.tid_count == 0 && h.more_tids == page::kNoNode)
            return "live node without heap TIDs";
        return nullptr;
    }

    // Whether the vector is one that codes can be compared with.
    bool check_own(page::ConstSlot slot, page::NodeId id, page::PageKind kind) {
        const page::SlotHeader& header = slot.header();
        const page::BlockId block = page::block_of(id, *slot.layout);
        const int at = static_cast<int>(id % slot.layout->per_page);
        // An insertion that has just begun, or did not come to its end.
        if (slot.layout->spans() && header.state == page::SlotState::dead && header.edge_count == 0)
            return false;
        const std::byte* own = own_of(slot, own_);
        if (own == nullptr) {
            // Not a finding if the slot was reused since it was copied.
            if (fetch(id, header.generation, kind, neighbour_) == Target::ok)
                found(FindingCode::own_tail, block, at, -1, "no tail pages with its vector");
            return false;
        }
        if (!edges_.owner(own)) {
            found(FindingCode::own_vector, block, at, -1, Edges::kWrongVector);
            return false;
        }
        const double error = header.own_error;
        const double bound = edges_.largest_own_error(own);
        if (!(error >= 0 && std::isfinite(error)) || (bound >= 0 && error > bound))
            found(FindingCode::own_error, block, at, -1, "rounding cannot have cost as much");
        return true;
    }

    // before: check_own() has set the owner. codes: compare them, too.
    void check_edges(page::ConstSlot slot, page::NodeId id, page::PageKind kind, bool codes) {
        const page::BlockId block = page::block_of(id, *slot.layout);
        const int at = static_cast<int>(id % slot.layout->per_page);
        const size_t count = std::min<size_t>(slot.header().edge_count, slot.layout->edges);
        for (size_t i = 0; i < count; i++) {
            const auto edge = static_cast<int>(i);
            const page::NodeId to = slot.ids()[i];
            if (to == id) {
                found(FindingCode::edge_self, block, at, edge, "leads to its own node");
                continue;
            }
            for (size_t j = 0; j < i; j++) {
                if (slot.ids()[j] != to) continue;
                found(FindingCode::edge_twice, block, at, edge, "is there twice");
                break;
            }
            const uint8_t generation = slot.tag()[i] & page::kGenerationMask;
            const Target target = fetch_own(to, generation, kind, neighbour_);
            if (target == Target::missing) {
                found(FindingCode::edge_target, block, at, edge, "leads to no record of its layer");
            } else if (target == Target::stale) {
                found(FindingCode::edge_stale, block, at, edge, "leads to a slot that was reused");
            } else if (target == Target::freed) {
                found(FindingCode::edge_stale, block, at, edge, "leads to a slot that was freed");
            } else if (codes && Edges::kCodes) {
                const std::byte* own = own_of({neighbour_, slot.layout}, neighbour_own_);
                if (own != nullptr) check_code(slot, i, own, block, at);
            }
        }
    }

    void check_code(page::ConstSlot slot, size_t i, const std::byte* own, page::BlockId block,
                    int at) {
        switch (edges_.check(slot, i, own)) {
            case quant::EdgeCheck::ok:
                return;
            case quant::EdgeCheck::code:
                found(FindingCode::edge_code, block, at, static_cast<int>(i),
                      "code does not describe the neighbour");
                return;
            case quant::EdgeCheck::factors:
                found(FindingCode::edge_factors, block, at, static_cast<int>(i),
                      "factors do not follow from the code");
                return;
        }
    }

    void hand_tids(const page::HeapTid* tids, int count, page::BlockId block, int at) {
        for (int i = 0; i < count; i++) {
            if (tids[i].valid())
                tids_(tids[i], block, at);
            else
                found(FindingCode::tid_invalid, block, at, -1, "heap TID without an offset");
        }
    }

    void check_tids(const page::SlotHeader& header, page::BlockId block, int at) {
        hand_tids(header.tids, std::min<int>(header.tid_count, page::kInlineTids), block, at);
        const ChainOwner owner{block * layouts_.base.per_page + static_cast<uint32_t>(at),
                               header.generation};
        uint64_t below = uint64_t{1} << 32;
        for (uint32_t id = header.more_tids; id != page::kNoNode;) {
            page::TidChunk chunk;
            const page::BlockId chunk_block = id / page::kChunksPerPage;
            const bool exists = chunk_block != page::kMetaBlock && chunk_block < pages_->blocks();
            if (!exists || !read_chunk(*pages_, id, owner, chunk) || chunk.order >= below) {
                found(FindingCode::tid_chain, block, at, -1, "chain of heap TIDs is broken");
                return;
            }
            below = chunk.order;
            pages_->poll();
            hand_tids(chunk.tids, chunk.count, block, at);
            id = chunk.next;
        }
    }

    // From the entry record through its layers down to layer 0, marking what can be reached. Layer
    // 0 is entered by the entry node alone.
    void walk() {
        const EntryPoint entry = read_entry(*pages_);
        if (entry.id == page::kNoNode) {
            if (entry.level != 0)
                found(FindingCode::entry_invalid, page::kMetaBlock, -1, -1,
                      "level of an entry node that there is not");
            return;
        }
        const page::PageKind kind = page::kind_of_layer(entry.level);
        auto* record = arena_.array<std::byte>(layouts_.base.stride);
        if (entry.level > graph::kMaxLevel ||
            fetch(entry.id, entry.generation, kind, record) != Target::ok ||
            page::ConstSlot{record, &layouts_.of(kind)}.header().layer != entry.level) {
            found(FindingCode::entry_invalid, page::kMetaBlock, -1, -1,
                  "entry node is not a record of its layer");
            return;
        }
        page::NodeId start = entry.id;
        uint8_t generation = entry.generation;
        for (int layer = entry.level; layer > 0; layer--) {
            walk_layer(start, layer, record);
            if (fetch(start, generation, page::PageKind::upper, record) != Target::ok) return;
            const page::SlotHeader& header = page::ConstSlot{record, &layouts_.upper}.header();
            start = header.down;
            generation = header.down_generation;
        }
        walk_layer(start, 0, record);
    }

    // Breadth first over one layer. On the way it checks that upper records lead to their node.
    void walk_layer(page::NodeId start, int layer, std::byte* record) {
        const page::PageKind kind = page::kind_of_layer(layer);
        const page::SlotLayout& layout = layouts_.of(kind);
        IdBits& seen = layer == 0 ? reached_ : seen_above_;
        const Generations& known = layer == 0 ? base_ : upper_;
        ArenaVector<page::NodeId> queue(arena_);
        if (seen.add(start)) queue.push_back(start);
        for (size_t head = 0; head < queue.size(); head++) {
            pages_->poll();
            const page::NodeId id = queue[head];
            const Target target = fetch(id, 0, kind, record);
            if (target == Target::missing || target == Target::freed) continue;
            const page::ConstSlot slot{record, &layout};
            if (layer > 0) check_down(slot, id, layer);
            const size_t count = std::min<size_t>(slot.header().edge_count, layout.edges);
            for (size_t i = 0; i < count; i++) {
                const page::NodeId to = slot.ids()[i];
                if (known.matches(to, slot.tag()[i] & page::kGenerationMask) && seen.add(to))
                    queue.push_back(to);
            }
        }
    }

    void check_down(page::ConstSlot slot, page::NodeId id, int layer) {
        const page::SlotHeader& header = slot.header();
        const page::BlockId block = page::block_of(id, layouts_.upper);
        const int at = static_cast<int>(id % layouts_.upper.per_page);
        const page::PageKind kind = page::kind_of_layer(layer - 1);
        if (header.layer != layer) {
            found(FindingCode::down_invalid, block, at, -1, "record is on another layer");
            return;
        }
        if (fetch(header.down, header.down_generation, kind, neighbour_) != Target::ok) {
            found(FindingCode::down_invalid, block, at, -1, "there is no record below");
            return;
        }
        const page::ConstSlot below{neighbour_, &layouts_.of(kind)};
        // Records of a node that spans pages have its tails in common.
        const size_t in_slot =
            std::min<size_t>(slot.layout->own_inline, slot.layout->own_size(slot.own()));
        const bool same = std::memcmp(below.own(), slot.own(), in_slot) == 0 &&
                          (!slot.layout->spans() ||
                           std::memcmp(&below.tail(), &slot.tail(), sizeof(page::TailRef)) == 0);
        if (below.header().level != header.level || !same)
            found(FindingCode::down_invalid, block, at, -1, "the record below is another node's");
    }

    Pages* pages_;
    page::Profile profile_;
    page::Layouts layouts_;
    Arena arena_;
    Report report_;
    Tids tids_;
    Edges edges_;
    std::byte* image_;
    std::byte* neighbour_;
    std::byte* own_;
    std::byte* neighbour_own_;
    page::BlockId blocks_;
    Generations base_;
    Generations upper_;
    IdBits live_;
    IdBits reached_;
    IdBits seen_above_;
};

// Checks block 0; false when the rest cannot be read without it.
template <PageAccess Pages, class Report>
inline bool check_meta(Pages& pages, page::Meta& meta, Report report) {
    const auto damaged = [&](const char* detail) {
        report(Finding{FindingCode::meta_damaged, page::kMetaBlock, -1, -1, detail});
        return false;
    };
    if (pages.blocks() == 0) return damaged("there is no metapage");
    page::PageSpecial special{};
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) {
        meta = meta_of(bytes);
        special = page::special_of(bytes);
    });
    if (meta.magic != page::kMagic) return damaged("this is no metapage of quiver");
    if (meta.version != page::kFormatVersion) return damaged("unknown format version");
    if (!plausible(meta.profile)) return damaged("impossible profile");
    if (special.magic != page::kPageMagic || special.kind != page::PageKind::meta)
        (void)damaged("the page is not marked as a metapage");
    return true;
}

// Checks everything but the heap.
template <PageAccess Pages, class Report, class Tids>
inline void check_graph(Pages& pages, Arena arena, Report report, Tids tids) {
    page::Meta meta{};
    if (!check_meta(pages, meta, report)) return;
    const auto run = [&]<class Edges>() {
        GraphCheck<Pages, Edges, Report, Tids>(pages, meta.profile, meta.rotation_seed, arena,
                                               report, tids)
            .run();
    };
    const bool plain = page::is_plain(meta.profile);
    switch (meta.profile.own) {
        case page::Own::sparse:
            return run.template operator()<SparseEdgeCheck>();
        case page::Own::f32:
            if (plain) return run.template operator()<PlainEdgeCheck<F32>>();
            return run.template operator()<DenseEdgeCheck<F32>>();
        case page::Own::f16:
            if (plain) return run.template operator()<PlainEdgeCheck<F16>>();
            return run.template operator()<DenseEdgeCheck<F16>>();
        case page::Own::i8:
            return run.template operator()<DenseEdgeCheck<Affine8>>();
        case page::Own::bits:
            return run.template operator()<BitEdgeCheck>();
    }
}

}  // namespace quiver::store
