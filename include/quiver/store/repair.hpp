// Closing the gaps that dead nodes leave: the second part of a vacuum.
//
// For every page, from a copy: a list with an edge that leads to a dead node, or to a slot that was
// freed, is chosen anew (choose_list.hpp) from its other members and from nodes that the dead one
// led to, the nearest ones by estimates from its codes. All of them are read, so that the choice is
// made by exact distances. All changes of a page are one write, and a list that was changed by
// others since it was copied is left alone and tried again. Nothing is locked while there is
// something to compute.
//
// So the work is that of the lists that lose something, and no search of the graph is needed but
// for a node that is left with hardly any edge, where a whole neighbourhood died. A live node that
// few lists name is offered to its neighbours, and one that no path leads to is forced on them.
#pragma once

#include "quiver/base/bounded_heap.hpp"
#include "quiver/base/rng.hpp"
#include "quiver/store/admit.hpp"
#include "quiver/store/choose_list.hpp"
#include "quiver/store/liveness.hpp"
#include "quiver/store/reach.hpp"
#include "quiver/store/record_cache.hpp"
#include "quiver/store/scan.hpp"
#include "quiver/store/vacuum_stats.hpp"

namespace quiver::store {

// pause() is called between pages, with none locked. memory: about how much may be used, in bytes.
template <PageAccess Pages, class Model, class Pause>
class Repair {
public:
    using PageQuery = typename Model::Query;

    Repair(Pages& pages, const Model& model, Arena arena, size_t memory, Pause pause,
           VacuumStats& stats)
        : pages_(&pages),
          model_(&model),
          profile_(model.profile()),
          layouts_(page::layouts(profile_)),
          pause_(pause),
          stats_(&stats),
          blocks_(pages.blocks()),
          liveness_(arena, layouts_, blocks_, memory / 2),
          dead_(arena, pages, layouts_, std::min(memory / 4, kMostCache)),
          vectors_(arena, pages, layouts_, std::min(memory / 4, kMostCache)),
          encoder_(model.make_encoder(arena)),
          editor_(model, encoder_, arena),
          chooser_(model, encoder_, arena, page::kMaxEdgesPadded + kMostCandidates),
          scratch_(arena, query_room() + choices(layouts_.base) * (typical_own_bytes() + 64)),
          search_scratch_(arena, query_room()),
          search_query_(arena.array<PageQuery>(1)),
          descent_(arena, pages, *search_query_, layouts_, counters_),
          base_search_(arena, pages, *search_query_, layouts_.base, page::PageKind::base,
                       counters_),
          upper_search_(arena, pages, *search_query_, layouts_.upper, page::PageKind::upper,
                        counters_),
          reach_(arena, pages, layouts_.base, liveness_, blocks_, pause),
          ways_(arena),
          taken_(arena),
          image_(arena.array<std::byte>(page::kPageSize)),
          plan_(arena.array<std::byte>(page::kPageSize)),
          record_(arena.array<std::byte>(std::max(layouts_.base.stride, layouts_.upper.stride))),
          own_(arena.array<std::byte>(layouts_.base.own_bytes)) {}

    // any_dead: whether there may be dead nodes; else only insertions are to be looked after.
    void run(bool any_dead) {
        for (page::BlockId first = 1; first < blocks_; first += liveness_.range()) {
            look(first);
            point(*pages_, Point::vacuum_looked);
            if (first == 1) replace_dead_entry();
            for (page::BlockId block = 1; block < blocks_; block++) repair_page(block);
            if (any_dead) offer_rare_nodes(first);
        }
        connect();
        point(*pages_, Point::vacuum_repaired);
    }

private:
    static constexpr size_t kMostCache = size_t{16} << 20;
    static constexpr size_t kMostCandidates = 4 * page::kMaxEdgesPadded;
    // Dead nodes behind dead ones that are asked for their neighbours.
    static constexpr size_t kMostWays = 32;
    // A page that others change is tried again so often.
    static constexpr int kTries = 3;
    static constexpr size_t kMostEdgesOnPage = page::kBody / 4;

    // From how many nodes a list is chosen: as many as an insertion chooses from.
    size_t choices(const page::SlotLayout& layout) const {
        return std::max<size_t>(profile_.ef_construction, 2 * size_t{layout.edges});
    }

