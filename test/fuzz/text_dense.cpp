// Text input of vector and halfvec against a parser that knows no fast path.
#include <algorithm>  // std::min
#include <cstring>    // std::memcmp
#include <string>     // std::string
#include <vector>     // std::vector

#include "oracle.hpp"
#include "quiver/types/text.hpp"

namespace quiver::fuzz {
namespace {

template <class T>
struct Slow {
    Code code = Code::ok;
    std::vector<T> x;
    std::string number;  // the one that is out of range

    explicit Slow(const char* text) : at_(text) { code = read(); }

private:
    Code read() {
        slow_skip(at_);
        if (*at_ != '[') return Code::invalid_syntax;
        at_++;
        slow_skip(at_);
        if (*at_ == ']') return Code::too_few_dimensions;
        while (true) {
            if (x.size() == 16000) return Code::too_many_dimensions;
            slow_skip(at_);
            if (*at_ == '\0') return Code::invalid_syntax;
            const char* begin = at_;
            float value = 0;
            bool out_of_range = false;
            if (!slow_float(at_, value, out_of_range, true)) return Code::invalid_syntax;
            const T stored = round_to<T>(value);
            const bool stored_inf = std::isinf(to_float(stored));
            if (out_of_range || (stored_inf && !std::isinf(value))) {
                number.assign(begin, at_);
                return Code::out_of_range;
            }
            if (std::isnan(value)) return Code::nan_element;
            if (stored_inf) return Code::infinite_element;
            x.push_back(stored);
            slow_skip(at_);
            const char c = *at_;
            if (c != ',' && c != ']') return Code::invalid_syntax;
            at_++;
            if (c == ']') break;
        }
        slow_skip(at_);
        return *at_ == '\0' ? Code::ok : Code::invalid_syntax;
    }

    const char* at_;
};

int printed(float value, char* out) {
    char text[32];
    const int length = std::snprintf(text, sizeof text, "%.9g", static_cast<double>(value));
    require(length <= kMaxFloatText, "nine digits fit");
    std::memcpy(out, text, static_cast<size_t>(length));
    return length;
}

template <class T>
std::vector<T> parse(const char* text, Status& status) {
    std::vector<T> out(static_cast<size_t>(std::min(count_elements(text), kMaxDenseDim)));
    int dim = 0;
    status = parse_dense<T>(text, out, dim);
    out.resize(status.ok() ? static_cast<size_t>(dim) : 0);
    return out;
}

template <class T>
bool same_elements(const std::vector<T>& a, const std::vector<T>& b) {
    return a.size() == b.size() && std::memcmp(a.data(), b.data(), a.size() * sizeof(T)) == 0;
}

template <class T>
void check(const char* text) {
    Status status;
    const std::vector<T> x = parse<T>(text, status);
    const Slow<T> slow(text);
    require(status.code == slow.code, "both parsers give the same verdict");
    if (status.code == Code::out_of_range)
        require(status.text == slow.number, "the same number is out of range");
    if (!status.ok()) return;
    require(same_elements(x, slow.x), "both parsers read the same elements");

    const DenseView<T> v{static_cast<int>(x.size()), x.data()};
    std::vector<char> again(dense_text_size(v.dim));
    require(format_dense(v, again.data(), printed) < again.size(), "the text fits its buffer");
    require(same_elements(parse<T>(again.data(), status), x),
            "the text reads back as the same vector");
}

}  // namespace
}  // namespace quiver::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
    const std::string text(reinterpret_cast<const char*>(data), size);
    quiver::fuzz::check<quiver::F32>(text.c_str());
    quiver::fuzz::check<quiver::F16>(text.c_str());
    return 0;
}
