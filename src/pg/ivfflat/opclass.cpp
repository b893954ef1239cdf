#include "pg/ivfflat/opclass.hpp"

// A vector fills at most a page, and pgvector's limits are the same.
QUIVER_METRIC(ivfflat_vector_l2_metric, f32, l2, 2000)
QUIVER_METRIC(ivfflat_vector_ip_metric, f32, inner_product, 2000)
QUIVER_METRIC(ivfflat_vector_cosine_metric, f32, cosine, 2000)
QUIVER_METRIC(ivfflat_halfvec_l2_metric, f16, l2, 4000)
QUIVER_METRIC(ivfflat_halfvec_ip_metric, f16, inner_product, 4000)
QUIVER_METRIC(ivfflat_halfvec_cosine_metric, f16, cosine, 4000)
QUIVER_METRIC(ivfflat_bit_hamming_metric, bit, hamming, 64000)
