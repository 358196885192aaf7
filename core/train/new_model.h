// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <memory>
#include <string>

#include <ATen/ATen.h>

#include "base/result.h"
#include "config/settings.h"
#include "model/config.h"
#include "text/tokenizer.h"
#include "train/monitor.h"

namespace plumb {

/// The device of settings.device; one that is not there is an error that says what is.
Result<at::Device> open_device(const std::string& name);

/// The shape that the settings give a new model for the tokenizer.
ModelConfig new_model_config(const Settings& settings, const Tokenizer& tokenizer);
/// A freshly initialised model of that shape.
Result<Policy> new_policy(const Settings& settings, std::shared_ptr<const Tokenizer> tokenizer,
                          at::Device device);

/// Puts model and tokenizer together: padding is never sampled, unless it also ends completions.
Policy make_policy(Decoder model, std::shared_ptr<const Tokenizer> tokenizer);

}  // namespace plumb