    // Sparse vectors mostly fit into their slots.
    size_t typical_own_bytes() const {
        return layouts_.base.sparse ? layouts_.base.own_inline : layouts_.base.own_bytes;
    }

    // Memory that a query takes: the vector as floats, rotated, and its tables.
    size_t query_room() const {
        if (profile_.own == page::Own::sparse) return 0;
        if (page::is_plain(profile_)) return sizeof(float) * profile_.dims + 64;
        return 16 * page::round_up(profile_.dims, 8) + 4 * 64;
    }

    struct Candidate {
        float distance;  // from the owner, about
        page::NodeId id;
        uint8_t generation;
    };
    struct Nearer {
        bool operator()(const Candidate& a, const Candidate& b) const {
            return a.distance != b.distance ? a.distance < b.distance : a.id < b.id;
        }
    };

    // Copies a page; whether it is one of nodes, and of which kind.
    bool copy_nodes(page::BlockId block, page::PageKind& kind) {
        pause_();
        const page::PageSpecial& special = copy_page(*pages_, block, image_);
        kind = special.kind;
        return special.magic == page::kPageMagic &&
               (kind == page::PageKind::base || kind == page::PageKind::upper);
    }
    page::ConstSlot copied(page::NodeId id, const page::SlotLayout& layout) const {
        return page::slot_of<const std::byte>(image_, id, layout);
    }

    bool exists(page::NodeId id, const page::SlotLayout& layout) {
        const page::BlockId block = page::block_of(id, layout);
        return block != page::kMetaBlock && (block < blocks_ || block < pages_->blocks());
    }

    // ---- what there is ----

    // Fills the table for the range that begins at a block. The first time, upper records of dead
    // nodes become dead themselves, and the best node for an entry is found.
    void look(page::BlockId first) {
        liveness_.begin(first);
        for (page::BlockId block = 1; block < blocks_; block++) {
            page::PageKind kind;
            if (!copy_nodes(block, kind)) continue;
            const page::SlotLayout& layout = layouts_.of(kind);
            if (first == 1 && kind == page::PageKind::upper) bury_upper_records(block);
            for (uint32_t i = 0; i < layout.per_page; i++) {
                const page::NodeId id = block * layout.per_page + i;
                const page::SlotHeader& header = copied(id, layout).header();
                if (header.state != page::SlotState::live) continue;
                liveness_.put_live(kind, id, header.generation);
                if (first == 1) stand_for_entry(kind, id, header);
            }
        }
    }

    // On the copied page and on the page itself.
    void bury_upper_records(page::BlockId block) {
        bool any = false;
        const page::SlotLayout& layout = layouts_.upper;
        for (uint32_t i = 0; i < layout.per_page; i++) {
            const page::NodeId id = block * layout.per_page + i;
            page::SlotHeader& header = page::slot_of(image_, id, layout).header();
            if (header.state != page::SlotState::live || is_live(page::base_of(header))) continue;
            header.state = page::SlotState::dead;
            any = true;
        }
        if (!any) return;
        pages_->modify(block, [&](std::byte* bytes) {
            for (uint32_t i = 0; i < layout.per_page; i++) {
                const page::NodeId id = block * layout.per_page + i;
                const page::SlotHeader& planned = copied(id, layout).header();
                page::SlotHeader& header = page::slot_of(bytes, id, layout).header();
                if (planned.state == page::SlotState::dead &&
                    header.state == page::SlotState::live &&
                    header.generation == planned.generation)
                    header.state = page::SlotState::dead;
            }
            return Commit::yes;
        });
        stats_->pages_written++;
    }

    // Whether there is a live base record.
    bool is_live(page::NodeId id) {
        if (!exists(id, layouts_.base)) return false;
        bool live = false;
        pages_->read(page::block_of(id, layouts_.base), [&](const std::byte* bytes) {
            live = page::is_page(bytes, page::PageKind::base) &&
                   page::slot_of(bytes, id, layouts_.base).header().state == page::SlotState::live;
        });
        return live;
    }

    // ---- the entry ----

