// The models of the plain layout (see model.hpp): dense vectors by L1, and sparse vectors.
#pragma once

#include <limits>  // std::numeric_limits

#include "quiver/graph/memory_graph.hpp"
#include "quiver/graph/metric.hpp"
#include "quiver/kernels/sparse_table.hpp"
#include "quiver/store/node_writer.hpp"
#include "quiver/store/own.hpp"

namespace quiver::store {

namespace detail {

// Never a NaN, which has no place in an order: such a row is far.
inline float ordered(float distance) {
    return distance == distance ? distance : std::numeric_limits<float>::max();
}

}  // namespace detail

// A float32 query against nodes that store T.
template <class T>
class L1Query {
public:
    // q has dims elements and must outlive the result.
    L1Query(uint32_t dims, const float* q)
        : distances_(&kernels::float_kernels<F32, T>(kernels::active())),
          q_(reinterpret_cast<const F32*>(q)),
          dims_(dims) {}

    float exact(const std::byte* own) const {
        return detail::ordered(distances_->l1(q_, reinterpret_cast<const T*>(own), dims_));
    }

private:
    const kernels::FloatKernels<F32, T>* distances_;
    const F32* q_;
    size_t dims_;
};

// Vectors stored as T.
template <class T>
class L1Model {
public:
    using Metric = graph::L1Metric<T>;
    using BuildMetric = Metric;
    using Query = L1Query<T>;
    using Encoder = NoCodes;

    L1Model(const page::Profile& profile, uint64_t) : profile_(profile) {}

    const page::Profile& profile() const { return profile_; }
    Metric metric() const { return Metric(kernels::active(), profile_.dims); }
    BuildMetric build_metric(const graph::Params&) const { return metric(); }
    Encoder make_encoder(Arena) const { return {}; }
    Encoder make_encoder(const graph::MemoryGraph&, size_t, Arena) const { return {}; }

    Query make_query(const std::byte* own, Arena arena) const {
        float* wide = arena.array<float>(profile_.dims);
        widen_own(reinterpret_cast<const T*>(own), wide, profile_.dims);
        return Query(profile_.dims, wide);
    }
    Query make_query(const float* q, Arena) const { return Query(profile_.dims, q); }

private:
    page::Profile profile_;
};

template <page::Metric metric>
class SparseQuery {
public:
    // own must outlive the result.
    SparseQuery(uint32_t dims, const std::byte* own, Arena arena)
        : kernels_(&kernels::active().sparse),
          most_(page::most_nonzeros(dims)),
          q_(page::sparse_arg(own, most_)),
          has_table_(kernels::make_sparse_table(q_, dims, arena, table_)) {}

    float exact(const std::byte* own) const {
        const kernels::SparseArg row = page::sparse_arg(own, most_);
        return detail::ordered(has_table_ ? graph::sparse_distance<metric>(*kernels_, table_, row)
                                          : graph::sparse_distance<metric>(*kernels_, q_, row));
    }

private:
    const kernels::SparseKernels* kernels_;
    uint32_t most_;
    kernels::SparseArg q_;
    kernels::SparseTable table_;
    bool has_table_;
};

template <page::Metric metric_name>
class SparseModel {
public:
    using Metric = graph::SparseMetric<metric_name>;
    using BuildMetric = Metric;
    using Query = SparseQuery<metric_name>;
    using Encoder = NoCodes;

    SparseModel(const page::Profile& profile, uint64_t) : profile_(profile) {}

    const page::Profile& profile() const { return profile_; }
    Metric metric() const { return Metric(kernels::active(), profile_.dims); }
    BuildMetric build_metric(const graph::Params&) const { return metric(); }
    Encoder make_encoder(Arena) const { return {}; }
    Encoder make_encoder(const graph::MemoryGraph&, size_t, Arena) const { return {}; }
    Query make_query(const std::byte* own, Arena arena) const {
        return Query(profile_.dims, own, arena);
    }

private:
    page::Profile profile_;
};

}  // namespace quiver::store
