// Indexes as earlier versions wrote them, page by page, in test/unit/data: whatever changes, they
// can be read, checked, searched, written and vacuumed, or their format version is another one.
//
// A new format adds files and keeps the old ones. QUIVER_WRITE_FORMAT=1 in the environment writes
// those of the current version.
#include <cstdlib>  // std::getenv
#include <fstream>  // std::ifstream
#include <string>   // std::string

#include "support/store_test.hpp"

namespace quiver::test {
namespace {

constexpr uint32_t kRows = 60;

// The files: pages as runs of zeros and of other bytes in turn, each with its length in two bytes.
void write_page(std::ostream& out, const std::byte* page) {
    const auto run = [&](size_t at, bool zeros) {
        size_t end = at;
        while (end < page::kPageSize && (page[end] == std::byte{0}) == zeros) ++end;
        const auto length = static_cast<uint16_t>(end - at);
        out.put(static_cast<char>(length & 0xff)).put(static_cast<char>(length >> 8));
        return end;
    };
    for (size_t at = 0; at < page::kPageSize;) {
        const size_t data = run(at, true);
        at = run(data, false);
        out.write(reinterpret_cast<const char*>(page) + data,
                  static_cast<std::streamsize>(at - data));
    }
}

// False at the end of the file.
bool read_page(std::istream& in, PageImage& image) {
    image = {};
    for (size_t at = 0; at < page::kPageSize;) {
        for (const bool zeros : {true, false}) {
            uint8_t length[2];
            if (!in.read(reinterpret_cast<char*>(length), 2)) return false;
            const size_t bytes = length[0] | length[1] << 8;
            if (bytes > page::kPageSize - at) return false;
            if (!zeros)
                in.read(reinterpret_cast<char*>(image.bytes) + at,
                        static_cast<std::streamsize>(bytes));
            at += bytes;
        }
    }
    return true;
}

const Variant kStored[] = {
    {"f32_l2", page::Metric::l2, page::Own::f32, 8, 4, 16},
    {"f16_cosine", page::Metric::cosine, page::Own::f16, 40, 3, 16},
    {"bit_jaccard", page::Metric::jaccard, page::Own::bits, 64, 4, 16},
    {"i8_tails_ip", page::Metric::inner_product, page::Own::i8, 24, 3, 16, page::OwnPlace::tails},
};

class StoredFormat : public ::testing::TestWithParam<Variant> {
protected:
    static std::string file(uint32_t version) {
        return std::string(QUIVER_TEST_DATA) + "/format" + std::to_string(version) + "_" +
               GetParam().name + ".pages";
    }
    // Built from a graph, then inserted into, with chains of heap TIDs, dead and free places.
    static StoredIndex make() {
        StoredIndex index(GetParam());
        const Vectors base(index.profile(), kRows, 2);
        index.build(base, kRows / 2, [](uint32_t row) { return row == 5 ? 20 : 1; });
        for (uint32_t row = kRows / 2; row < kRows; ++row)
            index.insert(base.record(row), tid_of(row));
        index.vacuum_all([](page::HeapTid tid) { return row_of(tid) % 10 == 3; });
        index.vacuum([](page::HeapTid tid) { return row_of(tid) % 10 == 7; });
        return index;
    }
};

INSTANTIATE_TEST_SUITE_P(files, StoredFormat, ::testing::ValuesIn(kStored), variant_name);

TEST_P(StoredFormat, version_1) {
    if (std::getenv("QUIVER_WRITE_FORMAT") != nullptr) {
        const StoredIndex index = make();
        std::ofstream out(file(page::kFormatVersion), std::ios::binary);
        for (page::BlockId block = 0; block < index.pages().blocks(); ++block)
            write_page(out, index.pages().bytes(block));
        GTEST_SKIP() << "written";
    }
    std::ifstream in(file(1), std::ios::binary);
    ASSERT_TRUE(in) << file(1);
    ArrayPages pages;
    PageImage image;
    while (read_page(in, image)) {
        const page::BlockId block = pages.extend(page::PageKind::base, [](std::byte*) {});
        std::memcpy(pages.bytes(block), image.bytes, page::kPageSize);
    }
    ASSERT_GT(pages.blocks(), 3u);
    StoredIndex index(pages);
    ASSERT_EQ(index.meta().version, 1);

    std::set<uint64_t> expected;
    for (uint32_t row = 0; row < kRows; ++row) {
        if (row % 10 == 3 || row % 10 == 7) continue;
        for (uint16_t copy = 1; copy <= (row == 5 ? 20 : 1); ++copy)
            expected.insert(key_of(tid_of(row, copy)));
    }
    const GraphFacts facts = check_graph(index);
    EXPECT_EQ(facts.tids, expected);
    EXPECT_EQ(facts.dead, kRows / 10);
    for (const store::Finding& f : index.findings())
        ADD_FAILURE() << store::finding_name(f.code) << ": " << f.detail;

    // What is near is found near: the vectors are read as they were written.
    const Vectors base(index.profile(), kRows + 10, 2);
    const Vectors queries(index.profile(), 20, 3);
    size_t found = 0;
    for (size_t q = 0; q < queries.count(); ++q) {
        const std::vector<Hit> hits = index.scan(queries, q, 40, Widen::yes);
        EXPECT_EQ(keys_of(hits), expected);
        double best = INFINITY;
        for (const uint64_t key : expected) {
            const uint32_t row = static_cast<uint32_t>(key >> 16);
            best = std::min(best, distance(index.profile(), queries, q, base.record(row)));
        }
        ASSERT_FALSE(hits.empty());
        found += distance(index.profile(), queries, q, base.record(row_of(hits[0].tid))) <=
                 best + 1e-6 * std::fabs(best);
    }
    EXPECT_GE(found, queries.count() - 1);

    for (uint32_t row = kRows; row < kRows + 10; ++row) {
        index.insert(base.record(row), tid_of(row));
        expected.insert(key_of(tid_of(row)));
    }
    index.vacuum_all([](page::HeapTid) { return false; });
    const GraphFacts later = check_graph(index);
    EXPECT_EQ(later.tids, expected);
    EXPECT_EQ(later.dead, 0u);
    EXPECT_TRUE(later.unreached.empty());
}

}  // namespace
}  // namespace quiver::test
