// SPDX-License-Identifier: GPL-3.0-or-later
#include <ATen/ATen.h>
#include <ATen/Parallel.h>

#include "rollout/portions.h"
#include "test_main.h"

using namespace plumb;

namespace {

using Ids = std::vector<std::int64_t>;

Decoder small_model() {
    ModelConfig config;
    config.vocab_size = 37;
    config.hidden_size = 24;
    config.intermediate_size = 40;
    config.num_hidden_layers = 2;
    config.num_attention_heads = 4;
    config.num_key_value_heads = 2;
    config.head_dim = 6;
    config.max_position_embeddings = 64;
    Decoder model(config, at::kCPU);
    model.initialise(11);
    return model;
}

const std::vector<Ids> three_prompts = {{5, 9, 2}, {7}, {30, 31, 32, 33, 34, 35}};

Ids row_ids(const Rollout& rollout, std::int64_t row) {
    const at::Tensor ids = rollout.completion_ids[row];
    const auto* data = ids.const_data_ptr<std::int64_t>();
    return {data, data + rollout.lengths[static_cast<std::size_t>(row)]};
}

/// The ids of a row without padding.
Ids unpadded(const at::Tensor& ids, const at::Tensor& mask) {
    const at::Tensor real = ids.masked_select(mask.to(at::kBool));
    return {real.const_data_ptr<std::int64_t>(),
            real.const_data_ptr<std::int64_t>() + real.numel()};
}

}  // namespace

