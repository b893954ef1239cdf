// Memory whose neighbours on both sides cannot be read: a kernel that leaves its input crashes the
// test.
#pragma once

#include <sys/mman.h>  // mmap, mprotect
#include <unistd.h>    // sysconf

#include <cstdint>  // uint8_t
#include <cstdlib>  // std::abort
#include <cstring>  // std::memcpy

namespace quiver::test {

class GuardedBuffer {
public:
    explicit GuardedBuffer(size_t capacity) : page_(static_cast<size_t>(sysconf(_SC_PAGESIZE))) {
        size_ = (capacity + page_ - 1) / page_ * page_;
        void* all = mmap(nullptr, size_ + 2 * page_, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (all == MAP_FAILED) std::abort();
        start_ = static_cast<uint8_t*>(all) + page_;
        if (mprotect(start_, size_, PROT_READ | PROT_WRITE) != 0) std::abort();
    }
    ~GuardedBuffer() { munmap(start_ - page_, size_ + 2 * page_); }
    GuardedBuffer(const GuardedBuffer&) = delete;
    GuardedBuffer& operator=(const GuardedBuffer&) = delete;

    // A copy of n elements that begins at the first readable byte.
    template <class T>
    T* at_start(const T* data, size_t n) {
        return copy(start_, data, n);
    }

    // A copy of n elements that ends at the last readable byte.
    template <class T>
    T* at_end(const T* data, size_t n) {
        return copy(start_ + size_ - n * sizeof(T), data, n);
    }

private:
    template <class T>
    static T* copy(uint8_t* to, const T* data, size_t n) {
        if (n != 0) std::memcpy(to, static_cast<const void*>(data), n * sizeof(T));
        return reinterpret_cast<T*>(to);
    }

    size_t page_;
    size_t size_;
    uint8_t* start_;
};

}  // namespace quiver::test
