// amvalidate.
#include "pg/validate.hpp"

#include "pg/ivfflat/am.hpp"
#include "pg/ivfflat/opclass.hpp"

namespace quiver::pg::ivfflat {

extern "C" bool ivfflat_validate(Oid opclass) {
    static constexpr SupportProc kProcs[] = {
        {kDistanceProc, Signature::distance, "distance"},
        {kNormProc, Signature::norm, nullptr},
        {kCenterDistanceProc, Signature::distance, nullptr},
        {kCenterNormProc, Signature::norm, nullptr},
        {kTypeProc, Signature::internal, nullptr},
        {kMetricProc, Signature::internal, "metric"},
    };
    return validate_class(opclass, "ivfflat", kProcs);
}

}  // namespace quiver::pg::ivfflat
