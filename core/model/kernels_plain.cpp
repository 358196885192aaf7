// SPDX-License-Identifier: GPL-3.0-or-later
#define PLUMB_SIMD_BYTES 16
#define PLUMB_KERNELS plain_kernels
#define PLUMB_KERNELS_NAME "plain"
#include "model/kernels_body.h"
