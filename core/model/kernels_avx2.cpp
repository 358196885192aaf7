// SPDX-License-Identifier: GPL-3.0-or-later
#if defined(__x86_64__)
#define PLUMB_SIMD_BYTES 32
#define PLUMB_KERNELS avx2_kernels
#define PLUMB_KERNELS_NAME "avx2"
#include "model/kernels_body.h"
#endif
