// The element types and metrics an index can have, each as one type that builds, searches and
// inserts with it.
#pragma once

#include "quiver/graph/coarse.hpp"
#include "quiver/graph/metric.hpp"
#include "quiver/store/cached_encoder.hpp"
#include "quiver/store/own.hpp"
#include "quiver/store/plain_model.hpp"
#include "quiver/store/query.hpp"

namespace quiver::store {

// Vectors stored as T. Cosine is L2 on vectors of length one.
template <class T, template <class> class GraphMetric>
class DenseModel {
public:
    using Metric = GraphMetric<T>;
    // Vectors of float32 are short, and are measured exactly in a build, too.
    using BuildMetric =
        std::conditional_t<std::is_same_v<T, F32>, Metric, graph::CoarseMetric<Metric>>;
    using Query = DenseQuery<T>;
    using Encoder = DenseEncoder<T>;

    DenseModel(const page::Profile& profile, uint64_t seed)
        : profile_(profile), rotation_{seed, profile.dims} {}

    const page::Profile& profile() const { return profile_; }
    Metric metric() const { return Metric(kernels::active(), profile_.dims); }
    // Of a graph with these parameters (build_params.hpp).
    BuildMetric build_metric(const graph::Params& params) const {
        if constexpr (std::is_same_v<BuildMetric, Metric>)
            return metric();
        else
            return BuildMetric(kernels::active(), rotation_, params);
    }
    Encoder make_encoder(Arena arena) const { return Encoder(profile_, rotation_, arena); }
    // For all nodes of a graph; uses about so many bytes to be faster.
    CachedEncoder<T> make_encoder(const graph::MemoryGraph& graph, size_t bytes,
                                  Arena arena) const {
        return {profile_, rotation_, graph, bytes, arena};
    }

    // A query that is a stored vector.
    Query make_query(const std::byte* own, Arena arena) const {
        float* wide = arena.array<float>(profile_.dims);
        widen_own(reinterpret_cast<const T*>(own), wide, profile_.dims);
        return Query(profile_, rotation_, wide, arena);
    }
    // A query as the user gave it (normalised for cosine); must outlive the result.
    Query make_query(const float* q, Arena arena) const {
        return Query(profile_, rotation_, q, arena);
    }

private:
    page::Profile profile_;
    quant::Rotation rotation_;
};

template <class GraphMetric, page::Metric metric_name>
class BitModel {
public:
    using Metric = GraphMetric;
    using BuildMetric = Metric;
    using Query = BitQuery<metric_name>;
    using Encoder = BitEncoder;

    BitModel(const page::Profile& profile, uint64_t) : profile_(profile) {}

    const page::Profile& profile() const { return profile_; }
    Metric metric() const { return Metric(kernels::active(), page::own_bytes(profile_)); }
    BuildMetric build_metric(const graph::Params&) const { return metric(); }
    Encoder make_encoder(Arena) const { return Encoder(profile_); }
    Encoder make_encoder(const graph::MemoryGraph&, size_t, Arena) const {
        return Encoder(profile_);
    }
    Query make_query(const std::byte* own, Arena) const {
        return Query(profile_, reinterpret_cast<const uint8_t*>(own));
    }

private:
    page::Profile profile_;
};

// f(model) with the model of a profile.
template <class F>
inline decltype(auto) with_model(const page::Profile& p, uint64_t seed, F f) {
    const bool inner_product = p.metric == page::Metric::inner_product;
    switch (p.own) {
        case page::Own::sparse:
            if (inner_product) return f(SparseModel<page::Metric::inner_product>(p, seed));
            if (p.metric == page::Metric::l1) return f(SparseModel<page::Metric::l1>(p, seed));
            return f(SparseModel<page::Metric::l2>(p, seed));
        case page::Own::f16:
            if (p.metric == page::Metric::l1) return f(L1Model<F16>(p, seed));
            if (inner_product) return f(DenseModel<F16, graph::InnerProductMetric>(p, seed));
            return f(DenseModel<F16, graph::L2Metric>(p, seed));
        case page::Own::i8:
            if (inner_product) return f(DenseModel<Affine8, graph::InnerProductMetric>(p, seed));
            return f(DenseModel<Affine8, graph::L2Metric>(p, seed));
        case page::Own::bits:
            if (p.metric == page::Metric::jaccard)
                return f(BitModel<graph::JaccardMetric, page::Metric::jaccard>(p, seed));
            return f(BitModel<graph::HammingMetric, page::Metric::hamming>(p, seed));
        case page::Own::f32:
            break;
    }
    if (p.metric == page::Metric::l1) return f(L1Model<F32>(p, seed));
    if (inner_product) return f(DenseModel<F32, graph::InnerProductMetric>(p, seed));
    return f(DenseModel<F32, graph::L2Metric>(p, seed));
}

}  // namespace quiver::store
