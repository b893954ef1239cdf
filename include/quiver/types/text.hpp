// The text forms: "[1,2,3]" for vector and halfvec, "{1:1.5,3:2}/5" for sparsevec, indices counted
// from 1.
//
// White space may stand between any two tokens. Errors are found in the order in which the text is
// read, and are the first thing that is wrong with it.
#pragma once

#include <algorithm>    // std::sort
#include <cstddef>      // size_t
#include <cstdint>      // int32_t, uint64_t
#include <cstring>      // std::memcpy, std::strlen
#include <span>         // std::span
#include <string_view>  // std::string_view

#include "quiver/types/dense.hpp"
#include "quiver/types/element.hpp"
#include "quiver/types/sparse.hpp"
#include "quiver/types/text_number.hpp"

namespace quiver {

struct SparseElement {
    int32_t index;  // from 0
    float value;
};

// The shortest decimal form that reads back as the same number. No NUL; returns the length,
// kMaxFloatText at most.
using FloatPrinter = int (*)(float value, char* out);
// Returns the length, kMaxIntText at most; may write a NUL after it.
using IntPrinter = int (*)(int32_t value, char* out);
inline constexpr int kMaxFloatText = 15;  // "-1.17549435e-38"
inline constexpr int kMaxIntText = 11;    // "-2147483648"

// An upper bound of the number of elements: commas + 1. Eight characters at a time, or counting
// would take a third of the time that parsing takes.
inline int count_elements(const char* text) noexcept {
    constexpr uint64_t kOnes = 0x0101010101010101u;
    constexpr uint64_t kLow = 0x7f * kOnes;
    const size_t length = std::strlen(text);
    size_t commas = 0;
    size_t i = 0;
    for (; i + sizeof(uint64_t) <= length; i += sizeof(uint64_t)) {
        uint64_t word;
        std::memcpy(&word, text + i, sizeof word);
        word ^= ',' * kOnes;                                   // zero where there is a comma
        const uint64_t other = ((word & kLow) + kLow) | word;  // top bit of each byte: not zero
        commas += (((~other >> 7) & kOnes) * kOnes) >> 56;
    }
    for (; i < length; i++) commas += text[i] == ',';
    return static_cast<int>(commas) + 1;
}

namespace detail {

constexpr const char* skip_space(const char* at) {
    while (is_space(*at)) at++;
    return at;
}

// A text being read, for the errors about it.
struct Literal {
    const char* begin;
    const char* end;  // its NUL
    const char* type;

    Status invalid(const char* why = nullptr) const noexcept {
        return {.code = Code::invalid_syntax,
                .type = type,
                .text = {begin, static_cast<size_t>(end - begin)},
                .detail = why};
    }

    Status out_of_range(const char* at, const NumberText& number) const noexcept {
        return {.code = Code::out_of_range,
                .type = type,
                .text = {at, static_cast<size_t>(number.end - at)}};
    }

