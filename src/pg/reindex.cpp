#include "pg/reindex.hpp"

namespace quiver::pg {

const char* reindex_command(Relation index) {
    return psprintf("REINDEX INDEX CONCURRENTLY %s",
                    quote_qualified_identifier(get_namespace_name(RelationGetNamespace(index)),
                                               RelationGetRelationName(index)));
}

}  // namespace quiver::pg
