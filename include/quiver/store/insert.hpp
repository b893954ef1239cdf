// Adding a vector to the stored graph.
//
// Search, then write: the node's base record with all its edges first, its upper records, then a
// link back from each kept neighbour, one page at a time, and the metapage last when the node is
// the new entry. A crash leaves a node that some neighbours do not know yet, never an edge to
// nothing. Only one page is locked at any time, and what a neighbour does with the newcomer is
// decided on the neighbour's page alone, from its codes.
#pragma once

#include <algorithm>  // std::min, std::max_element

#include "quiver/base/arena_vector.hpp"
#include "quiver/base/rng.hpp"
#include "quiver/graph/metric.hpp"
#include "quiver/graph/params.hpp"
#include "quiver/graph/select.hpp"
#include "quiver/store/node_writer.hpp"
#include "quiver/store/tails.hpp"
#include "quiver/store/tids.hpp"

namespace quiver::store {

// Keeps a copy of the stored form of every visited node; Found::note numbers them.
class KeepOwn {
public:
    KeepOwn(ArenaVector<std::byte*>* kept, Arena arena, size_t bytes)
        : kept_(kept), arena_(arena), bytes_(bytes) {}
    // May allocate while a page is share-locked: an error raised there is an abort, which releases
    // the page.
    void operator()(page::ConstSlot, const std::byte* own, Found& node) const {
        std::byte* copy = arena_.array<std::byte>(bytes_);
        std::memcpy(copy, own, bytes_);
        node.note = static_cast<uint32_t>(kept_->size());
        kept_->push_back(copy);
    }

private:
    ArenaVector<std::byte*>* kept_;
    mutable Arena arena_;
    size_t bytes_;
};

// How much a kept neighbour hides a candidate; below 0 not at all (graph/metric.hpp).
inline float occlusion(page::Metric metric, float to_owner, float to_kept) {
    return metric == page::Metric::inner_product ? to_owner - to_kept
                                                 : graph::occlusion_ratio(to_owner, to_kept);
}

// The vectors of visited nodes, for graph/select.hpp: row i is the copy with note i.
template <class M>
struct KeptVectors {
    using Metric = M;
    using Element = typename Metric::Element;
    using Query = typename Metric::Query;

    const ArenaVector<std::byte*>* kept;
    const Metric* metric;

    const Element* row(graph::NodeId id) const {
        return reinterpret_cast<const Element*>((*kept)[id]);
    }
};

// What insertion needs to know of the element type and metric: see pg/hnsw or the unit tests for
// models.
//   Metric  of graph/metric.hpp, over the stored form
//   Query   of search.hpp; make_query(const std::byte* own, Arena)
//   Encoder of node_writer.hpp
template <PageAccess Pages, class Model>
class PageInserter {
public:
    using Metric = typename Model::Metric;
    using PageQuery = typename Model::Query;

    PageInserter(Pages& pages, const Model& model, Arena arena, Counters& counters)
        : pages_(&pages),
          model_(&model),
          profile_(model.profile()),
          layouts_(page::layouts(profile_)),
          arena_(arena),
          counters_(&counters),
          encoder_(model.make_encoder(arena)),
          kept_(arena) {}

