// Distances between stored vectors, as the graph needs them: one query against many rows, and what
// it means that one neighbour hides another.
//
// A Metric has
//   Element                      what a stored vector is made of
//   Query                        what a prepared query is made of
//   query(stored, room)          the query form of a stored vector: itself, or widened into `room`
//   (query_bytes())
//   distances(query, rows, count, out)
//   occlusion(to_owner, to_kept) how much a kept neighbour hides a candidate from the owner of the
//                                list; below 0 not at all. Grows with the first distance.
//   kLinksToFillers              whether fillers are offered a link back, too: by inner product the
//                                longest vector near a node hides nearly all others from it, and
//                                among sparse vectors and by L1 a few short or central ones are
//                                near everything, so kept edges alone would lead to few nodes
//   kHubs                        is there, and true, where a few central vectors can be the nearest
//                                of very many others, as by L1 in many dimensions: an insertion
//                                then looks after the nodes that they push out of lists
// and, if stored vectors differ in length, bytes_of(stored).
// The cosine distance needs none of its own: on vectors of length one it is half the squared L2
// distance.
#pragma once

#include <cstddef>      // size_t
#include <cstdint>      // uint8_t
#include <type_traits>  // std::is_same_v

#include "quiver/kernels/kernel_set.hpp"
#include "quiver/page/layout.hpp"

namespace quiver::graph {

// Whether stored vectors differ in length.
template <class Metric>
inline constexpr bool kVarying = requires(const Metric& m, const typename Metric::Element* v) {
    m.bytes_of(v);
};

template <class Metric>
inline constexpr bool kHasHubs = requires {
    requires Metric::kHubs;
};

// Whether the graph keeps more of a vector than its stored form.
template <class Metric>
inline constexpr bool kKeepsMore = requires(const Metric& m) {
    m.keep_bytes();
};

// Distances that are at least zero compare by their ratio, which does not depend on how long the
// edges of a list are.
inline float occlusion_ratio(float to_owner, float to_kept) noexcept {
    // Two equal neighbours hide each other completely; a large finite number keeps the order of the
    // others.
    return to_kept > 0 ? to_owner / to_kept - 1.0f : 1e30f;
}

// Inner products have no ratio, because of their signs, and their difference grows with the length
// of the candidate, so the long vectors, which most searches look for, would leave first. Of the
// hidden, the farthest from the owner therefore counts as hidden most: this grows with the distance
// from the owner, whatever its sign, and is above 0.
inline float hidden_by_rank(float to_owner) noexcept {
    return to_owner > 0 ? 1.0f + to_owner : 1.0f / (1.0f - to_owner);
}

// No margin: products of vectors that lie close together, as models make them, hardly differ, so
// anything in proportion to a product keeps nearly all of them.
inline float occlusion_by_rank(float to_owner, float to_kept) noexcept {
    return to_kept > to_owner ? -1.0f : hidden_by_rank(to_owner);
}

template <class E>
class FloatMetric {
public:
    using Element = E;
    using Query = F32;

    FloatMetric(const kernels::KernelSet& set, size_t dims)
        : kernels_(&kernels::float_kernels<F32, E>(set)), convert_(&set.convert), dims_(dims) {}

    size_t dims() const { return dims_; }
    size_t vector_bytes() const {
        return std::is_same_v<E, Affine8> ? sizeof(Affine8) + dims_ : dims_ * sizeof(E);
    }
    size_t query_bytes() const { return std::is_same_v<E, F32> ? 0 : dims_ * sizeof(F32); }

    const F32* query(const F32* stored, void*) const { return stored; }
    const F32* query(const F16* stored, void* room) const {
        F32* const wide = static_cast<F32*>(room);
        convert_->half_to_float(stored, wide, dims_);
        return wide;
    }
    const F32* query(const Affine8* stored, void* room) const {
        F32* const wide = static_cast<F32*>(room);
        convert_->affine_to_float(stored, wide, dims_);
        return wide;
    }

protected:
    const kernels::FloatKernels<F32, E>* kernels_;
    const kernels::ConvertKernels* convert_;
    size_t dims_;
};

// Squared Euclidean distance.
template <class E>
class L2Metric : public FloatMetric<E> {
public:
    static constexpr bool kLinksToFillers = false;
    using FloatMetric<E>::FloatMetric;

    void distances(const F32* query, const E* const* rows, size_t count,
                   float* out) const noexcept {
        this->kernels_->l2_squared_many(query, rows, count, this->dims_, out);
    }
    static float occlusion(float to_owner, float to_kept) noexcept {
        return occlusion_ratio(to_owner, to_kept);
    }
};

// Negative inner product.
template <class E>
class InnerProductMetric : public FloatMetric<E> {
public:
    struct IsInnerProduct {};
    static constexpr bool kLinksToFillers = true;
    using FloatMetric<E>::FloatMetric;

