#include "pg/ivfflat/meta.hpp"

#include "pg/ivfflat/options.hpp"
#include "pg/reindex.hpp"

namespace quiver::pg::ivfflat {

namespace {

[[noreturn]] void refuse(Relation index, const char* why) {
    ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
                    errmsg("ivfflat index \"%s\" cannot be read", RelationGetRelationName(index)),
                    errdetail_internal("%s", why),
                    errhint("Rebuild it with %s.", reindex_command(index))));
}

page::Own own_of(const MetricInfo& metric, int dims) {
    if (metric.type == ElementType::bit) return page::Own::bits;
    return metric.type == ElementType::f32 && dims <= 64 ? page::Own::f32 : page::Own::f16;
}

}  // namespace

const ivf::Format& format_of(Relation index) {
    if (index->rd_amcache != nullptr) return *static_cast<const ivf::Format*>(index->rd_amcache);

    ivf::Meta meta{};
    BufferPages pages(index);
    if (pages.blocks() == 0) refuse(index, "It has no metapage.");
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) { meta = ivf::meta_of(bytes); });
    if (meta.magic == kPgvectorMagic)
        refuse(index, "It was built by pgvector, whose index format is another one.");
    if (meta.magic != ivf::kMagic) refuse(index, "Its metapage is damaged.");
    if (meta.version != ivf::kFormatVersion)
        refuse(index, "It was built by another version of quiver.");
    if (!ivf::plausible(meta.format)) refuse(index, "Its metapage is damaged.");

    auto* cached =
        static_cast<ivf::Format*>(MemoryContextAlloc(index->rd_indexcxt, sizeof(ivf::Format)));
    *cached = meta.format;
    index->rd_amcache = cached;
    return *cached;
}

void write_meta(std::byte* bytes, const ivf::Format& format) {
    ivf::meta_of(bytes) = {.magic = ivf::kMagic,
                           .version = ivf::kFormatVersion,
                           .flags = 0,
                           .format = format,
                           .directory = 0};
}

ivf::Format new_format(Relation index, const MetricInfo& metric) {
    const Form_pg_attribute column = TupleDescAttr(RelationGetDescr(index), 0);
    // The class takes varbit as bit, but its values have no common length.
    if (column->atttypid == VARBITOID)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("type not supported for ivfflat index")));
    const int dims = column->atttypmod;
    if (dims < 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("column does not have dimensions"),
                        errhint("Declare them, as in %s(768).", format_type_be(column->atttypid))));
    if (dims > metric.max_dims)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("column cannot have more than %d dimensions for ivfflat index",
                               metric.max_dims)));
    // A direction in one dimension is only a sign.
    if (dims == 1 &&
        (metric.metric == page::Metric::inner_product || metric.metric == page::Metric::cosine))
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("dimensions must be greater than one for this opclass")));
    return {.dims = static_cast<uint32_t>(dims),
            .lists = static_cast<uint32_t>(lists_of(index)),
            .metric = metric.metric,
            .own = own_of(metric, dims),
            .reserved = 0};
}

void check_walked(Relation index, const ivf::Walked& walked) {
    if (walked.ok()) return;
    ereport(ERROR,
            (errcode(ERRCODE_INDEX_CORRUPTED),
             errmsg("ivfflat index \"%s\" has a damaged page", RelationGetRelationName(index)),
             errdetail("Block %u is not what the blocks before it say.", walked.damaged),
             errhint("Rebuild it with %s.", reindex_command(index))));
}

}  // namespace quiver::pg::ivfflat