    // record: the stored form with its error behind it (own.hpp).
    void insert(const std::byte* record, page::HeapTid tid, uint64_t level_seed,
                int ef_construction) {
        const graph::Level level = level_of(tid, level_seed);
        EntryPoint entry = read_entry(*pages_);
        point(*pages_, Point::insert_entry_read);
        if (entry.id == page::kNoNode) {
            write(record, tid, level, nullptr, -1);
            point(*pages_, Point::insert_first_written);
            if (promote(level, Promote::first)) return;
            // Another backend's node is the first: this one knows nobody and nobody knows it.
            withdraw(level);
            entry = read_entry(*pages_);
        }
        const PageQuery query = model_->make_query(record, arena_);
        Found starts[kDescentBeam];
        const int top = std::min<int>(static_cast<int>(level), entry.level);
        Descent<Pages, PageQuery> descent(arena_, *pages_, query, layouts_, *counters_);
        size_t count = descent.run(entry, top, starts);

        List* lists = arena_.array<List>(static_cast<size_t>(top) + 1);
        for (int layer = top; layer >= 0; layer--) {
            const page::SlotLayout& layout = layer == 0 ? layouts_.base : layouts_.upper;
            LayerSearch<Pages, PageQuery, KeepOwn> search(
                arena_, *pages_, query, layout,
                layer == 0 ? page::PageKind::base : page::PageKind::upper, *counters_,
                KeepOwn(&kept_, arena_, page::own_bytes(profile_)));
            search.begin(beam_for(static_cast<size_t>(ef_construction), query.coarse()));
            for (size_t i = 0; i < count; i++) search.seed(starts[i].id, starts[i].generation);
            search.run();
            if (layer == 0 && join_equal(search.found(), query, record, tid)) return;
            lists[layer] = choose(search.found(), static_cast<size_t>(ef_construction), layout);
            if (layer > 0) count = hand_down(search.found(), starts);
        }
        point(*pages_, Point::insert_searched);
        write(record, tid, level, lists, top);
        link_back(record, query, lists, top);
        point(*pages_, Point::insert_linked);
        if (level > entry.level) (void)promote(level, Promote::higher);
    }

    // An UPDATE that left the vector as it was: gives the heap TID to the node that has the vector,
    // found by a narrow search. False when it was not found; then insert() is to be called.
    bool attach(const std::byte* record, page::HeapTid tid) {
        const EntryPoint entry = read_entry(*pages_);
        if (entry.id == page::kNoNode) return false;
        const PageQuery query = model_->make_query(record, arena_);
        Found starts[kDescentBeam];
        Descent<Pages, PageQuery> descent(arena_, *pages_, query, layouts_, *counters_);
        const size_t count = descent.run(entry, 0, starts);
        LayerSearch<Pages, PageQuery, KeepOwn> search(
            arena_, *pages_, query, layouts_.base, page::PageKind::base, *counters_,
            KeepOwn(&kept_, arena_, page::own_bytes(profile_)));
        search.begin(kAttachBeam);
        for (size_t i = 0; i < count; i++) search.seed(starts[i].id, starts[i].generation);
        search.run();
        return join_equal(search.found(), query, record, tid);
    }

private:
    static constexpr size_t kAttachBeam = 12;

    // Edges of the new node on one layer.
    struct List {
        NewEdge* edges;
        float* distances;
        size_t count;
    };

    static graph::Level level_of(page::HeapTid tid, uint64_t seed, uint32_t m) {
        const uint64_t row =
            uint64_t{tid.block_hi} << 32 | uint64_t{tid.block_lo} << 16 | tid.offset;
        return graph::draw_level(mix64(seed ^ mix64(row)), graph::layer_ratio(m));
    }
    graph::Level level_of(page::HeapTid tid, uint64_t seed) const {
        return level_of(tid, seed, profile_.m);
    }

    // A live node with the same stored form takes the TID. The same error, too: a scan derives from
    // it how near the row can be at least.
    bool join_equal(std::span<const Found> found, const PageQuery& query, const std::byte* record,
                    page::HeapTid tid) {
        const float self = query.exact(record);
        const float error = own_error(profile_, record);
        for (const Found& node : found) {
            if (node.dist > self) break;
            if (!node.live || node.own_error != error ||
                std::memcmp(kept_[node.note], record, page::own_bytes(profile_)) != 0)
                continue;
            if (add_tid(*pages_, node.id, node.generation, layouts_.base, tid)) return true;
        }
        return false;
    }

