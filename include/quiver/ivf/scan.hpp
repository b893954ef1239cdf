// A scan: the lists with the nearest centers, their rows in order of distance.
//
// Lists come in batches of `probes`. The rows of a batch are collected and handed out nearest
// first: nobody knows how many will be asked for, so they are a heap, and only what is handed out
// is put in order. At most `room` rows are kept. Of a batch that has more, the nearest are kept,
// and when all of them are handed out its lists are read once more for the next ones, so no row is
// lost and memory is bounded.
#pragma once

#include <algorithm>   // std::make_heap, std::pop_heap, std::nth_element, std::sort
#include <functional>  // std::less
#include <limits>      // std::numeric_limits
#include <span>        // std::span

#include "quiver/base/bounded_heap.hpp"
#include "quiver/ivf/directory.hpp"

namespace quiver::ivf {

struct Row {
    float distance;
    float error;  // of the stored vector
    page::HeapTid tid;
    uint16_t reserved;

    // A total order, so that a second reading knows what the first one had.
    friend bool operator<(const Row& a, const Row& b) {
        if (a.distance != b.distance) return a.distance < b.distance;
        return page::number_of(a.tid) < page::number_of(b.tid);
    }
};
static_assert(sizeof(Row) == 16);

// The rows of a batch, nearest first, at most `room` of them.
//
// The nearest few are kept apart, in a small heap that most rows never get into, because most
// queries want no more than these. The others are put in order portion by portion, when they are
// asked for.
class NearestRows {
public:
    NearestRows(Arena arena, size_t room)
        : near_(std::span<Row>(arena.array<Row>(kNear), kNear)),
          far_(arena),
          room_(room < kNear ? kNear : room) {}

    // For another batch.
    void begin() {
        near_.clear();
        far_.clear();
        sorted_ = {};
        at_ = 0;
        taken_ = 0;
        portion_ = 4 * kNear;
        bounded_below_ = bounded_above_ = false;
    }
    // For what is beyond `last` of the same batch.
    void begin_after(const Row& last) {
        begin();
        bounded_below_ = true;
        last_ = last;
    }

    void push(const Row& row) {
        if (bounded_below_ && !(last_ < row)) return;
        if (bounded_above_ && !(row < limit_)) return;
        if (!near_.full()) {
            near_.push(row);
        } else if (row < near_.top()) {
            keep(near_.top());
            near_.push(row);
        } else {
            keep(row);
        }
    }
    void end() { sorted_ = near_.take_sorted(); }

    bool empty() {
        if (at_ == sorted_.size() && !far_.empty()) sort_portion();
        return at_ == sorted_.size();
    }
    // before: !empty()
    const Row& top() const { return sorted_[at_]; }
    Row pop() { return sorted_[at_++]; }
    // Whether some were dropped.
    bool more() const { return bounded_above_; }

private:
    static constexpr size_t kNear = 128;

    void keep(const Row& row) {
        if (far_.size() == room_) {
            drop_far_half();
            if (!(row < limit_)) return;
        }
        far_.push_back(row);
    }

    void drop_far_half() {
        const size_t rest = room_ / 2;
        std::nth_element(far_.begin(), far_.begin() + rest, far_.end());
        limit_ = far_[rest];
        bounded_above_ = true;
        far_.truncate(rest);
    }

    // The nearest of those that are far to the end of far_, where they are taken from.
    void sort_portion() {
        far_.truncate(far_.size() - taken_);
        taken_ = std::min(portion_, far_.size());
        portion_ *= 4;
        Row* const first = far_.end() - taken_;
        std::nth_element(far_.begin(), first, far_.end(),
                         [](const Row& a, const Row& b) { return b < a; });
        std::sort(first, far_.end());
        sorted_ = {first, taken_};
        at_ = 0;
    }

