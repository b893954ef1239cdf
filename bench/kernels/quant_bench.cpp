// Rotation, edge codes, query tables and estimates of every instruction set that this machine runs,
// named kernel/isa/dimensions. Inputs fit the first-level cache, but for the longest codes the
// second.
#include <benchmark/benchmark.h>

#include <cstdint>  // uint8_t
#include <random>   // std::mt19937
#include <string>   // std::string
#include <vector>   // std::vector

#include "quiver/kernels/dispatch.hpp"
#include "quiver/kernels/quant_shared.hpp"

namespace {

using namespace quiver;
using kernels::QuantKernels;

struct Shape {
    uint32_t dims;
    uint32_t bits;
    uint32_t edges;
};

constexpr Shape kShapes[] = {{128, 1, 32},  {128, 2, 32}, {512, 1, 32}, {768, 1, 32},
                             {1024, 1, 32}, {128, 1, 16}, {128, 1, 64}, {128, 1, 208}};
constexpr uint32_t kDims[] = {128, 768, 1000, 1536};

struct Inputs {
    std::vector<float> floats;
    std::vector<F32> add;
    std::vector<F16> scale;
    std::vector<uint8_t> codes;
    std::vector<uint8_t> lut;

    explicit Inputs(Shape shape) : lut(shape.dims * 4) {
        std::mt19937 random(42);
        std::normal_distribution<float> normal;
        for (uint32_t i = 0; i < 2 * kernels::quant::padded(shape.dims); ++i)
            floats.push_back(normal(random));
        for (uint32_t j = 0; j < shape.edges; ++j) {
            add.push_back({normal(random)});
            scale.push_back(to_half(normal(random)));
        }
        codes.resize(shape.dims / 8 * shape.bits * shape.edges);
        for (uint8_t& byte : codes) byte = static_cast<uint8_t>(random());
        kernels::compiled(kernels::Isa::scalar)
            ->quant.build_lut(floats.data(), shape.dims, lut.data());
    }
};

void estimate(benchmark::State& state, const QuantKernels* k, Shape shape) {
    const Inputs in(shape);
    std::vector<float> out(shape.edges);
    const kernels::CodeView view{in.codes.data(), shape.dims / 8, shape.bits, shape.edges};
    const kernels::EdgeTerms terms{in.add.data(), in.scale.data(), 1, 1e-3f, 1000};
    for (auto _ : state) {
        k->estimate(view, in.lut.data(), terms, out.data());
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

void encode(benchmark::State& state, const QuantKernels* k, Shape shape) {
    Inputs in(shape);
    for (auto _ : state) {
        const auto dots = k->encode({in.floats.data(), in.floats.data() + shape.dims, shape.dims,
                                     shape.bits, in.codes.data(), shape.edges});
        benchmark::DoNotOptimize(dots);
        benchmark::ClobberMemory();
    }
}

void build_lut(benchmark::State& state, const QuantKernels* k, Shape shape) {
    Inputs in(shape);
    for (auto _ : state) {
        benchmark::DoNotOptimize(k->build_lut(in.floats.data(), shape.dims, in.lut.data()));
        benchmark::ClobberMemory();
    }
}

void rotate(benchmark::State& state, const QuantKernels* k, uint32_t dims) {
    const Inputs in({dims, 1, 16});
    std::vector<float> out(kernels::quant::padded(dims));
    const F32* a = reinterpret_cast<const F32*>(in.floats.data());
    for (auto _ : state) {
        k->rotate(7, dims, a, a + dims, out.data());
        benchmark::DoNotOptimize(out.data());
        benchmark::ClobberMemory();
    }
}

[[maybe_unused]] const bool registered = [] {
    for (int i = 0; i < kernels::kIsaCount; ++i) {
        const auto isa = static_cast<kernels::Isa>(i);
        const kernels::KernelSet* set = kernels::compiled(isa);
        if (set == nullptr || !kernels::supported(isa)) continue;
        const std::string name = kernels::isa_name(isa);
        for (const Shape s : kShapes) {
            const std::string size = "/" + name + "/" + std::to_string(s.dims);
            const std::string bits = "_" + std::to_string(s.bits) + "bit";
            const std::string edges = "_" + std::to_string(s.edges) + "edges";
            benchmark::RegisterBenchmark(("estimate" + bits + edges + size).c_str(), estimate,
                                         &set->quant, s);
            if (s.edges != 32) continue;
            benchmark::RegisterBenchmark(("encode" + bits + size).c_str(), encode, &set->quant, s);
            if (s.bits != 1) continue;
            benchmark::RegisterBenchmark(("build_lut" + size).c_str(), build_lut, &set->quant, s);
        }
        for (const uint32_t dims : kDims)
            benchmark::RegisterBenchmark(("rotate/" + name + "/" + std::to_string(dims)).c_str(),
                                         rotate, &set->quant, dims);
    }
    return true;
}();

}  // namespace
