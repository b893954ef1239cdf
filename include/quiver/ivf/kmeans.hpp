// k-means: centers so that samples are near to theirs.
//
// Seeding is k-means++ (Arthur and Vassilvitskii, SODA 2007). It and the first of Lloyd's rounds
// see a part of the samples, a few for each center, which is enough to bring the centers near to
// where they will be; the last rounds see all. A round that changes little is the last one.
//
// Bounds by the triangle inequality (Hamerly, Elkan) were tried: in the few rounds it takes,
// centers still move so far that nine of ten samples have to be compared with all of them anyway.
#pragma once

#include <algorithm>  // std::min, std::swap
#include <limits>     // std::numeric_limits

#include "quiver/base/rng.hpp"
#include "quiver/ivf/space.hpp"

namespace quiver::ivf {

// Samples for each center that the first rounds see.
inline constexpr uint32_t kFirstSamples = 10;

// Memory of a run, the samples included.
constexpr size_t kmeans_bytes(const Format& format, size_t samples) {
    const size_t center =
        format.own == page::Own::bits ? (format.dims + 7) / 8 : size_t{4} * format.dims;
    const size_t own = page::own_bytes(profile_of(format));
    return samples * (own + sizeof(void*) + 3 * sizeof(uint32_t)) +
           format.lists * (2 * center + sizeof(void*) + 2 * sizeof(float));
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
          order_(arena.array<uint32_t>(count)),
          squared_(arena.array<float>(count)),
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
        const auto first = static_cast<uint32_t>(
            std::min<uint64_t>(count_, uint64_t{kFirstSamples} * most + 1000));
        for (uint32_t i = 0; i < first; i++)
            std::swap(samples_[i], samples_[i + rng.below(count_ - i)]);
        seed_centers(first, most, rng);
        if (centers_ == most && most < count_) {
            if (first < count_) run_rounds(first, 0.05);
            run_rounds(count_, 0.01);
        }
        return centers_;
    }

    const Center* center(uint32_t i) const { return center_[i]; }

private:
    static constexpr uint32_t kBlock = 256;
    static constexpr uint32_t kMostRounds = 20;

    void reserve(uint32_t most) {
        center_ = arena_.template array<Center*>(most);
        distance_ = arena_.template array<float>(most);
        begin_ = arena_.template array<uint32_t>(size_t{most} + 1);
        const size_t bytes = space_.center_bytes();
        auto* all = arena_.template array<std::byte>(bytes * most);
        for (uint32_t i = 0; i < most; i++) center_[i] = reinterpret_cast<Center*>(all + bytes * i);
    }

    // ---- seeding ----

    // Each further center is one of the first samples, the more probably the farther it is from
    // those that there are. Ends early when all of them are centers.
    void seed_centers(uint32_t samples, uint32_t most, Rng& rng) {
        for (uint32_t i = 0; i < samples; i++) squared_[i] = std::numeric_limits<float>::infinity();
        centers_ = 0;
        for (uint32_t chosen = 0; samples != 0 && centers_ < most;) {
            space_.as_center(samples_[chosen], center_[centers_]);
            const double total = update_squared(center_[centers_], samples);
            centers_++;
            if (!(total > 0)) break;
            chosen = pick(samples, total * rng.uniform());
        }
    }

    // squared_[i]: how near a sample is to the nearest center. Returns their sum.
    double update_squared(const Center* center, uint32_t samples) {
        // A distance that float32 cannot hold is only a large one.
        constexpr float kLargest = 1e30f;
        double total = 0;
        for (uint32_t at = 0; at < samples; at += kBlock) {
            host_.poll();
            const uint32_t n = std::min(kBlock, samples - at);
            float distance[kBlock];
            space_.to_samples(center, samples_ + at, n, distance);
            for (uint32_t i = 0; i < n; i++) {
                const float squared = std::min(Space::squared(distance[i]), kLargest);
                squared_[at + i] = std::min(squared_[at + i], squared);
                total += squared_[at + i];
            }
        }
        return total;
    }

    // before: not all are zero. Never one that is a center.
    uint32_t pick(uint32_t samples, double left) const {
        uint32_t last = 0;
        for (uint32_t i = 0; i < samples; i++) {
            if (!(squared_[i] > 0)) continue;
            last = i;
            left -= squared_[i];
            if (left <= 0) break;
        }
        return last;
    }

    // ---- rounds ----

    // Until a round changes the center of less than this share of the samples.
    void run_rounds(uint32_t samples, double share) {
        for (uint32_t i = 0; i < samples; i++) owner_[i] = 0;
        (void)assign(samples);
        for (uint32_t round = 0; round < kMostRounds; round++) {
            move_centers(samples);
            if (assign(samples) < share * samples) break;
        }
    }

    // Each sample to the nearest center. Returns how many changed.
    uint32_t assign(uint32_t samples) {
        uint32_t changed = 0;
        for (uint32_t i = 0; i < samples; i++) {
            if (i % 64 == 0) host_.poll();
            space_.to_centers(space_.query(samples_[i], room_), center_, centers_, distance_);
            const uint32_t nearest = least_of(distance_, centers_);
            squared_[i] = Space::squared(distance_[nearest]);
            changed += owner_[i] != nearest;
            owner_[i] = nearest;
        }
        return changed;
    }

    void move_centers(uint32_t samples) {
        group_by_owner(samples);
        for (uint32_t c = 0; c < centers_; c++) {
            host_.poll();
            if (begin_[c] == begin_[c + 1]) {
                move_to_farthest(c, samples);
                continue;
            }
            space_.begin_sum();
            for (uint32_t at = begin_[c]; at < begin_[c + 1]; at++)
                space_.add(space_.query(samples_[order_[at]], room_));
            space_.mean(begin_[c + 1] - begin_[c], center_[c]);
        }
    }

    // order_[begin_[c] .. begin_[c + 1]) are the samples of center c.
    void group_by_owner(uint32_t samples) {
        for (uint32_t c = 0; c <= centers_; c++) begin_[c] = 0;
        for (uint32_t i = 0; i < samples; i++) begin_[owner_[i]]++;
        uint32_t end = 0;
        for (uint32_t c = 0; c <= centers_; c++) {
            end += begin_[c];
            begin_[c] = end;
        }
        for (uint32_t i = samples; i-- > 0;) order_[--begin_[owner_[i]]] = i;
    }

    // A center that lost all samples starts anew at the one that is farthest from its own.
    void move_to_farthest(uint32_t c, uint32_t samples) {
        uint32_t farthest = 0;
        for (uint32_t i = 1; i < samples; i++)
            if (squared_[i] > squared_[farthest]) farthest = i;
        space_.as_center(samples_[farthest], center_[c]);
        squared_[farthest] = 0;  // not the next one's, too
    }

    Arena arena_;
    Space& space_;
    Host host_;
    uint32_t count_;
    const Sample** samples_;
    uint32_t* owner_;  // the center of each sample
    uint32_t* order_;
    float* squared_;  // how far each sample is from its center
    std::byte* room_;
    uint32_t centers_ = 0;
    Center** center_ = nullptr;
    float* distance_ = nullptr;
    uint32_t* begin_ = nullptr;
};

}  // namespace quiver::ivf
