#include "quiver/types/text_number.hpp"

#include <gtest/gtest.h>

#include <bit>      // std::bit_cast
#include <cerrno>   // errno
#include <cstdio>   // std::snprintf
#include <cstring>  // std::strlen
#include <random>   // std::mt19937
#include <string>   // std::string

#include "quiver/base/no_postgres.hpp"

namespace quiver {
namespace {

// The promise of text_number.hpp, for one text: everything strtof() says, parse_number() says.
testing::AssertionResult same_as_strtof(const std::string& text) {
    const char* begin = text.c_str();
    char* end = nullptr;
    errno = 0;
    const float expected = strtof(begin, &end);
    const bool erange = errno == ERANGE;
    NumberRange range = NumberRange::ok;
    if (erange && std::isinf(expected)) range = NumberRange::overflow;
    if (erange && expected == 0) range = NumberRange::underflow;

    const NumberText actual = parse_number(begin, begin + text.size());
    const auto bits = [](float value) { return std::bit_cast<uint32_t>(value); };
    const bool same_value =
        std::isnan(expected) ? std::isnan(actual.value) : bits(actual.value) == bits(expected);
    if (same_value && actual.end == end && actual.range == range)
        return testing::AssertionSuccess();
    return testing::AssertionFailure()
           << '"' << text << "\": strtof " << expected << " after " << end - begin
           << ", parse_number " << actual.value << " after " << actual.end - begin << ", range "
           << static_cast<int>(actual.range);
}

std::string printed(const char* format, double value) {
    char out[512];
    std::snprintf(out, sizeof out, format, value);
    return out;
}

// What may follow a number in a text form, or make a different number of it.
constexpr const char* kSuffixes[] = {"",   ",",    "]",    "}",    " ",   "\t",  ",2", "e",  "e+",
                                     "e-", "E5",   "e5",   "p3",   "x",   "x1",  "f",  ".",  ".5",
                                     "_0", "a",    "nan",  "i",    "+1",  "-1",  ":",  "'1", "e5x",
                                     "\v", "\x80", "\xa0", "\x01", "e+]", "e1.5"};

TEST(ParseNumber, EveryPrintedFormOfRandomBits) {
    std::mt19937 random(20240601);
    for (int i = 0; i < 60000; i++) {
        const double value = std::bit_cast<float>(static_cast<uint32_t>(random()));
        for (const char* format :
             {"%.9g", "%.6f", "%e", "%a", "%+.9g", "%.17g", "%.3g", "0x%.0f", "%.0f.", "%g"}) {
            const std::string text = printed(format, value);
            ASSERT_TRUE(same_as_strtof(text));
            ASSERT_TRUE(same_as_strtof(text + kSuffixes[random() % std::size(kSuffixes)]));
        }
    }
}

TEST(ParseNumber, EmbeddingLikeNumbers) {
    std::mt19937 random(7);
    std::uniform_real_distribution<float> uniform(-1, 1);
    for (int i = 0; i < 100000; i++) {
        const double value = uniform(random);
        ASSERT_TRUE(same_as_strtof(printed("%.8g,", value)));
        ASSERT_TRUE(same_as_strtof(printed("%.9g]", value)));
    }
}

// clang-format off
constexpr const char* kNumbers[] = {
    "1", "0", "-0", "0.0", "1.", ".5", "-.5", "5.e1", "00012", "1e5", "1E+5", "1e-5", "0e0",
    "0e99999", "0x", "0x1", "0x1p3", "0X.8P1", "+1", "+.5", "++1", "--1", "+-1", "-+1", "-", "+",
    ".", "-.", "e5", ".e5", "inf", "-inf", "Infinity", "iNfInIt", "nan", "-nan", "nan(1)", "nan(",
    "NaN(x)", "nan(ab c)", "1e39", "-1e39", "1e-46", "-1e-46", "1e-45", "3.5e38", "1e9999",
    "1e-9999", "4e38", "1_000", "1e99999999999999999999", "1e-99999999999999999999", "0x1p-200",
    "0x1p200", "0x.p1", "0x1p", "0b11", "1.7976931348623157e308",
    "00000000000000000000000000000001", "1,5", "", " 1", "\t1", "\2401",
};
// clang-format on

TEST(ParseNumber, EverySuffixAfterEveryShape) {
    for (const char* number : kNumbers) {
        for (const char* suffix : kSuffixes)
            ASSERT_TRUE(same_as_strtof(std::string(number) + suffix));
    }
}

TEST(ParseNumber, LongDigitStrings) {
    std::mt19937 random(42);
    for (int i = 0; i < 20000; i++) {
        std::string text = random() % 2 ? "-" : "";
        const size_t digits = 1 + random() % (i % 100 == 0 ? 2000 : 60);
        const size_t point = random() % (2 * digits);
        for (size_t d = 0; d < digits; d++) {
            if (d == point) text += '.';
            text += static_cast<char>('0' + (random() % 4 == 0 ? random() % 10 : 0));
        }
        if (random() % 2) text += "e" + std::to_string(static_cast<int>(random() % 200) - 100);
        ASSERT_TRUE(same_as_strtof(text));
        ASSERT_TRUE(same_as_strtof(text + ","));
    }
}

// The decimal expansion of the midpoint between two neighbouring floats, and what lies just beside
// it.
TEST(ParseNumber, HalfwayCases) {
    std::mt19937 random(99);
    for (int i = 0; i < 20000; i++) {
        uint32_t bits = static_cast<uint32_t>(random()) & 0x7fffffffu;
        if (i % 4 == 0) bits &= 0x007fffffu;                        // subnormal
        if (i % 4 == 1) bits = 0x3f800000u + (bits & 0x007fffffu);  // 1 .. 2
        if (bits >= 0x7f7fffffu) continue;
        const double low = std::bit_cast<float>(bits);
        const double high = std::bit_cast<float>(bits + 1);
        std::string middle =
            printed("%.160e", low + (high - low) / 2);  // exact: 160 digits are enough
        ASSERT_TRUE(same_as_strtof(middle));
        const size_t last_digit = middle.find('e') - 1;
        std::string above = middle;
        above[last_digit] = '1';
        ASSERT_TRUE(same_as_strtof(above));
        middle.erase(last_digit - random() % 140, 1);  // cut or shifted: just below, or far away
        ASSERT_TRUE(same_as_strtof(middle));
    }
}

TEST(ParseNumber, EdgesOfTheRange) {
    // FLT_MAX, and the midpoint to the next power of two, which rounds to infinity.
    EXPECT_TRUE(same_as_strtof("340282346638528859811704183484516925440"));
    EXPECT_TRUE(same_as_strtof("340282356779733661637539395458142568447"));
    EXPECT_TRUE(same_as_strtof("340282356779733661637539395458142568448"));
    // The smallest subnormal, and half of it, which rounds to zero; then a little more than half.
    EXPECT_TRUE(
        same_as_strtof("1.401298464324817070923729583289916131280261941876515771757057e-45"));
    EXPECT_TRUE(
        same_as_strtof("7.006492321624085354618647916449580656401309709382578858785341e-46"));
    EXPECT_TRUE(same_as_strtof("7.1e-46"));

    const auto range_of = [](const char* text) {
        return parse_number(text, text + std::strlen(text)).range;
    };
    EXPECT_EQ(range_of("3.4028234663852886e38"), NumberRange::ok);
    EXPECT_EQ(range_of("3.5e38"), NumberRange::overflow);
    EXPECT_EQ(range_of("-1e999"), NumberRange::overflow);
    EXPECT_EQ(range_of("1e-46"), NumberRange::underflow);
    EXPECT_EQ(range_of("-1e-46"), NumberRange::underflow);
    EXPECT_EQ(range_of("0e-46"), NumberRange::ok);
    EXPECT_EQ(range_of("0.000E9"), NumberRange::ok);
    EXPECT_EQ(range_of("1e-45"), NumberRange::ok);
    EXPECT_EQ(range_of("inf"), NumberRange::ok);
}

TEST(ParseInteger, SameAsStrtolClampedToInt) {
    std::mt19937_64 random(5);
    const auto check = [](const std::string& text) {
        char* end = nullptr;
        const long wide = strtol(text.c_str(), &end, 10);
        const IntegerText actual = parse_integer(text.c_str());
        EXPECT_EQ(actual.end, end) << text;
        EXPECT_EQ(actual.value, std::min<long>(std::max<long>(wide, -INT_MAX), INT_MAX)) << text;
    };
    for (const char* text : {"0",
                             "1",
                             "-1",
                             "+1",
                             "007",
                             "999999999",
                             "1000000000",
                             "0000000000000001",
                             "2147483647",
                             "2147483648",
                             "-2147483647",
                             "-2147483648",
                             "-2147483649",
                             "9223372036854775807",
                             "9223372036854775808",
                             "-9223372036854775809",
                             "99999999999999999999999",
                             "",
                             "-",
                             "+",
                             "x",
                             "0x10",
                             " 1",
                             "1a",
                             "1.5",
                             "--1"}) {
        check(text);
    }
    for (int i = 0; i < 20000; i++) {
        check(std::to_string(static_cast<int64_t>(random()) >> (random() % 64)) +
              (random() % 2 ? ":" : ""));
    }
}

TEST(IsSpace, IsExactlyTheSixCharacters) {
    std::string found;
    for (int c = 0; c < 256; c++) {
        if (is_space(static_cast<char>(c))) found += static_cast<char>(c);
    }
    EXPECT_EQ(found, "\t\n\v\f\r ");
}

}  // namespace
}  // namespace quiver