    BoundedHeap<Row, std::less<>> near_;
    ArenaVector<Row> far_;
    size_t room_;
    std::span<Row> sorted_;  // of near_ or of far_
    size_t at_ = 0;
    size_t portion_ = 0;
    size_t taken_ = 0;  // the last ones of far_ are sorted_
    bool bounded_below_ = false;
    bool bounded_above_ = false;
    Row last_{};
    Row limit_{};
};

struct ScanCounters {
    uint64_t lists = 0;      // read
    uint64_t distances = 0;  // computed
    uint64_t batches = 0;
};

struct ScanLimits {
    uint32_t probes;       // lists in a batch
    uint32_t most_probes;  // lists in all batches
    size_t room;           // rows in memory
};

template <store::PageAccess Pages, class Metric>
class Scan {
public:
    using Query = typename Metric::Query;

    // query must outlive the scan.
    Scan(Arena arena, Pages& pages, const Format& format, const Metric& metric, const Query* query,
         const ScanLimits& limits, ScanCounters& counters)
        : pages_(&pages),
          format_(format),
          metric_(metric),
          query_(query),
          limits_(limits),
          counters_(&counters),
          layout_(RowLayout::of(format)),
          lists_(arena),
          batch_(arena),
          rows_(arena, limits.room) {}

    // The next row; false when there is none, or when a damaged page was met.
    bool next(Row& out) {
        if (!begun_) find_lists();
        while (rows_.empty()) {
            if (!walked_.ok()) return false;
            if (rows_.more())
                rows_.begin_after(last_);
            else if (!next_batch())
                return false;
            read_batch();
        }
        out = last_ = rows_.pop();
        return true;
    }

    // The distance of the row after the last one, in the same batch; infinite when it ends there.
    float following() {
        return rows_.empty() ? std::numeric_limits<float>::infinity() : rows_.top().distance;
    }
    // The largest rounding error of a stored vector so far.
    float largest_error() const { return largest_error_; }
    Walked walked() const { return walked_; }

private:
    struct Near {
        float distance;
        page::BlockId first;
    };
    static bool farther(const Near& a, const Near& b) { return a.distance > b.distance; }

    // All lists as a heap with the nearest on top.
    void find_lists() {
        begun_ = true;
        walked_ = score_lists(*pages_, first_directory(*pages_), format_, metric_, query_,
                              [&](const ListRef& list) {
                                  counters_->distances++;
                                  lists_.push_back({list.distance, list.head.first});
                              });
        std::make_heap(lists_.begin(), lists_.end(), farther);
    }

    // Takes up the next lists. False when there are none, or when enough were read.
    bool next_batch() {
        batch_.clear();
        for (; batch_.size() < limits_.probes && probed_ < limits_.most_probes && !lists_.empty();
             probed_++) {
            std::pop_heap(lists_.begin(), lists_.end(), farther);
            batch_.push_back(lists_.back().first);
            lists_.pop_back();
        }
        rows_.begin();
        return !batch_.empty();
    }

    void read_batch() {
        counters_->batches++;
        for (const page::BlockId first : batch_) {
            counters_->lists++;
            walked_ = walk(*pages_, first, page::PageKind::rows,
                           [&](page::BlockId, const std::byte* bytes) { read_page(bytes); });
            if (!walked_.ok()) break;
        }
        rows_.end();
    }

    void read_page(const std::byte* bytes) {
        float distance[kMostPerPage];
        const size_t used = score(metric_, query_, bytes, layout_, distance);
        counters_->distances += used;
        for (size_t i = 0; i < used; i++) {
            const RowInfo& info = layout_.info(bytes, i);
            if (!info.tid.valid()) continue;
            largest_error_ = std::max(largest_error_, info.error);
            rows_.push({distance[i], info.error, info.tid, 0});
        }
    }

    Pages* pages_;
    Format format_;
    Metric metric_;
    const Query* query_;
    ScanLimits limits_;
    ScanCounters* counters_;
    RowLayout layout_;
    ArenaVector<Near> lists_;
    ArenaVector<page::BlockId> batch_;
    NearestRows rows_;
    Row last_{};
    Walked walked_;
    uint32_t probed_ = 0;
    float largest_error_ = 0;
    bool begun_ = false;
};

}  // namespace quiver::ivf
