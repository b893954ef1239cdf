// amvalidate: an operator class has one ordering operator, and the support procedures this access
// method calls.
#include "pg/postgres.hpp"

#include "pg/hnsw/am.hpp"
#include "pg/hnsw/opclass.hpp"

namespace quiver::pg::hnsw {

namespace {

bool complain(const char* family, const char* what) {
    ereport(INFO, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
                   errmsg("operator family \"%s\" of access method hnsw %s", family, what)));
    return false;
}

bool valid_procedure(const char* family, Form_pg_amproc proc) {
    switch (proc->amprocnum) {
        case kDistanceProc:
            if (!check_amproc_signature(proc->amproc, FLOAT8OID, false, 2, 2, proc->amproclefttype,
                                        proc->amproclefttype))
                return complain(family, "has a distance function with a wrong signature");
            return true;
        case kNormProc:
            if (!check_amproc_signature(proc->amproc, FLOAT8OID, false, 1, 1, proc->amproclefttype))
                return complain(family, "has a norm function with a wrong signature");
            return true;
        case kTypeProc:
        case kMetricProc:
            if (!check_amproc_signature(proc->amproc, INTERNALOID, false, 1, 1, INTERNALOID))
                return complain(family, "has a support function with a wrong signature");
            return true;
        default:
            return complain(family, "has a support function with an invalid number");
    }
}

}  // namespace

extern "C" bool hnsw_validate(Oid opclass) {
    HeapTuple class_tuple = SearchSysCache1(CLAOID, ObjectIdGetDatum(opclass));
    if (!HeapTupleIsValid(class_tuple))
        elog(ERROR, "cache lookup failed for operator class %u", opclass);
    const auto* form = reinterpret_cast<Form_pg_opclass>(GETSTRUCT(class_tuple));
    const Oid family_oid = form->opcfamily;
    const Oid input_type = form->opcintype;
    HeapTuple family_tuple = SearchSysCache1(OPFAMILYOID, ObjectIdGetDatum(family_oid));
    if (!HeapTupleIsValid(family_tuple))
        elog(ERROR, "cache lookup failed for operator family %u", family_oid);
    const char* family =
        NameStr(reinterpret_cast<Form_pg_opfamily>(GETSTRUCT(family_tuple))->opfname);
    bool valid = true;

    CatCList* procs = SearchSysCacheList1(AMPROCNUM, ObjectIdGetDatum(family_oid));
    bool has_metric = false;
    bool has_distance = false;
    for (int i = 0; i < procs->n_members; i++) {
        auto* proc = reinterpret_cast<Form_pg_amproc>(GETSTRUCT(&procs->members[i]->tuple));
        valid = valid_procedure(family, proc) && valid;
        if (proc->amproclefttype == input_type && proc->amprocnum == kMetricProc) has_metric = true;
        if (proc->amproclefttype == input_type && proc->amprocnum == kDistanceProc)
            has_distance = true;
    }
    ReleaseCatCacheList(procs);
    if (!has_distance) valid = complain(family, "has no distance function (support function 1)");
    if (!has_metric) valid = complain(family, "has no metric function (support function 4)");

    CatCList* operators = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(family_oid));
    bool has_operator = false;
    for (int i = 0; i < operators->n_members; i++) {
        auto* op = reinterpret_cast<Form_pg_amop>(GETSTRUCT(&operators->members[i]->tuple));
        if (op->amoppurpose != AMOP_ORDER || op->amopstrategy != 1)
            valid = complain(family, "has an operator that is not ordering operator 1");
        else if (!check_amop_signature(op->amopopr, FLOAT8OID, op->amoplefttype, op->amoprighttype))
            valid = complain(family, "has an operator with a wrong signature");
        else if (op->amoplefttype == input_type)
            has_operator = true;
    }
    ReleaseCatCacheList(operators);
    if (!has_operator) valid = complain(family, "has no ordering operator for its type");

    ReleaseSysCache(family_tuple);
    ReleaseSysCache(class_tuple);
    return valid;
}

}  // namespace quiver::pg::hnsw