    void stand_for_entry(page::PageKind kind, page::NodeId id, const page::SlotHeader& header) {
        const bool upper = kind == page::PageKind::upper;
        const uint8_t layer = upper ? header.layer : uint8_t{0};
        if (best_.id != page::kNoNode && layer <= best_.level) return;
        best_ = {id, layer, header.generation};
    }

    // Searches begin at a live node again, if there is one; else the entry stays, so that what is
    // inserted from now on can be found from it.
    void replace_dead_entry() {
        const EntryPoint entry = read_entry(*pages_);
        if (entry.id == page::kNoNode || is_live_entry(entry)) return;
        if (best_.id == page::kNoNode) {
            const page::PageKind kind = page::kind_of_layer(entry.level);
            const page::SlotLayout& layout = layouts_.of(kind);
            if (exists(entry.id, layout) && copy_record(*pages_, kind, layout, entry.id, record_))
                kept_ = entry.level == 0
                            ? entry.id
                            : page::base_of(page::ConstSlot{record_, &layout}.header());
            return;
        }
        pages_->modify(page::kMetaBlock, [&](std::byte* bytes) {
            page::Meta& meta = meta_of(bytes);
            if (!(EntryPoint{meta.entry, meta.entry_level, meta.entry_generation} == entry))
                return Commit::no;
            meta.entry = best_.id;
            meta.entry_level = best_.level;
            meta.entry_generation = best_.generation;
            return Commit::yes;
        });
        point(*pages_, Point::vacuum_entry_replaced);
    }

    bool is_live_entry(const EntryPoint& entry) {
        const page::PageKind kind = page::kind_of_layer(entry.level);
        const page::SlotLayout& layout = layouts_.of(kind);
        if (!exists(entry.id, layout) || !copy_record(*pages_, kind, layout, entry.id, record_))
            return false;
        const page::SlotHeader& header = page::ConstSlot{record_, &layout}.header();
        return header.state == page::SlotState::live && header.generation == entry.generation;
    }

    // Whether a record is of the dead entry node, which is not freed.
    bool is_kept(page::PageKind kind, page::NodeId id, const page::SlotHeader& header) const {
        return kept_ != page::kNoNode && header.state == page::SlotState::dead &&
               (kind == page::PageKind::base ? id : page::base_of(header)) == kept_;
    }

    // ---- lists ----

    void repair_page(page::BlockId block) {
        for (int tries = 0; tries < kTries; tries++)
            if (try_page(block)) return;
    }

    // False when some list was changed by others meanwhile.
    bool try_page(page::BlockId block) {
        page::PageKind kind;
        if (!copy_nodes(block, kind)) return true;
        const page::SlotLayout& layout = layouts_.of(kind);
        if (!find_broken(block, kind)) return true;
        std::memcpy(plan_, image_, page::kPageSize);
        for (uint32_t i = 0; i < layout.per_page; i++) {
            if (!broken_slot_[i]) continue;
            const page::NodeId id = block * layout.per_page + i;
            repair_list(page::slot_of(plan_, id, layout), id, kind,
                        broken_ + size_t{i} * layout.edges_padded);
        }
        point(*pages_, Point::vacuum_lists_planned);
        const bool all = write_page(block, layout);
        point(*pages_, Point::vacuum_lists_repaired);
        return all;
    }

    // Marks on the copied page the edges that lead nowhere; names the targets of the others. False
    // when there are none.
    bool find_broken(page::BlockId block, page::PageKind kind) {
        const page::SlotLayout& layout = layouts_.of(kind);
        bool any = false;
        for (uint32_t i = 0; i < layout.per_page; i++) {
            broken_slot_[i] = false;
            const page::NodeId id = block * layout.per_page + i;
            const page::ConstSlot slot = copied(id, layout);
            if (slot.header().state != page::SlotState::live && !is_kept(kind, id, slot.header()))
                continue;
            bool* const broken = broken_ + size_t{i} * layout.edges_padded;
            const size_t count = std::min<size_t>(slot.header().edge_count, layout.edges);
            for (size_t at = 0; at < count; at++) {
                const page::NodeId to = slot.ids()[at];
                broken[at] =
                    to == id || is_broken(kind, to, slot.tag()[at] & page::kGenerationMask);
                if (broken[at]) broken_slot_[i] = any = true;
            }
            if (kind != page::PageKind::base || broken_slot_[i]) continue;
            for (size_t at = 0; at < count; at++) liveness_.name(slot.ids()[at]);
        }
        return any;
    }

