#include "quiver/types/text.hpp"

#include <gtest/gtest.h>

#include <random>  // std::mt19937

#include "quiver/base/no_postgres.hpp"
#include "types/values.hpp"

namespace quiver::test {
namespace {

constexpr const char* kNoBracket = "Vector contents must start with \"[\".";
constexpr const char* kNoBrace = "Vector contents must start with \"{\".";
constexpr const char* kJunkDense = "Junk after closing right brace.";
constexpr const char* kJunkSparse = "Junk after closing.";
constexpr const char* kUnfinished = "Unexpected end of input.";

// "1,1,...,1"
std::string ones(int n, const std::string& one = "1") {
    std::string text = one;
    for (int i = 1; i < n; i++) text += "," + one;
    return text;
}

template <class T>
class DenseText : public testing::Test {};
using DenseTypes = testing::Types<F32, F16>;
TYPED_TEST_SUITE(DenseText, DenseTypes);

TYPED_TEST(DenseText, Accepts) {
    const std::pair<const char*, std::vector<float>> cases[] = {
        {"[1,2,3]", {1, 2, 3}},
        {"[-1,-2,-3]", {-1, -2, -3}},
        {"[1.,2.,.5]", {1, 2, 0.5f}},
        {" [ 1,  2 ,    3  ] ", {1, 2, 3}},
        {"\t\n\r\v\f [\t\n\r\v\f 1\t\n\r\v\f ,\t\n\r\v\f 2\t\n\r\v\f ]\t\n\r\v\f ", {1, 2}},
        {"[0x1p3,0X.8p1,+1,1e1,1E+1,25e-1]", {8, 1, 1, 10, 10, 2.5f}},
        {"[1e-46,-1e-46,0,-0]", {0, -0.0f, 0, -0.0f}},  // underflow is zero in dense vectors
        {"[0001,1e0000000000001]", {1, 10}},
    };
    for (const auto& [text, expected] : cases) {
        const auto parsed = parse_dense_text<TypeParam>(text);
        EXPECT_EQ(parsed.code, Code::ok) << text;
        EXPECT_EQ(parsed.value.floats(), expected) << text;
    }
}

TYPED_TEST(DenseText, Refuses) {
    const struct {
        std::string text;
        Code code;
        std::string detail{};
        std::string number{};
    } cases[] = {
        {"", Code::invalid_syntax, kNoBracket},
        {"1,2,3", Code::invalid_syntax, kNoBracket},
        {"{1}", Code::invalid_syntax, kNoBracket},
        {"[", Code::invalid_syntax},
        {"[ ", Code::invalid_syntax},
        {"[,", Code::invalid_syntax},
        {"[,]", Code::invalid_syntax},
        {"[1,]", Code::invalid_syntax},
        {"[1, ]", Code::invalid_syntax},
        {"[1,", Code::invalid_syntax},
        {"[1a]", Code::invalid_syntax},
        {"[1,,3]", Code::invalid_syntax},
        {"[1, ,3]", Code::invalid_syntax},
        {"[1 2]", Code::invalid_syntax},
        {"[hello,1]", Code::invalid_syntax},
        {"[1,2,3", Code::invalid_syntax},
        {"[1e]", Code::invalid_syntax},
        {"[0x]", Code::invalid_syntax},
        {"[--1]", Code::invalid_syntax},
        {"[1}", Code::invalid_syntax},
        {"[1\xa0]", Code::invalid_syntax},
        {"[" + std::string(20000, ','), Code::invalid_syntax},
        {"[1,2,3]9", Code::invalid_syntax, kJunkDense},
        {"[1,2,3] ]", Code::invalid_syntax, kJunkDense},
        {"[1][2]", Code::invalid_syntax, kJunkDense},
        {"[]", Code::too_few_dimensions},
        {" [ ] ", Code::too_few_dimensions},
        {"[]junk", Code::too_few_dimensions},
        {"[NaN,1]", Code::nan_element},
        {"[-nan]", Code::nan_element},
        {"[nan(1)]", Code::nan_element},
        {"[Infinity,1]", Code::infinite_element},
        {"[-Infinity,1]", Code::infinite_element},
        {"[inf,x", Code::infinite_element},  // the first thing that is wrong
        {"[x,inf]", Code::invalid_syntax},
        {"[4e38,1]", Code::out_of_range, "", "4e38"},
        {"[1, -4e38 ,1]", Code::out_of_range, "", "-4e38"},
        {"[0x1p200x]", Code::out_of_range, "", "0x1p200"},
        {"[" + ones(16001) + "]", Code::too_many_dimensions},
        {"[" + ones(16000) + ",x", Code::too_many_dimensions},  // before the element is looked at
        {"[" + ones(16000) + ",nan]", Code::too_many_dimensions},
        {"[" + ones(15999) + ",nan,1,1]", Code::nan_element},
        {"[" + ones(16000) + "x", Code::invalid_syntax},
    };
    for (const auto& c : cases) {
        const auto parsed = parse_dense_text<TypeParam>(c.text);
        const std::string shown = c.text.substr(0, 40);
        EXPECT_EQ(parsed.code, c.code) << shown;
        EXPECT_EQ(parsed.type, kDenseTypeName<TypeParam>) << shown;
        EXPECT_EQ(parsed.detail, c.detail) << shown;
        EXPECT_EQ(parsed.text, c.code == Code::invalid_syntax ? c.text : c.number) << shown;
        EXPECT_EQ(parsed.a, c.code == Code::too_many_dimensions ? 16000 : 0) << shown;
    }
}

TYPED_TEST(DenseText, TakesTheLargestVector) {
    const auto parsed = parse_dense_text<TypeParam>("[" + ones(16000, "2.5") + "]");
    EXPECT_EQ(parsed.code, Code::ok);
    EXPECT_EQ(parsed.value.floats(), std::vector<float>(16000, 2.5f));
}

TYPED_TEST(DenseText, ReadsAndWritesAtOddAddresses) {
    Unaligned<TypeParam> out(std::vector<TypeParam>(3));
    int dim = 0;
    ASSERT_TRUE(parse_dense<TypeParam>("[1.5,-2,3]", {out.data(), 3}, dim).ok());
    EXPECT_EQ(dense_text<TypeParam>({dim, out.data()}), "[1.5,-2,3]");
}

TYPED_TEST(DenseText, RandomFiniteValuesComeBack) {
    std::mt19937 random(11);
    for (int round = 0; round < 200; round++) {
        Dense<TypeParam> v;
        for (int i = static_cast<int>(random() % 100); i >= 0; i--) {
            TypeParam x = std::bit_cast<TypeParam>(std::array<uint8_t, sizeof(TypeParam)>{});
            do {
                const uint32_t bits = static_cast<uint32_t>(random());
                std::memcpy(static_cast<void*>(&x), &bits, sizeof x);
            } while (!is_finite(x));
            v.x.push_back(x);
        }
        const std::string text = dense_text(v.view());
        const auto parsed = parse_dense_text<TypeParam>(text);
        ASSERT_EQ(parsed.code, Code::ok) << text;
        ASSERT_EQ(parsed.value.x.size(), v.x.size());
        ASSERT_EQ(std::memcmp(parsed.value.x.data(), v.x.data(), v.x.size() * sizeof(TypeParam)), 0)
            << text;
        ASSERT_EQ(dense_text(parsed.value.view()), text);
    }
}

TYPED_TEST(DenseText, FillsTheBufferItAskedForAndNoMore) {
    // -1.17549435e-38 has the greatest length a printer may return.
    const auto longest = [](float, char* out) {
        std::memcpy(out, "-1.17549435e-38", kMaxFloatText);
        return kMaxFloatText;
    };
    const Dense<TypeParam> v(size_t{1000}, 1);
    std::vector<char> out(dense_text_size(1000));
    EXPECT_LT(format_dense(v.view(), out.data(), longest), out.size());
}

TEST(HalfvecText, RoundsOnceAndRefusesWhatItCannotHold) {
    EXPECT_EQ(parse_dense_text<F16>("[65519,-65519]").value.floats(),
              (std::vector<float>{65504, -65504}));
    EXPECT_EQ(parse_dense_text<F16>("[1e-8,-1e-8,5.97e-8]").value.floats(),
              (std::vector<float>{0, -0.0f, 0x1p-24f}));
    EXPECT_EQ(parse_dense_text<F16>("[0.1]").value.floats(),
              (std::vector<float>{0.0999755859375f}));
    for (const char* number : {"65520", "-65520", "1e38", "0x1p16", "+70000"}) {
        const auto parsed = parse_dense_text<F16>(std::string("[1, ") + number + " ]");
        EXPECT_EQ(parsed.code, Code::out_of_range) << number;
        EXPECT_EQ(parsed.text, number);
        EXPECT_EQ(parsed.type, "halfvec");
    }
}

TEST(VectorText, PrintsWithoutSpaces) {
    EXPECT_EQ(dense_text(Dense<F32>{1, -2.5f, 0.1f}.view()), "[1,-2.5,0.1]");
    EXPECT_EQ(dense_text(Dense<F32>{}.view()), "[]");
    EXPECT_EQ(dense_text(Dense<F16>{1, -2.5f, 0.1f}.view()), "[1,-2.5,0.099975586]");
}

TEST(CountElements, IsCommasPlusOne) {
    EXPECT_EQ(count_elements(""), 1);
    EXPECT_EQ(count_elements("[1,2,3]"), 3);
    EXPECT_EQ(count_elements(",,,,"), 5);
    // Every character beside a comma, in every position of a word.
    for (int c = 1; c < 256; c++) {
        const std::string pair = {static_cast<char>(c), ','};
        std::string text;
        for (int i = 0; i < 20; i++) {
            text += pair;
            ASSERT_EQ(count_elements(text.c_str()), 1 + std::count(text.begin(), text.end(), ','))
                << c;
            ASSERT_EQ(count_elements(text.c_str() + 1),
                      1 + std::count(text.begin() + 1, text.end(), ','))
                << c;
        }
    }
}

TEST(SparseText, Accepts) {
    const std::pair<const char*, const char*> cases[] = {
        {"{1:1.5,3:3.5}/5", "{1:1.5,3:3.5}/5"},
        {"{1:2.,3:.5}/5", "{1:2,3:0.5}/5"},
        {" { 1 : 1.5 ,  3  :  3.5  } / 5 ", "{1:1.5,3:3.5}/5"},
        {"{\v1\f:\t1\r}\n/\v5\f", "{1:1}/5"},
        {"{2:1,1:3}/2", "{1:3,2:1}/2"},
        {"{1:0,2:1,3:-0}/3", "{2:1}/3"},
        {"{9:0}/3", "{}/3"},  // a zero is dropped before its index is looked at
        {"{}/5", "{}/5"},
        {"{ }/1", "{}/1"},
        {"{+1:0x1p3,0002:+1}/+2", "{1:8,2:1}/2"},
        {"{1:1e-45}/1", "{1:1e-45}/1"},
        {"{1000000000:1}/1000000000", "{1000000000:1}/1000000000"},
    };
    for (const auto& [text, expected] : cases) {
        const auto parsed = parse_sparse_text(text);
        EXPECT_EQ(parsed.code, Code::ok) << text;
        EXPECT_EQ(sparse_text(parsed.value.view()), expected) << text;
    }
}

TEST(SparseText, Refuses) {
    const struct {
        std::string text;
        Code code;
        std::string detail{};
        std::string number{};
    } cases[] = {
        {"", Code::invalid_syntax, kNoBrace},
        {"[1]", Code::invalid_syntax, kNoBrace},
        {"{", Code::invalid_syntax},
        {"{ ", Code::invalid_syntax},
        {"{:", Code::invalid_syntax},
        {"{,", Code::invalid_syntax},
        {"{}", Code::invalid_syntax, kUnfinished},
        {"{} x", Code::invalid_syntax, kUnfinished},
        {"{}/", Code::invalid_syntax},
        {"{}/a", Code::invalid_syntax},
        {"{}/1a", Code::invalid_syntax, kJunkSparse},
        {"{}/1 /", Code::invalid_syntax, kJunkSparse},
        {"{:}/1", Code::invalid_syntax},
        {"{,}/1", Code::invalid_syntax},
        {"{1,}/1", Code::invalid_syntax},
        {"{:1}/1", Code::invalid_syntax},
        {"{1:}/1", Code::invalid_syntax},
        {"{1:", Code::invalid_syntax},
        {"{1a:1}/1", Code::invalid_syntax},
        {"{1:1a}/1", Code::invalid_syntax},
        {"{1:1,}/1", Code::invalid_syntax},
        {"{1:1,", Code::invalid_syntax},
        {"{1:1", Code::invalid_syntax},
        {"{1:hello,2:1}/2", Code::invalid_syntax},
        {"{0x1:1}/1", Code::invalid_syntax},
        {"{1.0:1}/1", Code::invalid_syntax},
        {"{1:NaN,2:1}/2", Code::nan_element},
        {"{1:Infinity,2:1}/2", Code::infinite_element},
        {"{1:-inf", Code::infinite_element},
        {"{1:4e38,2:1}/2", Code::out_of_range, "", "4e38"},
        {"{1: -4e38 }/2", Code::out_of_range, "", "-4e38"},
        {"{1:1e-46,2:1}/2", Code::out_of_range, "", "1e-46"},
        {"{1:-1e-46,2:1}/2", Code::out_of_range, "", "-1e-46"},
        {"{}/0", Code::too_few_dimensions},
        {"{}/-1", Code::too_few_dimensions},
        {"{}/-2147483649", Code::too_few_dimensions},
        {"{}/-9223372036854775809", Code::too_few_dimensions},
        {"{5:1}/0", Code::too_few_dimensions},
        {"{}/1000000001", Code::too_many_dimensions},
        {"{}/2147483648", Code::too_many_dimensions},
        {"{}/9223372036854775808", Code::too_many_dimensions},
        {"{0:1}/1", Code::index_out_of_bounds},
        {"{2:1}/1", Code::index_out_of_bounds},
        {"{2147483647:1}/1", Code::index_out_of_bounds},
        {"{2147483648:1}/1", Code::index_out_of_bounds},
        {"{-2147483648:1}/1", Code::index_out_of_bounds},
        {"{-2147483649:1}/1", Code::index_out_of_bounds},
        {"{9:1,1:1,1:1}/2", Code::duplicate_indices},  // in the order of the indices
        {"{1:1,1:1}/2", Code::duplicate_indices},
        {"{1:1,2:1,1:1}/2", Code::duplicate_indices},
        {"{" + ones(16001, "1:0") + "}/1", Code::too_many_nonzeros},
        {std::string(16000, ','), Code::too_many_nonzeros},  // before the syntax
        {std::string(15999, ','), Code::invalid_syntax, kNoBrace},
        {"{" + ones(16000, "1:1") + "}/1,", Code::too_many_nonzeros},
    };
    for (const auto& c : cases) {
        const auto parsed = parse_sparse_text(c.text);
        const std::string shown = c.text.substr(0, 40);
        EXPECT_EQ(parsed.code, c.code) << shown;
        EXPECT_EQ(parsed.type, "sparsevec") << shown;
        EXPECT_EQ(parsed.detail, c.detail) << shown;
        const int limit = c.code == Code::too_many_dimensions ? 1000000000 : 16000;
        const bool limited =
            c.code == Code::too_many_dimensions || c.code == Code::too_many_nonzeros;
        EXPECT_EQ(parsed.text, c.code == Code::invalid_syntax ? c.text : c.number) << shown;
        EXPECT_EQ(parsed.a, limited ? limit : 0) << shown;
    }
}

TEST(SparseText, ChecksIndicesInASecondStep) {
    std::vector<SparseElement> scratch(2);
    int dim = 0;
    int nnz = 0;
    ASSERT_TRUE(parse_sparse("{7:1,7:2}/5", scratch, dim, nnz).ok());
    EXPECT_EQ(dim, 5);
    EXPECT_EQ(nnz, 2);
    EXPECT_EQ(check_sparse_elements(scratch, dim).code, Code::index_out_of_bounds);
}

TEST(SparseText, TakesSixteenThousandElementsInAnyOrder) {
    std::string text = "{";
    for (int i = 16000; i >= 1; i--)
        text += std::to_string(i) + ":" + std::to_string(i) + (i > 1 ? "," : "}/16000");
    const auto parsed = parse_sparse_text(text);
    ASSERT_EQ(parsed.code, Code::ok);
    ASSERT_EQ(parsed.value.values.size(), 16000u);
    for (int i = 0; i < 16000; i++) {
        ASSERT_EQ(parsed.value.indices[static_cast<size_t>(i)], i);
        ASSERT_EQ(parsed.value.values[static_cast<size_t>(i)], static_cast<float>(i + 1));
    }
}

TEST(SparseText, RandomValuesComeBack) {
    std::mt19937 random(13);
    for (int round = 0; round < 200; round++) {
        Sparse v;
        int index = -1;
        for (int i = static_cast<int>(random() % 100); i > 0; i--) {
            float value = 0;
            while (!is_finite(value) || value == 0)
                value = std::bit_cast<float>(static_cast<uint32_t>(random()));
            index += 1 + static_cast<int>(random() % 1000000);
            v.indices.push_back({index});
            v.values.push_back({value});
        }
        v.dim = index + 1 + static_cast<int>(random() % 10) + (index < 0);
        const std::string text = sparse_text(v.view());
        const auto parsed = parse_sparse_text(text);
        ASSERT_EQ(parsed.code, Code::ok) << text;
        ASSERT_EQ(parsed.value.values.size(), v.values.size());
        ASSERT_EQ(sparse_text(parsed.value.view()), text);
    }
}

TEST(SparseText, FillsTheBufferItAskedForAndNoMore) {
    const auto longest_float = [](float, char* out) {
        std::memcpy(out, "-1.17549435e-38", kMaxFloatText);
        return kMaxFloatText;
    };
    const auto longest_int = [](int32_t, char* out) {
        std::memcpy(out, "-2147483648", kMaxIntText + 1);  // the server's printer adds a NUL
        return kMaxIntText;
    };
    for (int nnz : {0, 1, 100}) {
        const std::vector<I32> indices(static_cast<size_t>(nnz));
        const std::vector<F32> values(static_cast<size_t>(nnz));
        std::vector<char> out(sparse_text_size(nnz));
        const SparseView v{1, nnz, indices.data(), values.data()};
        EXPECT_LT(format_sparse(v, out.data(), longest_float, longest_int), out.size());
    }
}

}  // namespace
}  // namespace quiver::test
