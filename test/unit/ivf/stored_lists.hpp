// An ivfflat index on pages in an array: two-dimensional vectors and L2.
#pragma once

#include <set>     // std::set
#include <vector>  // std::vector

#include "quiver/ivf/bulk_write.hpp"
#include "quiver/ivf/check.hpp"
#include "quiver/ivf/insert.hpp"
#include "quiver/ivf/scan.hpp"
#include "quiver/ivf/vacuum.hpp"
#include "support/array_pages.hpp"
#include "support/heap_arena.hpp"

namespace quiver::test {

class StoredLists {
public:
    explicit StoredLists(uint32_t lists, uint32_t dims = 2)
        : format_{dims, lists, page::Metric::l2, page::Own::f32, 0} {
        pages_.extend(page::PageKind::meta, [&](std::byte* bytes) {
            ivf::meta_of(bytes) = {ivf::kMagic, ivf::kFormatVersion, 0, format_, 0};
        });
    }

    ArrayPages& pages() { return pages_; }
    const ivf::Format& format() const { return format_; }

    std::vector<std::byte> record(float x, float y) const {
        std::vector<float> v(format_.dims, 0);
        v[0] = x;
        v[1] = y;
        std::vector<std::byte> out(store::own_record_bytes(ivf::profile_of(format_)));
        store::write_own(ivf::profile_of(format_), v.data(), out.data());
        return out;
    }

    static page::HeapTid tid(uint32_t number) {
        return {0, static_cast<uint16_t>(number / 100), static_cast<uint16_t>(number % 100 + 1)};
    }
    static uint32_t number(page::HeapTid tid) { return tid.block_lo * 100u + tid.offset - 1u; }

    void insert(uint32_t number, float x, float y) {
        const auto bytes = record(x, y);
        ivf::with_metric(format_, [&](const auto& metric) {
            using Metric = std::remove_cvref_t<decltype(metric)>;
            if constexpr (std::is_same_v<typename Metric::Query, F32>) {
                ivf::Inserter inserter(pages_, format_, metric);
                EXPECT_TRUE(inserter
                                .insert(reinterpret_cast<const F32*>(bytes.data()), bytes.data(),
                                        {tid(number), bytes.data()})
                                .ok());
            }
        });
    }

    void remove(const std::set<uint32_t>& dead) {
        HeapArena memory;
        store::VacuumStats stats;
        const auto is_dead = [&](page::HeapTid t) { return dead.count(number(t)) != 0; };
        const auto pause = [] {};
        ivf::Vacuum vacuum(memory.arena(), pages_, format_, is_dead, pause, stats);
        EXPECT_TRUE(vacuum.run().ok());
    }

    // Numbers of rows in the order of a scan.
    std::vector<uint32_t> scan(float x, float y, const ivf::ScanLimits& limits,
                               ivf::ScanCounters* counters = nullptr) {
        HeapArena memory;
        ivf::ScanCounters own;
        const auto query = record(x, y);
        std::vector<uint32_t> found;
        const graph::L2Metric<F32> metric(kernels::active(), format_.dims);
        ivf::Scan scan(memory.arena(), pages_, format_, metric,
                       reinterpret_cast<const F32*>(query.data()), limits,
                       counters != nullptr ? *counters : own);
        for (ivf::Row row; scan.next(row);) found.push_back(number(row.tid));
        EXPECT_TRUE(scan.walked().ok());
        return found;
    }

    // All rows, sorted; each must be there once.
    std::vector<uint32_t> all() {
        auto found = scan(0, 0, {ivf::kMostLists, ivf::kMostLists, 1 << 20});
        std::sort(found.begin(), found.end());
        EXPECT_EQ(std::adjacent_find(found.begin(), found.end()), found.end());
        return found;
    }

    // What a check finds; warnings are marked.
    std::vector<std::string> findings() {
        HeapArena memory;
        std::vector<std::string> out;
        const auto report = [&](const store::Finding& f) {
            out.push_back((store::is_warning(f.code) ? "warning: " : "") + std::string(f.detail));
        };
        const auto on_tid = [](page::HeapTid, page::BlockId, int) {};
        ivf::Check(memory.arena(), pages_, report, on_tid).run();
        return out;
    }

private:
    ivf::Format format_;
    ArrayPages pages_;
};

}  // namespace quiver::test
