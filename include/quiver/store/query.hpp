// Queries against node slots: the Query concept of search.hpp for vectors and for bit strings.
#pragma once

#include <algorithm>  // std::min
#include <limits>     // std::numeric_limits

#include "quiver/base/arena.hpp"
#include "quiver/kernels/dispatch.hpp"
#include "quiver/page/node.hpp"
#include "quiver/quant/edge_code.hpp"
#include "quiver/quant/query_lut.hpp"
#include "quiver/quant/rotation.hpp"
#include "quiver/store/beam.hpp"

namespace quiver::store {

constexpr quant::CodeShape code_shape(const page::Profile& p, const page::SlotLayout& s) {
    return {static_cast<int>(p.dims), static_cast<int>(s.code_dims), p.code_bits, s.edges_padded};
}

constexpr quant::EdgeMetric edge_metric(page::Metric metric) {
    return metric == page::Metric::inner_product ? quant::EdgeMetric::inner_product
                                                 : quant::EdgeMetric::l2;
}

// A float32 query against nodes that store T.
template <class T>
class DenseQuery {
public:
    // q has dims elements, normalised when the metric is cosine.
    DenseQuery(const page::Profile& profile, const quant::Rotation& rotation, const float* q,
               Arena arena)
        : kernels_(&kernels::active()),
          distances_(&kernels::float_kernels<F32, T>(*kernels_)),
          q_(reinterpret_cast<const F32*>(q)),
          dims_(profile.dims),
          code_dims_(profile.code_dims),
          code_bits_(profile.code_bits),
          inner_product_(profile.metric == page::Metric::inner_product) {
        float* rotated = arena.array<float>(quant::rotated_dims(dims_));
        rotation.apply(kernels_->quant, q_, rotated);
        lut_ = make_lut(rotated, code_dims_, arena);
        const uint32_t above = page::upper_layout(profile).code_dims;
        upper_lut_ = above == code_dims_ ? lut_ : make_lut(rotated, above, arena);
    }

    // Never a NaN, which sums of overflowing products are and no order can hold: such a row is far.
    float exact(const std::byte* own) const {
        const auto* v = reinterpret_cast<const T*>(own);
        const float d = inner_product_ ? -distances_->inner_product(q_, v, dims_)
                                       : distances_->l2_squared(q_, v, dims_);
        // Terms beyond float32 of both signs give NaN, which has no place in an order.
        return d == d ? d : std::numeric_limits<float>::max();
    }

    Estimates estimates() const {
        return code_dims_ * static_cast<uint32_t>(code_bits_) * kNoise < dims_ ? Estimates::smallest
                                                                               : Estimates::mean;
    }

    // own: the vector of the slot's node, which is `base` from the query.
    void estimate(page::ConstSlot slot, const std::byte* own, float base, float* out) const {
        const uint32_t code_dims = slot.layout->code_dims;
        const quant::CodeShape shape{static_cast<int>(dims_), static_cast<int>(code_dims),
                                     code_bits_, slot.layout->edges_padded};
        quant::estimate(kernels_->quant, shape,
                        {slot.codes(), slot.add(), slot.scale(), slot.header().scale_exponent},
                        code_dims == code_dims_ ? lut_ : upper_lut_, base, out);
        if (inner_product_)
            quant::shrink_owner(slot.add(), slot.layout->edges_padded, share_of(own, base), out);
    }

private:
    // How many times the owner's vector is in the query.
    float share_of(const std::byte* own, float base) const {
        const auto* u = reinterpret_cast<const T*>(own);
        return -base / distances_->cosine_parts(q_, u, dims_).norm_b;
    }

    // Fewer than a bit for so many dimensions is little more than noise.
    static constexpr uint32_t kNoise = 4;

    quant::QueryLut make_lut(const float* rotated, uint32_t code_dims, Arena arena) const {
        const int n = static_cast<int>(code_dims);
        return quant::build_lut(kernels_->quant, rotated, n,
                                arena.array<uint8_t>(quant::QueryLut::size(n)));
    }

    const kernels::KernelSet* kernels_;
    const kernels::FloatKernels<F32, T>* distances_;
    const F32* q_;
    size_t dims_;
    uint32_t code_dims_;
    int code_bits_;
    bool inner_product_;
    quant::QueryLut lut_;
    quant::QueryLut upper_lut_;
};

// A bit string against nodes whose edge codes are the leading bits of the neighbours themselves, as
// many as the layout says.
template <page::Metric metric>
class BitQuery {
public:
    BitQuery(const page::Profile& profile, const uint8_t* q)
        : kernels_(&kernels::active().bits),
          q_(q),
          bytes_(page::own_bytes(profile)),
          code_bytes_(profile.code_dims / 8),
          dims_(static_cast<float>(profile.dims)) {}

    float exact(const std::byte* own) const {
        return distance(reinterpret_cast<const uint8_t*>(own), bytes_);
    }

    Estimates estimates() const { return Estimates::mean; }

    void estimate(page::ConstSlot slot, const std::byte*, float, float* out) const {
        const uint8_t* code = slot.codes();
        const size_t code_bytes = slot.layout->code_dims / 8;
        const bool whole = code_bytes >= bytes_;
        const float widen = metric == page::Metric::hamming && !whole
                                ? dims_ / static_cast<float>(slot.layout->code_dims)
                                : 1;
        const size_t count = std::min<size_t>(slot.header().edge_count, slot.layout->edges);
        for (size_t i = 0; i < count; i++, code += code_bytes)
            out[i] = widen * distance(code, whole ? bytes_ : code_bytes);
    }

private:
    float distance(const uint8_t* v, size_t bytes) const {
        if constexpr (metric == page::Metric::hamming) {
            return static_cast<float>(kernels_->hamming(q_, v, bytes));
        } else {
            const kernels::BitOverlap overlap = kernels_->overlap(q_, v, bytes);
            return overlap.both == 0
                       ? 1.0f
                       : 1.0f - static_cast<float>(overlap.both) / static_cast<float>(overlap.any);
        }
    }

    const kernels::BitKernels* kernels_;
    const uint8_t* q_;
    size_t bytes_;
    size_t code_bytes_;
    float dims_;
};

// What the factors of an edge from u to v need to know exactly: |v - u|^2 and <v - u, u>.
struct Difference {
    double squared;
    double along;
};

inline Difference difference(const float* v, const float* u, uint32_t dims) {
    Difference out{0, 0};
    for (uint32_t i = 0; i < dims; i++) {
        const double d = static_cast<double>(v[i]) - u[i];
        out.squared += d * d;
        out.along += d * u[i];
    }
    return out;
}

}  // namespace quiver::store