    // The edges of the new node, from the `most` nearest live nodes; from dead ones only when there
    // is nothing else, since somebody has to lead to the first row after all others were deleted.
    List choose(std::span<const Found> found, size_t most, const page::SlotLayout& layout) {
        const Metric metric = model_->metric();
        const auto is_live = [](const Found& node) { return node.live; };
        const bool any_live = std::any_of(found.begin(), found.end(), is_live);
        const size_t n = std::min(found.size(), most);
        graph::Beam beam(arena_.array<graph::Candidate>(n + 1), static_cast<uint32_t>(n));
        beam.clear(static_cast<uint32_t>(n));
        const Found** by_note = arena_.array<const Found*>(kept_.size() + 1);
        for (const Found& node : found) {
            if (any_live && !node.live) continue;
            by_note[node.note] = &node;
            beam.offer(node.dist, node.note);  // keeps the nearest n
        }
        const size_t slots = layout.edges;
        const graph::SelectRoom<Metric> room = {
            arena_.array<const typename Metric::Element*>(slots), arena_.array<float>(slots),
            arena_.array<typename graph::SelectRoom<Metric>::Hidden>(n + 1),
            arena_.array<std::byte>(metric.query_bytes() + 1)};
        graph::Edge* edges = arena_.array<graph::Edge>(slots);
        const KeptVectors<Metric> vectors{&kept_, &metric};
        const size_t count =
            graph::select_neighbours(vectors, beam, static_cast<uint32_t>(slots), room, edges);

        List list{arena_.array<NewEdge>(count + 1), arena_.array<float>(count + 1), count};
        for (size_t i = 0; i < count; i++) {
            const Found& node = *by_note[edges[i].id];
            list.edges[i] = {node.id, node.generation, edges[i].filler(), kept_[node.note]};
            list.distances[i] = node.dist;
        }
        return list;
    }

    page::NodeId place_record(page::PageKind kind, const page::SlotLayout& layout,
                              const page::SlotHeader& header, const std::byte* record,
                              const List* list) {
        return place(
            *pages_, kind, layout.per_page,
            [&](std::byte* bytes, int i) {
                return slot_at(bytes, i, layout).header().state == page::SlotState::free;
            },
            [&](std::byte* bytes, int i) {
                const page::Slot slot = slot_at(bytes, i, layout);
                page::SlotHeader h = header;
                h.generation = generation_ =
                    static_cast<uint8_t>(slot.header().generation & page::kGenerationMask);
                fill(slot, h, record, list);
            });
    }
    void fill(page::Slot slot, const page::SlotHeader& header, const std::byte* record,
              const List* list) {
        write_node(slot, profile_, header, record, list != nullptr ? list->edges : nullptr,
                   list != nullptr ? list->count : 0, encoder_);
        if (slot.layout->spans()) slot.tail() = tail_;
    }

    // The base record of a node that spans pages. Its tails are written before it and name it, so
    // first it takes a slot: as a dead node without edges, which no way leads to, so that after a
    // crash vacuum frees the slot. A vacuum that is faster than this insertion frees it, too: then
    // another slot is taken.
    page::NodeId place_spanning(const page::SlotHeader& header, const std::byte* record,
                                const List* list) {
        const page::SlotLayout& layout = layouts_.base;
        while (true) {
            pages_->poll();
            const page::NodeId id = claim(header);
            tail_.owner = id;
            tail_.generation = generation_;
            if (!write_tails(*pages_, layout, record, tail_)) continue;
            bool ours = false;
            pages_->modify(page::block_of(id, layout), [&](std::byte* bytes) {
                const page::Slot slot = page::slot_of(bytes, id, layout);
                page::SlotHeader h = header;
                h.generation = generation_;
                ours = slot.header().state == page::SlotState::dead &&
                       slot.header().generation == generation_;
                if (!ours) return Commit::no;
                fill(slot, h, record, list);
                return Commit::yes;
            });
            if (ours) return id;
        }
    }

    // after: tail_.first leads to the tails that the slot has from its last node, or is 0.
    page::NodeId claim(const page::SlotHeader& header) {
        const page::SlotLayout& layout = layouts_.base;
        return place(
            *pages_, page::PageKind::base, layout.per_page,
            [&](std::byte* bytes, int i) {
                return slot_at(bytes, i, layout).header().state == page::SlotState::free;
            },
            [&](std::byte* bytes, int i) {
                const page::Slot slot = slot_at(bytes, i, layout);
                tail_ = slot.tail();
                generation_ =
                    static_cast<uint8_t>(slot.header().generation & page::kGenerationMask);
                page::SlotHeader h = header;
                h.state = page::SlotState::dead;
                h.generation = generation_;
                h.level = 0;
                h.tid_count = 0;
                for (page::HeapTid& tid : h.tids) tid = page::kNoTid;
                std::memset(slot.at, 0, layout.stride);
                slot.header() = h;
                slot.tail() = tail_;
            });
    }
    static page::Slot slot_at(std::byte* bytes, int i, const page::SlotLayout& layout) {
        return {bytes + page::kPageHeader + static_cast<size_t>(i) * layout.stride, &layout};
    }

