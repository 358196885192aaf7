// SPDX-License-Identifier: GPL-3.0-or-later
// ATen and autograd, as used by nearly every file with tensors. torch/torch.h costs three times that.
#pragma once

#include <ATen/ATen.h>
#include <ATen/Parallel.h>
#include <torch/csrc/autograd/autograd.h>
#include <torch/csrc/autograd/custom_function.h>
#include <torch/csrc/autograd/generated/variable_factories.h>
