// SPDX-License-Identifier: GPL-3.0-or-later
#include "store/token_data.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "base/check.h"

namespace plumb {
namespace {

constexpr std::uint8_t format_version = 1;

enum class Column : std::uint8_t {
    ids = 1,
    bytes,
    logprob,
    above_reference,  ///< logprob - ref_logprob
    log_ratio,
    clipped,
    advantage,
    value
};

enum class Coding : std::uint8_t {
    same = 0,     ///< one float32 that holds for every token
    float16 = 1,  ///< each
    float32 = 2,  ///< each
    number = 3,   ///< each a whole number from 0 on, seven bits a byte, the low ones first
};

/// The largest finite float16.
constexpr float largest_half = 65504.0f;

/// IEEE 754 binary16, rounded to the nearest, ties to even; |value| at most largest_half, or not
/// finite.
std::uint16_t to_half(float value) {
    const auto bits = std::bit_cast<std::uint32_t>(value);
    const auto sign = static_cast<std::uint16_t>((bits >> 16) & 0x8000u);
    if (std::isnan(value)) return sign | 0x7E00u;
    if (std::isinf(value)) return sign | 0x7C00u;
    const float magnitude = std::fabs(value);
    // Below 2^-14 the steps are 2^-24 each.
    if (magnitude < 0x1p-14f)
        return sign | static_cast<std::uint16_t>(std::nearbyint(magnitude * 0x1p24f));
    const auto own = std::bit_cast<std::uint32_t>(magnitude);
    const std::uint32_t rounded = own + 0x0FFFu + ((own >> 13) & 1u);
    return sign | static_cast<std::uint16_t>((rounded - (112u << 23)) >> 13);
}

float from_half(std::uint16_t half) {
    const std::uint32_t sign = (half & 0x8000u) << 16, exponent = (half >> 10) & 0x1Fu,
                        mantissa = half & 0x3FFu;
    if (exponent == 0) {
        const float magnitude = static_cast<float>(mantissa) * 0x1p-24f;
        return sign ? -magnitude : magnitude;
    }
    const std::uint32_t wide = exponent == 0x1F ? 0xFFu : exponent + 112u;
    return std::bit_cast<float>(sign | (wide << 23) | (mantissa << 13));
}

void append_number(std::uint64_t number, std::string& blob) {
    for (; number >= 0x80; number >>= 7) blob += static_cast<char>((number & 0x7F) | 0x80);
    blob += static_cast<char>(number);
}

template <class Bits>
void append_bits(Bits bits, std::string& blob) {
    for (std::size_t i = 0; i < sizeof bits; ++i) blob += static_cast<char>((bits >> (8 * i)) & 0xFF);
}

void append_head(Column column, Coding coding, std::string& blob) {
    blob += static_cast<char>(column);
    blob += static_cast<char>(coding);
}

void append_numbers(Column column, const std::vector<std::int64_t>& values, std::string& blob) {
    append_head(column, Coding::number, blob);
    for (const std::int64_t value : values) append_number(static_cast<std::uint64_t>(value), blob);
}

/// value(i) of each of `count` tokens.
template <class Value>
void append_floats(Column column, std::size_t count, Value value, std::string& blob) {
    bool same = true, fits = true;
    const auto first = std::bit_cast<std::uint32_t>(value(0));
    for (std::size_t i = 0; i < count; ++i) {
        same &= std::bit_cast<std::uint32_t>(value(i)) == first;
        fits &= !std::isfinite(value(i)) || std::fabs(value(i)) <= largest_half;
    }
    const Coding coding = same ? Coding::same : fits ? Coding::float16 : Coding::float32;
    append_head(column, coding, blob);
    for (std::size_t i = 0; i < (same ? 1 : count); ++i) {
        if (coding == Coding::float16)
            append_bits(to_half(value(i)), blob);
        else
            append_bits(std::bit_cast<std::uint32_t>(value(i)), blob);
    }
}

/// Takes a blob apart from its front; a read beyond its end leaves it broken.
class BlobReader {
public:
    explicit BlobReader(std::string_view blob) : rest_(blob) {}

    bool broken() const { return broken_; }
    bool at_end() const { return rest_.empty(); }
    std::size_t left() const { return rest_.size(); }

    template <class Bits>
    Bits bits() {
        Bits value = 0;
        if (rest_.size() < sizeof value) {
            broken_ = true;
            rest_ = {};
            return value;
        }
        for (std::size_t i = 0; i < sizeof value; ++i)
            value = static_cast<Bits>(
                value | (static_cast<Bits>(static_cast<unsigned char>(rest_[i])) << (8 * i)));
        rest_.remove_prefix(sizeof value);
        return value;
    }

    /// At most 2^62, which every id and length is.
    std::int64_t number() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            const auto byte = bits<std::uint8_t>();
            value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
            if (!(byte & 0x80)) return static_cast<std::int64_t>(value);
        }
        broken_ = true;
        return 0;
    }

