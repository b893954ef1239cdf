// A whole index on ArrayPages: what src/pg/hnsw does around the store layer, without a server.
//
// What is a template over models is compiled once, in stored_index_*.cpp, and not with every test.
#pragma once

#include <gtest/gtest.h>

#include <functional>  // std::function
#include <map>         // std::map
#include <string>      // std::string
#include <vector>      // std::vector

#include "quiver/page/profile.hpp"
#include "quiver/store/build_params.hpp"
#include "quiver/store/finding.hpp"
#include "quiver/store/model.hpp"
#include "quiver/store/tids.hpp"
#include "quiver/store/vacuum_stats.hpp"
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

// Of sparse vectors: most fit into their slot, some do not.
inline constexpr uint32_t kSlotNonzeros = 30;

inline page::Profile profile_of(const Variant& v) {
    page::Profile profile{};
    if (v.metric == page::Metric::l1 || v.own == page::Own::sparse) {
        EXPECT_TRUE(page::choose_plain_profile(
            {v.dims, v.metric, v.own, v.m, v.ef_construction, kSlotNonzeros}, profile));
        if (v.place == page::OwnPlace::tails) profile.place = v.place;
        return profile;
    }
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
        {"f32_l1", Metric::l1, Own::f32, 24},
        {"f16_l1", Metric::l1, Own::f16, 100},
        {"f16_tails_l1", Metric::l1, Own::f16, 100, 16, 64, OwnPlace::tails},
        {"sparse_l2", Metric::l2, Own::sparse, 300},
        {"sparse_ip", Metric::inner_product, Own::sparse, 300},
        {"sparse_cosine", Metric::cosine, Own::sparse, 300},
        {"sparse_l1", Metric::l1, Own::sparse, 300},
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
    // An index that is there already.
    explicit StoredIndex(const ArrayPages& pages)
        : profile_(store::meta_of(pages.bytes(page::kMetaBlock)).profile), pages_(pages) {}

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
        const size_t size = layout.own_size(slot.own());
        Bytes own(slot.own(), slot.own() + std::min<size_t>(size, layout.own_inline));
        page::BlockId block = layout.spans() ? slot.tail().first : page::kMetaBlock;
        for (size_t part = 0; own.size() < size; ++part) {
            if (block == page::kMetaBlock || block >= pages_.blocks()) return {};
            const std::byte* bytes = pages_.bytes(block);
            const page::TailHeader& header = page::tail_header_of(bytes);
            if (page::special_of(bytes).kind != page::PageKind::tail || header.part != part ||
                header.owner != slot.tail().owner || header.generation != slot.tail().generation)
                return {};
            const size_t bytes_here = std::min(page::kTailBytes, size - own.size());
            own.insert(own.end(), page::tail_part_of(bytes),
                       page::tail_part_of(bytes) + bytes_here);
            block = header.next;
        }
        // A sparse vector may be followed by parts of a longer one that was here before.
        EXPECT_TRUE(layout.sparse || block == page::kMetaBlock) << "a part too many";
        return own;
    }

    graph::Params graph_params() const {
        return store::build_params(profile_, kSeed, store::Coarse::yes);
    }

    template <class F>
    decltype(auto) with_model(F f) const {
        return store::with_model(profile_, kSeed, f);
    }

    // Rows [0, count) through a graph in memory; copies(row) TIDs each.
    void build(const Vectors& vectors, size_t count,
               const std::function<uint32_t(uint32_t)>& copies);
    void build(const Vectors& vectors, size_t count) {
        build(vectors, count, [](uint32_t) { return 1; });
    }

    void insert(const std::byte* record, page::HeapTid tid);

    std::vector<Hit> scan(const Vectors& queries, size_t q, size_t ef, Widen widen,
                          size_t limit = SIZE_MAX, size_t sweep_room = 100);

    // asked: how often is_dead was called for each TID.
    using IsDead = std::function<bool(page::HeapTid)>;
    store::VacuumStats vacuum(const IsDead& is_dead, std::map<uint64_t, int>* asked = nullptr);
    // What VACUUM does: the same, and then dead nodes out of the graph.
    store::VacuumStats vacuum_all(const IsDead& is_dead, size_t memory = 1 << 20);

    // What the check of an index finds; tids: the heap TIDs that it hands out.
    std::vector<store::Finding> findings(std::vector<uint64_t>* tids = nullptr);

private:
    static constexpr uint64_t kSeed = 20240611;

    page::Profile profile_;
    ArrayPages pages_;
    store::Counters counters_;
    size_t cache_bytes_ = size_t{100} << 10;
};

}  // namespace quiver::test
