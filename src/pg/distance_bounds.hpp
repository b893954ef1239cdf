// What the distance to a rounded vector says of the distance to the vector itself.
#pragma once

#include "quiver/page/layout.hpp"

#include <cmath>  // std::sqrt, std::fabs, std::fmax

namespace quiver::pg {

// A distance of the search as a length: what the triangle inequality holds for, so that a vector
// that was rounded by at most e has a length within e (inner product: e times the query's norm).
inline double as_length(page::Metric metric, double dist) {
    return metric == page::Metric::l2 || metric == page::Metric::cosine ? std::sqrt(dist) : dist;
}

// The operator's value for a length.
inline double operator_value(page::Metric metric, double length) {
    return metric == page::Metric::cosine ? length * length / 2 : length;
}

// A lower bound of the operator's value, which sums in float32, the more terms the less exactly,
// for a length that may be `error` off.
inline double lower_bound(const page::Profile& profile, double length, double error) {
    const double least = profile.metric == page::Metric::inner_product
                             ? length - error
                             : std::fmax(0, length - error);
    const double value = operator_value(profile.metric, least);
    return value - std::fabs(value) * (1e-5 + profile.dims * 1e-8) - 1e-6;
}

}  // namespace quiver::pg
