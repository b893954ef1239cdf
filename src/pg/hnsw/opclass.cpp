#include "pg/hnsw/opclass.hpp"

namespace quiver::pg::hnsw {

const MetricInfo* metric_of(Relation index) {
    FmgrInfo* proc = index_getprocinfo(index, 1, kMetricProc);
    return reinterpret_cast<const MetricInfo*>(
        DatumGetPointer(FunctionCall1(proc, PointerGetDatum(nullptr))));
}

}  // namespace quiver::pg::hnsw

namespace {

using quiver::page::Metric;
using quiver::pg::hnsw::ElementType;
using quiver::pg::hnsw::MetricInfo;

template <ElementType type, Metric metric, int max_dims>
Datum metric_info() {
    static constexpr MetricInfo kInfo = {type, metric, max_dims};
    return PointerGetDatum(&kInfo);
}

}  // namespace

#define QUIVER_METRIC(name, type, metric, max_dims)                        \
    QUIVER_FUNCTION(name) {                                                \
        (void)fcinfo;                                                      \
        return metric_info<ElementType::type, Metric::metric, max_dims>(); \
    }

QUIVER_METRIC(hnsw_vector_l2_metric, f32, l2, 16000)
QUIVER_METRIC(hnsw_vector_ip_metric, f32, inner_product, 16000)
QUIVER_METRIC(hnsw_vector_cosine_metric, f32, cosine, 16000)
QUIVER_METRIC(hnsw_vector_l1_metric, f32, l1, 16000)
QUIVER_METRIC(hnsw_halfvec_l2_metric, f16, l2, 16000)
QUIVER_METRIC(hnsw_halfvec_ip_metric, f16, inner_product, 16000)
QUIVER_METRIC(hnsw_halfvec_cosine_metric, f16, cosine, 16000)
QUIVER_METRIC(hnsw_halfvec_l1_metric, f16, l1, 16000)
QUIVER_METRIC(hnsw_sparsevec_l2_metric, sparse, l2, quiver::kMaxSparseDim)
QUIVER_METRIC(hnsw_sparsevec_ip_metric, sparse, inner_product, quiver::kMaxSparseDim)
QUIVER_METRIC(hnsw_sparsevec_cosine_metric, sparse, cosine, quiver::kMaxSparseDim)
QUIVER_METRIC(hnsw_sparsevec_l1_metric, sparse, l1, quiver::kMaxSparseDim)
QUIVER_METRIC(hnsw_bit_hamming_metric, bit, hamming, 64000)
QUIVER_METRIC(hnsw_bit_jaccard_metric, bit, jaccard, 64000)
