#include "pg/opclass.hpp"

namespace quiver::pg {

const char* type_name(ElementType type) {
    constexpr const char* kNames[] = {"vector", "halfvec", "bit", "sparsevec"};
    return kNames[static_cast<int>(type)];
}

const MetricInfo* metric_of(Relation index, int proc) {
    FmgrInfo* function = index_getprocinfo(index, 1, static_cast<uint16>(proc));
    return reinterpret_cast<const MetricInfo*>(
        DatumGetPointer(FunctionCall1(function, PointerGetDatum(nullptr))));
}

}  // namespace quiver::pg