    // An element whose stored form is not finite: the text was too large for the type, or spelled
    // NaN or infinity.
    Status refused(const char* at, const NumberText& number) const noexcept {
        if (number.range == NumberRange::overflow || is_finite(number.value))
            return out_of_range(at, number);
        return not_finite(number.value, type);
    }
};

inline Literal literal(const char* text, const char* type) noexcept {
    return {text, text + std::strlen(text), type};
}

}  // namespace detail

// Reads dim elements into out, which has room for exactly min(count_elements(text), kMaxDenseDim):
// only a vector with too many dimensions can fill it and go on.
template <class T>
inline Status parse_dense(const char* text, std::span<T> out, int& dim) noexcept {
    using detail::skip_space;
    const detail::Literal lit = detail::literal(text, kDenseTypeName<T>);

    const char* at = skip_space(text);
    if (*at != '[') return lit.invalid("Vector contents must start with \"[\".");
    at = skip_space(at + 1);
    if (*at == ']') return {.code = Code::too_few_dimensions, .type = lit.type};

    for (size_t n = 0;;) {
        if (n == out.size()) [[unlikely]]
            return {.code = Code::too_many_dimensions, .type = lit.type, .a = kMaxDenseDim};

        at = skip_space(at);
        const NumberText number = parse_number(at, lit.end);
        if (number.end == at) return lit.invalid();
        const T element = round_to<T>(number.value);
        if (!is_finite(element)) [[unlikely]]
            return lit.refused(at, number);
        out[n++] = element;

        at = skip_space(number.end);
        if (*at == ']') {
            dim = static_cast<int>(n);
            break;
        }
        if (*at++ != ',') return lit.invalid();
    }

    if (*skip_space(at + 1) != '\0') return lit.invalid("Junk after closing right brace.");
    return check_dense_dim<T>(dim);
}

// Reads the syntax and checks the dimension; leaves the elements in the order of the text, without
// the zeros. `scratch` has min(count_elements(text), kMaxNonzeros) entries. Too many commas are
// refused before anything is read, even if zeros are among the elements. The indices are for
// check_sparse_elements, after the caller's check of the declared dimension.
inline Status parse_sparse(const char* text, std::span<SparseElement> scratch, int& dim,
                           int& nnz) noexcept {
    using detail::skip_space;
    const detail::Literal lit = detail::literal(text, kSparseTypeName);
    const Status too_many = {.code = Code::too_many_nonzeros, .type = lit.type, .a = kMaxNonzeros};
    if (scratch.size() >= kMaxNonzeros && count_elements(text) > kMaxNonzeros) return too_many;

    const char* at = skip_space(text);
    if (*at != '{') return lit.invalid("Vector contents must start with \"{\".");
    at = skip_space(at + 1);

    size_t n = 0;
    if (*at != '}') {
        for (;;) {
            at = skip_space(at);
            const IntegerText index = parse_integer(at);
            if (index.end == at) return lit.invalid();
            at = skip_space(index.end);
            if (*at != ':') return lit.invalid();
            at = skip_space(at + 1);

            const NumberText number = parse_number(at, lit.end);
            if (number.end == at) return lit.invalid();
            if (number.range == NumberRange::underflow) [[unlikely]]
                return lit.out_of_range(at, number);
            if (!is_finite(number.value)) [[unlikely]]
                return lit.refused(at, number);
            if (number.value != 0) {
                if (n == scratch.size()) return too_many;
                scratch[n++] = {index.value - 1, number.value};
            }

            at = skip_space(number.end);
            if (*at == '}') break;
            if (*at++ != ',') return lit.invalid();
        }
    }

    at = skip_space(at + 1);
    if (*at != '/') return lit.invalid("Unexpected end of input.");
    at = skip_space(at + 1);
    const IntegerText dimension = parse_integer(at);
    if (dimension.end == at) return lit.invalid();
    if (*skip_space(dimension.end) != '\0') return lit.invalid("Junk after closing.");

    dim = dimension.value;
    nnz = static_cast<int>(n);
    return check_sparse_dim(dim);
}

// Sorts the elements by index and checks the indices.
inline Status check_sparse_elements(std::span<SparseElement> elements, int dim) {
    const auto by_index = [](const SparseElement& a, const SparseElement& b) {
        return a.index < b.index;
    };
    if (!std::is_sorted(elements.begin(), elements.end(), by_index))
        std::sort(elements.begin(), elements.end(), by_index);
    int32_t previous = -1;
    for (const SparseElement& element : elements) {
        if (Status s = check_sparse_index(element.index, previous, dim); !s.ok()) return s;
        previous = element.index;
    }
    return {};
}

// Bytes that format_dense may need, with the NUL.
constexpr size_t dense_text_size(int dim) {
    return 3 + static_cast<size_t>(dim) * (kMaxFloatText + 1);
}

// Bytes that format_sparse may need, with the NUL.
constexpr size_t sparse_text_size(int nnz) {
    return 4 + kMaxIntText + static_cast<size_t>(nnz) * (kMaxIntText + 1 + kMaxFloatText + 1);
}

// Writes the text and a NUL; returns the length without it.
template <class T>
inline size_t format_dense(DenseView<T> v, char* out, FloatPrinter print) {
    char* to = out;
    *to++ = '[';
    for (int i = 0; i < v.dim; i++) {
        if (i > 0) *to++ = ',';
        to += print(to_float(v.x[i]), to);
    }
    *to++ = ']';
    *to = '\0';
    return static_cast<size_t>(to - out);
}

inline size_t format_sparse(SparseView v, char* out, FloatPrinter print, IntPrinter print_int) {
    char* to = out;
    *to++ = '{';
    for (int i = 0; i < v.nnz; i++) {
        if (i > 0) *to++ = ',';
        to += print_int(v.indices[i] + 1, to);
        *to++ = ':';
        to += print(v.values[i], to);
    }
    *to++ = '}';
    *to++ = '/';
    to += print_int(v.dim, to);
    *to = '\0';
    return static_cast<size_t>(to - out);
}

}  // namespace quiver
