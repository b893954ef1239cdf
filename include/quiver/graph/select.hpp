// Which neighbours a list keeps.
//
// The rule is the HNSW heuristic (Malkov, Yashunin, 2018, algorithm 4): going from near to far, a
// candidate is kept when no neighbour kept so far is nearer to it than the owner of the list is.
// What the rule leaves free is filled with the candidates that it hides least, because on a page a
// free slot costs as much as a used one. These are fillers: they make lists better to search, but
// they get no link back and leave first when something better comes.
//
// occlusion(c) = the most that a kept neighbour nearer to the owner hides c (metric.hpp); kept
// below 0, filler from 0.
#pragma once

#include <algorithm>  // std::push_heap, std::pop_heap
#include <cstdint>    // uint32_t
#include <limits>     // std::numeric_limits

#include "quiver/graph/candidate.hpp"
#include "quiver/graph/memory_graph.hpp"

namespace quiver::graph {

inline constexpr float kNotHidden = -std::numeric_limits<float>::infinity();

// A metric and the vectors it measures. select_neighbours() takes anything with these names.
template <class M>
struct Vectors {
    using Metric = M;
    using Element = typename Metric::Element;
    using Query = typename Metric::Query;

    const MemoryGraph* graph;
    const Metric* metric;

    const Element* row(NodeId id) const {
        return reinterpret_cast<const Element*>(graph->vector(id));
    }
    // The same, and its memory is asked for.
    const Element* fetch(NodeId id) const {
        graph->prefetch_vector(id);
        return row(id);
    }
};

// Memory to select with, with room for `degree` rows and `ef` candidates.
template <class Metric>
struct SelectRoom {
    // A candidate that something hides. Its occlusion is known with respect to `seen` of the `kept`
    // neighbours nearer to the owner, so it is a lower bound.
    struct Hidden {
        float occlusion;
        float distance;
        NodeId id;
        uint32_t seen;
        uint32_t kept;
    };
    const typename Metric::Element** rows;
    float* distances;
    Hidden* hidden;
    void* query;
};

namespace detail {

// Rows per call of the distance kernel while a look at the result may end the work.
inline constexpr uint32_t kLook = 4;

// The most that rows[from..to) hide a candidate at `distance` from the owner; stops early above
// `enough`. `from` is left where it stopped.
template <class Metric>
float occlusion_by(const Metric& metric, const typename Metric::Query* query, float distance,
                   const typename Metric::Element* const* rows, uint32_t& from, uint32_t to,
                   float enough) {
    float most = kNotHidden;
    while (from < to && !(most >= enough)) {
        float apart[kLook];
        const uint32_t n = to - from < kLook ? to - from : kLook;
        metric.distances(query, rows + from, n, apart);
        for (uint32_t i = 0; i < n; ++i)
            most = std::max(most, Metric::occlusion(distance, apart[i]));
        from += n;
    }
    return most;
}

}  // namespace detail

// The list of a new node: of `count` candidates, nearest first, at most `slots`: the kept ones,
// nearest first, then the fillers, least hidden first. Returns how many.
template <class V, class Metric = typename V::Metric>
uint32_t select_neighbours(const V& vectors, const Beam& candidates, uint32_t slots,
                           const SelectRoom<Metric>& room, Edge* out) {
    using Hidden = typename SelectRoom<Metric>::Hidden;
    const auto less_hidden_last = [](const Hidden& a, const Hidden& b) {
        return a.occlusion > b.occlusion;
    };
    const Metric& metric = *vectors.metric;
    uint32_t kept = 0;
    uint32_t hidden = 0;
    for (uint32_t i = 0; i < candidates.size() && kept < slots; ++i) {
        const Candidate c = candidates[i];
        const auto* const query = metric.query(vectors.row(c.id), room.query);
        uint32_t seen = 0;
        const float occlusion =
            detail::occlusion_by(metric, query, c.distance, room.rows, seen, kept, 0.0f);
        if (occlusion >= 0) {
            room.hidden[hidden++] = {occlusion, c.distance, c.id, seen, kept};
        } else {
            room.rows[kept] = vectors.row(c.id);
            out[kept++] = {c.id, {c.distance, occlusion}};
        }
    }
    // The least hidden of the hidden: whoever has the smallest lower bound is measured to the end;
    // if it stays the smallest, it is next.
    uint32_t filled = kept;
    std::make_heap(room.hidden, room.hidden + hidden, less_hidden_last);
    while (filled < slots && hidden > 0) {
        std::pop_heap(room.hidden, room.hidden + hidden, less_hidden_last);
        Hidden& next = room.hidden[hidden - 1];
        if (next.seen == next.kept) {
            out[filled++] = {next.id, {next.distance, next.occlusion}};
            --hidden;
            continue;
        }
        const auto* const query = metric.query(vectors.row(next.id), room.query);
        const float more = detail::occlusion_by(metric, query, next.distance, room.rows, next.seen,
                                                next.kept, std::numeric_limits<float>::infinity());
        next.occlusion = std::max(next.occlusion, more);
        std::push_heap(room.hidden, room.hidden + hidden, less_hidden_last);
    }
    return filled;
}

// What a list does with a newcomer.
struct Admission {
    static constexpr uint32_t kRefused = 0xffffffffu;
    uint32_t slot = kRefused;  // the size of the list: append
    float occlusion = kNotHidden;
    bool refused() const { return slot == kRefused; }
};

// Decides whether the newcomer, `distance` from the owner, enters a list of `count` edges with
// `capacity` slots, and instead of whom: the most hidden filler, else the farthest. Raises the
// occlusion of the members it hides in `list`.
//
// It gives what selecting anew from all of them would give, but for one thing: a member that stops
// being kept goes on hiding others. Graphs built with either have the same recall, and this one
// takes less than half the time to build.
template <class Metric>
Admission admit(const Vectors<Metric>& vectors, const typename Metric::Query* newcomer,
                float distance, Edge* list, uint32_t count, uint32_t capacity,
                const SelectRoom<Metric>& room) {
    const Metric& metric = *vectors.metric;
    const bool full = count == capacity;
    uint32_t nearer = 0;
    uint32_t worst = Admission::kRefused;
    for (uint32_t i = 0; i < count; ++i) {
        const EdgeInfo& info = list[i].info;
        if (!list[i].filler() && info.distance <= distance)
            room.rows[nearer++] = vectors.fetch(list[i].id);
        if (list[i].filler() &&
            (worst == Admission::kRefused || info.occlusion > list[worst].info.occlusion))
            worst = i;
    }
    const float limit = !full                          ? std::numeric_limits<float>::infinity()
                        : worst == Admission::kRefused ? 0.0f
                                                       : list[worst].info.occlusion;
    uint32_t seen = 0;
    const float occlusion =
        detail::occlusion_by(metric, newcomer, distance, room.rows, seen, nearer, limit);
    if (occlusion >= limit) return {};
    if (occlusion >= 0) return {full ? worst : count, occlusion};

    uint32_t farther = 0;
    for (uint32_t i = 0; i < count; ++i) {
        if (list[i].info.distance > distance) room.rows[farther++] = vectors.fetch(list[i].id);
    }
    metric.distances(newcomer, room.rows, farther, room.distances);
    farther = 0;
    float farthest = distance;
    uint32_t last = Admission::kRefused;
    for (uint32_t i = 0; i < count; ++i) {
        EdgeInfo& info = list[i].info;
        if (info.distance > distance) {
            info.occlusion = std::max(info.occlusion,
                                      Metric::occlusion(info.distance, room.distances[farther++]));
            if (info.distance > farthest) {
                farthest = info.distance;
                last = i;
            }
        }
        if (info.occlusion >= 0 &&
            (worst == Admission::kRefused || info.occlusion > list[worst].info.occlusion))
            worst = i;
    }
    if (!full) return {count, occlusion};
    return {worst != Admission::kRefused ? worst : last, occlusion};
}

}  // namespace quiver::graph
