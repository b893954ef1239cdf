// Column values on their way into the index or into a search.
#pragma once

#include "pg/postgres.hpp"

#include "pg/datum.hpp"
#include "pg/opclass.hpp"
#include "quiver/store/own.hpp"

namespace quiver::pg {

// Reads a value of the column's type. One reader per index operation: its scratch is allocated
// once.
class ValueReader {
public:
    ValueReader(const MetricInfo& metric, const page::Profile& profile)
        : metric_(metric), profile_(profile) {
        // Sparse values take what they need.
        if (metric.type == ElementType::sparse) {
            make_room(page::sparse_own_bytes(0));
            return;
        }
        floats_ = static_cast<float*>(palloc(sizeof(float) * profile.dims + sizeof(float)));
        make_room(store::own_record_bytes(profile));
    }

    // The value as float32, normalised for cosine. False for the zero vector under cosine. Only for
    // dense vectors.
    bool read_floats(Datum value);
    const float* floats() const { return floats_; }

    // The value in the form that nodes store, with its rounding error behind it. False when it is
    // not indexed.
    bool read_record(Datum value);
    // Before the first value: zeros.
    const std::byte* record() const { return record_; }

private:
    bool read_sparse(Datum value);

    void make_room(size_t bytes) {
        if (bytes <= room_) return;
        room_ = bytes;
        record_ = static_cast<std::byte*>(MemoryContextAllocZero(context_, bytes));
    }

    MetricInfo metric_;
    page::Profile profile_;
    MemoryContext context_ = CurrentMemoryContext;
    float* floats_ = nullptr;
    std::byte* record_ = nullptr;
    size_t room_ = 0;
};

}  // namespace quiver::pg
