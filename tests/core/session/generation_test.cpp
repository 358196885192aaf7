// SPDX-License-Identifier: GPL-3.0-or-later
#include <algorithm>

#include "small_run.h"

using namespace plumb;

namespace {

Settings small_sft_run() {
    Settings settings = small_grpo();
    settings.algorithm = "sft";
    settings.max_steps = 2;
    return settings;
}

GenerateRequest request_of(const std::string& model) {
    GenerateRequest request;
    request.model = model;
    request.prompt = "1+2+3=";
    request.max_tokens = 12;
    request.threads = 1;
    request.seed = 3;
    return request;
}

std::string joined(const std::vector<GeneratedToken>& tokens) {
    std::string text;
    for (const GeneratedToken& token : tokens)
        if (!token.special) text += token.text;
    return text;
}

}  // namespace

class TestGeneration : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void initTestCase() { session_.run(small_sft_run(), "model"); }

    void tokens_come_one_by_one_with_what_else_could_have_come() {
        GenerateRequest request = request_of("model");
        request.alternatives = 3;
        std::vector<GeneratedToken> told;
        request.on_token = [&](const GeneratedToken& token) { told.push_back(token); };
        const auto reply = session_->generate(request).get();
        VERIFY_OK(reply);
        QCOMPARE(static_cast<std::int64_t>(reply->generated.size()), reply->tokens);
        COMPARE_TEXT(joined(reply->generated), reply->completion);
        QCOMPARE(told.size(), reply->generated.size());
        COMPARE_TEXT(joined(told), reply->completion);
        for (const GeneratedToken& token : reply->generated) {
            QVERIFY(token.probability > 0 && token.probability <= 1);
            QCOMPARE(token.alternatives.size(), std::size_t{3});
            QVERIFY(std::ranges::is_sorted(token.alternatives, std::greater<>(),
                                           &TokenChoice::probability));
            for (const TokenChoice& choice : token.alternatives)
                if (choice.text == token.text)
                    QVERIFY(qAbs(choice.probability - token.probability) < 1e-5);
        }
    }

    void greedy_takes_the_most_probable() {
        GenerateRequest request = request_of("model");
        request.temperature = 0;
        request.alternatives = 1;
        const auto reply = session_->generate(request).get();
        VERIFY_OK(reply);
        for (const GeneratedToken& token : reply->generated)
            COMPARE_TEXT(token.text, token.alternatives.front().text);
    }

    void more_alternatives_than_tokens_are_all_of_them() {
        GenerateRequest request = request_of("model");
        request.alternatives = 1000;
        request.max_tokens = 1;
        const auto reply = session_->generate(request).get();
        VERIFY_OK(reply);
        double sum = 0;
        for (const TokenChoice& choice : reply->generated.front().alternatives)
            sum += choice.probability;
        QVERIFY(qAbs(sum - 1.0) < 1e-4);
    }

    void watching_changes_nothing() {
        GenerateRequest request = request_of("model");
        const auto plain = session_->generate(request).get();
        request.alternatives = 5;
        const auto watched = session_->generate(request).get();
        VERIFY_OK(plain);
        VERIFY_OK(watched);
        COMPARE_TEXT(watched->completion, plain->completion);
    }

    void a_stop_ends_it_between_two_tokens() {
        GenerateRequest request = request_of("model");
        request.max_tokens = 50;
        int told = 0;
        request.on_token = [&](const GeneratedToken&) {
            if (++told == 1) session_->cancel_inference();
        };
        const auto reply = session_->generate(request).get();
        // The very first token may have been the end.
        if (!reply) QCOMPARE(static_cast<int>(reply.error().code), int(ErrorCode::cancelled));
        QCOMPARE(told, 1);
    }

private:
    SmallSession session_;
};

PLUMB_REGISTER_TEST(TestGeneration)
#include "generation_test.moc"
