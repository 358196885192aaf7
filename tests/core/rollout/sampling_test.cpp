// SPDX-License-Identifier: GPL-3.0-or-later
#include "rollout/sampling.h"

#include <cmath>

#include <ATen/ATen.h>

#include "base/random.h"
#include "model/safetensors.h"
#include "test_main.h"

using namespace plumb;

namespace {

std::vector<float> values(const at::Tensor& tensor) {
    return {tensor.const_data_ptr<float>(), tensor.const_data_ptr<float>() + tensor.numel()};
}

SamplingSettings settings(double temperature, std::int64_t top_k, double top_p, double min_p) {
    SamplingSettings s;
    s.temperature = temperature;
    s.top_k = top_k;
    s.top_p = top_p;
    s.min_p = min_p;
    return s;
}

const std::vector<float> four = {std::log(0.4f), std::log(0.3f), std::log(0.2f), std::log(0.1f)};

std::vector<float> distribution(const SamplingSettings& s, std::vector<float> logits = four) {
    return values(sampling_distribution(at::tensor(logits), s));
}

bool near(const std::vector<float>& a, const std::vector<float>& b) {
    for (std::size_t i = 0; i < b.size(); ++i)
        if (!(std::abs(a[i] - b[i]) < 1e-6f)) return false;
    return a.size() == b.size();
}

}  // namespace