    bool is_broken(page::PageKind kind, page::NodeId to, uint8_t generation) {
        switch (liveness_.life(kind, to, generation)) {
            case Life::live:
                return false;
            case Life::stale:
                return true;
            case Life::unknown:  // of another range, or newer than this vacuum
                return !exists(to, layouts_.of(kind));
            case Life::unsure:
                break;
        }
        // Dead nodes stay dead; what looks otherwise may just have been written.
        if (dead_record(kind, to, generation).own != nullptr) return true;
        const page::SlotLayout& layout = layouts_.of(kind);
        if (!copy_record(*pages_, kind, layout, to, record_)) return true;
        const page::SlotHeader& header = page::ConstSlot{record_, &layout}.header();
        if (header.state != page::SlotState::live) return true;
        liveness_.put_live(kind, to, header.generation);
        return header.generation != generation;
    }

    // The record of a dead node, which still knows its neighbours. One without edges may be of an
    // insertion that has just begun (insert.hpp).
    Record dead_record(page::PageKind kind, page::NodeId id, uint8_t generation) {
        if (!exists(id, layouts_.of(kind))) return {};
        const Record record = dead_.get(kind, id);
        if (record.own == nullptr) return {};
        const page::SlotHeader& header = record.slot.header();
        const bool dead = header.state == page::SlotState::dead &&
                          header.generation == generation && header.edge_count > 0;
        return dead ? record : Record{};
    }

    // Forgets what the last list needed.
    void begin_list() {
        scratch_.reset();
        editor_.members().forget();
    }

    // before: slot is a copy, which nobody else changes. Opens its list.
    void open(page::PageKind kind, page::Slot slot, const std::byte* own, const PageQuery& owner) {
        editor_.members().read(*pages_, kind, page::ConstSlot{slot.at, slot.layout},
                               scratch_.arena());
        (void)editor_.open(kind, slot, own, owner);
    }

    // A copy of a stored form that lasts as long as the list is worked on.
    const std::byte* keep(const std::byte* own) {
        const size_t size = own_size(profile_, own);
        auto* const copy = scratch_.arena().template array<std::byte>(size);
        std::memcpy(copy, own, size);
        return copy;
    }

    // Chooses a list anew in the plan: from the members that are left, and from live nodes that the
    // broken ones led to.
    void repair_list(page::Slot slot, page::NodeId id, page::PageKind kind, const bool* broken) {
        begin_list();
        const std::byte* const own = own_of(*pages_, {slot.at, slot.layout}, own_);
        if (own == nullptr) return;
        const PageQuery owner = model_->make_query(own, scratch_.arena());
        const size_t count = std::min<size_t>(slot.header().edge_count, slot.layout->edges);
        chooser_.begin();
        heap_.clear();
        ways_.clear();
        size_t lost = 0;
        for (size_t i = 0; i < count; i++) {
            const uint8_t generation = slot.tag()[i] & page::kGenerationMask;
            lost += broken[i];
            if (broken[i])
                ask(kind, slot.ids()[i], generation, owner);
            else
                add(kind, {0, slot.ids()[i], generation}, i);
        }
        for (size_t i = 0; i < ways_.size() && i < kMostWays && heap_.size() < lost; i++) {
            const Candidate way = ways_[i];
            ask(kind, way.id, way.generation, owner);
        }
        add_nearest(kind, id, choices(*slot.layout));
        if (chooser_.count() * 4 < slot.layout->edges) {
            search(kind, slot.header().layer, own);
            add_nearest(kind, id, choices(*slot.layout));
        }
        const size_t left = chooser_.choose(slot, own);
        const size_t gone = count > left ? count - left : 0;
        stats_->edges_removed += gone;
        stats_->edges_replaced += lost - std::min(lost, gone);
        if (kind != page::PageKind::base) return;
        for (size_t i = 0; i < left; i++) liveness_.name(slot.ids()[i]);
    }

