// k-means: centers so that samples are near to theirs.
//
// Seeding is k-means++ (Arthur and Vassilvitskii, SODA 2007) on a part of the samples. The rounds
// are Lloyd's, with the bounds of Hamerly ("Making k-means even faster", SDM 2010): each sample
// knows how far its center is at most, and any other center at least. While the first is less than
// the second, or than half the way from its center to the next one, no distance has to be computed.
// That needs eight bytes for each sample, and no table of samples by centers. A round that
// changes next to nothing is the last.
#pragma once

#include <algorithm>  // std::min, std::max, std::swap
#include <cmath>      // std::isfinite
#include <limits>     // std::numeric_limits

#include "quiver/base/rng.hpp"
#include "quiver/ivf/space.hpp"

namespace quiver::ivf {

inline constexpr uint32_t kMostRounds = 25;

// Memory of a run, the samples included.
constexpr size_t kmeans_bytes(const Format& format, size_t samples) {
    const size_t center =
        format.own == page::Own::bits ? (format.dims + 7) / 8 : size_t{4} * format.dims;
    const size_t own = page::own_bytes(profile_of(format));
    return samples * (own + sizeof(void*) + 4 * sizeof(uint32_t)) +
           format.lists * (2 * center + sizeof(void*) + 4 * sizeof(float));
}

// Host: poll(), which may leave by longjmp.
template <class Space, class Host>
class KMeans {
public:
    using Sample = typename Space::Sample;
    using Center = typename Space::Center;
    using Query = typename Space::Query;

    // samples: count of them, each of space.sample_bytes(), behind each other.
    KMeans(Arena arena, Space& space, const std::byte* samples, uint32_t count, Host host)
        : arena_(arena),
          space_(space),
          host_(host),
          count_(count),
          samples_(arena.array<const Sample*>(count)),
          owner_(arena.array<uint32_t>(count)),
          upper_(arena.array<float>(count)),
          lower_(arena.array<float>(count)),
          order_(arena.array<uint32_t>(count)),
          room_(arena.array<std::byte>(space.query_bytes())) {
        for (uint32_t i = 0; i < count; i++)
            samples_[i] =
                reinterpret_cast<const Sample*>(samples + size_t{i} * space.sample_bytes());
    }

    // Computes at most `most` centers, fewer when there are not so many different samples. Returns
    // how many.
    uint32_t run(uint32_t most, uint64_t seed) {
        reserve(most);
        Rng rng(seed);
        seed_centers(most, rng);
        if (centers_ == count_ || centers_ < most) return centers_;
        assign_all();
        for (uint32_t round = 0; round < kMostRounds; round++) {
            move_centers();
            if (reassign() * size_t{1000} < count_) break;
        }
        return centers_;
    }

    const Center* center(uint32_t i) const { return center_[i]; }

private:
    static constexpr uint32_t kBlock = 256;
    static constexpr float kFar = std::numeric_limits<float>::infinity();

    void reserve(uint32_t most) {
        center_ = arena_.template array<Center*>(most);
        distance_ = arena_.template array<float>(most);
        half_gap_ = arena_.template array<float>(most);
        moved_ = arena_.template array<float>(most);
        begin_ = arena_.template array<uint32_t>(size_t{most} + 1);
        const size_t bytes = space_.center_bytes();
        auto* all = arena_.template array<std::byte>(bytes * most);
        for (uint32_t i = 0; i < most; i++) center_[i] = reinterpret_cast<Center*>(all + bytes * i);
        next_ = reinterpret_cast<Center*>(arena_.template array<std::byte>(bytes));
    }

    // ---- seeding ----

    // Each further center is one of the samples, the more probably the farther it is from those
    // that there are. Ends early when all samples are centers.
    void seed_centers(uint32_t most, Rng& rng) {
        const auto part =
            static_cast<uint32_t>(std::min<uint64_t>(count_, uint64_t{8} * most + 1000));
        for (uint32_t i = 0; i < count_; i++) order_[i] = i;
        for (uint32_t i = 0; i < part; i++) std::swap(order_[i], order_[i + rng.below(count_ - i)]);
        for (uint32_t i = 0; i < part; i++) upper_[i] = kFar;
        centers_ = 0;
        for (uint32_t chosen = 0; count_ != 0 && centers_ < most;) {
            space_.as_center(samples_[order_[chosen]], center_[centers_]);
            const double total = update_nearest(center_[centers_], part);
            centers_++;
            if (!(total > 0)) break;
            chosen = pick(part, total * rng.uniform());
        }
    }

    // upper_[i]: how near order_[i] is to the nearest center, squared. Returns their sum.
    double update_nearest(const Center* center, uint32_t part) {
        double total = 0;
        for (uint32_t at = 0; at < part; at += kBlock) {
            host_.poll();
            const uint32_t n = std::min(kBlock, part - at);
            const Sample* rows[kBlock];
            float distance[kBlock];
            for (uint32_t i = 0; i < n; i++) rows[i] = samples_[order_[at + i]];
            space_.to_samples(center, rows, n, distance);
            for (uint32_t i = 0; i < n; i++) {
                // A distance that float32 cannot hold is only a large one.
                const float squared = std::min(Space::squared(distance[i]), 1e30f);
                upper_[at + i] = std::min(upper_[at + i], squared);
                total += upper_[at + i];
            }
        }
        return total;
    }

