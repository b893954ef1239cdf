#include "pg/ivfflat/centers.hpp"

#include "pg/ivfflat/row.hpp"
#include "pg/memory.hpp"
#include "quiver/base/rng.hpp"
#include "quiver/ivf/kmeans.hpp"

namespace quiver::pg::ivfflat {

namespace {

constexpr uint32_t kSamplesPerList = 50;
constexpr uint32_t kLeastSamples = 10000;
// Where rounding to float16 takes more than this of a vector's length, float32 is stored.
constexpr float kCoarse = 1.0f / 512;

uint32_t wanted_samples(const ivf::Format& format) {
    return std::max(kLeastSamples, kSamplesPerList * format.lists);
}

void check_memory(const ivf::Format& format, size_t samples) {
    if (ivf::kmeans_bytes(format, samples) <= static_cast<size_t>(maintenance_work_mem) * 1024)
        return;
    ereport(ERROR, (errcode(ERRCODE_PROGRAM_LIMIT_EXCEEDED),
                    errmsg("memory required is %zu MB, maintenance_work_mem is %d MB",
                           (ivf::kmeans_bytes(format, wanted_samples(format)) >> 20) + 1,
                           maintenance_work_mem / 1024)));
}

// Vectors of the table, each row with the same probability (Vitter's algorithm R on the rows of a
// random choice of blocks), in the form that k-means wants.
class Sample {
public:
    Sample(Relation index, const ivf::Format& format, MemoryContext context)
        : format_(format),
          wanted_(wanted_samples(format)),
          bytes_(page::own_bytes(ivf::profile_of(format))),
          context_(context),
          row_context_(
              AllocSetContextCreateInternal(context, "ivfflat sample row", ALLOCSET_DEFAULT_SIZES)),
          reader_(*metric_of(index), format),
          rng_(RelationGetRelid(index)) {}

    void take(Relation heap, Relation index, IndexInfo* info) {
        BlockSamplerData blocks;
        BlockSampler_Init(&blocks, RelationGetNumberOfBlocks(heap), static_cast<int>(wanted_),
                          static_cast<uint32>(rng_.next() >> 33));
        while (BlockSampler_HasMore(&blocks)) {
            CHECK_FOR_INTERRUPTS();
            table_index_build_range_scan(heap, index, info, false, true, false,
                                         BlockSampler_Next(&blocks), 1, &row_callback, this,
                                         nullptr);
        }
    }

    const std::byte* vectors() const { return vectors_; }
    uint32_t count() const { return count_; }
    // Whether float16 is too coarse for one in a hundred.
    bool is_coarse() const { return coarse_ * uint64_t{100} > seen_; }

private:
    static void row_callback(Relation, ItemPointer, Datum* values, bool* isnull, bool,
                             void* state) {
        if (!isnull[0]) static_cast<Sample*>(state)->row(values[0]);
    }

    void row(Datum value) {
        const uint64_t number = seen_++;
        if (number >= wanted_ && rng_.uniform() * static_cast<double>(seen_) >= wanted_) return;
        const MemoryContext caller = MemoryContextSwitchTo(row_context_);
        const std::byte* vector = reader_.read(value) ? reader_.center() : nullptr;
        if (vector == nullptr) {
            seen_--;
        } else {
            coarse_ += is_coarse(reader_.record());
            keep(vector);
        }
        MemoryContextSwitchTo(caller);
        MemoryContextReset(row_context_);
    }

    bool is_coarse(const std::byte* record) const {
        if (format_.own != page::Own::f16) return false;
        const auto profile = ivf::profile_of(format_);
        const auto* halves = reinterpret_cast<const F16*>(record);
        const double norm = std::sqrt(kernels::active().squared_norm_f16(halves, format_.dims));
        return store::own_error(profile, record) > kCoarse * norm;
    }

    void keep(const std::byte* vector) {
        uint32_t at = count_;
        if (count_ == wanted_)
            at = rng_.below(wanted_);
        else
            make_room();
        memcpy(vectors_ + at * bytes_, vector, bytes_);
        if (at == count_) count_++;
    }

    void make_room() {
        if (count_ < capacity_) return;
        check_memory(format_, count_ + 1);
        const uint32_t larger = std::min(wanted_, std::max(1024u, capacity_ * 2));
        const size_t bytes = larger * bytes_;
        vectors_ = static_cast<std::byte*>(capacity_ == 0 ? MemoryContextAllocHuge(context_, bytes)
                                                          : repalloc_huge(vectors_, bytes));
        capacity_ = larger;
    }

    ivf::Format format_;
    uint32_t wanted_;
    size_t bytes_;
    MemoryContext context_;
    MemoryContext row_context_;
    RowReader reader_;
    Rng rng_;
    std::byte* vectors_ = nullptr;
    uint32_t capacity_ = 0;
    uint32_t count_ = 0;
    uint64_t seen_ = 0;
    uint64_t coarse_ = 0;
};

// Interrupts for the core.
struct Host {
    void poll() { CHECK_FOR_INTERRUPTS(); }
};

// A center in the stored form; room for one as floats.
void store_center(const page::Profile& profile, const F32* center, float* room, std::byte* record) {
    memcpy(room, center, sizeof(float) * profile.dims);
    store::write_own(profile, room, record);
}
void store_center(const page::Profile& profile, const uint8_t* center, float*, std::byte* record) {
    store::write_own_bits(profile, center, record);
}

NewCenters run_kmeans(const ivf::Format& format, const Sample& sample, uint64_t seed,
                      MemoryContext result_context, Arena arena) {
    const page::Profile profile = ivf::profile_of(format);
    const ivf::ListLayout layout = ivf::ListLayout::of(format);
    NewCenters out{};
    ivf::with_space(format, arena, [&](auto space) {
        ivf::KMeans kmeans(arena, space, sample.vectors(), sample.count(), Host{});
        out.count = kmeans.run(format.lists, seed);
        out.centers = static_cast<std::byte*>(MemoryContextAllocHuge(
            result_context, std::max<size_t>(size_t{out.count} * layout.stride, 1)));
        auto* record = arena.array<std::byte>(store::own_record_bytes(profile));
        auto* room = arena.array<float>(format.dims);
        for (uint32_t i = 0; i < out.count; i++) {
            store_center(profile, kmeans.center(i), room, record);
            memcpy(out.centers + size_t{i} * layout.stride, record, layout.stride);
        }
    });
    return out;
}

}  // namespace

NewCenters compute_centers(Relation heap, Relation index, IndexInfo* info, ivf::Format& format) {
    const MemoryContext result_context = CurrentMemoryContext;
    const ElementType type = metric_of(index)->type;
    NewCenters out{};
    bool done = false;
    while (!done) {
        in_temporary_context("ivfflat k-means", [&](MemoryContext context) {
            Sample sample(index, format, context);
            sample.take(heap, index, info);
            if (sample.is_coarse() && type == ElementType::f32) {
                format.own = page::Own::f32;
                return;
            }
            done = true;
            if (sample.count() < format.lists)
                ereport(NOTICE, (errmsg("ivfflat index created with little data"),
                                 errdetail("This will cause low recall."),
                                 errhint("Drop the index until the table has more data.")));
            if (sample.count() > format.lists) check_memory(format, sample.count());
            out = run_kmeans(format, sample, RelationGetRelid(index), result_context,
                             arena_in(context));
        });
    }
    return out;
}

}  // namespace quiver::pg::ivfflat
