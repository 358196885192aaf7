// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/token_data.h"

#include <limits>

#include "store_test_data.h"

using namespace plumb;

namespace {

TokenData example_tokens() {
    TokenData tokens;
    tokens.ids = {0, 127, 128, 151'935};
    tokens.bytes = {3, 0, 200, 1};
    tokens.logprob = {-0.5f, -12.25f, 0.0f, -1e-3f};
    tokens.ref_logprob = {-0.625f, -11.0f, -0.001f, -9.0f};
    tokens.ratio = {1.0f, 1.25f, 0.8f, 1.0003f};
    tokens.clipped = {0, 1, -1, 0};
    tokens.advantage = {0.5f, 0.5f, 0.5f, 0.5f};
    tokens.value = {0.1f, -3.75f, 0.0f, 2.0f};
    return tokens;
}

bool near(const std::vector<float>& a, const std::vector<float>& b, double relative = 6e-4) {
    if (a.size() != b.size()) return false;
    for (std::size_t i = 0; i < a.size(); ++i)
        if (!same_number(a[i], b[i]) && !(std::abs(a[i] - b[i]) <= relative * std::abs(b[i])))
            return false;
    return true;
}

TokenData back(const TokenData& tokens) {
    auto decoded = decode_token_data(encode_token_data(tokens));
    if (!decoded) qFatal("%s", decoded.error().message.c_str());
    return *decoded;
}

}  // namespace

class TestTokenData : public QObject {
    Q_OBJECT
private Q_SLOTS:
    void everything_comes_back_to_eleven_bits() {
        const TokenData tokens = example_tokens(), read = back(tokens);
        QVERIFY(read.ids == tokens.ids);
        QVERIFY(read.bytes == tokens.bytes);
        QVERIFY(read.clipped == tokens.clipped);
        QVERIFY(near(read.logprob, tokens.logprob));
        QVERIFY(near(read.ratio, tokens.ratio));
        QVERIFY(near(read.advantage, tokens.advantage));
        QVERIFY(near(read.value, tokens.value));
        // The KL is what is looked at, so that it must not suffer from large log-probabilities.
        for (std::size_t i = 0; i < tokens.ids.size(); ++i) {
            const double kl = tokens.logprob[i] - tokens.ref_logprob[i];
            QVERIFY(std::abs(read.logprob[i] - read.ref_logprob[i] - kl) <= 1e-3 * std::abs(kl));
        }
        // A ratio that is hardly off 1 is still told from 1.
        QVERIFY(std::abs(read.ratio[3] - 1.0003) < 1e-6);
        QVERIFY(read.ratio[0] == 1.0f);
    }

    void what_was_not_measured_stays_unknown() {
        TokenData tokens;
        tokens.ids = {4, 5};
        tokens.bytes = {1, 1};
        QVERIFY(back(tokens) == tokens);
        tokens.logprob = {-1.0f, -2.0f};
        QVERIFY(back(tokens) == tokens);
        QVERIFY(back(TokenData{}) == TokenData{});
    }

    void equal_values_are_stored_once() {
        TokenData tokens;
        tokens.ids.assign(1000, 7);
        tokens.bytes.assign(1000, 1);
        const std::size_t without = encode_token_data(tokens).size();
        QVERIFY(without < 2020);
        tokens.advantage.assign(1000, 0.75f);
        tokens.ratio.assign(1000, 1.0f);
        tokens.clipped.assign(1000, 0);
        QCOMPARE(encode_token_data(tokens).size(), without + 3 * 6);
        QVERIFY(back(tokens) == tokens);
    }

    void a_token_of_every_kind_of_value_takes_fourteen_bytes() {
        TokenData tokens;
        for (int i = 0; i < 1000; ++i) {
            const auto value = static_cast<float>(i);
            tokens.ids.push_back(200 + i);
            tokens.bytes.push_back(4);
            tokens.logprob.push_back(-0.01f * value);
            tokens.ref_logprob.push_back(-0.02f * value);
            tokens.ratio.push_back(1.0f + 0.001f * value);
            tokens.clipped.push_back(i % 3 == 0);
            tokens.advantage.push_back(value);
            tokens.value.push_back(-value);
        }
        QVERIFY(encode_token_data(tokens).size() < 15'100);
    }

    void unusual_numbers_come_back() {
        const float infinity = std::numeric_limits<float>::infinity();
        TokenData tokens;
        tokens.ids = {1, 2, 3, 4, 5, 6};
        tokens.bytes = {1, 1, 1, 1, 1, 1};
        tokens.value = {infinity, -infinity, std::numeric_limits<float>::quiet_NaN(), -0.0f,
                        6e-8f,    65504.0f};
        QVERIFY(near(back(tokens).value, tokens.value, 1e-2));
        // Beyond the range of sixteen bits they are stored whole.
        tokens.value = {1e6f, -7e20f, 1.0f / 3.0f, 0, 1, 2};
        QVERIFY(back(tokens).value == tokens.value);
    }

    void halves_are_rounded_to_the_nearest() {
        TokenData tokens;
        for (int i = 0; i < 4096; ++i) {
            tokens.ids.push_back(i);
            tokens.bytes.push_back(0);
            tokens.value.push_back(std::ldexp(1.0f + static_cast<float>(i) / 4096.0f, i % 28 - 13));
        }
        const TokenData read = back(tokens);
        QVERIFY(near(read.value, tokens.value, 1.0 / 2048));
    }

    void bad_blobs_are_errors() {
        const std::string whole = encode_token_data(example_tokens());
        for (std::size_t size = 0; size < whole.size(); ++size) {
            const auto cut = decode_token_data(std::string_view(whole).substr(0, size));
            // Where a column ends, the rest looks like columns that were not measured.
            if (cut) {
                QVERIFY(size > 10);
                QVERIFY(cut->ids == example_tokens().ids);
                continue;
            }
            QVERIFY(cut.error().code == ErrorCode::invalid_input);
            QVERIFY(cut.error().message.find("damaged") != std::string::npos);
        }
        std::string newer = whole;
        newer[0] = 2;
        QVERIFY(decode_token_data(newer).error().code == ErrorCode::newer_version);
        newer[0] = 0;
        QVERIFY(decode_token_data(newer).error().code == ErrorCode::invalid_input);

        const auto refused = [](std::string blob) {
            const auto read = decode_token_data(blob);
            return !read && read.error().code == ErrorCode::invalid_input;
        };
        // One token; an unknown column, an unknown coding, more tokens than bytes, a number
        // without an end, a sign that is none.
        const std::string head("\x01\x01\x01\x03\x05\x02\x03\x01", 8);
        VERIFY_OK(decode_token_data(head));
        QVERIFY(refused(head + std::string("\x09\x00\x00\x00\x00\x00", 6)));
        QVERIFY(refused(head + std::string("\x03\x07\x00\x00", 4)));
        QVERIFY(refused(std::string("\x01\xff\xff\xff\x7f\x01\x03\x05", 8)));
        QVERIFY(refused(std::string("\x01\x01\x01\x03", 4) + std::string(20, '\xff')));
        QVERIFY(refused(head + std::string("\x06\x00\x00\x00\x40\x40", 6)));
        QVERIFY(refused(std::string("\x01\x01\x01\x03\x05", 5)));
    }
};

PLUMB_REGISTER_TEST(TestTokenData)
#include "token_data_test.moc"
