#include "pg/vacuum_report.hpp"

namespace quiver::pg {

namespace {

bool is_word(char c) { return isalnum(static_cast<unsigned char>(c)) || c == '_' || c == '"'; }

// The word at the start of the text.
bool starts_with(const char* text, const char* word) {
    const size_t length = strlen(word);
    return pg_strncasecmp(text, word, length) == 0 && !is_word(text[length]);
}

// What comes after white space and comments.
const char* skip_space(const char* at) {
    for (;;) {
        at += strspn(at, " \t\r\n\f\v");
        if (strncmp(at, "--", 2) == 0) {
            at += strcspn(at, "\r\n");
        } else if (strncmp(at, "/*", 2) == 0) {
            int depth = 0;  // one comment can be within another
            do {
                const bool opens = strncmp(at, "/*", 2) == 0;
                const bool closes = strncmp(at, "*/", 2) == 0;
                depth += opens ? 1 : closes ? -1 : 0;
                at += opens || closes ? 2 : 1;
            } while (depth > 0 && *at != '\0');
        } else {
            return at;
        }
    }
}

// Whether the text goes on with the word, which is then skipped.
bool took(const char*& at, const char* word) {
    if (!starts_with(at, word)) return false;
    at = skip_space(at + strlen(word));
    return true;
}

// The value of an option: left out, on, true or 1, and the words also in quotes.
bool is_on(const char* at) {
    if (*at == ',' || *at == ')') return true;
    if (*at == '\'') at++;
    return starts_with(at, "on") || starts_with(at, "true") || starts_with(at, "1");
}

// VACUUM VERBOSE ... or VACUUM (..., VERBOSE [on], ...) ...: an option, or a word before the
// tables.
bool says_verbose(const char* statement) {
    const char* at = skip_space(statement);
    while (*at == ';') at = skip_space(at + 1);
    if (!took(at, "vacuum")) return false;
    if (*at == '(') {
        do {
            at = skip_space(at + 1);
            if (took(at, "verbose")) return is_on(at);
            at += strcspn(at, ",)");
        } while (*at == ',');
        return false;
    }
    while (took(at, "full") || took(at, "freeze")) {
    }
    return starts_with(at, "verbose");
}

}  // namespace

int vacuum_level(const IndexVacuumInfo* info) {
    if (info->message_level >= INFO || debug_query_string == nullptr) return info->message_level;
    return says_verbose(debug_query_string) ? INFO : info->message_level;
}

}  // namespace quiver::pg
