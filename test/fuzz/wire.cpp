// Binary input of all types: what is accepted is written back as the same bytes and holds what the
// types promise. The first byte of the input chooses the type.
#include <algorithm>  // std::equal
#include <vector>     // std::vector

#include "oracle.hpp"
#include "quiver/types/wire.hpp"

namespace quiver::fuzz {
namespace {

using Bytes = std::span<const std::byte>;

bool starts_with(Bytes message, const std::vector<std::byte>& written) {
    return message.size() >= written.size() &&
           std::equal(written.begin(), written.end(), message.begin());
}

template <class T>
void check_dense(Bytes message) {
    Bytes in = message;
    DenseWireHeader header{};
    if (!read_dense_header<T>(in, header).ok()) return;
    require(check_dense_dim<T>(header.dim).ok(),
            "the dimension is within the limits before memory is asked for");
    std::vector<T> x(static_cast<size_t>(header.dim));
    if (!read_dense_elements<T>(in, header, x.data()).ok()) return;
    for (T element : x) require(is_finite(element), "elements are finite");

    std::vector<std::byte> written(dense_wire_size<T>(header.dim));
    write_dense<T>({header.dim, x.data()}, written.data());
    require(in.size() == message.size() - written.size(), "the message is consumed");
    require(starts_with(message, written), "what is written is what was read");
}

void check_sparse(Bytes message) {
    Bytes in = message;
    SparseWireHeader header{};
    if (!read_sparse_header(in, header).ok()) return;
    require(check_sparse_dim(header.dim).ok() && check_nonzeros(header.nnz, header.dim).ok(),
            "the sizes are within the limits before memory is asked for");
    std::vector<I32> indices(static_cast<size_t>(header.nnz));
    std::vector<F32> values(static_cast<size_t>(header.nnz));
    if (!read_sparse_elements(in, header, indices.data(), values.data()).ok()) return;
    for (size_t i = 0; i < indices.size(); i++) {
        require(indices[i] >= 0 && indices[i] < header.dim, "indices are within the dimension");
        require(i == 0 || indices[i] > indices[i - 1], "indices ascend");
        require(is_finite(values[i]) && values[i] != 0.0f, "values are finite and not zero");
    }

    std::vector<std::byte> written(sparse_wire_size(header.nnz));
    write_sparse({header.dim, header.nnz, indices.data(), values.data()}, written.data());
    require(in.size() == message.size() - written.size(), "the message is consumed");
    require(starts_with(message, written), "what is written is what was read");
}

}  // namespace
}  // namespace quiver::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    if (size == 0) return 0;
    const quiver::fuzz::Bytes message(reinterpret_cast<const std::byte*>(data) + 1, size - 1);
    switch (data[0] % 3) {
        case 0:
            quiver::fuzz::check_dense<quiver::F32>(message);
            break;
        case 1:
            quiver::fuzz::check_dense<quiver::F16>(message);
            break;
        case 2:
            quiver::fuzz::check_sparse(message);
            break;
    }
    return 0;
}