    // before: not all are zero. Never one that is a center.
    uint32_t pick(uint32_t part, double left) const {
        uint32_t last = 0;
        for (uint32_t i = 0; i < part; i++) {
            if (!(upper_[i] > 0)) continue;
            last = i;
            left -= upper_[i];
            if (left <= 0) break;
        }
        return last;
    }

    // ---- rounds ----

    // Finds the nearest center and the distance of the next one. Returns whether the owner changed.
    bool search(uint32_t i, const Query* query) {
        space_.to_centers(query, center_, centers_, distance_);
        uint32_t nearest = 0;
        float best = kFar;
        float second = kFar;
        for (uint32_t c = 0; c < centers_; c++) {
            if (distance_[c] < best) {
                second = best;
                best = distance_[c];
                nearest = c;
            } else if (distance_[c] < second) {
                second = distance_[c];
            }
        }
        upper_[i] = Space::length(best);
        lower_[i] = Space::length(second);
        const bool changed = owner_[i] != nearest;
        owner_[i] = nearest;
        return changed;
    }

    void assign_all() {
        for (uint32_t i = 0; i < count_; i++) {
            if (i % 64 == 0) host_.poll();
            owner_[i] = 0;
            (void)search(i, space_.query(samples_[i], room_));
        }
    }

    // Returns how many samples have another center now.
    uint32_t reassign() {
        find_half_gaps();
        uint32_t changed = 0;
        for (uint32_t i = 0; i < count_; i++) {
            if (i % 64 == 0) host_.poll();
            const float bound = std::max(half_gap_[owner_[i]], lower_[i]);
            if (upper_[i] <= bound) continue;
            const Query* query = space_.query(samples_[i], room_);
            const Center* own = center_[owner_[i]];
            float exact;
            space_.to_centers(query, &own, 1, &exact);
            upper_[i] = Space::length(exact);
            if (upper_[i] <= bound) continue;
            changed += search(i, query);
        }
        return changed;
    }

    // Half the distance of each center to the nearest other one.
    void find_half_gaps() {
        for (uint32_t c = 0; c < centers_; c++) {
            if (c % 64 == 0) host_.poll();
            space_.to_centers(as_query(center_[c]), center_, centers_, distance_);
            float nearest = kFar;
            for (uint32_t other = 0; other < centers_; other++)
                if (other != c) nearest = std::min(nearest, distance_[other]);
            half_gap_[c] = Space::length(nearest) / 2;
        }
    }

    // A center has the form of a query.
    static const Query* as_query(const Center* center) { return center; }

    void move_centers() {
        group_by_owner();
        float largest = 0;
        for (uint32_t c = 0; c < centers_; c++) {
            host_.poll();
            moved_[c] = begin_[c] == begin_[c + 1] ? move_to_farthest(c) : move_to_mean(c);
            largest = std::max(largest, moved_[c]);
        }
        for (uint32_t i = 0; i < count_; i++) {
            upper_[i] += moved_[owner_[i]];
            lower_[i] -= largest;
        }
    }

    // order_[begin_[c] .. begin_[c + 1]) are the samples of center c.
    void group_by_owner() {
        for (uint32_t c = 0; c <= centers_; c++) begin_[c] = 0;
        for (uint32_t i = 0; i < count_; i++) begin_[owner_[i]]++;
        uint32_t end = 0;
        for (uint32_t c = 0; c <= centers_; c++) {
            end += begin_[c];
            begin_[c] = end;
        }
        for (uint32_t i = count_; i-- > 0;) order_[--begin_[owner_[i]]] = i;
    }

    float move_to_mean(uint32_t c) {
        space_.begin_sum();
        for (uint32_t at = begin_[c]; at < begin_[c + 1]; at++)
            space_.add(space_.query(samples_[order_[at]], room_));
        if (!space_.mean(begin_[c + 1] - begin_[c], next_)) return 0;
        return replace(c);
    }

    // A center that lost all samples starts anew at the sample that is farthest from its own.
    float move_to_farthest(uint32_t c) {
        uint32_t farthest = 0;
        for (uint32_t i = 1; i < count_; i++)
            if (upper_[i] > upper_[farthest]) farthest = i;
        space_.as_center(samples_[farthest], next_);
        owner_[farthest] = c;
        upper_[farthest] = 0;
        lower_[farthest] = 0;
        return replace(c);
    }

    // Puts next_ in the place of a center. Returns how far that is.
    float replace(uint32_t c) {
        float distance;
        space_.to_centers(as_query(next_), &center_[c], 1, &distance);
        std::swap(next_, center_[c]);
        return Space::length(distance);
    }

    Arena arena_;
    Space& space_;
    Host host_;
    uint32_t count_;
    const Sample** samples_;
    uint32_t* owner_;  // the center of each sample
    float* upper_;     // not less than its distance
    float* lower_;     // not more than that of any other center
    uint32_t* order_;
    std::byte* room_;
    uint32_t centers_ = 0;
    Center** center_ = nullptr;
    Center* next_ = nullptr;
    float* distance_ = nullptr;
    float* half_gap_ = nullptr;
    float* moved_ = nullptr;
    uint32_t* begin_ = nullptr;
};

}  // namespace quiver::ivf
