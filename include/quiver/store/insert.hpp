// Adding a vector to the stored graph.
//
// Search, then write: the node's base record with all its edges first, its upper records, then a
// link back from each kept neighbour, one page at a time, and the metapage last when the node is
// the new entry. A crash leaves a node that some neighbours do not know yet, never an edge to
// nothing. Only one page is locked at any time, and what a neighbour does with the newcomer is
// decided on the neighbour's page alone (admit.hpp). What it drops for the newcomer must not be
// lost with that: see ways.hpp.
#pragma once

#include <algorithm>  // std::find, std::min

#include "quiver/base/arena_vector.hpp"
#include "quiver/graph/params.hpp"
#include "quiver/graph/select.hpp"
#include "quiver/store/admit.hpp"
#include "quiver/store/note.hpp"
#include "quiver/store/tails.hpp"
#include "quiver/store/tids.hpp"
#include "quiver/store/ways.hpp"

namespace quiver::store {

// Keeps a copy of the stored form of every visited node; Found::note numbers them.
class KeepOwn {
public:
    KeepOwn(ArenaVector<std::byte*>* kept, Arena arena) : kept_(kept), arena_(arena) {}
    // May allocate while a page is share-locked: an error raised there is an abort, which releases
    // the page.
    void operator()(page::ConstSlot slot, const std::byte* own, Found& node) const {
        const size_t bytes = slot.layout->own_size(own);
        std::byte* copy = arena_.array<std::byte>(bytes);
        std::memcpy(copy, own, bytes);
        node.note = static_cast<uint32_t>(kept_->size());
        kept_->push_back(copy);
    }

private:
    ArenaVector<std::byte*>* kept_;
    mutable Arena arena_;
};

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
          editor_(model, encoder_, arena),
          kept_(arena),
          evicted_(arena) {
        std::fill_n(ids_, graph::kMaxLevel + 1, page::kNoNode);
    }

    // record: the stored form with its error behind it (own.hpp).
    void insert(const std::byte* record, page::HeapTid tid, uint64_t level_seed,
                int ef_construction) {
        const graph::Level level = graph::level_of(
            tid, level_seed,
            graph::layer_ratio(profile_.m, layouts_.base.sparse ? 0 : own_record_bytes(profile_)));
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
        bool written = false;
        for (int tries = 0; tries < kTries; tries++) {
            const int top = std::min<int>(static_cast<int>(level), entry.level);
            List* lists = arena_.array<List>(static_cast<size_t>(top) + 1);
            const Survey survey = look_around(query, entry, top, ef_construction, lists,
                                              written ? nullptr : record, tid);
            if (survey == Survey::joined) return;
            if (!written && survey == Survey::nothing && tries + 1 < kTries) {
                entry = read_entry(*pages_);
                continue;
            }
            point(*pages_, Point::insert_searched);
            if (!written) {
                note_growth();
                write(record, tid, level, lists, top);
            }
            const bool linked = link_back(record, query, lists, top);
            point(*pages_, Point::insert_linked);
            // Searches can begin at a node that leads to a live one.
            if (!written && linked && level > entry.level) (void)promote(level, Promote::higher);
            if (linked || link_from_entry(record, query)) return;
            written = true;
            entry = read_entry(*pages_);
        }
    }

    // An UPDATE that left the vector as it was: gives the heap TID to the node that has the vector,
    // found by a narrow search. False when it was not found; then insert() is to be called.
    bool attach(const std::byte* record, page::HeapTid tid) {
        const EntryPoint entry = read_entry(*pages_);
        if (entry.id == page::kNoNode) return false;
        const PageQuery query = model_->make_query(record, arena_);
        Found start;
        Descent<Pages, PageQuery> descent(arena_, *pages_, query, layouts_, *counters_);
        const bool any = descent.run(entry, 0, start);
        LayerSearch<Pages, PageQuery, KeepOwn> search(arena_, *pages_, query, layouts_.base,
                                                      page::PageKind::base, *counters_,
                                                      KeepOwn(&kept_, arena_));
        search.begin(kAttachBeam);
        if (any) search.seed(start.id, start.generation);
        search.run();
        return join_equal(search.found(), query, record, tid);
    }

private:
    static constexpr size_t kAttachBeam = 12;
    // Every offer may write a page: of the fillers that a metric links back to, the nearest only.
    size_t offers_to_fillers() const {
        return by_inner_product() ? 16 : Metric::kLinksToFillers ? 8 : 0;
    }
    bool by_inner_product() const { return profile_.metric == page::Metric::inner_product; }
    // Searches of an insertion, if vacuum takes away again and again what the last one found.
    static constexpr int kTries = 8;

