// Insertion: rows found lists, other backends between any two pages, a crash after any of them.
#include "quiver/ivf/insert.hpp"

#include <gtest/gtest.h>

#include <numeric>  // std::iota

#include "ivf/stored_lists.hpp"

namespace quiver::test {
namespace {

std::vector<uint32_t> numbers(uint32_t count) {
    std::vector<uint32_t> all(count);
    std::iota(all.begin(), all.end(), 0);
    return all;
}

void insert_grid(StoredLists& index, uint32_t from, uint32_t to) {
    for (uint32_t i = from; i < to; i++)
        index.insert(i, static_cast<float>(i % 37), static_cast<float>(i / 37));
}

TEST(IvfInsert, FirstRowsAreCenters) {
    StoredLists index(3);
    index.insert(0, 0, 0);
    index.insert(1, 10, 0);
    index.insert(2, 10, 0);  // equal to a center: no list of its own
    index.insert(3, 0, 10);
    index.insert(4, 1, 1);
    EXPECT_EQ(index.scan(0, 0, {1, 1, 100}), (std::vector<uint32_t>{0, 4}));
    EXPECT_EQ(index.scan(10, 1, {1, 1, 100}), (std::vector<uint32_t>{1, 2}));
    EXPECT_EQ(index.scan(0, 9, {1, 1, 100}), (std::vector<uint32_t>{3}));
    EXPECT_EQ(index.all(), numbers(5));
    EXPECT_TRUE(index.findings().empty());
}

TEST(IvfInsert, ManyRowsManyPages) {
    // Vectors so large that the directory has several pages, too.
    StoredLists index(60, 300);
    insert_grid(index, 0, 400);
    EXPECT_EQ(index.all(), numbers(400));
    EXPECT_TRUE(index.findings().empty());
}

// Another backend inserts a row between any two pages of each insertion.
TEST(IvfInsert, OthersInsertMeanwhile) {
    for (const uint32_t dims : {2u, 900u}) {
        StoredLists index(5, dims);
        uint32_t next = 1000;
        index.pages().between([&] {
            if (next < 1400) index.insert(next, static_cast<float>(next % 11), 1), next++;
        });
        insert_grid(index, 0, 200);
        index.pages().between(nullptr);
        const auto found = index.all();
        EXPECT_EQ(found.size(), 200 + next - 1000);
        for (const std::string& finding : index.findings())
            EXPECT_EQ(finding.rfind("warning", 0), 0u) << finding;
    }
}

// After a crash behind any write, all rows whose insertion had ended are there, and others can
// come.
TEST(IvfInsert, CrashAfterAnyWrite) {
    for (uint64_t commits = 1; commits < 60; commits++) {
        StoredLists index(4, 900);
        uint32_t done = 0;
        index.pages().crash_after(commits);
        try {
            for (; done < 30; done++)
                index.insert(done, static_cast<float>(done % 7), static_cast<float>(done));
        } catch (const Crash&) {
        }
        index.pages().crash_after(1u << 30);
        const auto found = index.all();
        for (uint32_t i = 0; i < done; i++)
            EXPECT_TRUE(std::binary_search(found.begin(), found.end(), i)) << i << ", " << commits;
        EXPECT_LE(found.size(), done + 1u);
        for (const std::string& finding : index.findings())
            EXPECT_EQ(finding, "warning: no chain leads to the page") << commits;
        insert_grid(index, 100, 130);
        EXPECT_GE(index.all().size(), done + 30u);
    }
}

}  // namespace
}  // namespace quiver::test