    // All records of the node, base first. lists: of layers 0..top.
    void write(const std::byte* record, page::HeapTid tid, graph::Level level, const List* lists,
               int top) {
        page::SlotHeader header{};
        header.state = page::SlotState::live;
        header.level = static_cast<uint8_t>(level);
        header.down = page::kNoNode;
        header.more_tids = page::kNoNode;
        header.tid_count = 1;
        header.tids[0] = tid;
        for (int i = 1; i < page::kInlineTids; i++) header.tids[i] = page::kNoTid;
        const List* list = top >= 0 ? &lists[0] : nullptr;
        ids_[0] = layouts_.base.spans()
                      ? place_spanning(header, record, list)
                      : place_record(page::PageKind::base, layouts_.base, header, record, list);
        generations_[0] = generation_;
        point(*pages_, Point::insert_base_written);

        header.tid_count = 0;
        header.tids[0] = page::kNoTid;
        for (int layer = 1; layer <= static_cast<int>(level); layer++) {
            header.down = ids_[layer - 1];
            header.down_generation = generations_[layer - 1];
            ids_[layer] = place_record(page::PageKind::upper, layouts_.upper, header, record,
                                       layer <= top ? &lists[layer] : nullptr);
            generations_[layer] = generation_;
            point(*pages_, Point::insert_upper_written);
        }
    }

    // When the node becomes the entry: if there is none, or if the one there is has a lower level.
    enum class Promote : bool { first, higher };

    // False when another backend was faster.
    bool promote(graph::Level level, Promote when) {
        bool done = false;
        pages_->modify(page::kMetaBlock, [&](std::byte* bytes) {
            page::Meta& meta = meta_of(bytes);
            done = when == Promote::first ? meta.entry == page::kNoNode : meta.entry_level < level;
            if (!done) return Commit::no;
            meta.entry = ids_[level];
            meta.entry_level = static_cast<uint8_t>(level);
            meta.entry_generation = generations_[level];
            return Commit::yes;
        });
        if (done) point(*pages_, Point::insert_promoted);
        return done;
    }

    // Frees the records just written, to which nothing leads, from the top: a crash leaves no
    // record that leads down to nothing.
    void withdraw(graph::Level level) {
        for (int layer = static_cast<int>(level); layer >= 0; layer--) {
            const page::SlotLayout& layout = layer == 0 ? layouts_.base : layouts_.upper;
            pages_->modify(page::block_of(ids_[layer], layout), [&](std::byte* bytes) {
                page::SlotHeader& header = page::slot_of(bytes, ids_[layer], layout).header();
                const uint8_t generation = header.generation;
                header = {};
                header.generation = (generation + 1) & page::kGenerationMask;
                return Commit::yes;
            });
            point(*pages_, Point::insert_record_withdrawn);
        }
    }

    // A newcomer that none of its neighbours wants could not be found, so then the nearest has to
    // take it.
    void link_back(const std::byte* record, const PageQuery& query, const List* lists, int top) {
        for (int layer = 0; layer <= top; layer++) {
            const List& list = lists[layer];
            bool known = false;
            for (size_t i = 0; i < list.count; i++) {
                if (list.edges[i].filler) break;  // kept edges come first
                known = offer(record, query, list, i, layer, Demand::if_better) || known;
            }
            if (!known && list.count > 0)
                (void)offer(record, query, list, 0, layer, Demand::always);
        }
    }

    // Whether a full list takes the newcomer only for something worse.
    enum class Demand : bool { if_better, always };

