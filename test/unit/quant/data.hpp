// Vectors for the tests of quantisation: independent ones, and ones shaped like descriptors and
// embeddings.
#pragma once

#include <cmath>    // std::sqrt
#include <cstddef>  // size_t
#include <random>   // std::mt19937
#include <vector>   // std::vector

#include "quiver/base/number.hpp"
#include "quiver/quant/rotation.hpp"

namespace quiver::test {

using Row = std::vector<float>;

inline const F32* stored(const Row& row) { return reinterpret_cast<const F32*>(row.data()); }

inline double dot(const Row& a, const Row& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += double{a[i]} * b[i];
    return sum;
}

inline double squared_distance(const Row& a, const Row& b) {
    double sum = 0;
    for (size_t i = 0; i < a.size(); ++i) sum += (double{a[i]} - b[i]) * (double{a[i]} - b[i]);
    return sum;
}

inline Row random_row(size_t dims, std::mt19937& random, float scale = 1) {
    std::normal_distribution<float> normal;
    Row row(dims);
    for (float& x : row) x = scale * normal(random);
    return row;
}

// Rows of a few clusters far from zero whose coordinates have very different spreads and are not
// negative: what makes real data harder than random data.
inline std::vector<Row> clustered_rows(size_t count, size_t dims, std::mt19937& random) {
    std::normal_distribution<float> normal;
    std::vector<Row> centres;
    for (int c = 0; c < 5; ++c) centres.push_back(random_row(dims, random, 3));
    std::vector<Row> rows;
    for (size_t i = 0; i < count; ++i) {
        Row row = centres[random() % centres.size()];
        for (size_t d = 0; d < dims; ++d) {
            const float spread = 2 / std::sqrt(1 + 0.2f * static_cast<float>(d));
            row[d] = std::fabs(4 + row[d] + spread * normal(random));
        }
        rows.push_back(row);
    }
    return rows;
}

inline Row mean_row(const std::vector<Row>& rows) {
    Row mean(rows[0].size());
    for (const Row& row : rows)
        for (size_t d = 0; d < row.size(); ++d) mean[d] += row[d] / static_cast<float>(rows.size());
    return mean;
}

inline Row rotated(const kernels::QuantKernels& k, const quant::Rotation& rotation, const Row& a) {
    Row out(quant::rotated_dims(rotation.dims));
    rotation.apply(k, stored(a), out.data());
    return out;
}

inline Row rotated_difference(const kernels::QuantKernels& k, const quant::Rotation& rotation,
                              const Row& a, const Row& b) {
    Row out(quant::rotated_dims(rotation.dims));
    rotation.apply_difference(k, stored(a), stored(b), out.data());
    return out;
}

}  // namespace quiver::test
