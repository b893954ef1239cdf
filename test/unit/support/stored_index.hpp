// A whole index on ArrayPages: what src/pg/hnsw does around the store layer, without a server.
#pragma once

#include <gtest/gtest.h>

#include <map>     // std::map
#include <string>  // std::string
#include <vector>  // std::vector

#include "quiver/page/profile.hpp"
#include "quiver/store/bulk_write.hpp"
#include "quiver/store/insert.hpp"
#include "quiver/store/model.hpp"
#include "quiver/store/scan.hpp"
#include "quiver/store/vacuum.hpp"
#include "support/array_pages.hpp"
#include "support/brute_force.hpp"
#include "support/heap_arena.hpp"

namespace quiver::test {

// A heap TID that says which row it is, and which of the row's copies.
inline page::HeapTid tid_of(uint32_t row, uint16_t copy = 1) {
    return {static_cast<uint16_t>(row >> 16), static_cast<uint16_t>(row), copy};
}
inline uint64_t key_of(page::HeapTid tid) {
    return uint64_t{tid.block_hi} << 32 | uint64_t{tid.block_lo} << 16 | tid.offset;
}
inline uint32_t row_of(page::HeapTid tid) { return uint32_t{tid.block_hi} << 16 | tid.block_lo; }

struct Variant {
    const char* name;
    page::Metric metric;
    page::Own own;
    uint32_t dims;
    int m = 16;
    int ef_construction = 64;
    page::OwnPlace place = page::OwnPlace::slot;  // tails: even if the slot would do
};

inline page::Profile profile_of(const Variant& v) {
    page::Profile profile{};
    EXPECT_TRUE(page::choose_profile(
        {v.dims, v.metric, v.own, v.m, v.ef_construction, page::Fit::compact}, profile));
    if (v.place == page::OwnPlace::tails) profile.place = v.place;
    return profile;
}

inline const std::vector<Variant>& variants() {
    using page::Metric;
    using page::Own;
    using page::OwnPlace;
    static const std::vector<Variant> all = {
        {"f32_l2", Metric::l2, Own::f32, 24},
        {"f16_l2", Metric::l2, Own::f16, 100},
        {"f32_ip", Metric::inner_product, Own::f32, 40},
        {"f16_ip", Metric::inner_product, Own::f16, 96},
        {"f32_cosine", Metric::cosine, Own::f32, 30},
        {"f16_cosine", Metric::cosine, Own::f16, 130},
        {"bit_hamming", Metric::hamming, Own::bits, 256},
        {"bit_jaccard", Metric::jaccard, Own::bits, 200},
        {"i8_l2", Metric::l2, Own::i8, 100},
        {"i8_cosine", Metric::cosine, Own::i8, 97},
        {"i8_tails_ip", Metric::inner_product, Own::i8, 96, 16, 64, OwnPlace::tails},
        {"bit_tails_hamming", Metric::hamming, Own::bits, 256, 16, 64, OwnPlace::tails},
    };
    return all;
}

// What a scan handed out.
struct Hit {
    page::HeapTid tid;
    float distance;
    uint64_t round;
};

enum class Widen : bool { no, yes };

class StoredIndex {
public:
    explicit StoredIndex(const page::Profile& profile) : profile_(profile) {
        pages_.extend(page::PageKind::meta, [&](std::byte* bytes) {
            page::Meta& meta = store::meta_of(bytes);
            meta.magic = page::kMagic;
            meta.version = page::kFormatVersion;
            meta.profile = profile;
            meta.rotation_seed = kSeed;
            meta.entry = page::kNoNode;
        });
    }
    explicit StoredIndex(const Variant& variant) : StoredIndex(profile_of(variant)) {}

    const page::Profile& profile() const { return profile_; }
    ArrayPages& pages() { return pages_; }
    const ArrayPages& pages() const { return pages_; }
    page::Meta meta() const { return store::meta_of(pages_.bytes(page::kMetaBlock)); }
    static constexpr uint64_t seed() { return kSeed; }
    // Of the encoder of build().
    void set_cache_bytes(size_t bytes) { cache_bytes_ = bytes; }

    // The own vector of a record, wherever it is; empty when its tails are not there.
    Bytes own_of(page::ConstSlot slot) const {
        const page::SlotLayout& layout = *slot.layout;
        if (!layout.spans()) return Bytes(slot.own(), slot.own() + layout.own_bytes);
        Bytes own;
        page::BlockId block = slot.tail().first;
        for (size_t part = 0; own.size() < layout.own_bytes; ++part) {
            if (block == page::kMetaBlock || block >= pages_.blocks()) return {};
            const std::byte* bytes = pages_.bytes(block);
            const page::TailHeader& header = page::tail_header_of(bytes);
            if (page::special_of(bytes).kind != page::PageKind::tail || header.part != part ||
                header.owner != slot.tail().owner || header.generation != slot.tail().generation)
                return {};
            const size_t size = std::min(page::kTailBytes, layout.own_bytes - own.size());
            own.insert(own.end(), page::tail_part_of(bytes), page::tail_part_of(bytes) + size);
            block = header.next;
        }
        EXPECT_EQ(block, page::kMetaBlock) << "a part too many";
        return own;
    }

