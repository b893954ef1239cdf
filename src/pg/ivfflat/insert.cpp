// aminsert: one row into its list.
#include "pg/postgres.hpp"

#include "pg/ivfflat/am.hpp"
#include "pg/ivfflat/row.hpp"
#include "pg/memory.hpp"
#include "quiver/ivf/insert.hpp"

namespace quiver::pg::ivfflat {

extern "C" bool ivfflat_insert(Relation index, Datum* values, bool* isnull, ItemPointer heap_tid,
                               Relation, IndexUniqueCheck, bool, IndexInfo*) {
    if (isnull[0]) return false;
    const ivf::Format& format = format_of(index);
    in_temporary_context("ivfflat insert", [&](MemoryContext) {
        RowReader reader(*metric_of(index), format);
        if (!reader.read(values[0])) return;
        ivf::NewRow row = {{}, reader.record()};
        memcpy(&row.tid, heap_tid, sizeof row.tid);
        BufferPages pages(index);
        ivf::with_metric(format, [&](const auto& metric) {
            using Metric = std::remove_cvref_t<decltype(metric)>;
            ivf::Inserter inserter(pages, format, metric);
            check_walked(index, inserter.insert(reader.query<Metric>(), reader.center(), row));
        });
    });
    return false;
}

}  // namespace quiver::pg::ivfflat
