// Every kernel of every instruction set that this machine runs, named family/isa/dimensions.
//
// Inputs fit the first-level cache, so this measures the kernels and not the memory. They lie where
// malloc puts them, at multiples of 16 bytes, so that wide loads cross cache lines as they do in a
// server's tuples. bench/run --parts kernels turns the JSON output into ratios against scalar. The
// last part of a sparse name is the number of elements, of 30000 dimensions.
#include <benchmark/benchmark.h>

#include <algorithm>  // std::sort, std::unique
#include <cstdint>    // uint8_t
#include <random>     // std::mt19937
#include <string>     // std::string
#include <vector>     // std::vector

#include "quiver/kernels/dispatch.hpp"
#include "quiver/kernels/sparse_table.hpp"

namespace {

using namespace quiver;
using kernels::KernelSet;

constexpr size_t kDims[] = {3, 128, 768, 1536};
constexpr size_t kRows = 8;  // of the one-to-many kernels

// Two vectors, or a query and rows, of each element type.
struct Inputs {
    std::vector<F32> floats;
    std::vector<F16> halves;
    std::vector<int8_t> codes;
    std::vector<uint8_t> bits;

    explicit Inputs(size_t n) {
        std::mt19937 random(42);
        std::normal_distribution<float> normal;
        for (size_t i = 0; i < n * (kRows + 1); ++i) {
            const float x = normal(random);
            floats.push_back({x});
            halves.push_back(to_half(x));
            codes.push_back(static_cast<int8_t>(random()));
            bits.push_back(static_cast<uint8_t>(random()));
        }
    }
};

template <class T>
const std::vector<T>& values(const Inputs& in);
template <>
const std::vector<F32>& values(const Inputs& in) {
    return in.floats;
}
template <>
const std::vector<F16>& values(const Inputs& in) {
    return in.halves;
}
template <>
const std::vector<int8_t>& values(const Inputs& in) {
    return in.codes;
}
template <>
const std::vector<uint8_t>& values(const Inputs& in) {
    return in.bits;
}

std::string name_of(const char* family, const KernelSet& set, size_t n) {
    return std::string(family) + "/" + isa_name(set.isa) + "/" + std::to_string(n);
}

// kernel(a, b, length)
template <class A, class B, class R>
void add_pair(const char* family, const KernelSet& set,
              R (*kernel)(const A*, const B*, size_t) noexcept, size_t n, size_t length) {
    benchmark::RegisterBenchmark(name_of(family, set, n).c_str(), [=](benchmark::State& state) {
        const Inputs in(length);
        const A* a = values<A>(in).data();
        const B* b = values<B>(in).data() + length;
        for (auto _ : state) {
            benchmark::DoNotOptimize(a);
            benchmark::DoNotOptimize(kernel(a, b, length));
        }
    });
}

// kernel(query, rows, count, length, out); the time is that of all rows
template <class A, class B, class R>
void add_many(const char* family, const KernelSet& set,
              void (*kernel)(const A*, const B* const*, size_t, size_t, R*) noexcept, size_t n,
              size_t length) {
    benchmark::RegisterBenchmark(name_of(family, set, n).c_str(), [=](benchmark::State& state) {
        const Inputs in(length);
        const A* query = values<A>(in).data();
        const B* rows[kRows];
        for (size_t r = 0; r < kRows; ++r) rows[r] = values<B>(in).data() + (r + 1) * length;
        R out[kRows];
        for (auto _ : state) {
            kernel(query, rows, kRows, length, out);
            benchmark::DoNotOptimize(out);
            benchmark::ClobberMemory();
        }
    });
}

// kernel(in, length)
template <class A>
void add_single(const char* family, const KernelSet& set,
                double (*kernel)(const A*, size_t) noexcept, size_t n) {
    benchmark::RegisterBenchmark(name_of(family, set, n).c_str(), [=](benchmark::State& state) {
        const Inputs in(n);
        const A* a = values<A>(in).data();
        for (auto _ : state) {
            benchmark::DoNotOptimize(a);
            benchmark::DoNotOptimize(kernel(a, n));
        }
    });
}

// kernel(in, out, length)
template <class In, class Out>
void add_convert(const char* family, const KernelSet& set,
                 void (*kernel)(const In*, Out*, size_t) noexcept, size_t n) {
    benchmark::RegisterBenchmark(name_of(family, set, n).c_str(), [=](benchmark::State& state) {
        const Inputs in(n);
        std::vector<Out> out(n);
        for (auto _ : state) {
            kernel(values<In>(in).data(), out.data(), n);
            benchmark::DoNotOptimize(out.data());
            benchmark::ClobberMemory();
        }
    });
}

struct SparseInput {
    std::vector<I32> indices;
    std::vector<F32> values;

