// What a session does at the fault points, from the setting quiver.fault_points:
//
//     point[#n]=action, ...
//
// The action happens when the session reaches the point for the n-th time (1) after the setting was
// made, once:
//
//     error       raises an error
//     memory      the same, as if there were no memory left
//     wait:KEY    waits until it gets the advisory lock KEY, and releases it: for isolationtester
//                 and for whoever looks at pg_locks, the session is blocked by who has the lock
//     crash       writes the log up to here to disk and kills this process, so that the server
//                 restarts from exactly the changes made so far
//     crash_all   the same to the postmaster, which then does not restart anything
//
// The setting quiver.fault_point_names lists the points.
#include "pg/postgres.hpp"

#include "pg/fault_point.hpp"

#ifdef QUIVER_FAULT_POINTS

#include <csignal>  // kill

namespace quiver::pg {

namespace {

using store::Point;

enum class Action : uint8 { none, error, memory, wait, crash, crash_all };

struct Rule {
    Action action;
    int32 key;
    uint64 at;  // which time
};

struct Rules {
    Rule of[store::kPoints];
    uint64 reached[store::kPoints];
};

char* setting = nullptr;
char* names_setting = nullptr;
char names[2048];
Rules rules;

// A word of [a-z_] from *text on, compared with name; moves *text behind it when it is name.
bool take(const char** text, const char* name) {
    const size_t length = strlen(name);
    if (strncmp(*text, name, length) != 0) return false;
    const char after = (*text)[length];
    if ((after >= 'a' && after <= 'z') || after == '_') return false;
    *text += length;
    return true;
}

bool take(const char** text, char c) {
    if (**text != c) return false;
    ++*text;
    return true;
}

void skip_spaces(const char** text) {
    while (**text == ' ') ++*text;
}

bool take_number(const char** text, uint64* number) {
    char* end;
    *number = strtoull(*text, &end, 10);
    const bool any = end != *text;
    *text = end;
    return any;
}

bool take_point(const char** text, int* point) {
    for (*point = 0; *point < store::kPoints; ++*point) {
        if (take(text, store::kPointNames[*point])) return true;
    }
    return false;
}

bool take_action(const char** text, Rule* rule) {
    uint64 key;
    if (take(text, "error")) {
        rule->action = Action::error;
    } else if (take(text, "memory")) {
        rule->action = Action::memory;
    } else if (take(text, "crash")) {
        rule->action = Action::crash;
    } else if (take(text, "crash_all")) {
        rule->action = Action::crash_all;
    } else if (take(text, "wait") && take(text, ':') && take_number(text, &key)) {
        rule->action = Action::wait;
        rule->key = static_cast<int32>(key);
    } else {
        return false;
    }
    return true;
}

// Null, or from where on the text makes no sense.
const char* parse(const char* text, Rules* out) {
    *out = {};
    skip_spaces(&text);
    while (*text != '\0') {
        const char* start = text;
        int point;
        Rule rule = {Action::none, 0, 1};
        if (!take_point(&text, &point) || (take(&text, '#') && !take_number(&text, &rule.at)))
            return start;
        if (!take(&text, '=') || !take_action(&text, &rule)) return start;
        out->of[point] = rule;
        skip_spaces(&text);
        if (*text != '\0' && !take(&text, ',')) return text;
        skip_spaces(&text);
    }
    return nullptr;
}

extern "C" bool check_fault_points(char** newval, void**, GucSource) {
    Rules parsed;
    const char* wrong = parse(*newval, &parsed);
    if (wrong == nullptr) return true;
    GUC_check_errdetail(
        "\"%s\" is not point[#n]=action; the points are in "
        "quiver.fault_point_names.",
        wrong);
    return false;
}

extern "C" void assign_fault_points(const char* newval, void*) { (void)parse(newval, &rules); }

// The two-key form pg_advisory_lock(0, key) and the form with one key differ; this is the latter.
void wait_for(int32 key) {
    LOCKTAG tag;
    SET_LOCKTAG_ADVISORY(tag, MyDatabaseId, 0, static_cast<uint32>(key), 1);
    (void)LockAcquire(&tag, ExclusiveLock, true, false);
    (void)LockRelease(&tag, ExclusiveLock, true);
}

[[noreturn]] void crash(pid_t first) {
    // Not the insert position: at the start of a page of the log that is behind its header, where
    // nothing can be flushed yet.
    if (!RecoveryInProgress() && !XLogRecPtrIsInvalid(XactLastRecEnd)) XLogFlush(XactLastRecEnd);
    kill(first, SIGKILL);
    kill(MyProcPid, SIGKILL);
    pg_unreachable();
}

}  // namespace

void fault_point(Point p) {
    // A session that waits or ends here must not leave others waiting for a page.
    if (InterruptHoldoffCount != 0) elog(PANIC, "fault point reached with a lock held");
    const int i = static_cast<int>(p);
    const Rule rule = rules.of[i];
    if (rule.action == Action::none || ++rules.reached[i] != rule.at) return;
    switch (rule.action) {
        case Action::error:
            elog(ERROR, "fault point %s", store::kPointNames[i]);
            break;
        case Action::memory:
            ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("out of memory"),
                            errdetail_internal("Fault point %s.", store::kPointNames[i])));
            break;
        case Action::wait:
            wait_for(rule.key);
            break;
        case Action::crash:
            crash(MyProcPid);
        case Action::crash_all:
            crash(PostmasterPid);
        case Action::none:
            break;
    }
}

void define_fault_points() {
    for (const char* name : store::kPointNames) {
        if (names[0] != '\0') strlcat(names, " ", sizeof names);
        strlcat(names, name, sizeof names);
    }
    DefineCustomStringVariable("quiver.fault_points", "What happens at which fault point.", nullptr,
                               &setting, "", PGC_SUSET, GUC_NOT_IN_SAMPLE, check_fault_points,
                               assign_fault_points, nullptr);
    DefineCustomStringVariable("quiver.fault_point_names", "The fault points.", nullptr,
                               &names_setting, names, PGC_INTERNAL, GUC_NOT_IN_SAMPLE, nullptr,
                               nullptr, nullptr);
}

}  // namespace quiver::pg

#endif
