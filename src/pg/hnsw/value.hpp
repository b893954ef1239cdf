// Column values on their way into the index or into a search.
#pragma once

#include "pg/postgres.hpp"

#include "pg/datum.hpp"
#include "pg/hnsw/opclass.hpp"
#include "quiver/store/own.hpp"

namespace quiver::pg::hnsw {

// Reads a value of the column's type. One reader per index operation: its scratch is allocated
// once.
class ValueReader {
public:
    ValueReader(const MetricInfo& metric, const page::Profile& profile)
        : metric_(metric),
          profile_(profile),
          floats_(static_cast<float*>(palloc(sizeof(float) * profile.dims + sizeof(float)))),
          record_(static_cast<std::byte*>(palloc0(store::own_record_bytes(profile)))) {}

    // The value as float32, normalised for cosine. False for the zero vector under cosine. Not for
    // bit strings.
    bool read_floats(Datum value);
    const float* floats() const { return floats_; }

    // The value in the form that nodes store, with its rounding error behind it. False when it is
    // not indexed.
    bool read_record(Datum value);
    const std::byte* record() const { return record_; }

private:
    MetricInfo metric_;
    page::Profile profile_;
    float* floats_;
    std::byte* record_;
};

}  // namespace quiver::pg::hnsw
