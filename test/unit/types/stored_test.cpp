// The stored forms: dense.hpp and sparse.hpp.
#include <gtest/gtest.h>

#include <algorithm>  // std::copy_n, std::min
#include <cstring>    // std::memcpy

#include "quiver/base/no_postgres.hpp"
#include "types/values.hpp"

namespace quiver::test {
namespace {

// Little-endian bytes: the stored form is native.
std::vector<std::byte> stored(std::initializer_list<int> bytes) {
    std::vector<std::byte> out;
    for (int b : bytes) out.push_back(static_cast<std::byte>(b));
    return out;
}

TEST(StoredDense, GoldenBytes) {
    if (std::endian::native != std::endian::little)
        GTEST_SKIP() << "golden bytes are little-endian";
    const auto vector = stored({2, 0, 0, 0, 0, 0, 0x80, 0x3f, 0, 0, 0x20, 0xc0});
    VectorView v;
    ASSERT_TRUE(view_dense<F32>(vector, v).ok());
    EXPECT_EQ(dense_text(v), "[1,-2.5]");

    const auto halfvec = stored({2, 0, 0, 0, 0, 0x3c, 0, 0xc1});
    HalfvecView h;
    ASSERT_TRUE(view_dense<F16>(halfvec, h).ok());
    EXPECT_EQ(dense_text(h), "[1,-2.5]");
}

TEST(StoredSparse, GoldenBytes) {
    if (std::endian::native != std::endian::little)
        GTEST_SKIP() << "golden bytes are little-endian";
    const auto bytes = stored({5, 0, 0, 0, 2, 0, 0, 0, 0,    0,    0, 0, 1,    0,
                               0, 0, 4, 0, 0, 0, 0, 0, 0xc0, 0x3f, 0, 0, 0x60, 0xc0});
    SparseView v;
    ASSERT_TRUE(view_sparse(bytes, v).ok());
    EXPECT_EQ(sparse_text(v), "{2:1.5,5:-3.5}/5");
}

template <class T>
Code view_code(int16_t dim, size_t size) {
    std::vector<std::byte> payload(size);
    const DenseHeader header{dim, 0};
    std::copy_n(reinterpret_cast<const std::byte*>(&header), std::min(size, sizeof header),
                payload.begin());
    DenseView<T> v;
    return view_dense<T>(payload, v).code;
}

TEST(StoredDense, SizeAndHeaderMustAgree) {
    EXPECT_EQ(view_code<F32>(3, 16), Code::ok);
    EXPECT_EQ(view_code<F16>(3, 10), Code::ok);
    EXPECT_EQ(view_code<F32>(16000, 64004), Code::ok);
    for (size_t size = 0; size < 16; size++)
        EXPECT_EQ(view_code<F32>(3, size), Code::corrupt_value);
    EXPECT_EQ(view_code<F32>(3, 17), Code::corrupt_value);
    EXPECT_EQ(view_code<F32>(0, 4), Code::corrupt_value);
    EXPECT_EQ(view_code<F32>(-1, 4), Code::corrupt_value);
    EXPECT_EQ(view_code<F32>(INT16_MIN, 4), Code::corrupt_value);
    EXPECT_EQ(view_code<F16>(16001, 32006), Code::corrupt_value);
}

Code view_sparse_code(int32_t dim, int32_t nnz, size_t size) {
    std::vector<std::byte> payload(size);
    const SparseHeader header{dim, nnz, 0};
    std::copy_n(reinterpret_cast<const std::byte*>(&header), std::min(size, sizeof header),
                payload.begin());
    SparseView v;
    return view_sparse(payload, v).code;
}

TEST(StoredSparse, SizeAndHeaderMustAgree) {
    EXPECT_EQ(view_sparse_code(5, 2, 28), Code::ok);
    EXPECT_EQ(view_sparse_code(5, 0, 12), Code::ok);
    for (size_t size = 0; size < 28; size++)
        EXPECT_EQ(view_sparse_code(5, 2, size), Code::corrupt_value);
    EXPECT_EQ(view_sparse_code(5, 2, 29), Code::corrupt_value);
    EXPECT_EQ(view_sparse_code(1, 2, 28), Code::corrupt_value);
    EXPECT_EQ(view_sparse_code(0, 0, 12), Code::corrupt_value);
    EXPECT_EQ(view_sparse_code(5, -1, 12), Code::corrupt_value);
    EXPECT_EQ(view_sparse_code(INT32_MAX, INT32_MAX, 12), Code::corrupt_value);
}

TEST(StoredDense, ViewsAtOddAddresses) {
    std::vector<std::byte> bytes(1 + dense_payload_size<F32>(2));
    const DenseHeader header{2, 0};
    const F32 x[2] = {{1.5f}, {-3.0f}};
    std::memcpy(bytes.data() + 1, &header, sizeof header);
    std::memcpy(bytes.data() + 1 + sizeof header, x, sizeof x);
    VectorView v;
    ASSERT_TRUE(view_dense<F32>(std::span(bytes).subspan(1), v).ok());
    EXPECT_EQ(dense_text(v), "[1.5,-3]");
}

TEST(Limits, Dimensions) {
    EXPECT_EQ(check_dense_dim<F32>(0).code, Code::too_few_dimensions);
    EXPECT_EQ(check_dense_dim<F32>(1).code, Code::ok);
    EXPECT_EQ(check_dense_dim<F16>(16000).code, Code::ok);
    EXPECT_EQ(check_dense_dim<F16>(16001).code, Code::too_many_dimensions);
    EXPECT_EQ(check_sparse_dim(0).code, Code::too_few_dimensions);
    EXPECT_EQ(check_sparse_dim(1000000000).code, Code::ok);
    EXPECT_EQ(check_sparse_dim(1000000001).code, Code::too_many_dimensions);
}

TEST(Limits, DeclaredDimension) {
    EXPECT_TRUE(check_expected_dim(-1, 5).ok());
    EXPECT_TRUE(check_expected_dim(5, 5).ok());
    const Status s = check_expected_dim(3, 5);
    EXPECT_EQ(s.code, Code::unexpected_dimensions);
    EXPECT_EQ(s.a, 3);
    EXPECT_EQ(s.b, 5);
}

TEST(Limits, Nonzeros) {
    EXPECT_EQ(check_nonzeros(-1, 5).code, Code::negative_nonzeros);
    EXPECT_EQ(check_nonzeros(5, 5).code, Code::ok);
    EXPECT_EQ(check_nonzeros(6, 5).code, Code::more_nonzeros_than_dimensions);
    EXPECT_EQ(check_nonzeros(16000, 16000).code, Code::ok);
    EXPECT_EQ(check_nonzeros(16001, 5).code, Code::too_many_nonzeros);
}

TEST(Limits, SparseIndex) {
    EXPECT_EQ(check_sparse_index(0, -1, 1).code, Code::ok);
    EXPECT_EQ(check_sparse_index(-1, -1, 1).code, Code::index_out_of_bounds);
    EXPECT_EQ(check_sparse_index(1, -1, 1).code, Code::index_out_of_bounds);
    EXPECT_EQ(check_sparse_index(3, 4, 9).code, Code::indices_not_ascending);
    EXPECT_EQ(check_sparse_index(4, 4, 9).code, Code::duplicate_indices);
}

}  // namespace
}  // namespace quiver::test