    // Adds the nearest candidates, until there are so many choices.
    void add_nearest(page::PageKind kind, page::NodeId id, size_t most) {
        for (const Candidate& candidate : heap_.take_sorted()) {
            if (chooser_.count() >= most || chooser_.full()) break;
            if (candidate.id == id || chooser_.contains(candidate.id) ||
                !exists(candidate.id, layouts_.of(kind)))
                continue;
            add(kind, candidate, Choice::kNew);
        }
    }

    // If there is such a node. A new one has to be live; a member of the list may be a dead one of
    // another range, whose turn comes with that.
    void add(page::PageKind kind, const Candidate& node, size_t at) {
        pause_();
        const CachedOwn found = vectors_.get(kind, node.id, node.generation);
        if (found.own == nullptr || (at == Choice::kNew && !found.live)) return;
        chooser_.add({node.id, node.generation, at, keep(found.own)});
    }

    // Makes candidates of the neighbours of a dead node.
    void ask(page::PageKind kind, page::NodeId id, uint8_t generation, const PageQuery& owner) {
        const Record record = dead_record(kind, id, generation);
        if (record.own == nullptr) return;
        const page::ConstSlot slot = record.slot;
        float distances[page::kMaxEdgesPadded];
        if constexpr (CodeQuery<PageQuery>)
            owner.estimate(slot, record.own, owner.exact(record.own), distances);
        const size_t count = std::min<size_t>(slot.header().edge_count, slot.layout->edges);
        for (size_t i = 0; i < count; i++) {
            Candidate candidate{0, slot.ids()[i],
                                static_cast<uint8_t>(slot.tag()[i] & page::kGenerationMask)};
            if constexpr (CodeQuery<PageQuery>) candidate.distance = distances[i];
            switch (liveness_.life(kind, candidate.id, candidate.generation)) {
                case Life::live:
                case Life::unknown:
                    if (measure(kind, owner, candidate)) heap_.push(candidate);
                    break;
                case Life::unsure:
                    if (ways_.size() < kMostWays) ways_.push_back(candidate);
                    break;
                case Life::stale:
                    break;
            }
        }
    }

    // Without codes a candidate's distance takes its page. False when it is no live node.
    bool measure(page::PageKind kind, const PageQuery& owner, Candidate& candidate) {
        if constexpr (PlainQuery<PageQuery>) {
            if (!exists(candidate.id, layouts_.of(kind))) return false;
            pause_();
            const CachedOwn node = vectors_.get(kind, candidate.id, candidate.generation);
            if (node.own == nullptr || !node.live) return false;
            candidate.distance = owner.exact(node.own);
        }
        return true;
    }

    // Makes candidates of what a search of the owner's layer finds.
    void search(page::PageKind kind, int layer, const std::byte* own) {
        heap_.clear();
        search_scratch_.reset();
        *search_query_ = model_->make_query(own, search_scratch_.arena());
        const EntryPoint entry = read_entry(*pages_);
        if (entry.id == page::kNoNode || entry.level < layer) return;
        Found start;
        const bool any = descent_.run(entry, layer, start);
        auto& search = kind == page::PageKind::base ? base_search_ : upper_search_;
        search.begin(profile_.ef_construction);
        if (any) search.seed(start.id, start.generation);
        search.run();
        for (const Found& node : search.found())
            if (node.live) heap_.push({node.dist, node.id, node.generation});
    }

    // Puts the planned lists on the page, but for those that are not what they were. Whether there
    // are none of these.
    bool write_page(page::BlockId block, const page::SlotLayout& layout) {
        bool all = true;
        pages_->modify(block, [&](std::byte* bytes) {
            Commit commit = Commit::no;
            for (uint32_t i = 0; i < layout.per_page; i++) {
                if (!broken_slot_[i]) continue;
                const page::NodeId id = block * layout.per_page + i;
                const page::Slot slot = page::slot_of(bytes, id, layout);
                const page::ConstSlot plan = page::slot_of<const std::byte>(plan_, id, layout);
                if (!same_list(slot, copied(id, layout))) {
                    all = false;
                    continue;
                }
                // The list is the end of a slot.
                std::memcpy(slot.at + layout.ids, plan.at + layout.ids, layout.stride - layout.ids);
                slot.header().edge_count = plan.header().edge_count;
                slot.header().scale_exponent = plan.header().scale_exponent;
                commit = Commit::yes;
            }
            return commit;
        });
        stats_->pages_written++;
        return all;
    }

