#include "quiver/base/bytes.hpp"

#include <gtest/gtest.h>

#include <array>  // std::array

#include "quiver/base/no_postgres.hpp"

namespace quiver {
namespace {

constexpr std::array<std::byte, 6> kBytes = {std::byte{0x01}, std::byte{0x02}, std::byte{0xff},
                                             std::byte{0xfe}, std::byte{0x05}, std::byte{0x06}};

TEST(ByteReader, ReadsTheMostSignificantByteFirst) {
    ByteReader reader(kBytes);
    EXPECT_EQ(reader.u16(), 0x0102);
    EXPECT_EQ(reader.u32(), 0xfffe0506u);
    EXPECT_TRUE(reader.rest().empty());
    EXPECT_FALSE(reader.truncated());
}

TEST(ByteReader, ReadsNegativeNumbers) {
    ByteReader reader{std::span(kBytes).subspan(2)};
    EXPECT_EQ(reader.i32(), static_cast<int32_t>(0xfffe0506u));
}

TEST(ByteReader, FailureSticksAndConsumesNothing) {
    ByteReader reader{std::span(kBytes).first(5)};
    EXPECT_EQ(reader.u32(), 0x0102fffeu);
    EXPECT_EQ(reader.u16(), 0);
    EXPECT_TRUE(reader.truncated());
    EXPECT_EQ(reader.rest().size(), 1u);
    EXPECT_EQ(reader.take(1), nullptr);
    EXPECT_EQ(reader.u32(), 0u);
}

TEST(ByteReader, TakesNothingFromNothing) {
    ByteReader reader({kBytes.data(), 0});
    EXPECT_EQ(reader.take(0), kBytes.data());
    EXPECT_FALSE(reader.truncated());
    EXPECT_EQ(reader.take(SIZE_MAX), nullptr);
    EXPECT_TRUE(reader.truncated());
}

TEST(ByteWriter, WritesWhatTheReaderReads) {
    std::array<std::byte, 11> out{};
    ByteWriter writer{std::span(out).subspan(1)};  // at an odd address
    writer.u16(0x0102);
    writer.u32(0xfffe0506u);
    writer.i32(-3);
    EXPECT_FALSE(writer.full());
    EXPECT_TRUE(writer.rest().empty());
    EXPECT_TRUE(std::equal(kBytes.begin(), kBytes.end(), out.begin() + 1));
    ByteReader reader{std::span(out).subspan(7)};
    EXPECT_EQ(reader.i32(), -3);
}

TEST(ByteWriter, WritesNothingThatDoesNotFit) {
    std::array<std::byte, 5> out{};
    ByteWriter writer(out);
    writer.u32(0x01020304u);
    writer.u16(0xffff);
    EXPECT_TRUE(writer.full());
    writer.u16(0xffff);
    EXPECT_EQ(writer.claim(1), nullptr);
    EXPECT_EQ(out[3], std::byte{4});
    EXPECT_EQ(out[4], std::byte{0});
}

}  // namespace
}  // namespace quiver
