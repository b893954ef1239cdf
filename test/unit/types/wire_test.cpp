#include "quiver/types/wire.hpp"

#include <gtest/gtest.h>

#include <limits>  // std::numeric_limits
#include <random>  // std::mt19937

#include "quiver/base/no_postgres.hpp"
#include "types/values.hpp"

namespace quiver::test {
namespace {

using Bytes = std::vector<std::byte>;

Bytes bytes(std::initializer_list<int> values) {
    Bytes out;
    for (int v : values) out.push_back(static_cast<std::byte>(v));
    return out;
}

// Both steps as the caller takes them.
template <class T>
struct ReadDense {
    Status status;
    Dense<T> value;
    size_t left = 0;

    explicit ReadDense(const Bytes& message) {
        std::span<const std::byte> in = message;
        DenseWireHeader header{};
        status = read_dense_header<T>(in, header);
        if (status.ok()) {
            value.x.resize(static_cast<size_t>(header.dim));
            status = read_dense_elements<T>(in, header, value.x.data());
        }
        left = in.size();
    }
};

struct ReadSparse {
    Status status;
    Sparse value;
    size_t left = 0;

    explicit ReadSparse(const Bytes& message) {
        std::span<const std::byte> in = message;
        SparseWireHeader header{};
        status = read_sparse_header(in, header);
        if (status.ok()) {
            value.dim = header.dim;
            value.indices.resize(static_cast<size_t>(header.nnz));
            value.values.resize(static_cast<size_t>(header.nnz));
            status = read_sparse_elements(in, header, value.indices.data(), value.values.data());
        }
        left = in.size();
    }
};

template <class T>
Bytes wire_of(const Dense<T>& v) {
    Bytes out(dense_wire_size<T>(static_cast<int>(v.x.size())));
    write_dense(v.view(), out.data());
    return out;
}

Bytes wire_of(const Sparse& v) {
    Bytes out(sparse_wire_size(static_cast<int>(v.values.size())));
    write_sparse(v.view(), out.data());
    return out;
}

Bytes sparse_message(std::initializer_list<int32_t> words) {
    Bytes out(words.size() * 4);
    ByteWriter writer(out);
    for (int32_t w : words) writer.i32(w);
    return out;
}

int32_t word(float value) { return std::bit_cast<int32_t>(value); }

TEST(DenseWire, GoldenVector) {
    const Bytes golden = bytes({0, 2, 0, 0, 0x3f, 0x80, 0, 0, 0xc0, 0x20, 0, 0});
    EXPECT_EQ(wire_of(Dense<F32>{1, -2.5f}), golden);
    const ReadDense<F32> read(golden);
    EXPECT_TRUE(read.status.ok());
    EXPECT_EQ(read.left, 0u);
    EXPECT_EQ(read.value.floats(), (std::vector<float>{1, -2.5f}));
}

TEST(DenseWire, GoldenHalfvec) {
    const Bytes golden = bytes({0, 3, 0, 0, 0x3c, 0x00, 0xc1, 0x00, 0x00, 0x01});
    EXPECT_EQ(wire_of(Dense<F16>{1, -2.5f, 0x1p-24f}), golden);
    EXPECT_EQ(ReadDense<F16>(golden).value.floats(), (std::vector<float>{1, -2.5f, 0x1p-24f}));
}

TEST(SparseWire, Golden) {
    const Bytes golden = bytes({0,    0,    0, 5, 0,    0,    0, 2, 0, 0, 0, 0,  // dim, nnz, unused
                                0,    0,    0, 1, 0,    0,    0, 4,              // indices
                                0x3f, 0xc0, 0, 0, 0xc0, 0x60, 0, 0});            // 1.5, -3.5
    EXPECT_EQ(wire_of(Sparse({{1, 1.5f}, {4, -3.5f}}, 5)), golden);
    const ReadSparse read(golden);
    EXPECT_TRUE(read.status.ok());
    EXPECT_EQ(sparse_text(read.value.view()), "{2:1.5,5:-3.5}/5");
    EXPECT_EQ(wire_of(Sparse({}, 1000000000)),
              bytes({0x3b, 0x9a, 0xca, 0, 0, 0, 0, 0, 0, 0, 0, 0}));
}

TEST(DenseWire, LeavesWhatFollows) {
    Bytes message = wire_of(Dense<F32>{1, 2});
    message.resize(message.size() + 3);
    const ReadDense<F32> read(message);
    EXPECT_TRUE(read.status.ok());
    EXPECT_EQ(read.left, 3u);
}

TEST(DenseWire, RefusesInOrder) {
    EXPECT_EQ(ReadDense<F32>(bytes({0, 0, 0, 0})).status.code, Code::too_few_dimensions);
    EXPECT_EQ(ReadDense<F16>(bytes({0, 0, 0, 9})).status.code,
              Code::too_few_dimensions);  // before unused

    const Status many = ReadDense<F32>(bytes({0x3e, 0x81, 0, 1})).status;  // 16001
    EXPECT_EQ(many.code, Code::too_many_dimensions);
    EXPECT_EQ(many.a, 16000);
    EXPECT_EQ(ReadDense<F16>(bytes({0xff, 0xff, 0, 0})).status.code, Code::too_many_dimensions);

    const Status unused =
        ReadDense<F32>(bytes({0, 1, 0xff, 0xff})).status;  // before the missing element
    EXPECT_EQ(unused.code, Code::unused_not_zero);
    EXPECT_EQ(unused.a, 65535);

    EXPECT_EQ(ReadDense<F32>(bytes({0, 1, 0, 0, 0x7f, 0xc0, 0, 0})).status.code, Code::nan_element);
    EXPECT_EQ(ReadDense<F32>(bytes({0, 1, 0, 0, 0xff, 0x80, 0, 0})).status.code,
              Code::infinite_element);
    EXPECT_EQ(ReadDense<F16>(bytes({0, 1, 0, 0, 0x7c, 0x01})).status.code, Code::nan_element);
    EXPECT_EQ(ReadDense<F16>(bytes({0, 2, 0, 0, 0x7c, 0x00, 0x7e, 0})).status.code,
              Code::infinite_element);
    EXPECT_STREQ(ReadDense<F16>(bytes({0, 1, 0, 0, 0x7c, 0x01})).status.type, "halfvec");
}

TEST(DenseWire, EveryShorterMessageIsTruncated) {
    const Bytes vector = wire_of(Dense<F32>{1, 2, 3});
    const Bytes halfvec = wire_of(Dense<F16>{1, 2, 3});
    for (size_t n = 0; n < vector.size(); n++)
        EXPECT_EQ(ReadDense<F32>(Bytes(vector.begin(), vector.begin() + static_cast<long>(n)))
                      .status.code,
                  Code::truncated_message);
    for (size_t n = 0; n < halfvec.size(); n++)
        EXPECT_EQ(ReadDense<F16>(Bytes(halfvec.begin(), halfvec.begin() + static_cast<long>(n)))
                      .status.code,
                  Code::truncated_message);
}

TEST(SparseWire, EveryShorterMessageIsTruncated) {
    const Bytes message = wire_of(Sparse({{0, 1}, {2, 2}}, 3));
    for (size_t n = 0; n < message.size(); n++)
        EXPECT_EQ(
            ReadSparse(Bytes(message.begin(), message.begin() + static_cast<long>(n))).status.code,
            Code::truncated_message);
}

TEST(SparseWire, RefusesInOrder) {
    const int32_t inf = word(std::numeric_limits<float>::infinity());
    const int32_t nan = word(std::numeric_limits<float>::quiet_NaN());
    const struct {
        std::initializer_list<int32_t> words;
        Code code;
    } cases[] = {
        {{0, -1, 7}, Code::too_few_dimensions},
        {{-1, 0, 0}, Code::too_few_dimensions},
        {{INT32_MIN, 0, 0}, Code::too_few_dimensions},
        {{1000000001, -1, 7}, Code::too_many_dimensions},
        {{INT32_MAX, 0, 0}, Code::too_many_dimensions},
        {{5, -1, 7}, Code::negative_nonzeros},
        {{5, INT32_MIN, 0}, Code::negative_nonzeros},
        {{5, 16001, 7}, Code::too_many_nonzeros},
        {{5, INT32_MAX, 0}, Code::too_many_nonzeros},
        {{5, 6, 7}, Code::more_nonzeros_than_dimensions},
        {{5, 5, 7}, Code::unused_not_zero},
        {{5, 5, -1}, Code::unused_not_zero},
        {{5, 2, 0, -1, 0, nan, nan}, Code::index_out_of_bounds},
        {{5, 2, 0, 0, 5, nan, nan}, Code::index_out_of_bounds},
        {{5, 2, 0, 1, 0, nan, nan}, Code::indices_not_ascending},
        {{5, 2, 0, 1, 1, nan, nan}, Code::duplicate_indices},
        {{5, 2, 0, 1, 2, nan, 0}, Code::nan_element},
        {{5, 2, 0, 1, 2, inf, 0}, Code::infinite_element},
        {{5, 2, 0, 1, 2, 0, nan}, Code::zero_value},
        {{5, 2, 0, 1, 2, INT32_MIN, nan}, Code::zero_value},  // minus zero
    };
    for (const auto& c : cases) EXPECT_EQ(ReadSparse(sparse_message(c.words)).status.code, c.code);
    EXPECT_EQ(ReadSparse(sparse_message({5, 5, -1})).status.a, -1);
}

template <class T>
void expect_random_bytes_to_survive(uint32_t seed) {
    std::mt19937 random(seed);
    for (int round = 0; round < 300; round++) {
        const int dim = 1 + static_cast<int>(random() % 50);
        Bytes message(dense_wire_size<T>(dim));
        for (std::byte& b : message) b = static_cast<std::byte>(random());
        ByteWriter(message).u32(static_cast<uint32_t>(dim) << 16);
        const ReadDense<T> read(message);
        if (read.status.ok()) {
            ASSERT_EQ(wire_of(read.value), message);
        } else {
            ASSERT_TRUE(read.status.code == Code::nan_element ||
                        read.status.code == Code::infinite_element);
        }
    }
}

TEST(DenseWire, RandomBytesComeBack) {
    expect_random_bytes_to_survive<F32>(1);
    expect_random_bytes_to_survive<F16>(2);
}

TEST(SparseWire, RandomValuesComeBack) {
    std::mt19937 random(3);
    for (int round = 0; round < 300; round++) {
        Sparse v;
        int index = -1;
        for (int i = static_cast<int>(random() % 50); i > 0; i--) {
            index += 1 + static_cast<int>(random() % 100);
            v.indices.push_back({index});
            v.values.push_back({static_cast<float>(random() % 1000 + 1)});
        }
        v.dim = index + 2;
        const Bytes message = wire_of(v);
        const ReadSparse read(message);
        ASSERT_TRUE(read.status.ok());
        ASSERT_EQ(wire_of(read.value), message);
    }
}

TEST(DenseWire, LargestVector) {
    const Bytes message = wire_of(Dense<F32>(size_t{16000}, 3));
    EXPECT_EQ(message.size(), 64004u);
    const ReadDense<F32> read(message);
    EXPECT_TRUE(read.status.ok());
    EXPECT_EQ(read.value.floats(), std::vector<float>(16000, 3));
}

TEST(Wire, OddAddresses) {
    const std::vector<F32> x = {{1.5f}, {-2.0f}};
    Unaligned<F32> values(x);
    std::vector<I32> i = {{3}, {7}};
    Unaligned<I32> indices(i);
    Bytes out(1 + sparse_wire_size(2));
    write_sparse({10, 2, indices.data(), values.data()}, out.data() + 1);

    std::span<const std::byte> in = std::span(out).subspan(1);
    SparseWireHeader header{};
    ASSERT_TRUE(read_sparse_header(in, header).ok());
    Unaligned<F32> values_again(std::vector<F32>(2));
    Unaligned<I32> indices_again(std::vector<I32>(2));
    ASSERT_TRUE(read_sparse_elements(in, header, indices_again.data(), values_again.data()).ok());
    EXPECT_EQ(sparse_text({10, 2, indices_again.data(), values_again.data()}), "{4:1.5,8:-2}/10");
}

}  // namespace
}  // namespace quiver::test