    float number_of(Coding coding) {
        if (coding == Coding::float16) return from_half(bits<std::uint16_t>());
        return std::bit_cast<float>(bits<std::uint32_t>());
    }

private:
    std::string_view rest_;
    bool broken_ = false;
};

Error damaged(const std::string& reason) {
    return invalid_input("the token data are damaged: " + reason);
}

Status read_column(BlobReader& reader, std::size_t count, TokenData& tokens) {
    const auto column = reader.bits<std::uint8_t>();
    const auto coding = static_cast<Coding>(reader.bits<std::uint8_t>());
    const auto name = "column " + std::to_string(column);
    const auto numbers = [&](std::vector<std::int64_t>& values) -> Status {
        if (coding != Coding::number) return damaged(name + " has an unknown coding");
        values.resize(count);
        for (auto& value : values) value = reader.number();
        return {};
    };
    const auto floats = [&](std::vector<float>& values) -> Status {
        if (coding != Coding::same && coding != Coding::float16 && coding != Coding::float32)
            return damaged(name + " has an unknown coding");
        if (coding == Coding::same) {
            values.assign(count, reader.number_of(coding));
        } else {
            values.resize(count);
            for (float& value : values) value = reader.number_of(coding);
        }
        return {};
    };
    switch (static_cast<Column>(column)) {
        case Column::ids: return numbers(tokens.ids);
        case Column::bytes: return numbers(tokens.bytes);
        case Column::logprob: return floats(tokens.logprob);
        case Column::above_reference: return floats(tokens.ref_logprob);
        case Column::log_ratio: return floats(tokens.ratio);
        case Column::advantage: return floats(tokens.advantage);
        case Column::value: return floats(tokens.value);
        case Column::clipped: {
            std::vector<float> signs;
            PLUMB_TRY_STATUS(floats(signs));
            for (const float sign : signs) {
                if (sign != -1 && sign != 0 && sign != 1)
                    return damaged(name + " holds more than -1, 0 and 1");
                tokens.clipped.push_back(static_cast<std::int8_t>(sign));
            }
            return {};
        }
    }
    return damaged(name + " is not known");
}

}  // namespace

std::string encode_token_data(const TokenData& tokens) {
    const std::size_t count = tokens.ids.size();
    PLUMB_CHECK(tokens.bytes.size() == count, "a length for every token");
    std::string blob;
    blob += static_cast<char>(format_version);
    append_number(count, blob);
    if (count == 0) return blob;
    append_numbers(Column::ids, tokens.ids, blob);
    append_numbers(Column::bytes, tokens.bytes, blob);
    const auto add = [&](Column column, const auto& values, auto value) {
        if (values.empty()) return;
        PLUMB_CHECK(values.size() == count, "a value for every token");
        append_floats(column, count, value, blob);
    };
    add(Column::logprob, tokens.logprob, [&](std::size_t i) { return tokens.logprob[i]; });
    if (!tokens.logprob.empty())
        add(Column::above_reference, tokens.ref_logprob,
            [&](std::size_t i) { return tokens.logprob[i] - tokens.ref_logprob[i]; });
    add(Column::log_ratio, tokens.ratio, [&](std::size_t i) { return std::log(tokens.ratio[i]); });
    add(Column::clipped, tokens.clipped,
        [&](std::size_t i) { return static_cast<float>(tokens.clipped[i]); });
    add(Column::advantage, tokens.advantage, [&](std::size_t i) { return tokens.advantage[i]; });
    add(Column::value, tokens.value, [&](std::size_t i) { return tokens.value[i]; });
    return blob;
}

Result<TokenData> decode_token_data(std::string_view blob) {
    BlobReader reader(blob);
    const auto version = reader.bits<std::uint8_t>();
    if (reader.broken()) return damaged("they are empty");
    if (version > format_version)
        return Error{ErrorCode::newer_version,
                     "the token data were written by a newer version of this program (format " +
                         std::to_string(version) + ", this program knows up to " +
                         std::to_string(format_version) + "); update the program"};
    if (version == 0) return damaged("format 0 does not exist");
    const std::int64_t tokens = reader.number();
    // Each token has a byte of its id at least, so that a damaged number asks for no more memory.
    if (reader.broken() || static_cast<std::uint64_t>(tokens) > reader.left())
        return damaged("they end early");
    const auto count = static_cast<std::size_t>(tokens);
    TokenData data;
    while (!reader.at_end()) {
        PLUMB_TRY_STATUS(read_column(reader, count, data));
        if (reader.broken()) return damaged("they end early");
    }
    if (data.ids.size() != count || data.bytes.size() != count)
        return damaged("ids or lengths of the tokens are missing");
    if (data.logprob.empty()) data.ref_logprob.clear();
    for (std::size_t i = 0; i < data.ref_logprob.size(); ++i)
        data.ref_logprob[i] = data.logprob[i] - data.ref_logprob[i];
    for (float& ratio : data.ratio) ratio = std::exp(ratio);
    return data;
}

}  // namespace plumb
