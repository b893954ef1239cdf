// A graph with everything it needs, over made-up vectors in clusters, and the checks that hold for
// every graph.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>    // std::partial_sort
#include <cmath>        // std::sqrt
#include <cstddef>      // std::byte
#include <cstring>      // std::memcpy
#include <memory>       // std::unique_ptr
#include <numeric>      // std::iota
#include <set>          // std::set
#include <type_traits>  // std::is_same_v
#include <vector>       // std::vector

#include "quiver/base/id_set.hpp"
#include "quiver/base/rng.hpp"
#include "quiver/graph/finish.hpp"
#include "quiver/kernels/dispatch.hpp"
#include "support/heap_arena.hpp"

namespace quiver::graph {

inline HeapTid tid_of(uint32_t row) {
    return {static_cast<uint16_t>(row >> 16), static_cast<uint16_t>(row), 1};
}
inline uint32_t row_of(HeapTid tid) { return uint32_t{tid.block_hi} << 16 | tid.block_lo; }

// Rows of elements, `per_row` each.
template <class Element>
struct Rows {
    size_t per_row;
    std::vector<Element> elements;

    size_t count() const { return elements.size() / per_row; }
    const Element* operator[](size_t row) const { return elements.data() + row * per_row; }
};

inline F32 make(F32, float value) {
    F32 out;
    out = value;
    return out;
}
inline F16 make(F16, float value) { return to_half(value); }

enum class Length { any, one };

// Gaussian-like clusters around random centres.
template <class Element>
Rows<Element> clustered(size_t count, size_t dims, uint64_t seed, Length length = Length::any) {
    constexpr uint32_t kClusters = 20;
    Rng rng(1);  // the same centres for base and queries
    std::vector<float> centres(kClusters * dims);
    for (float& x : centres) x = rng.uniform() * 2 - 1;
    Rng noise(seed);
    Rows<Element> rows{dims, {}};
    std::vector<float> row(dims);
    for (size_t i = 0; i < count; ++i) {
        const float* const centre = centres.data() + noise.below(kClusters) * dims;
        double square = 0;
        for (size_t d = 0; d < dims; ++d) {
            row[d] =
                centre[d] + 0.5f * (noise.uniform() + noise.uniform() + noise.uniform() - 1.5f);
            square += double{row[d]} * row[d];
        }
        const float scale =
            length == Length::one ? static_cast<float>(1 / std::sqrt(square)) : 1.0f;
        for (float x : row) rows.elements.push_back(make(Element{}, x * scale));
    }
    return rows;
}

// Bytes of bit strings: a centre with every bit flipped with probability 1/8.
inline Rows<uint8_t> clustered_bits(size_t count, size_t bytes, uint64_t seed) {
    constexpr uint32_t kClusters = 20;
    Rng rng(1);
    std::vector<uint8_t> centres(kClusters * bytes);
    for (uint8_t& x : centres) x = static_cast<uint8_t>(rng.next());
    Rng noise(seed);
    Rows<uint8_t> rows{bytes, {}};
    for (size_t i = 0; i < count; ++i) {
        const uint8_t* const centre = centres.data() + noise.below(kClusters) * bytes;
        for (size_t b = 0; b < bytes; ++b)
            rows.elements.push_back(
                centre[b] ^ static_cast<uint8_t>(noise.next() & noise.next() & noise.next()));
    }
    return rows;
}

// Counts, and jumps nowhere.
struct CountingHost {
    uint64_t* polls;
    void poll() { ++*polls; }
    void wait() {}
};

template <class Metric>
class TestGraph {
public:
    using Element = typename Metric::Element;

    TestGraph(const Metric& metric, uint32_t m, uint32_t ef_construction, size_t room_for)
        : TestGraph(metric, params_of(metric, m, ef_construction), 0, room_for) {}

    // A block of exactly so many bytes, at an address of no particular alignment.
    static std::unique_ptr<TestGraph> in_bytes(const Metric& metric, uint32_t m,
                                               uint32_t ef_construction, size_t bytes) {
        return std::unique_ptr<TestGraph>(
            new TestGraph(metric, params_of(metric, m, ef_construction), bytes, 0));
    }

    MemoryGraph graph() const { return MemoryGraph::attach(block()); }
    const Metric& metric() const { return metric_; }
    Inserter<Metric, CountingHost> inserter() { return inserter(memory_.arena(), &polls_); }
    Inserter<Metric, CountingHost> inserter(Arena arena, uint64_t* polls) const {
        return {graph(), metric_, arena, CountingHost{polls}};
    }
    uint64_t polls() const { return polls_; }

    void insert_all(const Rows<Element>& rows) {
        auto inserter = this->inserter();
        for (size_t i = 0; i < rows.count(); ++i)
            ASSERT_NE(inserter.insert(rows[i], tid_of(static_cast<uint32_t>(i))), Inserted::full);
    }

    // Fills lists, puts nodes in order; the order is checked to be a permutation.
    uint32_t finish() {
        auto inserter = this->inserter();
        fill_lists(inserter);
        std::vector<NodeId> order(graph().size());
        const uint32_t adopted = order_nodes(inserter, order.data());
        for (size_t i = 0; i < order.size(); ++i) EXPECT_EQ(graph().position(order[i]), i);
        return adopted;
    }

