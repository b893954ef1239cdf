// Owned vectors for the tests of the types layer, and the short way to read and print their text
// forms.
#pragma once

#include <algorithm>         // std::min
#include <charconv>          // std::to_chars
#include <initializer_list>  // std::initializer_list
#include <ostream>           // std::ostream
#include <string>            // std::string
#include <utility>           // std::pair
#include <vector>            // std::vector

#include "quiver/types/dense.hpp"
#include "quiver/types/element.hpp"
#include "quiver/types/sparse.hpp"
#include "quiver/types/text.hpp"

namespace quiver {

// GoogleTest prints the codes by number; the comments in status.hpp are in the same order.
inline std::ostream& operator<<(std::ostream& os, Code code) {
    return os << "code " << static_cast<int>(code);
}

}  // namespace quiver

namespace quiver::test {

template <class T>
struct Dense {
    std::vector<T> x;

    Dense() = default;
    Dense(std::initializer_list<float> values) {
        for (float v : values) x.push_back(round_to<T>(v));
    }
    explicit Dense(size_t dim, float value = 0) : x(dim, round_to<T>(value)) {}

    DenseView<T> view() const { return {static_cast<int>(x.size()), x.data()}; }
    std::vector<float> floats() const {
        std::vector<float> out;
        for (T v : x) out.push_back(to_float(v));
        return out;
    }
};

struct Sparse {
    int dim = 0;
    std::vector<I32> indices;
    std::vector<F32> values;

    Sparse() = default;
    // Pairs of 0-based index and value, in ascending order.
    Sparse(std::initializer_list<std::pair<int, float>> entries, int dimension) : dim(dimension) {
        for (auto [index, value] : entries) {
            indices.push_back({index});
            values.push_back({value});
        }
    }

    SparseView view() const {
        return {dim, static_cast<int>(values.size()), indices.data(), values.data()};
    }
};

// A copy of the elements at an odd address, as in a varlena with a short header.
template <class T>
class Unaligned {
public:
    explicit Unaligned(const std::vector<T>& x) : bytes_(x.size() * sizeof(T) + 2) {
        offset_ = reinterpret_cast<uintptr_t>(bytes_.data()) % 2 == 0 ? 1 : 0;
        std::copy(x.begin(), x.end(), data());
    }
    T* data() { return reinterpret_cast<T*>(bytes_.data() + offset_); }

private:
    std::vector<std::byte> bytes_;
    size_t offset_ = 0;
};

inline int print_float(float value, char* out) {
    return static_cast<int>(std::to_chars(out, out + kMaxFloatText, value).ptr - out);
}

inline int print_int(int32_t value, char* out) {
    return static_cast<int>(std::to_chars(out, out + kMaxIntText, value).ptr - out);
}

// A Status whose strings outlive the text they point into.
struct Outcome {
    Code code = Code::ok;
    std::string type;
    std::string text;
    std::string detail;
    int64_t a = 0;

    Outcome() = default;
    explicit Outcome(const Status& s)
        : code(s.code),
          type(s.type ? s.type : ""),
          text(s.text),
          detail(s.detail ? s.detail : ""),
          a(s.a) {}
};

template <class T>
struct ParsedDense : Outcome {
    Dense<T> value;
};

// Memory is exactly as large as the contract asks for, so that the address sanitizer sees every
// step beyond it.
template <class T>
ParsedDense<T> parse_dense_text(const std::string& text) {
    ParsedDense<T> parsed;
    std::vector<T> out(static_cast<size_t>(std::min(count_elements(text.c_str()), kMaxDenseDim)));
    int dim = -1;
    static_cast<Outcome&>(parsed) = Outcome(parse_dense<T>(text.c_str(), out, dim));
    if (parsed.code == Code::ok) parsed.value.x.assign(out.begin(), out.begin() + dim);
    return parsed;
}

struct ParsedSparse : Outcome {
    Sparse value;
};

inline ParsedSparse parse_sparse_text(const std::string& text) {
    ParsedSparse parsed;
    std::vector<SparseElement> scratch(
        static_cast<size_t>(std::min(count_elements(text.c_str()), kMaxNonzeros)));
    int dim = -1;
    int nnz = -1;
    Status status = parse_sparse(text.c_str(), scratch, dim, nnz);
    if (status.ok())
        status = check_sparse_elements({scratch.data(), static_cast<size_t>(nnz)}, dim);
    static_cast<Outcome&>(parsed) = Outcome(status);
    if (!status.ok()) return parsed;
    parsed.value.dim = dim;
    for (int i = 0; i < nnz; i++) {
        parsed.value.indices.push_back({scratch[static_cast<size_t>(i)].index});
        parsed.value.values.push_back({scratch[static_cast<size_t>(i)].value});
    }
    return parsed;
}

template <class T>
std::string dense_text(DenseView<T> v) {
    std::vector<char> out(dense_text_size(v.dim), 'x');
    const size_t length = format_dense(v, out.data(), print_float);
    return out[length] == '\0' ? std::string(out.data(), length) : "no NUL";
}

inline std::string sparse_text(SparseView v) {
    std::vector<char> out(sparse_text_size(v.nnz), 'x');
    const size_t length = format_sparse(v, out.data(), print_float, print_int);
    return out[length] == '\0' ? std::string(out.data(), length) : "no NUL";
}

}  // namespace quiver::test
