#include "pg/hnsw/meta.hpp"

#include "pg/hnsw/options.hpp"
#include "pg/reindex.hpp"
#include "quiver/page/profile.hpp"
#include "quiver/store/free_space.hpp"

namespace quiver::pg::hnsw {

namespace {

[[noreturn]] void refuse(Relation index, const char* why) {
    ereport(ERROR, (errcode(ERRCODE_INDEX_CORRUPTED),
                    errmsg("hnsw index \"%s\" cannot be read", RelationGetRelationName(index)),
                    errdetail_internal("%s", why),
                    errhint("Rebuild it with %s.", reindex_command(index))));
}

}  // namespace

const IndexFormat& format_of(Relation index) {
    if (index->rd_amcache != nullptr) return *static_cast<const IndexFormat*>(index->rd_amcache);

    IndexFormat format{};
    uint32 magic = 0;
    uint16 version = 0;
    BufferPages pages(index);
    if (pages.blocks() == 0) refuse(index, "It has no metapage.");
    pages.read(page::kMetaBlock, [&](const std::byte* bytes) {
        const page::Meta& meta = store::meta_of(bytes);
        magic = meta.magic;
        version = meta.version;
        format = {meta.profile, meta.rotation_seed};
    });
    if (magic == kPgvectorMagic)
        refuse(index, "It was built by pgvector, whose index format is another one.");
    if (magic != page::kMagic) refuse(index, "Its metapage is damaged.");
    if (version != page::kFormatVersion)
        refuse(index, "It was built by another version of quiver.");

    auto* cached =
        static_cast<IndexFormat*>(MemoryContextAlloc(index->rd_indexcxt, sizeof(IndexFormat)));
    *cached = format;
    index->rd_amcache = cached;
    return *cached;
}

void write_meta(std::byte* bytes, const IndexFormat& format) {
    page::Meta& meta = store::meta_of(bytes);
    meta = {};
    meta.magic = page::kMagic;
    meta.version = page::kFormatVersion;
    meta.profile = format.profile;
    meta.rotation_seed = format.rotation_seed;
    meta.entry = page::kNoNode;
}

namespace {

// The most exact form that is worth its bytes.
page::Own dense_own(ElementType type, int dims) {
    return type == ElementType::f32 && dims <= 64 ? page::Own::f32 : page::Own::f16;
}

[[noreturn]] void refuse_size(int dims, int m) {
    elog(ERROR, "a node of %d dimensions with m = %d does not fit into a page", dims, m);
}

page::Profile plain_profile(const MetricInfo& metric, int dims, const Options& options,
                            uint32 nonzeros) {
    if (options.fit != page::Fit::compact)
        ereport(ERROR,
                (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                 errmsg("option \"layout\" does not apply to this operator class"),
                 errdetail("Its indexes have no edge codes that could be fitted into pages."),
                 errhint("Leave the option away.")));
    page::Own own = page::Own::sparse;
    if (metric.type != ElementType::sparse) own = dense_own(metric.type, dims);
    page::Profile profile;
    if (!page::choose_plain_profile({static_cast<uint32_t>(dims), metric.metric, own, options.m,
                                     options.ef_construction, nonzeros},
                                    profile))
        refuse_size(dims, options.m);
    return profile;
}

page::Profile code_profile(const MetricInfo& metric, int dims, const Options& options) {
    const page::Own own =
        metric.type == ElementType::bit ? page::Own::bits : dense_own(metric.type, dims);
    page::Profile profile;
    if (!page::choose_profile({static_cast<uint32_t>(dims), metric.metric, own, options.m,
                               options.ef_construction, options.fit},
                              profile))
        refuse_size(dims, options.m);
    return profile;
}

}  // namespace

page::Profile profile_for(Relation index, const MetricInfo& metric, uint32 nonzeros) {
    const Options options = options_of(index);
    const Form_pg_attribute column = TupleDescAttr(RelationGetDescr(index), 0);
    // The class takes varbit as bit, but its values have no common length.
    if (column->atttypid == VARBITOID)
        ereport(ERROR, (errcode(ERRCODE_FEATURE_NOT_SUPPORTED),
                        errmsg("type not supported for hnsw index")));
    const int dims = column->atttypmod;
    if (dims < 1)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("column does not have dimensions"),
                        errhint("Declare them, as in %s(768).", type_name(metric.type))));
    if (dims > metric.max_dims)
        ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                        errmsg("column cannot have more than %d dimensions for hnsw index",
                               metric.max_dims),
                        errhint("Index an expression that has fewer of them.")));
    if (options.ef_construction < 2 * options.m)
        ereport(ERROR, (errcode(ERRCODE_INVALID_PARAMETER_VALUE),
                        errmsg("ef_construction must be greater than or equal to 2 * m")));

    return is_plain(metric) ? plain_profile(metric, dims, options, nonzeros)
                            : code_profile(metric, dims, options);
}

}  // namespace quiver::pg::hnsw
