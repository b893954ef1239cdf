#include "pg/vacuum_report.hpp"

namespace quiver::pg {

namespace {

bool is_word(char c) { return isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '"'; }

// The word at the start of the text.
bool starts_with(const char* text, const char* word) {
    const size_t length = strlen(word);
    return pg_strncasecmp(text, word, length) == 0 && !is_word(text[length]);
}

const char* skip(const char* text, const char* set) { return text + strspn(text, set); }

// VACUUM VERBOSE ... or VACUUM (..., VERBOSE [on], ...) ...: an option, or a word before the
// tables.
bool says_verbose(const char* statement) {
    constexpr const char* kSpace = " \t\r\n";
    const char* at = skip(statement, kSpace);
    if (!starts_with(at, "vacuum")) return false;
    at = skip(at + strlen("vacuum"), kSpace);
    if (*at == '(') {
        const char* const end = strchr(at, ')');
        for (at++; end != nullptr && at < end;) {
            at = skip(at, ", \t\r\n");
            if (starts_with(at, "verbose")) {
                at = skip(at + strlen("verbose"), kSpace);
                return *at == ',' || *at == ')' || starts_with(at, "on") ||
                       starts_with(at, "true") || starts_with(at, "1");
            }
            at += strcspn(at, ",)");
        }
        return false;
    }
    while (starts_with(at, "full") || starts_with(at, "freeze"))
        at = skip(at + strcspn(at, kSpace), kSpace);
    return starts_with(at, "verbose");
}

}  // namespace

int vacuum_level(const IndexVacuumInfo* info) {
    if (info->message_level >= INFO || debug_query_string == nullptr) return info->message_level;
    return says_verbose(debug_query_string) ? INFO : info->message_level;
}

}  // namespace quiver::pg
