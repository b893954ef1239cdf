// amvalidate: an operator class has one ordering operator, and the support procedures its access
// method calls.
#include "pg/validate.hpp"

namespace quiver::pg {

namespace {

bool complain(const char* am, const char* family, const char* what) {
    ereport(INFO, (errcode(ERRCODE_INVALID_OBJECT_DEFINITION),
                   errmsg("operator family \"%s\" of access method %s %s", family, am, what)));
    return false;
}

const SupportProc* rule_for(std::span<const SupportProc> rules, int number) {
    for (const SupportProc& rule : rules)
        if (rule.number == number) return &rule;
    return nullptr;
}

bool valid_procedure(const char* am, const char* family, std::span<const SupportProc> rules,
                     Form_pg_amproc proc) {
    const SupportProc* rule = rule_for(rules, proc->amprocnum);
    if (rule == nullptr)
        return complain(am, family, "has a support function with an invalid number");
    const Oid type = proc->amproclefttype;
    switch (rule->signature) {
        case Signature::distance:
            if (!check_amproc_signature(proc->amproc, FLOAT8OID, false, 2, 2, type, type))
                return complain(am, family, "has a distance function with a wrong signature");
            return true;
        case Signature::norm:
            if (!check_amproc_signature(proc->amproc, FLOAT8OID, false, 1, 1, type))
                return complain(am, family, "has a norm function with a wrong signature");
            return true;
        case Signature::internal:
            if (!check_amproc_signature(proc->amproc, INTERNALOID, false, 1, 1, INTERNALOID))
                return complain(am, family, "has a support function with a wrong signature");
            return true;
    }
    return true;
}

bool has_procedure(CatCList* procs, Oid type, int number) {
    for (int i = 0; i < procs->n_members; i++) {
        auto* proc = reinterpret_cast<Form_pg_amproc>(GETSTRUCT(&procs->members[i]->tuple));
        if (proc->amproclefttype == type && proc->amprocnum == number) return true;
    }
    return false;
}

bool valid_procedures(const char* am, const char* family, std::span<const SupportProc> rules,
                      Oid family_oid, Oid type) {
    bool valid = true;
    CatCList* procs = SearchSysCacheList1(AMPROCNUM, ObjectIdGetDatum(family_oid));
    for (int i = 0; i < procs->n_members; i++)
        valid = valid_procedure(
                    am, family, rules,
                    reinterpret_cast<Form_pg_amproc>(GETSTRUCT(&procs->members[i]->tuple))) &&
                valid;
    for (const SupportProc& rule : rules)
        if (rule.required != nullptr && !has_procedure(procs, type, rule.number))
            valid = complain(
                am, family,
                psprintf("has no %s function (support function %d)", rule.required, rule.number));
    ReleaseCatCacheList(procs);
    return valid;
}

bool valid_operators(const char* am, const char* family, Oid family_oid, Oid type) {
    bool valid = true;
    CatCList* operators = SearchSysCacheList1(AMOPSTRATEGY, ObjectIdGetDatum(family_oid));
    bool has_operator = false;
    for (int i = 0; i < operators->n_members; i++) {
        auto* op = reinterpret_cast<Form_pg_amop>(GETSTRUCT(&operators->members[i]->tuple));
        if (op->amoppurpose != AMOP_ORDER || op->amopstrategy != 1)
            valid = complain(am, family, "has an operator that is not ordering operator 1");
        else if (!check_amop_signature(op->amopopr, FLOAT8OID, op->amoplefttype, op->amoprighttype))
            valid = complain(am, family, "has an operator with a wrong signature");
        else if (op->amoplefttype == type)
            has_operator = true;
    }
    ReleaseCatCacheList(operators);
    if (!has_operator) valid = complain(am, family, "has no ordering operator for its type");
    return valid;
}

}  // namespace

bool validate_class(Oid opclass, const char* am, std::span<const SupportProc> rules) {
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
    bool valid = valid_procedures(am, family, rules, family_oid, input_type);
    valid = valid_operators(am, family, family_oid, input_type) && valid;
    ReleaseSysCache(family_tuple);
    ReleaseSysCache(class_tuple);
    return valid;
}

}  // namespace quiver::pg