    // Offers the new node to its neighbour `i` on a layer. True when the neighbour took it.
    bool offer(const std::byte* record, const PageQuery& query, const List& list, size_t i,
               int layer, Demand demand) {
        const page::SlotLayout& layout = layer == 0 ? layouts_.base : layouts_.upper;
        const NewEdge& edge = list.edges[i];
        pages_->poll();
        const PageQuery owner = model_->make_query(edge.own, arena_);
        bool taken = false;
        pages_->modify(page::block_of(edge.id, layout), [&](std::byte* bytes) {
            const page::Slot slot = page::slot_of(bytes, edge.id, layout);
            const page::SlotHeader& header = slot.header();
            if (header.state == page::SlotState::free || header.generation != edge.generation)
                return Commit::no;
            const Commit commit = admit(slot, edge.own, query, owner, record, list.distances[i],
                                        ids_[layer], generations_[layer], demand);
            taken = commit == Commit::yes;
            return commit;
        });
        point(*pages_, Point::insert_link_offered);
        return taken;
    }

    // Decides on the page of a neighbour whether the newcomer enters its list, and instead of whom:
    // a filler first, the farthest; else whom the newcomer hides most; else the farthest. Distances
    // within the list come from its codes. own: the neighbour's, whose generation was compared.
    Commit admit(page::Slot slot, const std::byte* own, const PageQuery& newcomer,
                 const PageQuery& owner, const std::byte* record, float distance, page::NodeId id,
                 uint8_t generation, Demand demand) {
        const page::ConstSlot view{slot.at, slot.layout};
        const size_t count = std::min<size_t>(slot.header().edge_count, slot.layout->edges);
        const bool full = count == slot.layout->edges;
        size_t victim = count;
        bool filler = false;
        if (count > 0) {
            float from_owner[page::kMaxEdgesPadded];
            float from_newcomer[page::kMaxEdgesPadded];
            owner.estimate(view, owner.exact(own), from_owner);
            newcomer.estimate(view, distance, from_newcomer);
            size_t farthest_filler = count;
            size_t most_hidden = count;
            size_t farthest = count;
            float most = 0;
            for (size_t i = 0; i < count; i++) {
                if (slot.ids()[i] == id) return Commit::no;
                const bool is_filler = (slot.tag()[i] & page::kFiller) != 0;
                if (is_filler) {
                    if (farthest_filler == count || from_owner[i] > from_owner[farthest_filler])
                        farthest_filler = i;
                } else if (from_owner[i] <= distance) {
                    if (occlusion(profile_.metric, distance, from_newcomer[i]) >= 0) filler = true;
                    continue;
                }
                if (from_owner[i] <= distance) continue;
                if (farthest == count || from_owner[i] > from_owner[farthest]) farthest = i;
                const float hidden = occlusion(profile_.metric, from_owner[i], from_newcomer[i]);
                if (hidden >= most) {
                    most = hidden;
                    most_hidden = i;
                }
            }
            if (full) {
                if (filler && demand == Demand::if_better) return Commit::no;
                victim = farthest_filler != count ? farthest_filler
                         : most_hidden != count   ? most_hidden
                                                  : farthest;
                if (victim == count && demand == Demand::always)
                    victim = static_cast<size_t>(std::max_element(from_owner, from_owner + count) -
                                                 from_owner);
                if (victim == count) return Commit::no;
            }
            if (!filler) {
                for (size_t i = 0; i < count; i++) {
                    if (from_owner[i] > distance &&
                        occlusion(profile_.metric, from_owner[i], from_newcomer[i]) >= 0)
                        slot.tag()[i] |= page::kFiller;
                }
            }
        }
        encoder_.owner(own);
        encoder_.code(slot, victim, record);
        if (count == 0)
            encoder_.factors(slot, 1);
        else
            encoder_.factors_of(slot, victim);
        slot.ids()[victim] = id;
        slot.tag()[victim] = static_cast<uint8_t>(generation | (filler ? page::kFiller : 0));
        if (!full) slot.header().edge_count = static_cast<uint8_t>(count + 1);
        return Commit::yes;
    }

    Pages* pages_;
    const Model* model_;
    page::Profile profile_;
    page::Layouts layouts_;
    Arena arena_;
    Counters* counters_;
    typename Model::Encoder encoder_;
    ArenaVector<std::byte*> kept_;
    page::NodeId ids_[graph::kMaxLevel + 1];
    uint8_t generations_[graph::kMaxLevel + 1];
    uint8_t generation_ = 0;
    page::TailRef tail_{};  // of the node being written, where nodes span pages
};

}  // namespace quiver::store
