// SPDX-License-Identifier: GPL-3.0-or-later
// The kernels of one level: included once by each kernels_x86_*.cpp (or kernels_plain.cpp), which
// sets PLUMB_SIMD_BYTES and PLUMB_KERNELS, the name of its table. Those files are compiled with the
// processor flags of their level, so nothing of external linkage may be instantiated here: what the
// linker merges could end up in code that runs elsewhere. Hence no standard library either.
#include <cstddef>
#include <cstdint>

#include "model/kernels.h"

namespace plumb {
namespace {

#include "model/kernels_simd.h"

#include "model/kernels_product.h"

#include "model/kernels_rows.h"

#include "model/kernels_layer_norm.h"

#include "model/kernels_gelu.h"

#include "model/kernels_attention.h"

}  // namespace

extern const Kernels PLUMB_KERNELS;
const Kernels PLUMB_KERNELS = {
    PLUMB_KERNELS_NAME, panel,        tile_rows,           pack,
    pack_transposed,    product,      product_transposed,  rms_norm,
    rms_norm_backward,  layer_norm,   layer_norm_backward, gelu,
    gelu_backward,      swiglu,       swiglu_backward,     rotate,
    attention_scratch,  attention,    attention_backward,  cache_store,
    cached_attention,   exponentiate,
};

}  // namespace plumb