    SparseInput(size_t n, size_t dim, unsigned seed) {
        std::mt19937 random(seed);
        std::vector<int32_t> drawn;
        while (drawn.size() < n) {
            while (drawn.size() < n) drawn.push_back(static_cast<int32_t>(random() % dim));
            std::sort(drawn.begin(), drawn.end());
            drawn.erase(std::unique(drawn.begin(), drawn.end()), drawn.end());
        }
        for (const int32_t index : drawn) {
            indices.push_back({index});
            values.push_back({static_cast<float>(random() % 1000)});
        }
    }
    kernels::SparseArg arg() const { return {indices.data(), values.data(), indices.size()}; }
};

// Two vectors of 30000 dimensions (a learned sparse encoder's vocabulary) with na and nb elements;
// the name has nb.
void add_sparse(const char* family, const KernelSet& set,
                float (*kernel)(kernels::SparseArg, kernels::SparseArg) noexcept, size_t na,
                size_t nb) {
    benchmark::RegisterBenchmark(name_of(family, set, nb).c_str(), [=](benchmark::State& state) {
        // Several pairs in turn, so that the branch predictor does not learn one by heart.
        std::vector<SparseInput> a;
        std::vector<SparseInput> b;
        for (unsigned i = 0; i < 16; ++i) {
            a.emplace_back(na, 30000, 2 * i);
            b.emplace_back(nb, 30000, 2 * i + 1);
        }
        size_t i = 0;
        for (auto _ : state) {
            benchmark::DoNotOptimize(kernel(a[i % 16].arg(), b[i % 16].arg()));
            ++i;
        }
    });
}

// The same, one vector's table and the other.
void add_sparse_table(const char* family, const KernelSet& set,
                      float (*kernel)(const kernels::SparseTable&, kernels::SparseArg) noexcept,
                      size_t n) {
    benchmark::RegisterBenchmark(name_of(family, set, n).c_str(), [=](benchmark::State& state) {
        std::vector<std::vector<uint64_t>> memory;
        const Arena arena{
            [](void* blocks, size_t bytes) -> void* {
                return static_cast<decltype(memory)*>(blocks)->emplace_back(bytes / 8 + 1).data();
            },
            &memory};
        kernels::SparseTable table;
        const SparseInput a(n, 30000, 0);
        if (!kernels::make_sparse_table(a.arg(), 30000, arena, table)) return;
        std::vector<SparseInput> b;
        for (unsigned i = 0; i < 16; ++i) b.emplace_back(n, 30000, i + 1);
        size_t i = 0;
        for (auto _ : state) {
            benchmark::DoNotOptimize(kernel(table, b[i % 16].arg()));
            ++i;
        }
    });
}

void add_order(const KernelSet& set, size_t n) {
    benchmark::RegisterBenchmark(name_of("smallest", set, n).c_str(), [=](benchmark::State& state) {
        const Inputs in(n);
        const F32* const v = values<F32>(in).data();
        for (auto _ : state) {
            benchmark::DoNotOptimize(v);
            benchmark::DoNotOptimize(set.order.smallest(v, n));
        }
    });
    benchmark::RegisterBenchmark(
        name_of("count_at_most", set, n).c_str(), [=](benchmark::State& state) {
            const Inputs in(n);
            const F32* const v = values<F32>(in).data();
            for (auto _ : state) {
                benchmark::DoNotOptimize(v);
                benchmark::DoNotOptimize(set.order.count_at_most(v, n, 0.1f));
            }
        });
}

void add_set(const KernelSet& set) {
    for (const size_t n : kDims) {
        add_pair("l2_squared_f32", set, set.f32.l2_squared, n, n);
        add_pair("inner_product_f32", set, set.f32.inner_product, n, n);
        add_pair("cosine_parts_f32", set, set.f32.cosine_parts, n, n);
        add_pair("l1_f32", set, set.f32.l1, n, n);
        add_pair("l2_squared_f16", set, set.f16.l2_squared, n, n);
        add_pair("inner_product_f16", set, set.f16.inner_product, n, n);
        add_pair("cosine_parts_f16", set, set.f16.cosine_parts, n, n);
        add_pair("l2_squared_f32_f16", set, set.f32_f16.l2_squared, n, n);
        add_many("l2_squared_many_f32", set, set.f32.l2_squared_many, n, n);
        add_many("inner_product_many_f32", set, set.f32.inner_product_many, n, n);
        add_many("l2_squared_many_f16", set, set.f16.l2_squared_many, n, n);
        add_single("squared_norm_f32", set, set.squared_norm_f32, n);
        add_single("squared_norm_f16", set, set.squared_norm_f16, n);
        add_pair("hamming", set, set.bits.hamming, n, (n + 7) / 8);
        add_pair("overlap", set, set.bits.overlap, n, (n + 7) / 8);
        add_many("hamming_many", set, set.bits.hamming_many, n, (n + 7) / 8);
        add_pair("l2_squared_int8", set, set.int8.l2_squared, n, n);
        add_pair("inner_product_int8", set, set.int8.inner_product, n, n);
        add_many("inner_product_many_int8", set, set.int8.inner_product_many, n, n);
        add_convert("half_to_float", set, set.convert.half_to_float, n);
        add_convert("float_to_half", set, set.convert.float_to_half, n);
    }
    for (const size_t n : {16, 128, 1024}) {
        add_order(set, n);
        add_sparse("sparse_l2_squared", set, set.sparse.l2_squared, n, n);
        add_sparse("sparse_inner_product", set, set.sparse.inner_product, n, n);
        add_sparse("sparse_l1", set, set.sparse.l1, n, n);
        add_sparse_table("sparse_l2_squared_table", set, set.sparse.l2_squared_table, n);
        add_sparse_table("sparse_l1_table", set, set.sparse.l1_table, n);
        add_sparse_table("sparse_inner_product_table", set, set.sparse.inner_product_table, n);
        add_sparse("sparse_inner_product_16_with", set, set.sparse.inner_product, 16, n);
        add_sparse("sparse_l2_squared_16_with", set, set.sparse.l2_squared, 16, n);
    }
}

const bool registered = [] {
    for (int i = 0; i < kernels::kIsaCount; ++i) {
        const auto isa = static_cast<kernels::Isa>(i);
        if (kernels::compiled(isa) != nullptr && kernels::supported(isa))
            add_set(*kernels::compiled(isa));
    }
    return true;
}();

}  // namespace
