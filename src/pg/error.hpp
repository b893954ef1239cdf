// Status -> SQL error: the messages, SQLSTATEs, details and hints of everything the core can
// refuse.
#pragma once

#include "pg/postgres.hpp"

#include "quiver/base/status.hpp"

namespace quiver::pg {

// before: !status.ok(). `input` is the literal an input function was given, for the messages that
// quote it. Raises, unless escontext collects soft errors (PostgreSQL 16 and newer): then it
// returns and so must the caller.
void report(const Status& status, Node* escontext, const char* input);

[[noreturn]] void raise(const Status& status);

inline void check(const Status& status) {
    if (!status.ok()) [[unlikely]]
        raise(status);
}

}  // namespace quiver::pg
