// Text input of sparsevec against a parser that knows no fast path.
#include <algorithm>  // std::stable_sort, std::min
#include <string>     // std::string
#include <vector>     // std::vector

#include "oracle.hpp"
#include "quiver/types/text.hpp"

namespace quiver::fuzz {
namespace {

struct Slow {
    Code code = Code::ok;
    int32_t dim = 0;
    std::vector<SparseElement> elements;
    std::string number;  // the one that is out of range

    explicit Slow(const std::string& text) : at_(text.c_str()) {
        code =
            std::count(text.begin(), text.end(), ',') >= 16000 ? Code::too_many_nonzeros : read();
        if (code == Code::ok) code = check_dim();
        if (code == Code::ok) code = check_indices();
    }

private:
    Code read() {
        if (!token('{')) return Code::invalid_syntax;
        slow_skip(at_);
        if (*at_ == '}') {
            at_++;
        } else if (Code c = read_elements(); c != Code::ok) {
            return c;
        }
        if (!token('/')) return Code::invalid_syntax;
        slow_skip(at_);
        if (!slow_int(at_, dim)) return Code::invalid_syntax;
        return token('\0') ? Code::ok : Code::invalid_syntax;
    }

    Code read_elements() {
        while (true) {
            int32_t index = 0;
            slow_skip(at_);
            if (!slow_int(at_, index) || !token(':')) return Code::invalid_syntax;
            slow_skip(at_);
            const char* begin = at_;
            float value = 0;
            bool out_of_range = false;
            if (!slow_float(at_, value, out_of_range, false)) return Code::invalid_syntax;
            if (out_of_range) {
                number.assign(begin, at_);
                return Code::out_of_range;
            }
            if (std::isnan(value)) return Code::nan_element;
            if (std::isinf(value)) return Code::infinite_element;
            if (value != 0) elements.push_back({index - 1, value});
            slow_skip(at_);
            const char c = *at_;
            if (c != ',' && c != '}') return Code::invalid_syntax;
            at_++;
            if (c == '}') return Code::ok;
        }
    }

    Code check_dim() const {
        if (dim < 1) return Code::too_few_dimensions;
        return dim > 1000000000 ? Code::too_many_dimensions : Code::ok;
    }

    Code check_indices() {
        std::stable_sort(elements.begin(), elements.end(),
                         [](const auto& a, const auto& b) { return a.index < b.index; });
        for (size_t i = 0; i < elements.size(); i++) {
            if (elements[i].index < 0 || elements[i].index >= dim) return Code::index_out_of_bounds;
            if (i > 0 && elements[i].index == elements[i - 1].index) return Code::duplicate_indices;
        }
        return Code::ok;
    }

    bool token(char c) {
        slow_skip(at_);
        if (*at_ != c) return false;
        if (c != '\0') at_++;
        return true;
    }

    const char* at_;
};

Status parse(const char* text, std::vector<SparseElement>& elements, int& dim) {
    elements.resize(static_cast<size_t>(std::min(count_elements(text), kMaxNonzeros)));
    int nnz = 0;
    Status status = parse_sparse(text, elements, dim, nnz);
    if (!status.ok()) return status;
    elements.resize(static_cast<size_t>(nnz));
    return check_sparse_elements(elements, dim);
}

bool same_elements(const std::vector<SparseElement>& a, const std::vector<SparseElement>& b) {
    return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](const auto& x, const auto& y) {
        return x.index == y.index && same_bits(x.value, y.value);
    });
}

int print_float(float value, char* out) {
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
    require(length <= kMaxFloatText, "nine digits fit");
    std::copy(text, text + length, out);
    return length;
}

int print_int(int32_t value, char* out) { return std::snprintf(out, kMaxIntText + 1, "%d", value); }

void check(const std::string& text) {
    std::vector<SparseElement> elements;
    int dim = 0;
    const Status status = parse(text.c_str(), elements, dim);
    const Slow slow(text);
    require(status.code == slow.code, "both parsers give the same verdict");
    if (status.code == Code::out_of_range)
        require(status.text == slow.number, "the same number is out of range");
    if (!status.ok()) return;
    require(dim == slow.dim && same_elements(elements, slow.elements),
            "both parsers read the same vector");

    std::vector<I32> indices;
    std::vector<F32> values;
    for (const SparseElement& e : elements) {
        indices.push_back({e.index});
        values.push_back({e.value});
    }
    const int nnz = static_cast<int>(elements.size());
    std::vector<char> again(sparse_text_size(nnz));
    const size_t length = format_sparse({dim, nnz, indices.data(), values.data()}, again.data(),
                                        print_float, print_int);
    require(length < again.size(), "the text fits its buffer");
    std::vector<SparseElement> elements_again;
    int dim_again = 0;
    require(parse(again.data(), elements_again, dim_again).ok(), "the text is accepted");
    require(dim_again == dim && same_elements(elements_again, elements),
            "the text reads back as the same vector");
}

}  // namespace
}  // namespace quiver::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    // Up to the first NUL, as the server passes it.
    quiver::fuzz::check(std::string(reinterpret_cast<const char*>(data), size).c_str());
    return 0;
}
