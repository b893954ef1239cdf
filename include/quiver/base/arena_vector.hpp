// A growable array in an arena. Growing leaves the old copy behind in the arena, so a vector that
// is cleared and filled again costs at most twice its largest size.
#pragma once

#include <cstddef>  // size_t
#include <cstring>  // std::memcpy

#include "quiver/base/arena.hpp"

namespace quiver {

template <class T>
class ArenaVector {
public:
    explicit ArenaVector(Arena arena) : arena_(arena) {}

    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    T* begin() { return items_; }
    T* end() { return items_ + size_; }
    const T* begin() const { return items_; }
    const T* end() const { return items_ + size_; }
    T& operator[](size_t i) { return items_[i]; }
    const T& operator[](size_t i) const { return items_[i]; }
    T& back() { return items_[size_ - 1]; }

    void clear() { size_ = 0; }
    void pop_back() { --size_; }
    void truncate(size_t size) { size_ = size; }  // before: size <= size()

    void push_back(T item) {  // by value: it may be one of ours
        if (size_ == capacity_) reserve(capacity_ == 0 ? 8 : 2 * capacity_);
        items_[size_++] = item;
    }

    void reserve(size_t capacity) {
        if (capacity <= capacity_) return;
        T* moved = arena_.array<T>(capacity);
        if (size_ != 0) std::memcpy(moved, items_, size_ * sizeof(T));
        items_ = moved;
        capacity_ = capacity;
    }

private:
    Arena arena_;
    T* items_ = nullptr;
    size_t size_ = 0;
    size_t capacity_ = 0;
};

}  // namespace quiver
