// The distance that nobody reads.
//
// The server puts what a query is ordered by into the target list of its scan, hidden when the
// query does not select it. So SELECT id ... ORDER BY v <-> $1 LIMIT 10 computes the operator for
// every row that the index has already put in order, and has to fetch a vector that is stored out
// of line for that: at 768 dimensions a quarter of the time of a whole search. Where the plan shows
// that the hidden column goes nowhere, NULL takes its place.
//
// The place is LIMIT right above our index scan. LIMIT passes rows through, and what is above it
// sees no hidden column: at the top of a query a filter removes it, a subquery does not offer it.
// WITH TIES is the exception, which compares it. A row whose place is uncertain is computed as
// before, by another list of the scan.
#include "pg/postgres.hpp"

#include "pg/plan.hpp"

namespace quiver::pg {

namespace {

planner_hook_type next_planner = nullptr;
bool (*is_index_of_ours)(Relation) = nullptr;

bool is_ours(Oid index) {
    Relation relation = relation_open(index, NoLock);
    const bool ours = relation->rd_indam != nullptr && is_index_of_ours(relation);
    relation_close(relation, NoLock);
    return ours;
}

// before: scan is the only child of a LIMIT without ties.
void hide_unread_distance(IndexScan* scan) {
    if (scan->indexorderbyorig == NIL || !is_ours(scan->indexid)) return;
    ListCell* cell;
    foreach (cell, scan->scan.plan.targetlist) {
        auto* target = lfirst_node(TargetEntry, cell);
        auto* expression = reinterpret_cast<Node*>(target->expr);
        if (!target->resjunk || !list_member(scan->indexorderbyorig, expression)) continue;
        target->expr = reinterpret_cast<Expr*>(
            makeNullConst(exprType(expression), exprTypmod(expression), exprCollation(expression)));
    }
}

void look_for_unread_distances(Plan* plan) {
    for (; plan != nullptr; plan = outerPlan(plan)) {
        check_stack_depth();
        if (IsA(plan, Limit) && outerPlan(plan) != nullptr && IsA(outerPlan(plan), IndexScan) &&
            reinterpret_cast<Limit*>(plan)->limitOption == LIMIT_OPTION_COUNT)
            hide_unread_distance(reinterpret_cast<IndexScan*>(outerPlan(plan)));
        if (IsA(plan, SubqueryScan))
            look_for_unread_distances(reinterpret_cast<SubqueryScan*>(plan)->subplan);
        look_for_unread_distances(innerPlan(plan));
    }
}

PlannedStmt* plan_query(Query* query, const char* text, int cursor_options, ParamListInfo params) {
    PlannedStmt* planned = next_planner != nullptr
                               ? next_planner(query, text, cursor_options, params)
                               : standard_planner(query, text, cursor_options, params);
    look_for_unread_distances(planned->planTree);
    ListCell* cell;
    foreach (cell, planned->subplans) look_for_unread_distances(static_cast<Plan*>(lfirst(cell)));
    return planned;
}

}  // namespace

void install_planner_hook(bool (*ours)(Relation index)) {
    is_index_of_ours = ours;
    next_planner = planner_hook;
    planner_hook = plan_query;
}

}  // namespace quiver::pg