    void distances(const F32* query, const E* const* rows, size_t count,
                   float* out) const noexcept {
        this->kernels_->inner_product_many(query, rows, count, this->dims_, out);
        for (size_t i = 0; i < count; ++i) out[i] = -out[i];
    }
    static float occlusion(float to_owner, float to_kept) noexcept {
        return occlusion_by_rank(to_owner, to_kept);
    }
};

// Sum of absolute differences.
template <class E>
class L1Metric : public FloatMetric<E> {
public:
    static constexpr bool kLinksToFillers = true;
    static constexpr bool kHubs = true;
    using FloatMetric<E>::FloatMetric;

    void distances(const F32* query, const E* const* rows, size_t count,
                   float* out) const noexcept {
        this->kernels_->l1_many(query, rows, count, this->dims_, out);
    }
    static float occlusion(float to_owner, float to_kept) noexcept {
        return occlusion_ratio(to_owner, kMargin * to_kept);
    }

private:
    // Who is only just nearer to a kept neighbour is kept, too: in many dimensions a hub is about
    // as near to everything as the owner is, and would hide all of it.
    static constexpr float kMargin = 1.03f;
};

// Of two sparse vectors; squared if Euclidean, of which the cosine's are half.
template <page::Metric metric>
inline float sparse_distance(const kernels::SparseKernels& kernels, kernels::SparseArg a,
                             kernels::SparseArg b) noexcept {
    if constexpr (metric == page::Metric::inner_product)
        return -kernels.inner_product(a, b);
    else if constexpr (metric == page::Metric::l1)
        return kernels.l1(a, b);
    else
        return kernels.l2_squared(a, b);
}

// The same from a vector that has a table.
template <page::Metric metric>
inline float sparse_distance(const kernels::SparseKernels& kernels, const kernels::SparseTable& a,
                             kernels::SparseArg b) noexcept {
    if constexpr (metric == page::Metric::inner_product)
        return -kernels.inner_product_table(a, b);
    else if constexpr (metric == page::Metric::l1)
        return kernels.l1_table(a, b);
    else
        return kernels.l2_squared_table(a, b);
}

// Vectors as sparse_own.hpp says.
template <page::Metric metric>
class SparseMetric {
public:
    static constexpr bool kLinksToFillers = true;
    static constexpr bool kHubs = metric == page::Metric::l1;
    using Element = std::byte;
    using Query = std::byte;

    SparseMetric(const kernels::KernelSet& set, uint32_t dims)
        : kernels_(&set.sparse), most_(page::most_nonzeros(dims)) {}

    size_t query_bytes() const { return 0; }
    size_t bytes_of(const std::byte* stored) const {
        return page::sparse_own_bytes(page::nonzeros_of(stored));
    }
    const std::byte* query(const std::byte* stored, void*) const { return stored; }

    void distances(const std::byte* query, const std::byte* const* rows, size_t count,
                   float* out) const noexcept {
        const kernels::SparseArg q = page::sparse_arg(query, most_);
        for (size_t i = 0; i < count; ++i)
            out[i] = sparse_distance<metric>(*kernels_, q, page::sparse_arg(rows[i], most_));
    }
    static float occlusion(float to_owner, float to_kept) noexcept {
        return metric == page::Metric::inner_product ? occlusion_by_rank(to_owner, to_kept)
                                                     : occlusion_ratio(to_owner, to_kept);
    }

private:
    const kernels::SparseKernels* kernels_;
    uint32_t most_;
};

class BitMetric {
public:
    static constexpr bool kLinksToFillers = false;
    using Element = uint8_t;
    using Query = uint8_t;

    BitMetric(const kernels::KernelSet& set, size_t bytes) : kernels_(&set.bits), bytes_(bytes) {}

    size_t vector_bytes() const { return bytes_; }
    size_t query_bytes() const { return 0; }
    const uint8_t* query(const uint8_t* stored, void*) const { return stored; }
    static float occlusion(float to_owner, float to_kept) noexcept {
        return occlusion_ratio(to_owner, to_kept);
    }

protected:
    const kernels::BitKernels* kernels_;
    size_t bytes_;
};

class HammingMetric : public BitMetric {
public:
    using BitMetric::BitMetric;

    void distances(const uint8_t* query, const uint8_t* const* rows, size_t count,
                   float* out) const noexcept {
        uint64_t differ[64];
        for (size_t done = 0; done < count;) {
            const size_t n = count - done < 64 ? count - done : 64;
            kernels_->hamming_many(query, rows + done, n, bytes_, differ);
            for (size_t i = 0; i < n; ++i) out[done + i] = static_cast<float>(differ[i]);
            done += n;
        }
    }
};

class JaccardMetric : public BitMetric {
public:
    using BitMetric::BitMetric;

    void distances(const uint8_t* query, const uint8_t* const* rows, size_t count,
                   float* out) const noexcept {
        for (size_t i = 0; i < count; ++i) {
            const kernels::BitOverlap overlap = kernels_->overlap(query, rows[i], bytes_);
            // Nothing in common: 1, for two zero strings too, as the SQL function says.
            out[i] = overlap.both == 0 ? 1.0f
                                       : 1.0f - static_cast<float>(overlap.both) /
                                                    static_cast<float>(overlap.any);
        }
    }
};

}  // namespace quiver::graph