    std::vector<uint32_t> search(const Element* stored, uint32_t k, uint32_t ef) {
        std::vector<uint32_t> found;
        if (graph().size() == 0) return found;
        std::vector<std::byte> room(metric_.query_bytes());
        const MemoryGraph graph = this->graph();
        std::vector<NodeId> ids(graph.params().degree(0));
        std::vector<float> distances(ids.size());
        std::vector<const Element*> rows(ids.size());
        const MemoryStore<Metric> store{graph, &metric_, metric_.query(stored, room.data()),
                                        rows.data()};
        const Batch batch{ids.data(), distances.data()};
        std::vector<Candidate> slots(ef);
        Beam beam(slots.data(), ef);
        test::HeapArena memory;
        IdSet visited(memory.arena(), 1000);
        NoHost host;
        const Entry entry = graph.entry();
        Candidate nearest{0, entry.id};
        store.distances(&nearest.id, 1, &nearest.distance);
        if (entry.level > 0)
            nearest = descend(store, nearest, entry.level, 1, visited, batch, host);
        visited.reset();
        visited.insert(nearest.id);
        beam.offer(nearest.distance, nearest.id);
        search_layer(store, 0, beam, visited, batch, host);
        for (uint32_t i = 0; i < beam.size() && found.size() < k; ++i)
            graph.for_each_tid(beam[i].id, [&](HeapTid tid) { found.push_back(row_of(tid)); });
        return found;
    }

    // The share of the true k nearest that a search finds, equal distances counting as equal.
    double recall(const Rows<Element>& base, const Rows<Element>& queries, uint32_t k,
                  uint32_t ef) {
        std::vector<const Element*> rows(base.count());
        for (size_t i = 0; i < rows.size(); ++i) rows[i] = base[i];
        std::vector<float> distances(rows.size());
        std::vector<std::byte> room(metric_.query_bytes());
        size_t hits = 0;
        for (size_t q = 0; q < queries.count(); ++q) {
            metric_.distances(metric_.query(queries[q], room.data()), rows.data(), rows.size(),
                              distances.data());
            std::vector<float> sorted = distances;
            std::nth_element(sorted.begin(), sorted.begin() + k - 1, sorted.end());
            for (uint32_t row : search(queries[q], k, ef)) hits += distances[row] <= sorted[k - 1];
        }
        return static_cast<double>(hits) / static_cast<double>(k * queries.count());
    }

    // What is true of every graph, at rest.
    void check() const {
        const MemoryGraph graph = this->graph();
        const Params& params = graph.params();
        const uint32_t nodes = graph.size();
        if (nodes == 0) {
            EXPECT_TRUE(graph.entry().none());
            return;
        }
        ASSERT_LT(graph.entry().id, nodes);
        EXPECT_EQ(graph.entry().level, graph.level(graph.entry().id));
        std::vector<std::byte> room(metric_.query_bytes());
        for (NodeId id = 0; id < nodes; ++id) {
            ASSERT_LE(graph.level(id), graph.entry().level);
            const auto* const query =
                metric_.query(reinterpret_cast<const Element*>(graph.vector(id)), room.data());
            for (Level layer = 0; layer <= graph.level(id); ++layer) {
                const EdgeList list = graph.edges(id, layer);
                ASSERT_EQ(list.capacity(), params.degree(layer));
                ASSERT_LE(list.size(), list.capacity());
                std::set<NodeId> seen;
                for (uint32_t i = 0; i < list.size(); ++i) {
                    const Edge edge = list[i];
                    ASSERT_LT(edge.id, nodes);
                    ASSERT_NE(edge.id, id) << "edge to itself";
                    ASSERT_TRUE(seen.insert(edge.id).second) << "edge twice";
                    ASSERT_GE(graph.level(edge.id), layer)
                        << "edge to a node that is not on the layer";
                    const auto* const row = reinterpret_cast<const Element*>(graph.vector(edge.id));
                    float distance;
                    metric_.distances(query, &row, 1, &distance);
                    ASSERT_FLOAT_EQ(edge.info.distance, distance);
                }
            }
        }
    }

    // From the entry, on the base layer.
    size_t reachable() const {
        const MemoryGraph graph = this->graph();
        std::vector<bool> seen(graph.size());
        std::vector<NodeId> queue;
        if (graph.size() != 0) {
            queue.push_back(graph.entry().id);
            seen[queue[0]] = true;
        }
        for (size_t at = 0; at < queue.size(); ++at) {
            const EdgeList list = graph.edges(queue[at], 0);
            for (uint32_t i = 0; i < list.size(); ++i) {
                if (seen[list.id(i)]) continue;
                seen[list.id(i)] = true;
                queue.push_back(list.id(i));
            }
        }
        return queue.size();
    }

    // Every heap TID, sorted.
    std::vector<uint32_t> rows() const {
        std::vector<uint32_t> out;
        for (NodeId id = 0; id < graph().size(); ++id)
            graph().for_each_tid(id, [&](HeapTid tid) { out.push_back(row_of(tid)); });
        std::sort(out.begin(), out.end());
        return out;
    }

private:
    TestGraph(const Metric& metric, const Params& params, size_t bytes, size_t room_for)
        : metric_(metric) {
        // Twice the average: the levels of a few nodes may all be high.
        if (bytes == 0) bytes = 2 * MemoryGraph::bytes_for(room_for, params) + 4096;
        memory_block_ = std::make_unique<std::byte[]>(bytes + 1);
        MemoryGraph::create(block(), bytes, params);
    }

    static Params params_of(const Metric& metric, uint32_t m, uint32_t ef_construction) {
        Params params;
        params.m = m;
        params.ef_construction = ef_construction;
        params.vector_bytes = static_cast<uint32_t>(metric.vector_bytes());
        params.seed = 42;
        return params;
    }

    std::byte* block() const { return memory_block_.get() + 1; }

    Metric metric_;
    test::HeapArena memory_;
    std::unique_ptr<std::byte[]> memory_block_;
    uint64_t polls_ = 0;
};

inline std::vector<uint32_t> numbers_below(uint32_t n) {
    std::vector<uint32_t> out(n);
    std::iota(out.begin(), out.end(), 0u);
    return out;
}

}  // namespace quiver::graph
