#include "quiver/graph/build.hpp"

#include <csetjmp>  // setjmp, longjmp
#include <thread>   // std::thread

#include "graph/test_graph.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::graph {
namespace {

constexpr size_t kDims = 24;

template <class M>
struct Data {
    static M metric() { return M(kernels::active(), kDims); }
    static Rows<typename M::Element> rows(size_t count, uint64_t seed) {
        if constexpr (std::is_same_v<typename M::Element, uint8_t>) {
            return clustered_bits(count, kDims, seed);
        } else {
            return clustered<typename M::Element>(count, kDims, seed, M::kLength);
        }
    }
};

// The cosine's graph: L2 on vectors of length one.
struct CosineMetric : L2Metric<F16> {
    using L2Metric<F16>::L2Metric;
    static constexpr Length kLength = Length::one;
};
template <class Base>
struct AnyLength : Base {
    using Base::Base;
    static constexpr Length kLength = Length::any;
};

template <class M>
class BuildTest : public ::testing::Test {};
using Metrics =
    ::testing::Types<AnyLength<L2Metric<F32>>, AnyLength<L2Metric<F16>>, CosineMetric,
                     AnyLength<InnerProductMetric<F32>>, AnyLength<InnerProductMetric<F16>>,
                     AnyLength<L1Metric<F16>>, HammingMetric, JaccardMetric>;
TYPED_TEST_SUITE(BuildTest, Metrics);

TYPED_TEST(BuildTest, FindsTheNearest) {
    const auto base = Data<TypeParam>::rows(4000, 11);
    const auto queries = Data<TypeParam>::rows(100, 12);
    TestGraph<TypeParam> graph(Data<TypeParam>::metric(), 16, 64, base.count());
    graph.insert_all(base);
    graph.finish();
    graph.check();
    EXPECT_EQ(graph.rows(), numbers_below(4000));
    EXPECT_EQ(graph.reachable(), graph.graph().size());
    EXPECT_GE(graph.recall(base, queries, 10, 40), 0.95);
    EXPECT_GE(graph.recall(base, queries, 10, 200), 0.99);
}

TYPED_TEST(BuildTest, FillsEveryList) {
    const auto base = Data<TypeParam>::rows(500, 11);
    TestGraph<TypeParam> graph(Data<TypeParam>::metric(), 8, 40, base.count());
    graph.insert_all(base);
    graph.finish();
    for (NodeId id = 0; id < graph.graph().size(); ++id)
        EXPECT_EQ(graph.graph().edges(id, 0).size(), 16u);
}

TYPED_TEST(BuildTest, ServesSmallParameters) {
    const auto base = Data<TypeParam>::rows(1000, 11);
    TestGraph<TypeParam> graph(Data<TypeParam>::metric(), 2, 4, base.count());
    graph.insert_all(base);
    graph.finish();
    graph.check();
    EXPECT_EQ(graph.rows(), numbers_below(1000));
    EXPECT_EQ(graph.reachable(), graph.graph().size());
}

TYPED_TEST(BuildTest, SeveralInsertersBuildOneGraph) {
    const auto base = Data<TypeParam>::rows(3000, 11);
    const auto queries = Data<TypeParam>::rows(100, 12);
    TestGraph<TypeParam> graph(Data<TypeParam>::metric(), 8, 40, base.count());
    constexpr uint32_t kThreads = 4;
    std::vector<std::thread> threads;
    for (uint32_t t = 0; t < kThreads; ++t) {
        threads.emplace_back([&, t] {
            test::HeapArena memory;
            uint64_t polls = 0;
            auto inserter = graph.inserter(memory.arena(), &polls);
            for (uint32_t i = t; i < base.count(); i += kThreads)
                EXPECT_NE(inserter.insert(base[i], tid_of(i)), Inserted::full);
        });
    }
    for (std::thread& thread : threads) thread.join();
    graph.check();
    graph.finish();
    graph.check();
    EXPECT_EQ(graph.rows(), numbers_below(3000));
    EXPECT_EQ(graph.reachable(), graph.graph().size());
    EXPECT_GE(graph.recall(base, queries, 10, 100), 0.95);
}

using L2 = L2Metric<F32>;
L2 l2() { return L2(kernels::active(), kDims); }

TEST(Build, NoNodes) {
    TestGraph<L2> graph(l2(), 16, 64, 10);
    EXPECT_EQ(graph.finish(), 0u);
    graph.check();
    EXPECT_TRUE(graph.search(clustered<F32>(1, kDims, 1)[0], 10, 10).empty());
}

TEST(Build, OneNode) {
    TestGraph<L2> graph(l2(), 16, 64, 10);
    const auto base = clustered<F32>(1, kDims, 1);
    graph.insert_all(base);
    graph.finish();
    graph.check();
    EXPECT_EQ(graph.search(base[0], 10, 10), numbers_below(1));
}

TEST(Build, FewNodesKnowEachOther) {
    TestGraph<L2> graph(l2(), 16, 64, 33);
    const auto base = clustered<F32>(33, kDims, 1);
    graph.insert_all(base);
    graph.finish();
    graph.check();
    for (NodeId id = 0; id < 33; ++id) EXPECT_EQ(graph.graph().edges(id, 0).size(), 32u);
}

TEST(Build, EqualVectorsShareANode) {
    TestGraph<L2> graph(l2(), 8, 32, 200);
    const auto different = clustered<F32>(100, kDims, 1);
    auto inserter = graph.inserter();
    uint32_t row = 0;
    for (uint32_t i = 0; i < 100; ++i)
        EXPECT_EQ(inserter.insert(different[i], tid_of(row++)), Inserted::node);
    for (uint32_t i = 0; i < 1000; ++i)
        ASSERT_EQ(inserter.insert(different[i < 900 ? 50 : i % 100], tid_of(row++)),
                  Inserted::duplicate);
    EXPECT_EQ(graph.graph().size(), 100u);
    EXPECT_EQ(graph.rows(), numbers_below(1100));
    graph.check();
}

TEST(Build, OnlyEqualVectors) {
    TestGraph<JaccardMetric> graph(JaccardMetric(kernels::active(), 16), 8, 32, 100);
    // Of a zero string the Jaccard distance to itself is 1, not 0.
    const Rows<uint8_t> zeros{16, std::vector<uint8_t>(16 * 1000)};
    graph.insert_all(zeros);
    EXPECT_EQ(graph.graph().size(), 1u);
    EXPECT_EQ(graph.rows(), numbers_below(1000));
}

// As equal as vectors can be without being the same: every distance within a group is zero.
TEST(Build, NodesAtDistanceZeroStayReachable) {
    TestGraph<L2> graph(l2(), 4, 16, 600);
    Rows<F32> rows{kDims, {}};
    for (uint32_t i = 0; i < 600; ++i) {
        for (uint32_t d = 0; d < kDims; ++d)
            rows.elements.push_back(
                make(F32{}, d == 0 ? static_cast<float>(i / 200) : 1e-30f * static_cast<float>(i)));
    }
    graph.insert_all(rows);
    EXPECT_EQ(graph.graph().size(), 600u);
    graph.finish();
    graph.check();
    EXPECT_EQ(graph.reachable(), 600u);
}

// Vectors of many dimensions whose lengths differ: by L1 the short ones are the nearest of all.
Rows<F16> around_hubs(size_t count, uint64_t seed) {
    constexpr size_t kManyDims = 256;
    Rng rng(seed);
    Rows<F16> rows{kManyDims, {}};
    for (size_t i = 0; i < count; ++i) {
        const float length = 0.3f + 0.7f * rng.uniform();
        for (size_t d = 0; d < kManyDims; ++d) {
            const float x = rng.uniform() * 2 - 1;
            rows.elements.push_back(to_half(length * x * x * x));
        }
    }
    return rows;
}

TEST(Build, HubsPushNobodyOut) {
    const auto base = around_hubs(2000, 1);
    const auto queries = around_hubs(100, 2);
    TestGraph<L1Metric<F16>> graph(L1Metric<F16>(kernels::active(), base.per_row), 16, 64,
                                   base.count());
    graph.insert_all(base);
    EXPECT_EQ(graph.finish(), 0u) << "nodes that no list named";
    graph.check();
    EXPECT_EQ(graph.reachable(), base.count());
    EXPECT_GE(graph.recall(base, queries, 10, 20), 0.95);
    EXPECT_GE(graph.recall(base, queries, 10, 40), 0.985);
}

TEST(Build, OverflowingDistancesDoNoHarm) {
    TestGraph<L2> graph(l2(), 4, 16, 300);
    Rng rng(1);
    Rows<F32> rows{kDims, {}};
    for (uint32_t i = 0; i < 300 * kDims; ++i)
        rows.elements.push_back(make(F32{}, (rng.uniform() * 2 - 1) * 3e38f));
    graph.insert_all(rows);
    graph.finish();
    EXPECT_EQ(graph.rows(), numbers_below(300));
    EXPECT_EQ(graph.reachable(), 300u);
}

TEST(Build, FullLeavesAValidGraph) {
    const auto base = clustered<F32>(2000, kDims, 1);
    const auto graph = TestGraph<L2>::in_bytes(l2(), 8, 32, 100000);
    auto inserter = graph->inserter();
    uint32_t inserted = 0;
    while (inserter.insert(base[inserted], tid_of(inserted)) == Inserted::node) ++inserted;
    EXPECT_GT(inserted, 100u);
    EXPECT_LT(inserted, 2000u);
    EXPECT_EQ(graph->graph().size(), inserted);
    // A node with upper lists needs more, so one without may still fit; in the end none does.
    for (uint32_t row = inserted; row < 2000; ++row) inserter.insert(base[row], tid_of(row));
    EXPECT_EQ(inserter.insert(base[1999], tid_of(1999)), Inserted::full);
    graph->finish();
    graph->check();
    EXPECT_EQ(graph->reachable(), graph->graph().size());
    EXPECT_EQ(graph->search(base[7], 1, 20), std::vector<uint32_t>{7});
}

TEST(Build, DoesNotDependOnTheBlock) {
    const auto base = clustered<F32>(500, kDims, 1);
    TestGraph<L2> a(l2(), 8, 32, 500);
    TestGraph<L2> b(l2(), 8, 32, 900);
    a.insert_all(base);
    b.insert_all(base);
    for (NodeId id = 0; id < 500; ++id) {
        ASSERT_EQ(a.graph().level(id), b.graph().level(id));
        const EdgeList x = a.graph().edges(id, 0);
        const EdgeList y = b.graph().edges(id, 0);
        ASSERT_EQ(x.size(), y.size());
        for (uint32_t i = 0; i < x.size(); ++i) ASSERT_EQ(x.id(i), y.id(i));
    }
}

TEST(Build, PollsEveryHop) {
    const auto base = clustered<F32>(300, kDims, 1);
    TestGraph<L2> graph(l2(), 8, 32, 300);
    graph.insert_all(base);
    EXPECT_GT(graph.polls(), 300u * 20);
}

// An interrupt leaves from any poll; the graph stays valid and others go on.
TEST(Build, SurvivesAJumpFromAnyPoll) {
    struct JumpingHost {
        std::jmp_buf* target;
        uint64_t* countdown;
        void poll() {
            if (--*countdown == 0) std::longjmp(*target, 1);
        }
        void wait() {}
    };
    const auto base = clustered<F32>(400, kDims, 1);
    TestGraph<L2> graph(l2(), 8, 32, 400);
    test::HeapArena memory;
    static std::jmp_buf target;
    static uint64_t countdown;
    static uint32_t row;
    static uint32_t jumps;
    jumps = 0;
    for (row = 0; row < 400; ++row) {
        countdown = row % 50 + 1;
        Inserter<L2, JumpingHost> inserter(graph.graph(), graph.metric(), memory.arena(),
                                           JumpingHost{&target, &countdown});
        if (setjmp(target) == 0) {
            inserter.insert(base[row], tid_of(row));
        } else {
            ++jumps;
        }
    }
    EXPECT_GT(jumps, 50u);
    graph.check();
    graph.finish();
    EXPECT_EQ(graph.reachable(), graph.graph().size());
    auto inserter = graph.inserter();
    EXPECT_NE(inserter.insert(base[399], tid_of(1000)), Inserted::full);
}

}  // namespace
}  // namespace quiver::graph