    template <class F>
    decltype(auto) with_model(F f) const {
        return store::with_model(profile_, kSeed, f);
    }

    // Rows [0, count) through a graph in memory; copies(row) TIDs each.
    template <class Copies>
    void build(const Vectors& vectors, size_t count, Copies copies) {
        with_model([&](const auto& model) {
            HeapArena memory;
            const graph::Params params = {
                .m = profile_.m,
                .ef_construction = profile_.ef_construction,
                .vector_bytes = static_cast<uint32_t>(store::own_record_bytes(profile_)),
                .seed = kSeed};
            const size_t bytes = 2 * graph::MemoryGraph::bytes_for(count, params) + (1 << 22);
            const auto metric = model.metric();
            graph::Inserter inserter(
                graph::MemoryGraph::create(memory.arena().template array<std::byte>(bytes), bytes,
                                           params),
                metric, memory.arena(), graph::NoHost{});
            for (uint32_t row = 0; row < count; ++row) {
                for (uint16_t copy = 1; copy <= copies(row); ++copy) {
                    ASSERT_NE(inserter.insert(vectors.record(row), tid_of(row, copy)),
                              graph::Inserted::full);
                }
            }
            write(model, inserter, memory.arena());
        });
    }
    void build(const Vectors& vectors, size_t count) {
        build(vectors, count, [](uint32_t) { return 1; });
    }

    void insert(const std::byte* record, page::HeapTid tid) {
        with_model([&](const auto& model) {
            HeapArena memory;
            store::PageInserter inserter(pages_, model, memory.arena(), counters_);
            inserter.insert(record, tid, kSeed, profile_.ef_construction);
        });
    }

    std::vector<Hit> scan(const Vectors& queries, size_t q, size_t ef, Widen widen,
                          size_t limit = SIZE_MAX, size_t sweep_room = 100) {
        std::vector<Hit> hits;
        with_model([&](const auto& model) {
            using Model = std::remove_cvref_t<decltype(model)>;
            HeapArena memory;
            const auto query = [&] {
                if constexpr (std::is_base_of_v<graph::BitMetric, typename Model::Metric>)
                    return model.make_query(queries.record(q), memory.arena());
                else
                    return model.make_query(queries.floats(q), memory.arena());
            }();
            store::Counters counters;
            store::Scan scan(memory.arena(), pages_, query, page::layouts(profile_), counters, ef,
                             sweep_room, widen == Widen::yes);
            store::Found node;
            while (hits.size() < limit && scan.next(node)) {
                for (int i = 0; i < node.tid_count; ++i)
                    hits.push_back({node.tids[i], node.dist, counters.rounds});
                page::TidChunk chunk;
                store::ChainReader chain({node.id, node.generation}, node.more_tids);
                while (chain.next(pages_, page::layouts(profile_).base, chunk)) {
                    for (int i = 0; i < chunk.count; ++i)
                        hits.push_back({chunk.tids[i], node.dist, counters.rounds});
                }
            }
        });
        return hits;
    }

    // asked: how often is_dead was called for each TID.
    template <class IsDead>
    store::VacuumStats vacuum(IsDead is_dead, std::map<uint64_t, int>* asked = nullptr) {
        store::VacuumStats stats;
        store::remove_dead_tids(
            pages_, page::layouts(profile_),
            [&](page::HeapTid tid) {
                if (asked != nullptr) (*asked)[key_of(tid)]++;
                return is_dead(tid);
            },
            [&] { pages_.poll(); }, stats);
        return stats;
    }

    // What VACUUM does: the same, and then dead nodes out of the graph.
    template <class IsDead>
    store::VacuumStats vacuum_all(IsDead is_dead, size_t memory = 1 << 20) {
        store::VacuumStats stats = vacuum(is_dead);
        if (!store::has_dead_nodes(pages_)) return stats;
        with_model([&](const auto& model) {
            HeapArena arena;
            store::remove_dead_nodes(
                pages_, model, arena.arena(), memory, [&] { pages_.poll(); }, stats);
        });
        return stats;
    }

private:
    static constexpr uint64_t kSeed = 20240611;

    template <class Model, class Inserter>
    void write(const Model& model, Inserter& inserter, Arena arena) {
        graph::fill_lists(inserter);
        const graph::MemoryGraph graph = inserter.graph();
        auto* order = arena.array<graph::NodeId>(graph.size() + 1);
        (void)graph::order_nodes(inserter, order);
        auto encoder = model.make_encoder(graph, cache_bytes_, arena);
        store::BulkWriter writer(pages_, graph, profile_, encoder, arena);
        const store::Written written = writer.run();
        store::publish(pages_, written);
    }

    page::Profile profile_;
    ArrayPages pages_;
    store::Counters counters_;
    size_t cache_bytes_ = size_t{100} << 10;
};

}  // namespace quiver::test
