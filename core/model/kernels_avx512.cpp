// SPDX-License-Identifier: GPL-3.0-or-later
#if defined(__x86_64__)
#define PLUMB_SIMD_BYTES 64
#define PLUMB_KERNELS avx512_kernels
#define PLUMB_KERNELS_NAME "avx512"
#include "model/kernels_body.h"
#endif
