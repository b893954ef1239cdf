// Text input of a 768-dimensional vector: parse_dense against a loop over strtof, the least a
// parser could do.
#include <benchmark/benchmark.h>

#include <charconv>  // std::to_chars
#include <cstdlib>   // strtof
#include <random>    // std::mt19937
#include <string>    // std::string
#include <vector>    // std::vector

#include "quiver/types/text.hpp"

namespace {

using quiver::F16;
using quiver::F32;

constexpr int kDim = 768;

int print_float(float value, char* out) {
    return static_cast<int>(std::to_chars(out, out + quiver::kMaxFloatText, value).ptr - out);
}

// What an embedding model returns: numbers in [-1, 1] in their shortest form.
std::string embedding_text() {
    std::mt19937 random(1);
    std::uniform_real_distribution<float> uniform(-1, 1);
    std::vector<F32> x(kDim);
    for (F32& e : x) e = uniform(random);
    std::string text(quiver::dense_text_size(kDim), '\0');
    text.resize(quiver::format_dense<F32>({kDim, x.data()}, text.data(), print_float));
    return text;
}

void strtof_loop(benchmark::State& state) {
    const std::string text = embedding_text();
    std::vector<float> out(kDim);
    for (auto _ : state) {
        const char* at = text.c_str() + 1;
        for (float& x : out) {
            char* end = nullptr;
            x = strtof(at, &end);
            at = end + 1;
        }
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * kDim);
}
BENCHMARK(strtof_loop);

template <class T>
void parse_dense(benchmark::State& state) {
    const std::string text = embedding_text();
    std::vector<T> out(kDim);
    for (auto _ : state) {
        int dim = quiver::count_elements(text.c_str());
        benchmark::DoNotOptimize(
            quiver::parse_dense<T>(text.c_str(), {out.data(), static_cast<size_t>(dim)}, dim));
        benchmark::ClobberMemory();
    }
    state.SetItemsProcessed(state.iterations() * kDim);
}
BENCHMARK(parse_dense<F32>);
BENCHMARK(parse_dense<F16>);

void count_elements(benchmark::State& state) {
    const std::string text = embedding_text();
    for (auto _ : state) benchmark::DoNotOptimize(quiver::count_elements(text.c_str()));
    state.SetItemsProcessed(state.iterations() * kDim);
}
BENCHMARK(count_elements);

}  // namespace
