// Index pages in an array: the model of store::PageAccess for tests, with the server's rules
// checked and its accidents on demand.
//
// - modify() and extend() work on a private copy that replaces the page in one step, as generic WAL
//   does, which also loses whatever lies between pd_lower and pd_upper.
// - At most one page is locked at a time, and poll() is never called while one is.
// - crash_after(n) throws Crash behind the n-th commit, crash_at(p) at a fault point; the pages are
//   then what a crash leaves.
// - between(f) calls f before every page is locked: whatever another backend can do, it can do
// there.
// - A block that does not exist is an error (NoSuchBlock), as the server's read of it is.
#pragma once

#include <gtest/gtest.h>

#include <cstddef>     // std::byte
#include <cstdint>     // uint16_t, uint64_t
#include <cstring>     // std::memcpy
#include <functional>  // std::function
#include <memory>      // std::unique_ptr
#include <vector>      // std::vector

#include "quiver/page/node.hpp"
#include "quiver/store/page_access.hpp"
#include "quiver/store/points.hpp"

namespace quiver::test {

struct Crash {};
struct NoSuchBlock {};

struct alignas(16) PageImage {
    std::byte bytes[page::kPageSize];
};

class ArrayPages {
public:
    struct Counts {
        uint64_t reads = 0;
        uint64_t commits = 0;
        uint64_t bytes_changed = 0;
    };

    ArrayPages() = default;
    ArrayPages(const ArrayPages& other) : pages_(other.pages_) {}
    ArrayPages& operator=(const ArrayPages&) = delete;

    // ---- store::PageAccess ----
    template <class F>
    void read(page::BlockId block, F f) {
        step(block);
        const Lock lock(locked_);
        counts_.reads++;
        const PageImage image = pages_[block];  // a copy: nothing of the page outlives f
        f(static_cast<const std::byte*>(image.bytes));
    }

    template <class F>
    void modify(page::BlockId block, F f) {
        step(block);
        {
            const Lock lock(locked_);
            PageImage image = pages_[block];
            if (f(image.bytes) == store::Commit::no) return;
            commit(block, image);
        }
        crash_if_due();
    }

    template <class F>
    page::BlockId extend(page::PageKind kind, F f) {
        call_between();
        const auto block = static_cast<page::BlockId>(pages_.size());
        {
            const Lock lock(locked_);
            pages_.push_back(empty(kind));
            PageImage image = pages_[block];
            f(image.bytes);
            commit(block, image);
        }
        crash_if_due();
        return block;
    }

    bool adopt(page::BlockId block, page::PageKind kind) {
        step(block);
        {
            const Lock lock(locked_);
            for (const std::byte byte : pages_[block].bytes)
                if (byte != std::byte{0}) return false;
            pages_[block] = empty(kind);
            counts_.commits++;
        }
        crash_if_due();
        return true;
    }

    page::BlockId blocks() const { return static_cast<page::BlockId>(pages_.size()); }
    void prefetch(page::BlockId, size_t, size_t) {}
    void poll() { EXPECT_FALSE(locked_) << "poll() with a page locked"; }
    void point(store::Point p) {
        EXPECT_FALSE(locked_) << "a fault point with a page locked";
        if (crashes_at_point_ && p == crash_point_) throw Crash{};
    }

    // ---- for the tests ----
    const Counts& counts() const { return counts_; }
    const std::byte* bytes(page::BlockId block) const { return pages_[block].bytes; }
    std::byte* bytes(page::BlockId block) { return pages_[block].bytes; }

    void crash_after(uint64_t commits) { crash_at_ = counts_.commits + commits; }
    void crash_at(store::Point p) {
        crashes_at_point_ = true;
        crash_point_ = p;
    }
    void never_crash() {
        crash_at_ = 0;
        crashes_at_point_ = false;
    }
    void between(std::function<void()> f) { between_ = std::move(f); }

private:
    static constexpr size_t kLower = 12;  // pd_lower, pd_upper, pd_special follow each other
    static constexpr uint16_t kEnd = page::kPageSize - page::kSpecial;

    class Lock {
    public:
        explicit Lock(bool& locked) : locked_(locked) {
            EXPECT_FALSE(locked_) << "a second page locked";
            locked_ = true;
        }
        ~Lock() { locked_ = false; }
        Lock(const Lock&) = delete;
        Lock& operator=(const Lock&) = delete;

    private:
        bool& locked_;
    };

    static PageImage empty(page::PageKind kind) {
        PageImage image{};
        const uint16_t bounds[3] = {kEnd, kEnd, kEnd};
        std::memcpy(image.bytes + kLower, bounds, sizeof bounds);
        page::special_of(image.bytes) = {kind, page::kPageMagic, 0};
        return image;
    }

    void step(page::BlockId block) {
        call_between();
        if (block >= pages_.size()) throw NoSuchBlock{};
    }

    void call_between() {
        EXPECT_FALSE(locked_) << "a second page locked";
        if (!between_ || inside_between_) return;
        inside_between_ = true;
        between_();
        inside_between_ = false;
    }

    void commit(page::BlockId block, PageImage& image) {
        PageImage& page = pages_[block];
        EXPECT_EQ(std::memcmp(page.bytes, image.bytes, page::kPageHeader), 0)
            << "page header of block " << block << " changed";
        EXPECT_EQ(std::memcmp(page.bytes + kEnd, image.bytes + kEnd,
                              offsetof(page::PageSpecial, next_free)),
                  0)
            << "kind of block " << block << " changed";
        uint16_t lower;
        uint16_t upper;
        std::memcpy(&lower, image.bytes + kLower, sizeof lower);
        std::memcpy(&upper, image.bytes + kLower + 2, sizeof upper);
        if (lower < upper && upper <= kEnd) std::memset(image.bytes + lower, 0, upper - lower);
        for (size_t i = 0; i < page::kPageSize; i++)
            counts_.bytes_changed += page.bytes[i] != image.bytes[i];
        page = image;
        counts_.commits++;
    }

    void crash_if_due() {
        if (crash_at_ != 0 && counts_.commits >= crash_at_) throw Crash{};
    }

    std::vector<PageImage> pages_;
    bool locked_ = false;
    Counts counts_;
    uint64_t crash_at_ = 0;
    bool crashes_at_point_ = false;
    store::Point crash_point_{};
    std::function<void()> between_;
    bool inside_between_ = false;
};

static_assert(store::PageAccess<ArrayPages>);

}  // namespace quiver::test
