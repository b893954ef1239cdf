#include "quiver/store/check.hpp"

#include <gtest/gtest.h>

#include <limits>  // std::numeric_limits
#include <map>     // std::map
#include <set>     // std::set

#include "support/stored_index.hpp"

namespace quiver::test {
namespace {

using store::FindingCode;

// What a check finds, by code; and the heap TIDs it hands out.
struct Checked {
    std::map<FindingCode, std::vector<store::Finding>> findings;
    std::vector<uint64_t> tids;

    bool has(FindingCode code) const { return findings.contains(code); }
    std::string names() const {
        std::string all;
        for (const auto& [code, found] : findings)
            all += std::string(store::finding_name(code)) + ": " + found[0].detail + "; ";
        return all;
    }
};

Checked check(StoredIndex& index) {
    Checked checked;
    for (const store::Finding& f : index.findings(&checked.tids))
        checked.findings[f.code].push_back(f);
    return checked;
}

class CheckTest : public ::testing::TestWithParam<Variant> {
protected:
    static constexpr uint32_t kRows = 120;

    CheckTest() : index(GetParam()), layouts(page::layouts(index.profile())) {
        const Vectors rows(index.profile(), kRows, 2);
        index.build(rows, kRows, [](uint32_t row) { return row == 5 ? 30 : 1; });
    }

    // The n-th record of a kind.
    page::NodeId record(page::PageKind kind, uint32_t n = 0) {
        const page::SlotLayout& layout = layout_of(kind);
        for (page::BlockId block = 1; block < index.pages().blocks(); ++block) {
            if (page::special_of(index.pages().bytes(block)).kind != kind) continue;
            if (n < layout.per_page) return block * layout.per_page + n;
            n -= layout.per_page;
        }
        ADD_FAILURE() << "no such record";
        return 0;
    }
    const page::SlotLayout& layout_of(page::PageKind kind) const {
        return kind == page::PageKind::base ? layouts.base : layouts.upper;
    }
    page::Slot slot(page::PageKind kind, page::NodeId id) {
        const page::SlotLayout& layout = layout_of(kind);
        return page::slot_of(index.pages().bytes(page::block_of(id, layout)), id, layout);
    }
    page::Slot base(uint32_t n) {
        return slot(page::PageKind::base, record(page::PageKind::base, n));
    }
    page::Meta& meta() { return store::meta_of(index.pages().bytes(page::kMetaBlock)); }
    page::Slot with_chain() {
        for (uint32_t n = 0; n < kRows; ++n)
            if (base(n).header().more_tids != page::kNoNode) return base(n);
        ADD_FAILURE() << "no node has a chain";
        return base(0);
    }
    // Whose own vector is not all in its slot.
    page::Slot with_tails() {
        for (uint32_t n = 0; n < kRows; ++n) {
            const page::Slot node = base(n);
            if (store::has_tails({node.at, node.layout})) return node;
        }
        ADD_FAILURE() << "no node has tails";
        return base(0);
    }
    bool plain() const { return page::is_plain(index.profile()); }
    bool dense() const { return GetParam().own != page::Own::bits; }

    void expect_found(FindingCode code) {
        const Checked checked = check(index);
        EXPECT_TRUE(checked.has(code))
            << store::finding_name(code) << " not among " << checked.names();
    }
    // And nothing but it.
    void expect_only(FindingCode code, size_t count = 1) {
        const Checked checked = check(index);
        ASSERT_TRUE(checked.has(code)) << checked.names();
        EXPECT_EQ(checked.findings.size(), 1u) << checked.names();
        EXPECT_EQ(checked.findings.at(code).size(), count);
    }

