// What the operator classes of our access methods have to have.
#pragma once

#include "pg/postgres.hpp"

#include <span>  // std::span

namespace quiver::pg {

enum class Signature {
    distance,  // type, type -> float8
    norm,      // type -> float8
    internal,  // internal -> internal
};

struct SupportProc {
    int number;
    Signature signature;
    const char* required;  // what it is called when it is missing; null: it need not be there
};

// Whether the class is complete. Says what is missing or wrong.
bool validate_class(Oid opclass, const char* am, std::span<const SupportProc> rules);

}  // namespace quiver::pg
