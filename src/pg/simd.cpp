// quiver_simd(): which instruction sets there are and which one is used.
#include "pg/postgres.hpp"

#include "quiver/kernels/dispatch.hpp"

namespace kernels = quiver::kernels;

QUIVER_FUNCTION(simd) {
    FuncCallContext* context;
    if (SRF_IS_FIRSTCALL()) {
        context = SRF_FIRSTCALL_INIT();
        const MemoryContext caller = MemoryContextSwitchTo(context->multi_call_memory_ctx);
        TupleDesc row;
        if (get_call_result_type(fcinfo, nullptr, &row) != TYPEFUNC_COMPOSITE)
            elog(ERROR, "return type must be a row type");
        context->tuple_desc = BlessTupleDesc(row);
        context->max_calls = kernels::kIsaCount;
        MemoryContextSwitchTo(caller);
    }
    context = SRF_PERCALL_SETUP();
    if (context->call_cntr >= context->max_calls) SRF_RETURN_DONE(context);

    const auto isa = static_cast<kernels::Isa>(context->call_cntr);
    const bool compiled = kernels::compiled(isa) != nullptr;
    Datum values[] = {CStringGetTextDatum(kernels::isa_name(isa)),
                      CStringGetTextDatum(kernels::isa_requirements(isa)), BoolGetDatum(compiled),
                      BoolGetDatum(compiled && kernels::supported(isa)),
                      BoolGetDatum(kernels::active().isa == isa)};
    bool nulls[lengthof(values)] = {};
    SRF_RETURN_NEXT(context,
                    HeapTupleGetDatum(heap_form_tuple(context->tuple_desc, values, nulls)));
}
