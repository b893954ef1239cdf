#include "quiver/graph/group.hpp"

#include <algorithm>  // std::sort
#include <numeric>    // std::iota

#include "graph/test_graph.hpp"
#include "quiver/base/no_postgres.hpp"

namespace quiver::graph {
namespace {

struct Ordered {
    explicit Ordered(size_t rows) : graph(L2Metric<F32>(kernels::active(), 24), 8, 40, rows) {
        graph.insert_all(clustered<F32>(rows, 24, 11, Length::any));
        auto inserter = graph.inserter();
        fill_lists(inserter);
        order.resize(rows);
        (void)order_nodes(inserter, order.data());
    }

    void group(uint32_t per_page) {
        test::HeapArena memory;
        uint64_t polls = 0;
        CountingHost host{&polls};
        group_nodes(graph.graph(), per_page, order.data(), memory.arena(), host);
        EXPECT_EQ(polls == 0, order.empty());
    }

    std::vector<uint32_t> positions() const {
        std::vector<uint32_t> out;
        for (NodeId id = 0; id < order.size(); ++id) out.push_back(graph.graph().position(id));
        return out;
    }

    // Edges that lead to a node of the same page.
    size_t inside(uint32_t per_page) const {
        size_t count = 0;
        for (NodeId id = 0; id < order.size(); ++id) {
            const EdgeList list = graph.graph().edges(id, 0);
            for (uint32_t i = 0; i < list.size(); ++i)
                count += graph.graph().position(list.id(i)) / per_page ==
                         graph.graph().position(id) / per_page;
        }
        return count;
    }

    TestGraph<L2Metric<F32>> graph;
    std::vector<NodeId> order;
};

TEST(GroupNodes, GivesEveryNodeOnePlace) {
    for (const size_t rows : {0u, 1u, 6u, 7u, 8u, 500u}) {
        Ordered nodes(rows);
        nodes.group(7);
        std::vector<uint32_t> all(rows);
        std::iota(all.begin(), all.end(), 0u);
        std::vector<uint32_t> positions = nodes.positions();
        std::sort(positions.begin(), positions.end());
        EXPECT_EQ(positions, all) << rows;
    }
}

TEST(GroupNodes, PutsNeighboursOnAPage) {
    Ordered nodes(3000);
    for (const uint32_t per_page : {2u, 7u, 20u}) {
        auto inserter = nodes.graph.inserter();
        (void)order_nodes(inserter, nodes.order.data());
        const size_t before = nodes.inside(per_page);
        nodes.group(per_page);
        EXPECT_GT(nodes.inside(per_page), 2 * before) << per_page << " a page, before " << before;
    }
}

TEST(GroupNodes, LeavesTheOrderWhereAPageHasOne) {
    Ordered nodes(300);
    const std::vector<uint32_t> before = nodes.positions();
    nodes.group(1);
    EXPECT_EQ(nodes.positions(), before);
}

}  // namespace
}  // namespace quiver::graph
