// Vectors for a stored index, and their distances the plain way: one pair at a time, in double.
#pragma once

#include <algorithm>   // std::nth_element
#include <bit>         // std::popcount
#include <cmath>       // std::fabs
#include <cstddef>     // std::byte, size_t
#include <cstring>     // std::memcpy
#include <functional>  // std::greater
#include <vector>      // std::vector

#include "graph/test_graph.hpp"
#include "quiver/store/own.hpp"

namespace quiver::test {

using Bytes = std::vector<std::byte>;

// Vectors in clusters as a column has them (normalised for cosine) and as an index stores them.
class Vectors {
public:
    Vectors(const page::Profile& profile, size_t count, uint64_t seed) : profile_(profile) {
        if (profile.own == page::Own::bits) {
            const auto rows = graph::clustered_bits(count, page::own_bytes(profile), seed);
            for (size_t i = 0; i < count; ++i) add_bits(rows[i]);
            return;
        }
        const auto rows = graph::clustered<F32>(
            count, profile.dims, seed,
            profile.metric == page::Metric::cosine ? graph::Length::one : graph::Length::any);
        for (size_t i = 0; i < count; ++i) {
            std::vector<float> v(rows[i], rows[i] + profile.dims);
            if (profile.own == page::Own::sparse) keep_largest(v, 5 + i % 40);
            add(v);
        }
    }

    void add(const std::vector<float>& v) {
        if (profile_.own == page::Own::sparse) return add_sparse(v);
        Bytes record(store::own_record_bytes(profile_));
        store::write_own(profile_, v.data(), record.data());
        floats_.push_back(v);
        records_.push_back(record);
    }
    // What is zero is left out. The dense form is what was stored: normalised for cosine.
    void add_sparse(const std::vector<float>& v) {
        std::vector<int32_t> indices;
        std::vector<float> values;
        for (size_t i = 0; i < v.size(); ++i) {
            if (v[i] == 0) continue;
            indices.push_back(static_cast<int32_t>(i));
            values.push_back(v[i]);
        }
        const auto count = static_cast<uint32_t>(indices.size());
        Bytes record(page::sparse_own_bytes(count));
        EXPECT_TRUE(store::write_own_sparse(profile_,
                                            {reinterpret_cast<const I32*>(indices.data()),
                                             reinterpret_cast<const F32*>(values.data()), count},
                                            record.data()));
        const kernels::SparseArg stored = page::sparse_arg(record.data(), count);
        std::vector<float> dense(v.size());
        for (size_t i = 0; i < count; ++i)
            dense[static_cast<size_t>(indices[i])] = stored.values[i];
        floats_.push_back(dense);
        records_.push_back(record);
    }
    void add_bits(const uint8_t* bits) {
        Bytes record(store::own_record_bytes(profile_));
        store::write_own_bits(profile_, bits, record.data());
        floats_.emplace_back();
        records_.push_back(record);
    }

    size_t count() const { return records_.size(); }
    const std::byte* record(size_t row) const { return records_[row].data(); }
    const float* floats(size_t row) const { return floats_[row].data(); }

private:
    static void keep_largest(std::vector<float>& v, size_t count) {
        std::vector<float> sizes;
        for (const float x : v) sizes.push_back(std::fabs(x));
        std::nth_element(sizes.begin(), sizes.begin() + static_cast<ptrdiff_t>(count), sizes.end(),
                         std::greater<>());
        for (float& x : v)
            if (!(std::fabs(x) > sizes[count])) x = 0;
    }

    page::Profile profile_;
    std::vector<std::vector<float>> floats_;
    std::vector<Bytes> records_;
};

inline double element(const page::Profile& p, const std::byte* own, size_t i) {
    if (p.own == page::Own::f16) return to_float(reinterpret_cast<const F16*>(own)[i]);
    if (p.own == page::Own::i8) return quiver::element(reinterpret_cast<const Affine8*>(own), i);
    return reinterpret_cast<const F32*>(own)[i];
}

inline std::vector<double> dense_form(const page::Profile& p, const std::byte* own) {
    std::vector<double> out(p.dims);
    if (p.own == page::Own::sparse) {
        const kernels::SparseArg v = page::sparse_arg(own, page::most_nonzeros(p.dims));
        for (size_t i = 0; i < v.n; ++i) out[static_cast<size_t>(v.indices[i].value)] = v.values[i];
        return out;
    }
    for (size_t i = 0; i < p.dims; ++i) out[i] = element(p, own, i);
    return out;
}

// In the unit of a search: squared for L2 and cosine, negative for the inner product.
inline double distance(const page::Profile& p, const Vectors& queries, size_t q,
                       const std::byte* own) {
    if (p.own == page::Own::bits) {
        size_t differ = 0;
        size_t both = 0;
        size_t any = 0;
        for (size_t i = 0; i < page::own_bytes(p); ++i) {
            const auto a = static_cast<uint8_t>(queries.record(q)[i]);
            const auto b = static_cast<uint8_t>(own[i]);
            differ += static_cast<size_t>(std::popcount(static_cast<uint8_t>(a ^ b)));
            both += static_cast<size_t>(std::popcount(static_cast<uint8_t>(a & b)));
            any += static_cast<size_t>(std::popcount(static_cast<uint8_t>(a | b)));
        }
        if (p.metric == page::Metric::hamming) return static_cast<double>(differ);
        return both == 0 ? 1 : 1 - static_cast<double>(both) / static_cast<double>(any);
    }
    double squared = 0;
    double product = 0;
    double absolute = 0;
    const std::vector<double> v = dense_form(p, own);
    for (size_t i = 0; i < p.dims; ++i) {
        const double a = queries.floats(q)[i];
        const double b = v[i];
        squared += (a - b) * (a - b);
        product += a * b;
        absolute += std::fabs(a - b);
    }
    if (p.metric == page::Metric::l1) return absolute;
    return p.metric == page::Metric::inner_product ? -product : squared;
}

// Distance of the k-th nearest of rows [0, count).
inline double kth_distance(const page::Profile& p, const Vectors& queries, size_t q,
                           const Vectors& base, size_t count, size_t k) {
    std::vector<double> all(count);
    for (size_t i = 0; i < count; ++i) all[i] = distance(p, queries, q, base.record(i));
    std::nth_element(all.begin(), all.begin() + static_cast<ptrdiff_t>(k - 1), all.end());
    return all[k - 1];
}

// The same of every query.
inline std::vector<double> kth_distances(const page::Profile& p, const Vectors& queries,
                                         const Vectors& base, size_t count, size_t k) {
    std::vector<double> out(queries.count());
    for (size_t q = 0; q < out.size(); ++q) out[q] = kth_distance(p, queries, q, base, count, k);
    return out;
}

}  // namespace quiver::test
