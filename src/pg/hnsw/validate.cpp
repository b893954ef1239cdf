// amvalidate.
#include "pg/postgres.hpp"

#include "pg/hnsw/am.hpp"
#include "pg/hnsw/opclass.hpp"
#include "pg/validate.hpp"

namespace quiver::pg::hnsw {

extern "C" bool hnsw_validate(Oid opclass) {
    static constexpr SupportProc kProcs[] = {
        {kDistanceProc, Signature::distance, "distance"},
        {kNormProc, Signature::norm, nullptr},
        {kTypeProc, Signature::internal, nullptr},
        {kMetricProc, Signature::internal, "metric"},
    };
    return validate_class(opclass, "hnsw", kProcs);
}

}  // namespace quiver::pg::hnsw