class TestGenerate : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void greedy_tokens_of_transformers_data() {
        QTest::addColumn<QString>("name");
        for (const char* name : {"llama", "llama_tied_rope3", "llama_sharded"})
            QTest::newRow(name) << name;
    }
    void greedy_tokens_of_transformers() {
        QFETCH(QString, name);
        const auto folder = shared_folder("golden/models");
        if (folder.empty()) QSKIP("the reference data is not here");
        const auto model = Decoder::load(folder / name.toStdString(), at::kCPU);
        VERIFY_OK(model);
        const auto reference =
            read_safetensors(folder / name.toStdString() / "reference.safetensors");
        VERIFY_OK(reference);
        std::vector<Ids> prompts;
        for (std::int64_t row = 0; row < 3; ++row)
            prompts.push_back(unpadded(reference->at("greedy.input_ids")[row],
                                       reference->at("greedy.attention_mask")[row]));
        SamplingSettings sampling;
        sampling.temperature = 0;
        const auto greedy = generate(*model, prompts, 1, sampling, {}, 0, {});
        VERIFY_OK(greedy);
        QVERIFY(at::equal(greedy->completion_ids, reference->at("greedy.new_tokens")));
        QVERIFY((greedy->logprobs - reference->at("greedy.logprobs")).abs().max().item<float>() <
                1e-4f);

        SamplingSettings ending = sampling;
        ending.eos_ids = {reference->at("greedy_eos.eos_token_id").item<std::int64_t>()};
        const auto ended = generate(*model, prompts, 1, ending, {}, 0, {});
        VERIFY_OK(ended);
        const at::Tensor expected = reference->at("greedy_eos.new_tokens");
        const auto length = ended->completion_ids.size(1);
        QVERIFY(at::equal(ended->completion_ids, expected.narrow(1, 0, length)));
        QCOMPARE(expected.narrow(1, length, 16 - length).abs().sum().item<std::int64_t>(),
                 std::int64_t{0});

        SamplingSettings penalised = sampling;
        penalised.repetition_penalty = 1.3;
        // There the padding of the prompts counts as seen: its id is 0 or the model's pad token.
        for (std::size_t row = 0; row < 3; ++row) {
            const at::Tensor mask =
                reference->at("greedy.attention_mask")[static_cast<std::int64_t>(row)];
            if (mask.eq(0).any().item<bool>()) continue;
            const auto alone = generate(*model, {prompts[row]}, 1, penalised, {}, 0, {});
            VERIFY_OK(alone);
            QVERIFY(at::equal(
                alone->completion_ids[0],
                reference->at("greedy_reppen.new_tokens")[static_cast<std::int64_t>(row)]));
        }
    }

    void shapes_masks_and_ends() {
        const Decoder model = small_model();
        SamplingSettings sampling;
        sampling.max_new_tokens = 20;
        sampling.eos_ids = {3, 12};
        const auto rollout = generate(model, three_prompts, 4, sampling, {1, 2, 0}, 36, {});
        VERIFY_OK(rollout);
        QCOMPARE(rollout->completion_ids.size(0), std::int64_t{12});
        QCOMPARE(rollout->prompt_tokens, std::int64_t{10});
        std::int64_t longest = 0;
        bool some_ended = false, some_cut = false;
        for (std::int64_t row = 0; row < 12; ++row) {
            const Ids ids = row_ids(*rollout, row);
            const auto length = static_cast<std::int64_t>(ids.size());
            longest = std::max(longest, length);
            for (std::size_t i = 0; i + 1 < ids.size(); ++i) QVERIFY(ids[i] != 3 && ids[i] != 12);
            const bool ended = rollout->ended[static_cast<std::size_t>(row)];
            QCOMPARE(ended, ids.back() == 3 || ids.back() == 12);
            if (!ended) QCOMPARE(length, std::int64_t{20});
            (ended ? some_ended : some_cut) = true;
            QCOMPARE(rollout->mask[row].sum().item<std::int64_t>(), length);
            QCOMPARE(rollout->mask[row].narrow(0, 0, length).min().item<float>(), 1.0f);
            const at::Tensor rest = rollout->completion_ids[row].slice(0, length);
            QVERIFY(rest.eq(36).all().item<bool>());
            QVERIFY(rollout->logprobs[row].slice(0, length).eq(0).all().item<bool>());
        }
        QVERIFY(some_ended && some_cut);
        QCOMPARE(rollout->completion_ids.size(1), longest);
    }

    void portions_give_the_same_completions() {
        const Decoder model = small_model();
        SamplingSettings sampling;
        sampling.max_new_tokens = 6;
        sampling.eos_ids = {3, 12, 20, 21, 22};
        std::vector<Ids> prompts;
        for (std::int64_t i = 0; i < 2 * prompts_at_once(3) + 5; ++i)
            prompts.push_back(Ids(static_cast<std::size_t>(1 + i % 4), 5 + i % 30));
        const DrawKey key{1, 2, 7};
        const auto whole = generate(model, prompts, 3, sampling, key, 36, {});
        const auto parts = generate_in_portions(model, prompts, 3, sampling, key, 36, {});
        VERIFY_OK(whole);
        VERIFY_OK(parts);
        QVERIFY(at::equal(parts->completion_ids, whole->completion_ids));
        QVERIFY(at::equal(parts->logprobs, whole->logprobs));
        QVERIFY(at::equal(parts->mask, whole->mask));
        QVERIFY(parts->lengths == whole->lengths);
        QVERIFY(parts->ended == whole->ended);
        QCOMPARE(parts->prompt_tokens, whole->prompt_tokens);
    }

    void draws_depend_on_their_key_alone() {
        const Decoder model = small_model();
        SamplingSettings sampling;
        sampling.max_new_tokens = 20;
        const auto free = generate(model, three_prompts, 4, sampling, {1, 2, 0}, 0, {});
        VERIFY_OK(free);
        // Rows that end are dropped: those that go on must not notice.
        SamplingSettings ending = sampling;
        ending.eos_ids = {3, 12, 20, 21, 22};
        const auto dropped = generate(model, three_prompts, 4, ending, {1, 2, 0}, 0, {});
        VERIFY_OK(dropped);
        for (std::int64_t row = 0; row < 12; ++row) {
            const auto length = dropped->lengths[static_cast<std::size_t>(row)];
            QVERIFY(at::equal(dropped->completion_ids[row].narrow(0, 0, length),
                              free->completion_ids[row].narrow(0, 0, length)));
            QVERIFY(at::equal(dropped->logprobs[row].narrow(0, 0, length),
                              free->logprobs[row].narrow(0, 0, length)));
        }
        // A group that shares its prefill, against each row by itself.
        for (std::int64_t row = 0; row < 12; ++row) {
            const DrawKey key{1, 2, static_cast<std::uint64_t>(row)};
            const auto alone = generate(model, {three_prompts[static_cast<std::size_t>(row / 4)]},
                                        1, sampling, key, 0, {});
            VERIFY_OK(alone);
            QVERIFY(at::equal(alone->completion_ids[0], free->completion_ids[row]));
            QVERIFY(at::equal(alone->logprobs[0], free->logprobs[row]));
        }
        for (const DrawKey& other : {DrawKey{2, 2, 0}, DrawKey{1, 3, 0}, DrawKey{1, 2, 12}}) {
            const auto changed = generate(model, three_prompts, 4, sampling, other, 0, {});
            VERIFY_OK(changed);
            QVERIFY(!at::equal(changed->completion_ids, free->completion_ids));
        }
    }

    void threads_do_not_change_the_rollout() {
        const Decoder model = small_model();
        SamplingSettings sampling;
        const int threads = at::get_num_threads();
        at::set_num_threads(1);
        const auto one = generate(model, three_prompts, 4, sampling, {1, 2, 0}, 0, {});
        at::set_num_threads(2);
        const auto two = generate(model, three_prompts, 4, sampling, {1, 2, 0}, 0, {});
        at::set_num_threads(threads);
        VERIFY_OK(one);
        VERIFY_OK(two);
        QVERIFY(at::equal(one->completion_ids, two->completion_ids));
        QVERIFY(at::equal(one->logprobs, two->logprobs));
    }

    void logprobs_are_those_of_a_forward_pass() {
        const Decoder model = small_model();
        SamplingSettings sampling;
        sampling.temperature = 0.7;
        sampling.top_k = 9;
        sampling.suppressed_ids = {4, 8};
        const auto rollout = generate(model, {three_prompts[2]}, 3, sampling, {1, 2, 0}, 0, {});
        VERIFY_OK(rollout);
        const at::NoGradGuard no_grad;
        const at::Tensor prompt = at::tensor(three_prompts[2], at::kLong).expand({3, 6});
        at::Tensor logits =
            model.logits(model.hidden_states(at::cat({prompt, rollout->completion_ids}, 1))) / 0.7;
        logits.select(-1, 4).fill_(-INFINITY);
        logits.select(-1, 8).fill_(-INFINITY);
        const at::Tensor expected = logits.narrow(1, 5, 16)
                                        .log_softmax(-1)
                                        .gather(-1, rollout->completion_ids.unsqueeze(-1))
                                        .squeeze(-1);
        QVERIFY((rollout->logprobs - expected).abs().max().item<float>() < 1e-5f);
        QVERIFY(!rollout->completion_ids.eq(4)
                     .logical_or(rollout->completion_ids.eq(8))
                     .any()
                     .item<bool>());
    }

    void results_can_enter_a_backward_pass() {
        const Decoder model = small_model();
        const auto rollout = generate(model, three_prompts, 2, {}, {}, 0, {});
        VERIFY_OK(rollout);
        const at::Tensor factor = at::ones({1}).requires_grad_(true);
        (factor * rollout->logprobs * rollout->mask).sum().backward();
        QVERIFY(factor.grad().defined());
    }

    void stopping_is_seen() {
        const Decoder model = small_model();
        std::stop_source source;
        source.request_stop();
        const auto stopped = generate(model, three_prompts, 2, {}, {}, 0, source.get_token());
        QVERIFY(!stopped.ok());
        QCOMPARE(stopped.error().code, ErrorCode::cancelled);
    }

    void bad_input_is_named() {
        const Decoder model = small_model();
        const auto says = [&](const std::vector<Ids>& prompts, std::int64_t per_prompt,
                              const SamplingSettings& sampling, const std::string& what) {
            const auto result = generate(model, prompts, per_prompt, sampling, {}, 0, {});
            return !result.ok() && result.error().code == ErrorCode::invalid_input &&
                   result.error().message.find(what) != std::string::npos;
        };
        const auto with = [](auto change) {
            SamplingSettings sampling;
            change(sampling);
            return sampling;
        };
        QVERIFY(says({}, 1, {}, "no prompts"));
        QVERIFY(says({{1}, {}}, 1, {}, "prompt 2 is empty"));
        QVERIFY(says({{1, 37}}, 1, {}, "37"));
        QVERIFY(says({{-1}}, 1, {}, "-1"));
        QVERIFY(says({{1}}, 0, {}, "per prompt"));
        QVERIFY(says({Ids(49, 1)}, 1, {}, "max_position_embeddings of 64"));
        QVERIFY(says({{1}}, 1, with([](auto& s) { s.max_new_tokens = 0; }), "max_new_tokens"));
        QVERIFY(says({{1}}, 1, with([](auto& s) { s.temperature = -1; }), "temperature"));
        QVERIFY(says({{1}}, 1, with([](auto& s) { s.temperature = NAN; }), "temperature"));
        QVERIFY(says({{1}}, 1, with([](auto& s) { s.top_p = 0; }), "top_p"));
        QVERIFY(says({{1}}, 1, with([](auto& s) { s.top_k = -1; }), "top_k"));
        QVERIFY(says({{1}}, 1, with([](auto& s) { s.min_p = 2; }), "min_p"));
        QVERIFY(
            says({{1}}, 1, with([](auto& s) { s.repetition_penalty = 0; }), "repetition_penalty"));
        QVERIFY(says({{1}}, 1, with([](auto& s) { s.suppressed_ids = {40}; }), "40"));
        QVERIFY(says({{1}}, 1, with([](auto& s) {
                         for (std::int64_t i = 0; i < 37; ++i) s.suppressed_ids.push_back(i);
                     }),
                     "no token"));
        const auto longest = generate(model, {Ids(48, 1)}, 1, {}, {}, 0, {});
        VERIFY_OK(longest);
        QCOMPARE(longest->lengths[0], std::int64_t{16});
    }
};

PLUMB_REGISTER_TEST(TestGenerate)
#include "generate_test.moc"