    static bool same_list(page::Slot a, page::ConstSlot b) {
        return a.header().state == b.header().state &&
               a.header().generation == b.header().generation &&
               a.header().edge_count == b.header().edge_count &&
               std::memcmp(a.ids(), b.ids(), sizeof(page::NodeId) * a.layout->edges) == 0 &&
               std::memcmp(a.tag(), b.tag(), a.layout->edges) == 0;
    }

    // ---- nodes that few lists name, and those that no path leads to ----

    // Lists that name a node, below which it is offered to more.
    static constexpr int kFewNames = 4;
    // Neighbours that it is offered to.
    static constexpr size_t kOffers = 16;
    static constexpr size_t kConnectTries = 8;
    // Nodes that had to be taken, of those that are remembered, and how many are asked.
    static constexpr size_t kMostTaken = 4096;
    static constexpr int kLots = 8;

    template <class F>
    void for_each_live(page::BlockId first, F f) {
        const uint32_t per_page = layouts_.base.per_page;
        const auto end = static_cast<page::BlockId>(
            std::min<uint64_t>(uint64_t{first} + liveness_.range(), blocks_));
        for (page::NodeId id = first * per_page; id < end * per_page; id++)
            if (liveness_.live(id)) f(id);
    }

    // Makes it likely that searches find every node.
    void offer_rare_nodes(page::BlockId first) {
        for_each_live(first, [&](page::NodeId id) {
            if (liveness_.names(id) < kFewNames)
                offer_around(id, kFewNames - liveness_.names(id), Demand::if_better);
        });
    }

    // Makes it as good as certain that a path leads to every node. A list that has to take one may
    // give up another one for it, of any range, so all of them are looked at again; who was taken
    // this way then stays, or two nodes could go on taking each other's place.
    void connect() {
        const bool one_range = 1 + uint64_t{liveness_.range()} >= blocks_;
        for (size_t tries = 0; tries < kConnectTries; tries++) {
            reach_.begin(entry_base());
            point(*pages_, Point::vacuum_paths_followed);
            bool all = true;
            for (page::BlockId first = 1; first < blocks_; first += liveness_.range()) {
                if (!one_range) look(first);
                for_each_live(first, [&](page::NodeId id) {
                    if (reach_.reached(id)) return;
                    all = false;
                    offer_around(id, 1, Demand::always);
                    reach_.add(id);
                });
            }
            if (all) return;
        }
    }

    page::NodeId entry_base() {
        const EntryPoint entry = read_entry(*pages_);
        if (entry.id == page::kNoNode || entry.level == 0) return entry.id;
        if (!exists(entry.id, layouts_.upper) ||
            !copy_record(*pages_, page::PageKind::upper, layouts_.upper, entry.id, record_))
            return page::kNoNode;
        return page::base_of(page::ConstSlot{record_, &layouts_.upper}.header());
    }

    // Offers a node to the neighbours in its list, nearest first, until `wanted` have taken it.
    // Those that have to take it must be reached themselves; if there are none, it is offered to
    // what a search finds.
    void offer_around(page::NodeId id, int wanted, Demand demand) {
        pause_();
        const page::SlotLayout& layout = layouts_.base;
        if (!copy_record(*pages_, page::PageKind::base, layout, id, record_)) return;
        const page::Slot slot{record_, &layout};
        if (slot.header().state != page::SlotState::live) return;
        const std::byte* const own = own_of(*pages_, {slot.at, slot.layout}, own_);
        if (own == nullptr) return;
        begin_list();
        const PageQuery query = model_->make_query(own, scratch_.arena());
        open(page::PageKind::base, slot, own, query);
        heap_.clear();
        for (size_t i = 0; i < editor_.count(); i++)
            heap_.push({editor_.distance(i), slot.ids()[i],
                        static_cast<uint8_t>(slot.tag()[i] & page::kGenerationMask)});
        const Newcomer who{id, slot.header().generation, own, 0};
        if (offer_to_candidates(who, query, wanted, demand) || demand == Demand::if_better) return;
        if (offer_to_taken(who, query)) return;
        search(page::PageKind::base, 0, own);
        (void)offer_to_candidates(who, query, wanted, demand);
    }

