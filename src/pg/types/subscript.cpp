// v[i]: one element of a vector as real, counted from 1, NULL outside the vector, as for arrays.
//
// Read-only. Slices and assignment are refused with a pointer to what does the job.
#include "pg/postgres.hpp"

#include "pg/datum.hpp"

#include <algorithm>  // std::lower_bound

namespace {

namespace pg = quiver::pg;
using quiver::DenseView;
using quiver::F16;
using quiver::F32;
using quiver::I32;
using quiver::SparseView;

template <class T>
float element(DenseView<T> v, int index) {
    return quiver::to_float(v.x[index]);
}

float element(SparseView v, int index) {
    const I32* end = v.indices + v.nnz;
    const I32* found =
        std::lower_bound(v.indices, end, index, [](const I32& a, int b) { return a.value < b; });
    return found != end && found->value == index ? v.values[found - v.indices].value : 0.0f;
}

// Parse analysis: vector[integer] gives real.
extern "C" void transform_subscript(SubscriptingRef* ref, List* indirection, ParseState* pstate,
                                    bool is_slice, bool is_assignment) {
    if (is_assignment)
        ereport(
            ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
             errmsg("elements of a vector cannot be assigned"), errhint("Assign the whole vector."),
             parser_errposition(pstate, exprLocation(reinterpret_cast<Node*>(indirection)))));
    if (is_slice)
        ereport(
            ERROR,
            (errcode(ERRCODE_FEATURE_NOT_SUPPORTED), errmsg("slices of a vector are not supported"),
             errhint("Use subvector(vector, start, count)."),
             parser_errposition(pstate, exprLocation(reinterpret_cast<Node*>(indirection)))));
    if (list_length(indirection) != 1)
        ereport(ERROR,
                (errcode(ERRCODE_DATATYPE_MISMATCH), errmsg("a vector allows only one subscript"),
                 parser_errposition(pstate, exprLocation(reinterpret_cast<Node*>(indirection)))));

    auto* indices = linitial_node(A_Indices, indirection);
    Node* given = transformExpr(pstate, indices->uidx, pstate->p_expr_kind);
    Node* subscript = coerce_to_target_type(pstate, given, exprType(given), INT4OID, -1,
                                            COERCION_ASSIGNMENT, COERCE_IMPLICIT_CAST, -1);
    if (subscript == nullptr)
        ereport(ERROR, (errcode(ERRCODE_DATATYPE_MISMATCH),
                        errmsg("vector subscript must have type integer"),
                        parser_errposition(pstate, exprLocation(given))));

    ref->refupperindexpr = list_make1(subscript);
    ref->reflowerindexpr = NIL;
    ref->refrestype = FLOAT4OID;
    ref->reftypmod = -1;
}

// before: the vector is not NULL (fetch_strict).
template <class View>
void fetch_element(ExprState*, ExprEvalStep* op, ExprContext*) {
    const SubscriptingRefState* state = op->d.sbsref.state;
    if (state->upperindexnull[0]) {
        *op->resnull = true;
        return;
    }
    const int32 subscript = DatumGetInt32(state->upperindex[0]);
    const pg::Payload payload(*op->resvalue);
    const View v = pg::view_payload<View>(payload);
    if (subscript < 1 || subscript > v.dim)
        *op->resnull = true;
    else
        *op->resvalue = Float4GetDatum(element(v, subscript - 1));
    payload.release();
}

template <class View>
void setup_execution(const SubscriptingRef*, SubscriptingRefState*, SubscriptExecSteps* steps) {
    steps->sbs_check_subscripts = nullptr;
    steps->sbs_fetch = fetch_element<View>;
    steps->sbs_assign = nullptr;
    steps->sbs_fetch_old = nullptr;
}

template <class View>
Datum routines() {
    static constexpr SubscriptRoutines kRoutines = {
        .transform = transform_subscript,
        .exec_setup = setup_execution<View>,
        .fetch_strict = true,     // NULL vector, NULL element
        .fetch_leakproof = true,  // never raises on sound data
        .store_leakproof = false,
    };
    return PointerGetDatum(&kRoutines);
}

}  // namespace

QUIVER_FUNCTION(vector_subscript_handler) {
    (void)fcinfo;
    return routines<DenseView<F32>>();
}
QUIVER_FUNCTION(halfvec_subscript_handler) {
    (void)fcinfo;
    return routines<DenseView<F16>>();
}
QUIVER_FUNCTION(sparsevec_subscript_handler) {
    (void)fcinfo;
    return routines<SparseView>();
}
