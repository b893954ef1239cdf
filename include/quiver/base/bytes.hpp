// Network byte order, read and written within bounds.
//
// A read past the end yields zero and is remembered, so a caller reads a whole header and asks once
// whether all of it was there.
#pragma once

#include <bit>      // std::endian
#include <cstddef>  // std::byte, size_t
#include <cstdint>  // uint16_t, uint32_t
#include <cstring>  // std::memcpy
#include <span>     // std::span

namespace quiver {

inline uint16_t load_be16(const std::byte* from) noexcept {
    uint16_t v;
    std::memcpy(&v, from, sizeof v);
    return std::endian::native == std::endian::big ? v : __builtin_bswap16(v);
}

inline uint32_t load_be32(const std::byte* from) noexcept {
    uint32_t v;
    std::memcpy(&v, from, sizeof v);
    return std::endian::native == std::endian::big ? v : __builtin_bswap32(v);
}

inline void store_be16(std::byte* to, uint16_t v) noexcept {
    if constexpr (std::endian::native != std::endian::big) v = __builtin_bswap16(v);
    std::memcpy(to, &v, sizeof v);
}

inline void store_be32(std::byte* to, uint32_t v) noexcept {
    if constexpr (std::endian::native != std::endian::big) v = __builtin_bswap32(v);
    std::memcpy(to, &v, sizeof v);
}

class ByteReader {
public:
    explicit ByteReader(std::span<const std::byte> in) noexcept : rest_(in) {}

    // The next n bytes, or null when fewer are left. A failed take consumes nothing, but every
    // later one fails too.
    const std::byte* take(size_t n) noexcept {
        if (truncated_ || n > rest_.size()) {
            truncated_ = true;
            return nullptr;
        }
        const std::byte* bytes = rest_.data();
        rest_ = rest_.subspan(n);
        return bytes;
    }

    uint16_t u16() noexcept {
        const std::byte* bytes = take(2);
        return bytes ? load_be16(bytes) : 0;
    }

    uint32_t u32() noexcept {
        const std::byte* bytes = take(4);
        return bytes ? load_be32(bytes) : 0;
    }

    int32_t i32() noexcept { return static_cast<int32_t>(u32()); }

    bool truncated() const noexcept { return truncated_; }
    std::span<const std::byte> rest() const noexcept { return rest_; }

private:
    std::span<const std::byte> rest_;
    bool truncated_ = false;
};

class ByteWriter {
public:
    explicit ByteWriter(std::span<std::byte> out) noexcept : rest_(out) {}

    // Room for n bytes that the caller fills, or null when there is less. As with take(), failure
    // sticks.
    std::byte* claim(size_t n) noexcept {
        if (full_ || n > rest_.size()) {
            full_ = true;
            return nullptr;
        }
        std::byte* bytes = rest_.data();
        rest_ = rest_.subspan(n);
        return bytes;
    }

    void u16(uint16_t v) noexcept {
        if (std::byte* bytes = claim(2)) store_be16(bytes, v);
    }

    void u32(uint32_t v) noexcept {
        if (std::byte* bytes = claim(4)) store_be32(bytes, v);
    }

    void i32(int32_t v) noexcept { u32(static_cast<uint32_t>(v)); }

    // Something did not fit and was not written.
    bool full() const noexcept { return full_; }
    std::span<std::byte> rest() const noexcept { return rest_; }

private:
    std::span<std::byte> rest_;
    bool full_ = false;
};

}  // namespace quiver