    // By inner product most nodes can be without a way, and the nearest of all of them are the same
    // few long ones, whose lists are what searches go through. So these give up one place each, and
    // whoever comes later goes below one that got a place, by lot, so that no path becomes long.
    bool offer_to_taken(const Newcomer& who, const PageQuery& query) {
        uint64_t lot = mix64(who.id);
        for (int tries = 0; tries < kLots && taken_.size() > 0; tries++, lot = mix64(lot)) {
            heap_.clear();
            heap_.push(taken_[lot % taken_.size()]);
            if (offer_to_candidates(who, query, 1, Demand::always)) return true;
        }
        return false;
    }
    void remember_taken(const Newcomer& who) {
        if (profile_.metric != page::Metric::inner_product) return;
        const Candidate node{0, who.id, who.generation};
        if (taken_.size() < kMostTaken)
            taken_.push_back(node);
        else
            taken_[mix64(who.id) % kMostTaken] = node;
    }

    // One that had to be taken itself may take several.
    bool gives_no_more(page::NodeId id) const {
        return profile_.metric == page::Metric::inner_product && reach_.gave(id) &&
               !reach_.stays(id);
    }

    // Whether anyone took it.
    bool offer_to_candidates(Newcomer who, const PageQuery& query, int wanted, Demand demand) {
        const bool must = demand == Demand::always;
        const auto stays = [&](page::NodeId id) { return must && reach_.stays(id); };
        int taken = 0;
        size_t left = must ? kMostCandidates : kOffers;
        for (const Candidate& candidate : heap_.take_sorted()) {
            if (left == 0 || taken == wanted) break;
            if (candidate.id == who.id || !exists(candidate.id, layouts_.base)) continue;
            if (must && (!reach_.reached(candidate.id) || gives_no_more(candidate.id))) continue;
            left--;
            pause_();
            const CachedOwn node =
                vectors_.get(page::PageKind::base, candidate.id, candidate.generation);
            if (node.own == nullptr || !node.live) continue;
            who.distance = query.exact(node.own);
            search_scratch_.reset();
            const bool took = offer(*pages_, editor_, page::PageKind::base, layouts_.base,
                                    candidate.id, candidate.generation, node.own,
                                    model_->make_query(node.own, search_scratch_.arena()), query,
                                    who, demand, scratch_.arena(), stays)
                                  .outcome == Offer::taken;
            taken += took;
            if (must && took) reach_.make_give(candidate.id);
            point(*pages_, Point::vacuum_node_offered);
        }
        if (must && taken > 0) {
            reach_.make_stay(who.id);
            remember_taken(who);
        }
        stats_->nodes_linked += taken > 0;
        stats_->pages_written += static_cast<uint64_t>(taken);
        return taken > 0;
    }

    Pages* pages_;
    const Model* model_;
    page::Profile profile_;
    page::Layouts layouts_;
    Pause pause_;
    VacuumStats* stats_;
    page::BlockId blocks_;
    Liveness liveness_;
    RecordCache<Pages> dead_;
    OwnCache<Pages> vectors_;
    typename Model::Encoder encoder_;
    ListEditor<Model> editor_;
    ListChooser<Model> chooser_;
    Scratch scratch_;
    Scratch search_scratch_;
    PageQuery* search_query_;
    Counters counters_;
    Descent<Pages, PageQuery> descent_;
    LayerSearch<Pages, PageQuery> base_search_;
    LayerSearch<Pages, PageQuery> upper_search_;
    Reach<Pages, Pause> reach_;
    ArenaVector<Candidate> ways_;
    ArenaVector<Candidate> taken_;
    std::byte* image_;   // a page as it was
    std::byte* plan_;    // the same with its lists repaired
    std::byte* record_;  // one record
    std::byte* own_;     // its own vector, if that is not in it
    EntryPoint best_{page::kNoNode, 0, 0};
    page::NodeId kept_ = page::kNoNode;  // base record of a dead entry node
    bool broken_slot_[page::kBody / sizeof(page::SlotHeader)];
    bool broken_[kMostEdgesOnPage];
    Candidate candidates_[kMostCandidates];
    BoundedHeap<Candidate, Nearer> heap_{candidates_};
};

}  // namespace quiver::store
