// What the graph of a build has to know about an index.
#pragma once

#include <algorithm>  // std::max

#include "quiver/graph/coarse.hpp"
#include "quiver/graph/params.hpp"
#include "quiver/store/own.hpp"

namespace quiver::store {

// Whether the graph has coarse forms of its vectors, if there are any (CoarseMetric): they take a
// byte for each dimension, and building takes half as long.
enum class Coarse : bool { no, yes };

// The beam of a build with coarse forms. A quarter more costs a sixth of the time, and searches for
// a recall of .99 then need 8 % fewer hops (200,000 x 128) to a fifth fewer (30,000 x 768).
constexpr uint32_t coarse_ef(uint32_t ef_construction) { return ef_construction * 5 / 4; }

// The narrowest beam of a build. With less there is nothing to choose from, and it saves next to
// nothing: 10,000 random bit(52), m = 4, of which a vacuum leaves a quarter, find .80 of their
// neighbours at ef 100 with a beam of 8, .84 with 16.
inline constexpr uint32_t kNarrowestBeam = 16;

inline graph::Params build_params(const page::Profile& p, uint64_t seed, Coarse coarse) {
    graph::Params params{.m = p.m,
                         .ef_construction = std::max<uint32_t>(p.ef_construction, kNarrowestBeam),
                         .seed = seed};
    if (p.own == page::Own::sparse) {
        // Slots have room for most sparse vectors.
        params.vector_bytes = static_cast<uint32_t>(page::own_inline_bytes(p));
        params.varying = true;
        return params;
    }
    const size_t stored = own_record_bytes(p);
    params.vector_bytes = static_cast<uint32_t>(stored);
    // The elements and metrics whose model has a CoarseMetric.
    const bool possible =
        (p.own == page::Own::f16 || p.own == page::Own::i8) && p.metric != page::Metric::l1;
    if (coarse == Coarse::no || !possible || p.dims < graph::kLeastCoarseDims) return params;
    params.vector_bytes = static_cast<uint32_t>(graph::coarse_bytes(stored, p.dims));
    params.measured_at = static_cast<uint32_t>(stored);
    params.ef_construction = coarse_ef(params.ef_construction);
    return params;
}

}  // namespace quiver::store
