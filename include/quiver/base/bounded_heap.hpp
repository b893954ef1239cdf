// The k smallest of a stream: a heap in memory of the caller, the largest kept on top, where the
// next better one replaces it.
#pragma once

#include <algorithm>  // std::push_heap, std::pop_heap, std::sort_heap
#include <cstddef>    // size_t
#include <span>       // std::span

namespace quiver {

template <class T, class Less>
class BoundedHeap {
public:
    explicit BoundedHeap(std::span<T> room, Less less = {}) : room_(room), less_(less) {}

    size_t size() const { return size_; }
    bool empty() const { return size_ == 0; }
    bool full() const { return size_ == room_.size(); }
    // The largest kept. Only when not empty.
    const T& top() const { return room_[0]; }
    void clear() { size_ = 0; }

    // Whether push() would keep it.
    bool accepts(const T& item) const {
        if (!full()) return true;
        return size_ != 0 && less_(item, top());
    }

    bool push(const T& item) {
        if (!accepts(item)) return false;
        if (full()) {
            std::pop_heap(room_.begin(), room_.begin() + size_, less_);
            room_[size_ - 1] = item;
        } else {
            room_[size_++] = item;
        }
        std::push_heap(room_.begin(), room_.begin() + size_, less_);
        return true;
    }

    // Removes the largest.
    T pop() {
        std::pop_heap(room_.begin(), room_.begin() + size_, less_);
        return room_[--size_];
    }

    // What is kept, smallest first, in place; the heap is empty afterwards.
    std::span<T> take_sorted() {
        const std::span<T> items = room_.first(size_);
        std::sort_heap(items.begin(), items.end(), less_);
        size_ = 0;
        return items;
    }

private:
    std::span<T> room_;
    size_t size_ = 0;
    Less less_;
};

}  // namespace quiver
