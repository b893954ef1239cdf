// What the access methods read of an operator class: which element type and metric a column has.
#pragma once

#include "pg/postgres.hpp"

#include "quiver/page/layout.hpp"

namespace quiver::pg {

enum class ElementType : uint8_t { f32, f16, bit, sparse };

struct MetricInfo {
    ElementType type;
    page::Metric metric;
    int max_dims;
};

// The SQL name of the type.
const char* type_name(ElementType type);

// What support function `proc` of the index's class says: internal -> internal.
const MetricInfo* metric_of(Relation index, int proc);

// Such a function, as quiver_NAME.
#define QUIVER_METRIC(name, element, kind, most_dims)                                            \
    QUIVER_FUNCTION(name) {                                                                      \
        (void)fcinfo;                                                                            \
        static constexpr quiver::pg::MetricInfo kInfo = {quiver::pg::ElementType::element,       \
                                                         quiver::page::Metric::kind, most_dims}; \
        return PointerGetDatum(&kInfo);                                                          \
    }

}  // namespace quiver::pg