class TestSampling : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void distributions_of_transformers() {
        const auto folder = shared_folder("golden/models");
        if (folder.empty()) QSKIP("the reference data is not here");
        for (const char* name : {"llama", "llama_tied_rope3", "llama_sharded"}) {
            const auto file = read_safetensors(folder / name / "sampling.safetensors");
            VERIFY_OK(file);
            const std::pair<const char*, SamplingSettings> cases[] = {
                {"probs.t0.7", settings(0.7, 0, 1, 0)},
                {"probs.t0.9_k50_p0.95", settings(0.9, 50, 0.95, 0)},
                {"probs.t1.3_k20", settings(1.3, 20, 1, 0)},
                {"probs.t1_minp0.1", settings(1, 0, 1, 0.1)},
                {"probs.t1_p0.8", settings(1, 0, 0.8, 0)}};
            for (const auto& [key, sampling] : cases) {
                const at::Tensor expected = file->at(key);
                const at::Tensor found = sampling_distribution(file->at("logits"), sampling);
                QVERIFY2((found - expected).abs().max().item<float>() < 1e-5f, key);
                QVERIFY2(at::equal(found.gt(0), expected.gt(0)), key);
            }
        }
    }

    void filters_by_hand() {
        QVERIFY(near(distribution(settings(1, 0, 1, 0)), {0.4f, 0.3f, 0.2f, 0.1f}));
        QVERIFY(
            near(distribution(settings(0.5, 0, 1, 0)), {16 / 30.f, 9 / 30.f, 4 / 30.f, 1 / 30.f}));
        QVERIFY(near(distribution(settings(1, 2, 1, 0)), {4 / 7.f, 3 / 7.f, 0, 0}));
        QVERIFY(near(distribution(settings(1, 0, 0.65, 0)), {4 / 7.f, 3 / 7.f, 0, 0}));
        QVERIFY(near(distribution(settings(1, 0, 0.75, 0)), {4 / 9.f, 3 / 9.f, 2 / 9.f, 0}));
        QVERIFY(near(distribution(settings(1, 0, 0.01, 0)), {1, 0, 0, 0}));
        QVERIFY(near(distribution(settings(1, 0, 1, 0.6)), {4 / 7.f, 3 / 7.f, 0, 0}));
        // top-k first, so that top-p counts what it left: 0.4 / 0.7 reaches 0.5 alone.
        QVERIFY(near(distribution(settings(1, 2, 0.5, 0)), {1, 0, 0, 0}));
        QVERIFY(near(distribution(settings(0, 0, 1, 0)), {1, 0, 0, 0}));
        SamplingSettings suppressed = settings(1, 0, 1, 0);
        suppressed.suppressed_ids = {0, 3};
        QVERIFY(near(distribution(suppressed), {0, 0.6f, 0.4f, 0}));
    }

    void top_p_over_many_equal_tokens() {
        // 300 equal logits: more than one portion of the partial sort, and ties at the border.
        const auto probabilities =
            distribution(settings(1, 0, 0.5, 0), std::vector<float>(300, 1.5f));
        for (const float p : probabilities) QVERIFY(std::abs(p - 1 / 300.f) < 1e-6f);
        std::vector<float> logits(300);
        for (std::size_t i = 0; i < 300; ++i)
            logits[i] = static_cast<float>((i * 37) % 300) * 1e-3f;
        std::size_t kept = 0;
        for (const float p : distribution(settings(1, 0, 0.7, 0), logits)) kept += p > 0;
        double sum = 0, total = 0;
        std::size_t expected = 0;
        for (int i = 0; i < 300; ++i) total += std::exp(i * 1e-3);
        while (sum < 0.7 * total) sum += std::exp(static_cast<double>(299 - expected++) * 1e-3);
        QCOMPARE(kept, expected);
    }

    void draws_follow_the_distribution() {
        const SamplingSettings s = settings(1, 0, 1, 0);
        Sampler sampler(s, 4);
        std::vector<int> counts(4);
        constexpr int n = 20000;
        for (int i = 0; i < n; ++i)
            ++counts[static_cast<std::size_t>(
                sampler.draw(four.data(), {}, keyed_uniform(1, 2, 3, static_cast<std::uint64_t>(i)))
                    .id)];
        for (std::size_t i = 0; i < 4; ++i)
            QVERIFY(std::abs(counts[i] / double(n) - std::exp(double(four[i]))) < 0.015);
    }

    void draws_invert_the_cumulative_distribution() {
        const SamplingSettings s = settings(1, 0, 1, 0);
        Sampler sampler(s, 4);
        const auto id = [&](double u) { return sampler.draw(four.data(), {}, u).id; };
        QCOMPARE(id(0.0), std::int64_t{0});
        QCOMPARE(id(0.3999), std::int64_t{0});
        QCOMPARE(id(0.4001), std::int64_t{1});
        QCOMPARE(id(0.8999), std::int64_t{2});
        QCOMPARE(id(std::nextafter(1.0, 0.0)), std::int64_t{3});
    }

    void an_impossible_token_is_never_drawn() {
        SamplingSettings s = settings(1, 0, 1, 0);
        s.suppressed_ids = {0, 5};
        Sampler sampler(s, 6);
        // Underflowing tokens stand first and last, and around each possible one.
        const std::vector<float> logits = {9, -200, 1, -200, 2, 9};
        for (int i = 0; i <= 1000; ++i) {
            const double u = i == 1000 ? std::nextafter(1.0, 0.0) : i / 1000.0;
            const auto id = sampler.draw(logits.data(), {}, u).id;
            QVERIFY(id == 2 || id == 4);
        }
        const std::vector<float> broken = {NAN, NAN, 0.5f, NAN, -INFINITY, NAN};
        QCOMPARE(sampler.draw(broken.data(), {}, 0.99).id, std::int64_t{2});
    }

    void greedy_takes_the_first_of_the_best() {
        const SamplingSettings s = settings(0, 0, 1, 0);
        Sampler sampler(s, 5);
        const std::vector<float> logits = {1, 3, 2, 3, 3};
        const auto draw = sampler.draw(logits.data(), {}, 0.9);
        QCOMPARE(draw.id, std::int64_t{1});
        const double sum = std::exp(1.0) + 3 * std::exp(3.0) + std::exp(2.0);
        QVERIFY(std::abs(draw.logprob - (3 - std::log(sum))) < 1e-5);
    }

    void logprobs_ignore_filters_but_not_temperature_and_suppression() {
        SamplingSettings s = settings(0.5, 1, 0.1, 0.9);
        s.repetition_penalty = 1.5;
        s.suppressed_ids = {1};
        Sampler sampler(s, 4);
        const std::vector<std::int64_t> seen = {2};
        const auto draw = sampler.draw(four.data(), seen, 0.5);
        QCOMPARE(draw.id, std::int64_t{0});
        const double total = 0.16 + 0.04 + 0.01;
        QVERIFY(std::abs(draw.logprob - std::log(0.16 / total)) < 1e-6);
    }

    void the_repetition_penalty_counts_an_id_once() {
        SamplingSettings s = settings(0, 0, 1, 0);
        s.repetition_penalty = 2;
        Sampler sampler(s, 3);
        const std::vector<float> logits = {3, 2, -1};
        const std::vector<std::int64_t> once = {0}, twice = {0, 0}, none;
        QCOMPARE(sampler.draw(logits.data(), none, 0).id, std::int64_t{0});
        QCOMPARE(sampler.draw(logits.data(), once, 0).id, std::int64_t{1});
        s.repetition_penalty = 1.4;  // 3 / 1.4 is above 2, 3 / 1.96 below
        QCOMPARE(sampler.draw(logits.data(), twice, 0).id, std::int64_t{0});
        const std::vector<float> negative = {-1.0f, -1.2f, -9.0f};
        QCOMPARE(sampler.draw(negative.data(), once, 0).id, std::int64_t{1});
    }
};

PLUMB_REGISTER_TEST(TestSampling)
#include "sampling_test.moc"
