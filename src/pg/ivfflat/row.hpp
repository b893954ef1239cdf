// A row on its way into the index: its vector as a query, as it is stored, and as a center.
#pragma once

#include "pg/postgres.hpp"

#include "pg/ivfflat/meta.hpp"
#include "pg/value.hpp"

namespace quiver::pg::ivfflat {

class RowReader {
public:
    RowReader(const MetricInfo& metric, const ivf::Format& format)
        : format_(format),
          profile_(ivf::profile_of(format)),
          reader_(metric, profile_),
          unit_(static_cast<float*>(palloc(sizeof(float) * format.dims))),
          unit_record_(static_cast<std::byte*>(palloc0(store::own_record_bytes(profile_)))) {}

    // False when it is not indexed.
    bool read(Datum value) { return reader_.read_record(value); }

    // What was read, in the form that metrics want.
    template <class Metric>
    const typename Metric::Query* query() const {
        if constexpr (std::is_same_v<typename Metric::Query, F32>)
            return reinterpret_cast<const F32*>(reader_.floats());
        else
            return reinterpret_cast<const uint8_t*>(reader_.record());
    }
    const std::byte* record() const { return reader_.record(); }

    // As a center: by inner product of length one. Null for the zero vector then.
    const std::byte* center() {
        if (format_.metric != page::Metric::inner_product) return reader_.record();
        memcpy(unit_, reader_.floats(), sizeof(float) * format_.dims);
        if (!store::normalize(unit_, format_.dims)) return nullptr;
        store::write_own(profile_, unit_, unit_record_);
        return unit_record_;
    }

private:
    ivf::Format format_;
    page::Profile profile_;
    ValueReader reader_;
    float* unit_;
    std::byte* unit_record_;
};

}  // namespace quiver::pg::ivfflat
