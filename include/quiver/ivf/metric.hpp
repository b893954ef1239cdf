// The distance of a query to stored vectors: the graph's metrics. Cosine is L2 on vectors of length
// one.
#pragma once

#include "quiver/graph/metric.hpp"
#include "quiver/ivf/layout.hpp"
#include "quiver/kernels/dispatch.hpp"

namespace quiver::ivf {

// Where the smallest of the distances is. before: count > 0.
inline uint32_t least_of(const float* distance, uint32_t count) {
    uint32_t at = 0;
    float least = distance[0];
    for (uint32_t i = 1; i < count; i++) {
        if (distance[i] < least) {
            least = distance[i];
            at = i;
        }
    }
    return at;
}

// f(metric) with the metric of an index.
template <class F>
inline decltype(auto) with_metric(const Format& format, F f) {
    const kernels::KernelSet& set = kernels::active();
    const bool inner_product = format.metric == page::Metric::inner_product;
    if (format.own == page::Own::bits)
        return f(graph::HammingMetric(set, page::own_bytes(profile_of(format))));
    if (format.own == page::Own::f16) {
        if (inner_product) return f(graph::InnerProductMetric<F16>(set, format.dims));
        return f(graph::L2Metric<F16>(set, format.dims));
    }
    if (inner_product) return f(graph::InnerProductMetric<F32>(set, format.dims));
    return f(graph::L2Metric<F32>(set, format.dims));
}

// Distances to the set vectors of a page, into out[0 .. used). Returns how many.
template <class Metric, class Info>
inline size_t score(const Metric& metric, const typename Metric::Query* query,
                    const std::byte* bytes, const BlockLayout<Info>& layout, float* out) {
    const typename Metric::Element* rows[kMostPerPage];
    const size_t used = used_of(bytes, layout);
    if (used == 0) return 0;
    for (size_t i = 0; i < used; i++)
        rows[i] = reinterpret_cast<const typename Metric::Element*>(layout.vector(bytes, i));
    metric.distances(query, rows, used, out);
    return used;
}

}  // namespace quiver::ivf