    StoredIndex index;
    page::Layouts layouts;
};

TEST_P(CheckTest, finds_nothing_in_a_sound_index) {
    const Checked checked = check(index);
    EXPECT_EQ(checked.names(), "");
    const std::set<uint64_t> distinct(checked.tids.begin(), checked.tids.end());
    EXPECT_EQ(checked.tids.size(), kRows + 29);
    EXPECT_EQ(distinct.size(), checked.tids.size());
}

TEST_P(CheckTest, finds_nothing_in_an_empty_index) {
    StoredIndex empty(GetParam());
    EXPECT_EQ(check(empty).names(), "");
}

TEST_P(CheckTest, inserts_and_vacuum_leave_no_errors) {
    const Vectors more(index.profile(), 60, 9);
    for (uint32_t row = 0; row < 60; ++row) index.insert(more.record(row), tid_of(1000 + row));
    index.vacuum([](page::HeapTid tid) { return row_of(tid) % 3 == 0; });
    for (const auto& [code, found] : check(index).findings)
        EXPECT_TRUE(store::is_warning(code)) << store::finding_name(code) << found[0].detail;
}

TEST_P(CheckTest, meta_damaged) {
    const page::Meta sound = meta();
    meta().magic++;
    expect_only(FindingCode::meta_damaged);
    meta() = sound;
    meta().version++;
    expect_only(FindingCode::meta_damaged);
    meta() = sound;
    meta().profile.m = 0;
    expect_only(FindingCode::meta_damaged);
    meta() = sound;
    meta().profile.dims = 0xffffffffu;
    expect_only(FindingCode::meta_damaged);
    meta() = sound;
    meta().profile.own = static_cast<page::Own>(7);
    expect_only(FindingCode::meta_damaged);
    meta() = sound;
    page::special_of(index.pages().bytes(page::kMetaBlock)).kind = page::PageKind::base;
    expect_only(FindingCode::meta_damaged);
}

TEST_P(CheckTest, entry_invalid) {
    const page::Meta sound = meta();
    meta().entry = 0;
    expect_found(FindingCode::entry_invalid);
    meta() = sound;
    meta().entry = 0xfffffff0u;
    expect_found(FindingCode::entry_invalid);
    meta() = sound;
    meta().entry_generation++;
    expect_found(FindingCode::entry_invalid);
    meta() = sound;
    meta().entry_level++;
    expect_found(FindingCode::entry_invalid);
    meta() = sound;
    meta().entry_level = 255;
    expect_found(FindingCode::entry_invalid);
}

TEST_P(CheckTest, page_damaged) {
    const page::BlockId last = index.pages().blocks() - 1;
    const page::BlockId added = index.pages().extend(page::PageKind::base, [](std::byte*) {});
    EXPECT_EQ(check(index).names(), "");
    page::special_of(index.pages().bytes(added)).kind = static_cast<page::PageKind>(99);
    expect_only(FindingCode::page_damaged);
    std::memset(index.pages().bytes(added), 0, page::kPageSize);  // as a crash leaves it
    EXPECT_EQ(check(index).names(), "");
    page::special_of(index.pages().bytes(last)).magic = 0;
    expect_found(FindingCode::page_damaged);
}

TEST_P(CheckTest, slot_header) {
    const page::SlotHeader sound = base(7).header();
    const auto damage = [&](auto change) {
        change(base(7).header());
        expect_found(FindingCode::slot_header);
        base(7).header() = sound;
    };
    damage([](page::SlotHeader& h) { h.state = static_cast<page::SlotState>(3); });
    damage([](page::SlotHeader& h) { h.generation = 0x80; });
    damage([](page::SlotHeader& h) { h.level = graph::kMaxLevel + 1; });
    damage([](page::SlotHeader& h) { h.edge_count = 255; });
    damage([](page::SlotHeader& h) { h.layer = 1; });
    damage([](page::SlotHeader& h) { h.down = 1; });
    damage([](page::SlotHeader& h) { h.tid_count = 9; });
    damage([](page::SlotHeader& h) {
        h.tid_count = 0;
        h.more_tids = page::kNoNode;
    });
    EXPECT_EQ(check(index).names(), "");
    slot(page::PageKind::upper, record(page::PageKind::upper)).header().tid_count = 1;
    expect_only(FindingCode::slot_header);
}

TEST_P(CheckTest, own_vector) {
    if (!dense()) GTEST_SKIP() << "every bit string is one";
    page::Slot node = base(7);
    for (uint32_t n = 8;
         n < kRows && node.layout->sparse && store::has_tails({node.at, node.layout}); ++n)
        node = base(n);
    std::byte* const own = node.layout->own_inline == 0
                               ? page::tail_part_of(index.pages().bytes(node.tail().first))
                               : node.own();
    // NaN, in any precision; of a sparse vector, the last element.
    const bool sparse = node.layout->sparse;
    std::memset(sparse ? own + node.layout->own_size(own) - 4 : own, 0xff, 4);
    expect_found(FindingCode::own_vector);
}

TEST_P(CheckTest, own_error) {
    base(7).header().own_error = 1e9f;
    expect_only(FindingCode::own_error);
    base(7).header().own_error = -1;
    expect_only(FindingCode::own_error);
    base(7).header().own_error = std::numeric_limits<float>::quiet_NaN();
    expect_only(FindingCode::own_error);
}

TEST_P(CheckTest, own_tail) {
    if (!layouts.base.spans()) GTEST_SKIP() << "nodes of one page";
    const page::TailRef sound = with_tails().tail();
    const page::Slot damaged = with_tails();
    const auto damage = [&](auto change) {
        std::byte* const bytes = index.pages().bytes(sound.first);
        PageImage before;
        std::memcpy(before.bytes, bytes, page::kPageSize);
        change(damaged.tail(), bytes);
        expect_found(FindingCode::own_tail);
        damaged.tail() = sound;
        std::memcpy(bytes, before.bytes, page::kPageSize);
    };
    damage([](page::TailRef& ref, std::byte*) { ref.first = 0; });
    damage([](page::TailRef& ref, std::byte*) { ref.first = 0xfffffff0u; });
    damage([](page::TailRef& ref, std::byte*) { ref.generation++; });
    damage([](page::TailRef&, std::byte* tail) { page::tail_header_of(tail).owner++; });
    damage([](page::TailRef&, std::byte* tail) { page::tail_header_of(tail).generation++; });
    damage([](page::TailRef&, std::byte* tail) { page::tail_header_of(tail).part++; });
    EXPECT_EQ(check(index).names(), "");
    // As an insertion that did not come to its end leaves it.
    page::Slot node = damaged;
    node.header() = {};
    node.header().state = page::SlotState::dead;
    node.header().down = page::kNoNode;
    node.header().more_tids = page::kNoNode;
    node.tail() = {};
    EXPECT_FALSE(check(index).has(FindingCode::own_tail));
}

TEST_P(CheckTest, edges_that_lead_nowhere) {
    const page::Slot node = base(7);
    const uint32_t sound = node.ids()[0];
    const uint8_t tag = node.tag()[0];
    node.ids()[0] = record(page::PageKind::base, 7);
    expect_found(FindingCode::edge_self);
    node.ids()[0] = node.ids()[1];
    expect_found(FindingCode::edge_twice);
    for (const uint32_t nowhere : {0u, 0xffffffffu, 0xfffffff0u}) {
        node.ids()[0] = nowhere;
        expect_found(FindingCode::edge_target);
    }
    node.ids()[0] = index.pages().blocks() * layouts.base.per_page;
    expect_found(FindingCode::edge_target);
    node.ids()[0] = sound;
    node.tag()[0] = tag ^ 1;
    expect_found(FindingCode::edge_stale);
    node.tag()[0] = tag ^ page::kFiller;  // not for a check to judge
    EXPECT_EQ(check(index).names(), "");
}

TEST_P(CheckTest, edge_to_a_free_slot) {
    base(7).header().state = page::SlotState::free;
    expect_found(FindingCode::edge_target);
}

TEST_P(CheckTest, edge_code) {
    if (plain()) GTEST_SKIP() << "edges have no codes";
    const page::Slot node = base(7);
    const size_t bytes = page::code_bytes_per_edge(index.profile(), node.layout->code_dims);
    for (size_t i = 0; i < bytes; ++i) {
        uint8_t& code = dense() ? node.codes()[i * node.layout->edges_padded] : node.codes()[i];
        code ^= 0xff;
    }
    expect_only(FindingCode::edge_code);
}

TEST_P(CheckTest, edge_factors) {
    if (!dense() || plain()) GTEST_SKIP() << "edges have none";
    base(7).add()[0] = to_float(base(7).add()[0]) * 2 + 1000;
    expect_only(FindingCode::edge_factors);
    base(7).add()[0] = std::numeric_limits<float>::quiet_NaN();
    expect_only(FindingCode::edge_factors);
}

TEST_P(CheckTest, down_invalid) {
    const page::SlotHeader sound =
        slot(page::PageKind::upper, record(page::PageKind::upper)).header();
    const auto header = [&]() -> page::SlotHeader& {
        return slot(page::PageKind::upper, record(page::PageKind::upper)).header();
    };
    header().down = 0;
    expect_found(FindingCode::down_invalid);
    header() = sound;
    header().down_generation++;
    expect_found(FindingCode::down_invalid);
    header() = sound;
    header().down = record(page::PageKind::base, 0) == sound.down ? record(page::PageKind::base, 1)
                                                                  : record(page::PageKind::base, 0);
    expect_found(FindingCode::down_invalid);
}

TEST_P(CheckTest, tid_chain) {
    const uint32_t sound = with_chain().header().more_tids;
    for (const uint32_t broken : {0u, 0xfffffff0u, sound + page::kChunksPerPage - 1}) {
        page::Slot node = with_chain();
        node.header().more_tids = broken;
        expect_only(FindingCode::tid_chain);
        node.header().more_tids = sound;
    }
    store::chunk_of(index.pages().bytes(sound / page::kChunksPerPage), sound).next = sound;
    expect_only(FindingCode::tid_chain);
}

TEST_P(CheckTest, tid_invalid) {
    base(7).header().tids[0] = page::kNoTid;
    expect_only(FindingCode::tid_invalid);
}

TEST_P(CheckTest, unreachable) {
    page::Slot node =
        slot(meta().entry_level == 0 ? page::PageKind::base : page::PageKind::upper, meta().entry);
    for (int layer = meta().entry_level; layer > 0; --layer)
        node = slot(layer == 1 ? page::PageKind::base : page::PageKind::upper, node.header().down);
    node.header().edge_count = 0;
    expect_only(FindingCode::unreachable, kRows - 1);
}

// Garbage in any page leads to findings, not out of bounds; the sanitizers watch.
TEST_P(CheckTest, survives_garbage) {
    Rng rng(5);
    size_t found = 0;
    // Much of a tail page is unused here.
    const int rounds = !layouts.base.spans() ? 16 : plain() ? 192 : 64;
    for (int round = 0; round < rounds; ++round) {
        const page::BlockId block = 1 + rng.below(index.pages().blocks() - 1);
        std::byte* body = index.pages().bytes(block) + page::kPageHeader;
        const PageImage before = *reinterpret_cast<PageImage*>(index.pages().bytes(block));
        const size_t from = rng.below(page::kBody - 64);
        for (size_t i = 0; i < 64; ++i) body[from + i] = static_cast<std::byte>(rng.below(256));
        found += !check(index).findings.empty();
        std::memcpy(index.pages().bytes(block), &before, sizeof before);
    }
    EXPECT_GT(found, 4u);
    EXPECT_EQ(check(index).names(), "");
}

INSTANTIATE_TEST_SUITE_P(models, CheckTest, ::testing::ValuesIn(variants()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(FindingTest, names_are_distinct) {
    std::set<std::string> names;
    for (int i = 0; i < store::kFindingCodes; ++i)
        EXPECT_TRUE(names.insert(store::finding_name(static_cast<FindingCode>(i))).second);
}

TEST(InfoTest, counts) {
    StoredIndex index(Variant{"f32", page::Metric::l2, page::Own::f32, 24, 4, 16});
    const Vectors rows(index.profile(), 200, 2);
    index.build(rows, 200, [](uint32_t row) { return row == 5 ? 30 : 1; });
    index.vacuum([](page::HeapTid tid) { return row_of(tid) < 3; });
    index.pages().extend(page::PageKind::tids, [](std::byte*) {});
    const page::BlockId damaged = index.pages().extend(page::PageKind::base, [](std::byte*) {});
    std::memset(index.pages().bytes(damaged), 0, page::kPageSize);

    const store::IndexInfo info = store::gather_info(index.pages(), index.profile());
    EXPECT_EQ(info.live, 197u);
    EXPECT_EQ(info.dead, 3u);
    EXPECT_EQ(info.heap_tids, 200 + 29 - 3u);
    EXPECT_EQ(info.other_blocks, 1u);
    EXPECT_EQ(info.tid_blocks, 2u);
    EXPECT_EQ(info.blocks, index.pages().blocks());
    EXPECT_EQ(1 + info.base_blocks + info.upper_blocks + info.tid_blocks + info.other_blocks,
              info.blocks);
    EXPECT_EQ(info.upper_records, index.meta().upper_nodes);
    uint64_t nodes = 0;
    uint64_t records = 0;
    for (uint32_t level = 0; level <= graph::kMaxLevel; ++level) {
        nodes += info.levels[level];
        records += level * info.levels[level];
    }
    EXPECT_EQ(nodes, 200u);
    EXPECT_EQ(records, info.upper_records);
    EXPECT_GT(info.edges, 200u);
    EXPECT_LT(info.fillers, info.edges);
}

}  // namespace
}  // namespace quiver::test
