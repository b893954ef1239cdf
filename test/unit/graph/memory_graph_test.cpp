#include "quiver/graph/memory_graph.hpp"

#include <sys/mman.h>  // mmap

#include "graph/test_graph.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::graph {
namespace {

Params small_params() {
    Params params;
    params.m = 4;
    params.ef_construction = 16;
    params.vector_bytes = 12;
    return params;
}

class Block {
public:
    explicit Block(size_t bytes) : bytes_(bytes), memory_(std::make_unique<std::byte[]>(bytes)) {}
    std::byte* data() { return memory_.get(); }
    size_t size() const { return bytes_; }

private:
    size_t bytes_;
    std::unique_ptr<std::byte[]> memory_;
};

TEST(MemoryGraph, HoldsAboutAsManyAsItSays) {
    for (const size_t bytes : {20000, 1000000}) {
        Block block(bytes);
        Params params = small_params();
        const size_t expected = MemoryGraph::nodes_that_fit(bytes, params);
        EXPECT_NEAR(static_cast<double>(MemoryGraph::bytes_for(expected, params)),
                    static_cast<double>(bytes), 1000);
        MemoryGraph graph = MemoryGraph::create(block.data(), bytes, params);
        const float vector[3] = {1, 2, 3};
        Rng rng(5);
        uint32_t added = 0;
        while (graph.add(vector, tid_of(added), draw_level(rng.next(), params.ratio())) != kNoNode)
            ++added;
        EXPECT_EQ(graph.size(), added);
        EXPECT_NEAR(added, static_cast<double>(expected), 0.1 * static_cast<double>(expected));
        EXPECT_LE(graph.bytes_used(), bytes);
    }
}

// Sizes and places beyond 32 bits; the block is address space of which next to nothing is used.
TEST(MemoryGraph, IsLargerThanFourGigabytes) {
    Params large = small_params();
    large.m = 100;
    large.vector_bytes = 64000;
    const long double nodes = 2e9L;
    EXPECT_GT(static_cast<long double>(MemoryGraph::bytes_for(2000000000, large)), nodes * 64000);
    EXPECT_EQ(MemoryGraph::nodes_that_fit(SIZE_MAX, large), 0x7fffffffu);

    constexpr size_t kBytes = size_t{12} << 30;
    void* const space = mmap(nullptr, kBytes, PROT_READ | PROT_WRITE,
                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (space == MAP_FAILED) GTEST_SKIP() << "no 12 GB of address space here";
    auto* const block = static_cast<std::byte*>(space);
    const Params params = small_params();
    MemoryGraph graph = MemoryGraph::create(block, kBytes, params);
    EXPECT_GT(graph.most_nodes(), 20000000u);
    for (uint32_t i = 0; i < 20; ++i) {
        const float vector[3] = {static_cast<float>(i), 0, 1};
        ASSERT_EQ(graph.add(vector, tid_of(i), 3), i);
        for (Level layer = 0; layer <= 3; ++layer)
            graph.edges(i, layer).append({100 * i + layer, {1.0f, 0}});
    }
    for (uint32_t i = 0; i < 20; ++i) {
        MemoryGraph::attach(block).for_each_tid(i, [&](HeapTid tid) { EXPECT_EQ(row_of(tid), i); });
        for (Level layer = 0; layer <= 3; ++layer) {
            ASSERT_EQ(graph.edges(i, layer).size(), 1u);
            EXPECT_EQ(graph.edges(i, layer).id(0), 100 * i + layer);
        }
    }
    (void)munmap(space, kBytes);
}

TEST(MemoryGraph, WithoutRoomTakesNothing) {
    const Params params = small_params();
    const size_t bytes = MemoryGraph::bytes_for(0, params);
    Block block(bytes);
    MemoryGraph graph = MemoryGraph::create(block.data(), bytes, params);
    EXPECT_EQ(MemoryGraph::nodes_that_fit(bytes, params), 0u);
    const float vector[3] = {1, 2, 3};
    EXPECT_EQ(graph.add(vector, tid_of(0), 0), kNoNode);
    EXPECT_EQ(graph.size(), 0u);
    EXPECT_TRUE(graph.entry().none());
}

TEST(MemoryGraph, KeepsWhatItIsGiven) {
    Block block(100000);
    MemoryGraph graph = MemoryGraph::create(block.data(), block.size(), small_params());
    for (uint32_t i = 0; i < 40; ++i) {
        const float vector[3] = {static_cast<float>(i), 0, 1};
        ASSERT_EQ(graph.add(vector, tid_of(i), i % 5), i);
        for (Level layer = 0; layer <= i % 5; ++layer) {
            EdgeList list = graph.edges(i, layer);
            EXPECT_EQ(list.size(), 0u);
            for (uint32_t e = 0; e < list.capacity(); ++e)
                list.append({1000 * i + 100 * layer + e, {static_cast<float>(e), -1.0f - layer}});
        }
    }
    const MemoryGraph other = MemoryGraph::attach(block.data());  // as another process would
    ASSERT_EQ(other.size(), 40u);
    EXPECT_EQ(other.params().m, 4u);
    for (uint32_t i = 0; i < 40; ++i) {
        float vector[3];
        std::memcpy(vector, other.vector(i), sizeof vector);
        EXPECT_EQ(vector[0], static_cast<float>(i));
        ASSERT_EQ(other.level(i), i % 5);
        for (Level layer = 0; layer <= i % 5; ++layer) {
            const EdgeList list = other.edges(i, layer);
            ASSERT_EQ(list.size(), layer == 0 ? 8u : 4u);
            for (uint32_t e = 0; e < list.size(); ++e) {
                EXPECT_EQ(list[e].id, 1000 * i + 100 * layer + e);
                EXPECT_EQ(list[e].info.distance, static_cast<float>(e));
                EXPECT_EQ(list[e].info.occlusion, -1.0f - layer);
            }
        }
    }
}

TEST(MemoryGraph, ChainsAnyNumberOfTids) {
    Block block(20000);
    MemoryGraph graph = MemoryGraph::create(block.data(), block.size(), small_params());
    const float vector[3] = {};
    NoHost host;
    graph.add(vector, tid_of(0), 0);
    for (uint32_t row = 1; row < 500; ++row) ASSERT_TRUE(graph.add_tid(0, tid_of(row), host));
    std::vector<uint32_t> rows;
    graph.for_each_tid(0, [&](HeapTid tid) { rows.push_back(row_of(tid)); });
    std::sort(rows.begin(), rows.end());
    EXPECT_EQ(rows, numbers_below(500));
}

TEST(MemoryGraph, TidsStopWhenFull) {
    const Params params = small_params();
    Block block(MemoryGraph::bytes_for(2, params));
    MemoryGraph graph = MemoryGraph::create(block.data(), block.size(), params);
    const float vector[3] = {};
    NoHost host;
    ASSERT_EQ(graph.add(vector, tid_of(0), 0), 0u);
    uint32_t rows = 1;
    while (graph.add_tid(0, tid_of(rows), host)) ++rows;
    EXPECT_GT(rows, 1u);
    uint32_t found = 0;
    graph.for_each_tid(0, [&](HeapTid) { ++found; });
    EXPECT_EQ(found, rows);
    EXPECT_FALSE(graph.add_tid(0, tid_of(rows), host));  // and the node can still be changed
    EXPECT_TRUE(graph.begin_change(0, graph.version(0, host)));
}

TEST(MemoryGraph, ChangesOnlyWhatWasCopied) {
    Block block(20000);
    MemoryGraph graph = MemoryGraph::create(block.data(), block.size(), small_params());
    const float vector[3] = {};
    NoHost host;
    graph.add(vector, tid_of(0), 0);
    const uint32_t version = graph.version(0, host);
    ASSERT_TRUE(graph.begin_change(0, version));
    EXPECT_FALSE(graph.begin_change(0, version));  // somebody is writing
    graph.end_change(0, version);
    EXPECT_FALSE(graph.begin_change(0, version));  // somebody has written
    EXPECT_TRUE(graph.begin_change(0, graph.version(0, host)));
}

// Whoever waits for a writer tells the host, which may let the writer run.
TEST(MemoryGraph, WaitsForAWriter) {
    struct Release {
        MemoryGraph graph;
        uint32_t version;
        int waits = 0;
        void poll() {}
        void wait() {
            if (++waits == 3) graph.end_change(0, version);
        }
    };
    Block block(20000);
    MemoryGraph graph = MemoryGraph::create(block.data(), block.size(), small_params());
    const float vector[3] = {};
    graph.add(vector, tid_of(0), 0);
    Release host{graph, 0};
    ASSERT_TRUE(graph.begin_change(0, 0));
    EXPECT_EQ(graph.version(0, host), 2u);
    EXPECT_EQ(host.waits, 3);
}

TEST(MemoryGraph, PromotesOnlyUpwards) {
    Block block(20000);
    MemoryGraph graph = MemoryGraph::create(block.data(), block.size(), small_params());
    EXPECT_TRUE(graph.entry().none());
    EXPECT_TRUE(graph.promote(0, 1));
    EXPECT_FALSE(graph.promote(1, 1));
    EXPECT_FALSE(graph.promote(2, 0));
    EXPECT_EQ(graph.entry().id, 0u);
    EXPECT_FALSE(graph.promote(3, 2));  // becomes the entry, but was not the first
    EXPECT_EQ(graph.entry().id, 3u);
    EXPECT_EQ(graph.entry().level, 2u);
}

}  // namespace
}  // namespace quiver::graph