    // Neighbours that lead to a node, fewer of which are hardly any.
    static constexpr size_t kWays = 2;
    // Nodes that are taken for lack of other ways.
    size_t most_taken() const { return by_inner_product() ? 200 : 16; }

    struct Evicted {
        page::NodeId id;
        uint8_t generation;
    };
    // Who takes the next of them.
    struct Taker {
        page::NodeId id;
        uint8_t generation;
        const std::byte* own;
        const PageQuery* query;
    };

    // What a search for neighbours came to.
    enum class Survey : uint8_t {
        found,
        nothing,  // the entry node was freed after it was read
        joined,   // an equal node took the TID
    };

    // Edges of the new node on one layer.
    struct List {
        NewEdge* edges;
        float* distances;
        size_t count;
    };

    // Searches the layers from top down to 0 and chooses a list for each. record: what an equal
    // node is looked for with; null: for none.
    Survey look_around(const PageQuery& query, const EntryPoint& entry, int top,
                       int ef_construction, List* lists, const std::byte* record,
                       page::HeapTid tid) {
        Found start;
        Descent<Pages, PageQuery> descent(arena_, *pages_, query, layouts_, *counters_);
        bool any = descent.run(entry, top, start);
        Survey survey = Survey::nothing;
        for (int layer = top; layer >= 0; layer--) {
            const page::PageKind kind = page::kind_of_layer(layer);
            LayerSearch<Pages, PageQuery, KeepOwn> search(arena_, *pages_, query, layouts_.of(kind),
                                                          kind, *counters_,
                                                          KeepOwn(&kept_, arena_));
            search.begin(static_cast<size_t>(ef_construction));
            if (any) search.seed(start.id, start.generation);
            search.run();
            const std::span<const Found> found = search.found();
            if (layer == 0 && record != nullptr && join_equal(found, query, record, tid))
                return Survey::joined;
            // They will be members of the lists that are asked to take the new node.
            for (const Found& node : found)
                editor_.members().put(kind, node.id, node.generation, kept_[node.note]);
            lists[layer] = choose(found, static_cast<size_t>(ef_construction), layer);
            if (layer > 0) any = hand_down(found, start);
            if (layer == 0 && !found.empty()) survey = Survey::found;
        }
        return survey;
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
                !same_own(profile_, kept_[node.note], record))
                continue;
            if (add_tid(*pages_, node.id, node.generation, layouts_.base, tid)) return true;
        }
        return false;
    }

    // The edges of the new node, from the `most` nearest live nodes; from dead ones only when there
    // is nothing else, since somebody has to lead to the first row after all others were deleted.
    List choose(std::span<const Found> found, size_t most, int layer) {
        const Metric metric = model_->metric();
        const auto is_live = [&](const Found& node) { return node.live && !is_self(node, layer); };
        const bool any_live = std::any_of(found.begin(), found.end(), is_live);
        const size_t n = std::min(found.size(), most);
        graph::Beam beam(arena_.array<graph::Candidate>(n + 1), static_cast<uint32_t>(n));
        beam.clear(static_cast<uint32_t>(n));
        const Found** by_note = arena_.array<const Found*>(kept_.size() + 1);
        for (const Found& node : found) {
            if ((any_live && !node.live) || is_self(node, layer)) continue;
            by_note[node.note] = &node;
            beam.offer(node.dist, node.note);  // keeps the nearest n
        }
        const size_t slots = layouts_.of(page::kind_of_layer(layer)).edges;
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

    // Whether a search came upon the record that this insertion wrote.
    bool is_self(const Found& node, int layer) const {
        return node.id == ids_[layer] && node.generation == generations_[layer];
    }

    page::NodeId place_record(page::PageKind kind, const page::SlotLayout& layout,
                              const page::SlotHeader& header, const std::byte* record,
                              const List* list) {
        return place(
            *pages_, kind, layout.per_page,
            [&](std::byte* bytes, int i) {
                return slot_at(bytes, i, layout).header().state == page::SlotState::free;
            },
            [&](std::byte* bytes, int i, page::NodeId id) {
                const page::Slot slot = slot_at(bytes, i, layout);
                page::SlotHeader h = header;
                h.generation = generation_ =
                    static_cast<uint8_t>(slot.header().generation & page::kGenerationMask);
                // Tails stay with the slot, also when its node does not need them.
                if (layout.spans() && kind == page::PageKind::base) tail_ = slot.tail();
                fill(slot, h, record, list, id);
            });
    }

    // id: the slot's, kNoNode if it is not known yet because the page is new.
    void fill(page::Slot slot, const page::SlotHeader& header, const std::byte* record,
              const List* list, page::NodeId id) {
        NewEdge edges[page::kMaxEdgesPadded];
        size_t count = 0;
        for (size_t at = 0; list != nullptr && at < list->count; at++) {
            // A node that was found here, and was freed since.
            if (list->edges[at].id != id) edges[count++] = list->edges[at];
        }
        write_node(slot, profile_, header, record, edges, count, encoder_);
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
                fill(slot, h, record, list, id);
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
            [&](std::byte* bytes, int i, page::NodeId) {
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
        const bool spans = layouts_.base.tail_size(own_size(profile_, record)) > 0;
        ids_[0] = spans ? place_spanning(header, record, list)
                        : place_record(page::PageKind::base, layouts_.base, header, record, list);
        generations_[0] = generation_;
        point(*pages_, Point::insert_base_written);

        header.tid_count = 0;
        header.tids[0] = page::kNoTid;
        for (int layer = 1; layer <= static_cast<int>(level); layer++) {
            header.layer = static_cast<uint8_t>(layer);
            header.more_tids = ids_[0];
            header.down = ids_[layer - 1];
            header.down_generation = generations_[layer - 1];
            ids_[layer] = place_record(page::PageKind::upper, layouts_.upper, header, record,
                                       layer <= top ? &lists[layer] : nullptr);
            generations_[layer] = generation_;
            point(*pages_, Point::insert_upper_written);
        }
    }

    // The metapage says that lists change for newcomers, so that the next vacuum looks whether a
    // path still leads to every node. Once between two vacuums, which take the note away before
    // they look.
    void note_growth() {
        if (note(*pages_, page::kHasGrown)) point(*pages_, Point::insert_noted);
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
            const page::SlotLayout& layout = layouts_.of(page::kind_of_layer(layer));
            pages_->modify(page::block_of(ids_[layer], layout), [&](std::byte* bytes) {
                page::free_slot(page::slot_of(bytes, ids_[layer], layout).header());
                return Commit::yes;
            });
            point(*pages_, Point::insert_record_withdrawn);
        }
    }

    // Offers the node to the neighbours it keeps. Done when a live node took it, since nothing else
    // is certain to stay: a neighbour that died meanwhile will be freed. So when all kept ones
    // refuse, the nearest that is still there has to take it.
    //
    // Where all neighbours are dead, the index may be empty but for its entry node, which leads on
    // until a vacuum finds another one. That node has to take it, and must still be the entry
    // afterwards: then the vacuum that replaces it will see the newcomer.
    //
    // Returns whether a live node of layer 0 took it.
    bool link_back(const std::byte* record, const PageQuery& query, const List* lists, int top) {
        bool taken = false;
        for (int layer = 0; layer <= top; layer++) {
            const List& list = lists[layer];
            bool known = false;
            for (size_t i = 0; i < list.count; i++) {
                if (list.edges[i].filler && i >= offers_to_fillers())
                    break;  // kept edges come first
                known = offer_to(record, query, list, i, layer, Demand::if_better) || known;
            }
            for (size_t i = 0; i < list.count && !known; i++)
                known = offer_to(record, query, list, i, layer, Demand::always);
            if (layer == 0) taken = known;
        }
        if (taken) keep_ways(record, query);
        return taken;
    }

    // Nodes that left a list for this one, and to which hardly anybody leads: this one takes them,
    // since whoever dropped them leads here; and so with whom it drops for them.
    //
    // By inner product most nodes are ones that no list wants. The new one would give up half its
    // list for them, so it takes the first only, and each of the others is taken by the one before:
    // their lists are of use to nobody else.
    void keep_ways(const std::byte* record, const PageQuery& query) {
        if (evicted_.empty()) return;
        NodeReader<Pages> reader(*pages_, layouts_.base, page::PageKind::base, arena_);
        const Taker first{ids_[0], generations_[0], record, &query};
        Taker taker = first;
        auto* const taken = arena_.array<page::NodeId>(most_taken());
        size_t count = 0;
        const auto is_taken = [&](page::NodeId id) {
            return std::find(taken, taken + count, id) != taken + count;
        };
        for (size_t i = 0; i < evicted_.size() && count < most_taken(); i++) {
            const Evicted node = evicted_[i];
            if (node.id == taker.id) continue;  // it left two lists
            pages_->poll();
            if (has_ways(reader, node.id, node.generation, kWays)) continue;
            std::byte* own = nullptr;
            const auto copy = [&](page::ConstSlot slot, const std::byte* from) {
                const size_t bytes = slot.layout->own_size(from);
                own = arena_.array<std::byte>(bytes);
                std::memcpy(own, from, bytes);
            };
            if (!reader.read(node.id, node.generation, copy)) continue;
            auto* const node_query = arena_.array<PageQuery>(1);
            *node_query = model_->make_query(own, arena_);
            const auto give_to = [&](const Taker& to) {
                return offer(*pages_, editor_, page::PageKind::base, layouts_.base, to.id,
                             to.generation, to.own, *to.query, *node_query,
                             {node.id, node.generation, own, to.query->exact(own)},
                             by_inner_product() ? Demand::keep : Demand::always, arena_, is_taken);
            };
            Offered offered = give_to(taker);
            if (offered.outcome != Offer::taken && taker.id != ids_[0]) {  // it died meanwhile
                taker = first;
                offered = give_to(taker);
            }
            taken[count++] = node.id;
            point(*pages_, Point::insert_link_offered);
            remember_evicted(offered);
            if (by_inner_product() && offered.outcome == Offer::taken)
                taker = {node.id, node.generation, own, node_query};
        }
    }

    void remember_evicted(const Offered& offered) {
        if (offered.evicted != page::kNoNode)
            evicted_.push_back({offered.evicted, offered.evicted_generation});
    }

    // Offers the new node to its neighbour `i` on a layer. True when a live neighbour took it.
    bool offer_to(const std::byte* record, const PageQuery& query, const List& list, size_t i,
                  int layer, Demand demand) {
        const NewEdge& edge = list.edges[i];
        const page::PageKind kind = page::kind_of_layer(layer);
        pages_->poll();
        const PageQuery owner = model_->make_query(edge.own, arena_);
        const Offered offered = offer(
            *pages_, editor_, kind, layouts_.of(kind), edge.id, edge.generation, edge.own, owner,
            query, {ids_[layer], generations_[layer], record, list.distances[i]}, demand, arena_);
        point(*pages_, Point::insert_link_offered);
        if (layer == 0) remember_evicted(offered);
        return offered.outcome == Offer::taken;
    }

    // before: no live node took the new one. Makes the entry's node take it.
    bool link_from_entry(const std::byte* record, const PageQuery& query) {
        const EntryPoint entry = read_entry(*pages_);
        const page::NodeId base = entry_base(entry);
        if (base == page::kNoNode || base == ids_[0]) return base == ids_[0];
        std::byte* own = nullptr;
        uint8_t generation = 0;
        NodeReader<Pages> reader(*pages_, layouts_.base, page::PageKind::base, arena_);
        const bool there = reader.read_if(
            base, [](const page::SlotHeader&) { return true; },
            [&](page::ConstSlot slot, const std::byte* from) {
                generation = slot.header().generation;
                const size_t bytes = slot.layout->own_size(from);
                own = arena_.array<std::byte>(bytes);
                std::memcpy(own, from, bytes);
            });
        if (!there) return false;
        const PageQuery owner = model_->make_query(own, arena_);
        const Offer result =
            offer(*pages_, editor_, page::PageKind::base, layouts_.base, base, generation, own,
                  owner, query, {ids_[0], generations_[0], record, query.exact(own)},
                  Demand::always, arena_)
                .outcome;
        if (result == Offer::taken) return true;
        return result == Offer::dead && read_entry(*pages_) == entry;
    }

    // The base record of the entry node; kNoNode when the entry leads to none.
    page::NodeId entry_base(const EntryPoint& entry) {
        if (entry.id == page::kNoNode || entry.level == 0) return entry.id;
        page::NodeId base = page::kNoNode;
        pages_->read(page::block_of(entry.id, layouts_.upper), [&](const std::byte* bytes) {
            if (!page::is_page(bytes, page::PageKind::upper)) return;
            const page::SlotHeader& header =
                page::slot_of(bytes, entry.id, layouts_.upper).header();
            if (header.state != page::SlotState::free && header.generation == entry.generation)
                base = page::base_of(header);
        });
        return base;
    }

    Pages* pages_;
    const Model* model_;
    page::Profile profile_;
    page::Layouts layouts_;
    Arena arena_;
    Counters* counters_;
    typename Model::Encoder encoder_;
    ListEditor<Model> editor_;
    ArenaVector<std::byte*> kept_;
    ArenaVector<Evicted> evicted_;  // from lists of layer 0
    page::NodeId ids_[graph::kMaxLevel + 1];
    uint8_t generations_[graph::kMaxLevel + 1];
    uint8_t generation_ = 0;
    page::TailRef tail_{};  // of the node being written, where nodes span pages
};

}  // namespace quiver::store
