#include "quiver/graph/select.hpp"

#include "graph/test_graph.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::graph {
namespace {

using Metric = L2Metric<F32>;

// The rule as it is written down, with every distance computed.
class SelectTest : public ::testing::Test {
protected:
    static constexpr uint32_t kDims = 8;
    static constexpr uint32_t kRows = 120;

    SelectTest()
        : rows_(clustered<F32>(kRows, kDims, 3)),
          graph_(Metric(kernels::active(), kDims), 8, 64, kRows) {
        for (uint32_t i = 0; i < kRows; ++i) graph_.graph().add(rows_[i], tid_of(i), 0);
        room_ = {element_rows_, distances_, hidden_, nullptr};
    }

    float distance(NodeId a, NodeId b) const {
        float out;
        const F32* const row = rows_[b];
        graph_.metric().distances(rows_[a], &row, 1, &out);
        return out;
    }

    std::vector<Edge> by_the_rule(NodeId owner, std::vector<NodeId> ids, uint32_t slots) const {
        std::sort(ids.begin(), ids.end(),
                  [&](NodeId a, NodeId b) { return distance(owner, a) < distance(owner, b); });
        std::vector<Edge> kept;
        std::vector<Edge> fillers;
        for (NodeId id : ids) {
            float occlusion = kNotHidden;
            for (const Edge& edge : kept)
                occlusion = std::max(occlusion,
                                     Metric::occlusion(distance(owner, id), distance(id, edge.id)));
            (occlusion < 0 && kept.size() < slots ? kept : fillers)
                .push_back({id, {distance(owner, id), occlusion}});
        }
        std::sort(fillers.begin(), fillers.end(),
                  [](const Edge& a, const Edge& b) { return a.info.occlusion < b.info.occlusion; });
        for (const Edge& edge : fillers) {
            if (kept.size() < slots) kept.push_back(edge);
        }
        return kept;
    }

    std::vector<Edge> selected(NodeId owner, const std::vector<NodeId>& ids, uint32_t slots) {
        std::vector<Candidate> candidates(ids.size());
        Beam beam(candidates.data(), static_cast<uint32_t>(ids.size()));
        for (NodeId id : ids) beam.offer(distance(owner, id), id);
        std::vector<Edge> out(slots);
        const MemoryGraph graph = graph_.graph();
        out.resize(select_neighbours(Vectors<Metric>{&graph, &graph_.metric()}, beam, slots, room_,
                                     out.data()));
        return out;
    }

    Rows<F32> rows_;
    TestGraph<Metric> graph_;
    const F32* element_rows_[kRows];
    float distances_[kRows];
    SelectRoom<Metric>::Hidden hidden_[kRows];
    SelectRoom<Metric> room_;
};

TEST_F(SelectTest, FollowsTheRule) {
    for (uint32_t slots : {1u, 4u, 16u, 40u}) {
        for (NodeId owner = 0; owner < 20; ++owner) {
            std::vector<NodeId> ids;
            for (NodeId id = 20; id < kRows; ++id) ids.push_back(id);
            const std::vector<Edge> expected = by_the_rule(owner, ids, slots);
            const std::vector<Edge> actual = selected(owner, ids, slots);
            ASSERT_EQ(actual.size(), slots);
            for (uint32_t i = 0; i < slots; ++i) {
                EXPECT_EQ(actual[i].id, expected[i].id);
                EXPECT_EQ(actual[i].filler(), expected[i].filler());
                if (!actual[i].filler()) continue;
                EXPECT_FLOAT_EQ(actual[i].info.occlusion, expected[i].info.occlusion);
            }
        }
    }
}

TEST_F(SelectTest, TakesAllOfFewAndNothingOfNone) {
    EXPECT_EQ(selected(0, {5, 6, 7}, 16).size(), 3u);
    EXPECT_TRUE(selected(0, {}, 16).empty());
}

TEST_F(SelectTest, AdmissionIsNearlySelectingAnew) {
    constexpr uint32_t kSlots = 16;
    size_t common = 0;
    size_t total = 0;
    for (NodeId owner = 0; owner < 20; ++owner) {
        std::vector<NodeId> ids;
        for (NodeId id = 20; id < 50; ++id) ids.push_back(id);
        std::vector<Edge> list = selected(owner, ids, kSlots);
        for (NodeId newcomer = 50; newcomer < kRows; ++newcomer) {
            std::vector<NodeId> members{newcomer};
            for (const Edge& edge : list) members.push_back(edge.id);
            const std::vector<Edge> expected = by_the_rule(owner, members, kSlots);

            const MemoryGraph graph = graph_.graph();
            const float far = distance(owner, newcomer);
            const Admission admission = admit<Metric>({&graph, &graph_.metric()}, rows_[newcomer],
                                                      far, list.data(), kSlots, kSlots, room_);
            if (!admission.refused()) list[admission.slot] = {newcomer, {far, admission.occlusion}};
            for (const Edge& edge : expected) {
                common += std::count_if(list.begin(), list.end(),
                                        [&](const Edge& e) { return e.id == edge.id; });
                ++total;
            }
        }
    }
    EXPECT_GT(static_cast<double>(common), 0.97 * static_cast<double>(total));
}

TEST_F(SelectTest, FullListOfKeptGivesUpTheFarthest) {
    // Four directions keep each other; a fifth, nearer, takes the place of the farthest.
    Rows<F32> axes{kDims, std::vector<F32>(6 * kDims, make(F32{}, 0))};
    for (uint32_t i = 1; i < 6; ++i)
        axes.elements[i * kDims + i] = 1.0f + 0.1f * static_cast<float>(i);
    TestGraph<Metric> graph(graph_.metric(), 2, 8, 6);
    for (uint32_t i = 0; i < 6; ++i) graph.graph().add(axes[i], tid_of(i), 0);
    Edge list[4];
    for (uint32_t i = 0; i < 4; ++i)
        list[i] = {i + 2, {(1.2f + 0.1f * i) * (1.2f + 0.1f * i), -0.5f}};
    const MemoryGraph memory = graph.graph();
    const Vectors<Metric> vectors{&memory, &graph.metric()};
    const Admission nearer = admit<Metric>(vectors, axes[1], 1.21f, list, 4, 4, room_);
    EXPECT_EQ(nearer.slot, 3u);
    EXPECT_LT(nearer.occlusion, 0);
    const Admission farther = admit<Metric>(vectors, axes[1], 100.0f, list, 4, 4, room_);
    EXPECT_TRUE(farther.refused());
    const Admission appended = admit<Metric>(vectors, axes[1], 1.21f, list, 3, 4, room_);
    EXPECT_EQ(appended.slot, 3u);
}

}  // namespace
}  // namespace quiver::graph
