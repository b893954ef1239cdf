// Rows into a graph in memory, and that into pages.
#include "quiver/graph/build.hpp"
#include "quiver/graph/finish.hpp"
#include "quiver/graph/group.hpp"
#include "quiver/store/bulk_write.hpp"
#include "support/stored_index.hpp"

namespace quiver::test {

void StoredIndex::build(const Vectors& vectors, size_t count,
                        const std::function<uint32_t(uint32_t)>& copies) {
    with_model([&](const auto& model) {
        HeapArena memory;
        const graph::Params params = graph_params();
        const size_t bytes = 2 * graph::MemoryGraph::bytes_for(count, params) + (1 << 22);
        const auto metric = model.build_metric(params);
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
        graph::fill_lists(inserter);
        const graph::MemoryGraph graph = inserter.graph();
        auto* order = memory.arena().template array<graph::NodeId>(graph.size() + 1);
        (void)graph::order_nodes(inserter, order);
        graph::group_nodes(graph, page::layouts(profile_).base.per_page, order, memory.arena(),
                           inserter.host());
        auto encoder = model.make_encoder(graph, cache_bytes_, memory.arena());
        store::BulkWriter writer(pages_, graph, profile_, encoder, memory.arena());
        const store::Written written = writer.run();
        store::publish(pages_, written);
    });
}

}  // namespace quiver::test
