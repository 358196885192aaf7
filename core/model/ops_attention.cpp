// SPDX-License-Identifier: GPL-3.0-or-later
#include <cmath>
#include <vector>

#include "model/composed_ops.h"
#include "model/kernels.h"
#include "model/ops.h"
#include "model/ops_detail.h"
#include "model/token_tree.h"

namespace plumb::ops {
namespace {

using namespace detail;
using Segment = TokenTree::Segment;

using Family = TokenTree::Family;

/// Of each position, the cosines and sines of the columns that rotate; none where nothing does.
struct Angles {
    Angles(const at::Tensor& cosines, const at::Tensor& sines)
        : half(cosines.defined() ? cosines.size(-1) : 0),
          cos(half > 0 ? cosines.const_data_ptr<float>() : nullptr),
          sin(half > 0 ? sines.const_data_ptr<float>() : nullptr) {}
    std::int64_t half;
    const float *cos, *sin;
};

/// Where things stand in qkv [N, (heads + 2 kv_heads) D].
struct Layout {
    Layout(const at::Tensor& qkv, std::int64_t heads, std::int64_t kv_heads_, std::int64_t window_)
        : kv_heads(kv_heads_),
          group(heads / kv_heads_),
          stride(qkv.size(1)),
          dim(stride / (heads + 2 * kv_heads_)),
          columns(heads * dim),
          window(window_) {}

    std::int64_t q(std::int64_t kv_head) const { return kv_head * group * dim; }
    std::int64_t k(std::int64_t kv_head) const { return columns + kv_head * dim; }
    std::int64_t v(std::int64_t kv_head) const { return columns + (kv_heads + kv_head) * dim; }
    AttentionShape shape(std::int64_t length) const {
        return {length, dim, group, 1.0f / std::sqrt(static_cast<float>(dim)), window};
    }
    /// A segment's log-sums of one head, [group, length].
    std::int64_t log_sums(const Segment& segment, std::int64_t kv_head) const {
        return group * (segment.first * kv_heads + kv_head * segment.length);
    }
    /// Rotates q and k of one key-value head in all rows of a segment that begins at a position.
    void rotate(float* qkv, const Segment& segment, std::int64_t position, std::int64_t kv_head,
                const Angles& angles, float direction) const {
        const std::int64_t half = angles.half;
        float* row = qkv + segment.first * stride;
        const float* cos = angles.cos + position * half;
        const float* sin = angles.sin + position * half;
        for (std::int64_t t = 0; t < segment.length; ++t, row += stride, cos += half, sin += half) {
            kernels().rotate(group, dim, 2 * half, cos, sin, direction, row + q(kv_head));
            kernels().rotate(1, dim, 2 * half, cos, sin, direction, row + k(kv_head));
        }
    }
    void rotate(float* qkv, const Family& family, std::int64_t kv_head, const Angles& angles,
                float direction) const {
        if (angles.half == 0) return;
        rotate(qkv, family.root, 0, kv_head, angles, direction);
        for (const Segment& branch : family.branches)
            rotate(qkv, branch, family.root.length, kv_head, angles, direction);
    }

    std::int64_t kv_heads, group, stride, dim;
    std::int64_t columns;  // of q, and of the output
    std::int64_t window;
};

/// One head of a branch with its root before it, as rows of their own: the kernels take a sequence
/// in one piece. A row is q of the group, k and v.
class Sequence {
public:
    Sequence(const Layout& layout, std::int64_t longest, bool with_gradients)
        : layout_(layout),
          width_((layout.group + 2) * layout.dim),
          out_width_(layout.group * layout.dim),
          rows_(at::empty({longest, width_}, at::kFloat)),
          out_(at::empty({longest, out_width_}, at::kFloat)),
          log_sums_(at::empty({layout.group, longest}, at::kFloat)) {
        if (!with_gradients) return;
        drows_ = at::empty_like(rows_);
        dout_ = at::empty_like(out_);
    }

    void forward(const float* qkv, const Segment& root, const Segment& branch, std::int64_t kv_head,
                 float* out, float* log_sums, float* scratch) {
        const std::int64_t length = root.length + branch.length;
        gather(qkv, root, branch, kv_head);
        float* rows = rows_.data_ptr<float>();
        float* own_out = out_.data_ptr<float>();
        float* own_sums = log_sums_.data_ptr<float>();
        kernels().attention(layout_.shape(length), rows, rows + k(), rows + v(), width_, own_out,
                            out_width_, own_sums, scratch);
        for (std::int64_t t = 0; t < branch.length; ++t)
            std::copy_n(own_out + (root.length + t) * out_width_, out_width_,
                        out + (branch.first + t) * layout_.columns + layout_.q(kv_head));
        for (std::int64_t head = 0; head < layout_.group; ++head)
            std::copy_n(own_sums + head * length + root.length, branch.length,
                        log_sums + layout_.log_sums(branch, kv_head) + head * branch.length);
    }

    /// Writes the branch's rows of dqkv and adds to k and v of the root's.
    void backward(const float* qkv, const Segment& root, const Segment& branch,
                  std::int64_t kv_head, const float* out, const float* dout, const float* log_sums,
                  float* dqkv, float* scratch) {
        const std::int64_t length = root.length + branch.length;
        gather(qkv, root, branch, kv_head);
        // The root's outputs are another call's: their gradient is 0 here.
        gather_outputs(out, root, branch, kv_head, out_.data_ptr<float>());
        gather_outputs(dout, root, branch, kv_head, dout_.data_ptr<float>());
        float* own_sums = log_sums_.data_ptr<float>();
        for (std::int64_t head = 0; head < layout_.group; ++head) {
            std::copy_n(log_sums + layout_.log_sums(root, kv_head) + head * root.length,
                        root.length, own_sums + head * length);
            std::copy_n(log_sums + layout_.log_sums(branch, kv_head) + head * branch.length,
                        branch.length, own_sums + head * length + root.length);
        }
        const float* rows = rows_.const_data_ptr<float>();
        float* drows = drows_.data_ptr<float>();
        kernels().attention_backward(layout_.shape(length), rows, rows + k(), rows + v(), width_,
                                     out_.const_data_ptr<float>(), dout_.const_data_ptr<float>(),
                                     out_width_, own_sums, drows, drows + k(), drows + v(),
                                     scratch);
        for (std::int64_t t = 0; t < root.length; ++t) {
            const float* from = drows + t * width_;
            float* to = dqkv + (root.first + t) * layout_.stride;
            for (std::int64_t d = 0; d < layout_.dim; ++d) {
                to[layout_.k(kv_head) + d] += from[k() + d];
                to[layout_.v(kv_head) + d] += from[v() + d];
            }
        }
        for (std::int64_t t = 0; t < branch.length; ++t) {
            const float* from = drows + (root.length + t) * width_;
            float* to = dqkv + (branch.first + t) * layout_.stride;
            std::copy_n(from, out_width_, to + layout_.q(kv_head));
            std::copy_n(from + k(), layout_.dim, to + layout_.k(kv_head));
            std::copy_n(from + v(), layout_.dim, to + layout_.v(kv_head));
        }
    }

private:
    std::int64_t k() const { return out_width_; }
    std::int64_t v() const { return out_width_ + layout_.dim; }

    void gather(const float* qkv, const Segment& root, const Segment& branch,
                std::int64_t kv_head) {
        float* row = rows_.data_ptr<float>();
        for (const Segment* segment : {&root, &branch})
            for (std::int64_t t = 0; t < segment->length; ++t, row += width_) {
                const float* from = qkv + (segment->first + t) * layout_.stride;
                std::copy_n(from + layout_.q(kv_head), out_width_, row);
                std::copy_n(from + layout_.k(kv_head), layout_.dim, row + k());
                std::copy_n(from + layout_.v(kv_head), layout_.dim, row + v());
            }
    }
    void gather_outputs(const float* from, const Segment& root, const Segment& branch,
                        std::int64_t kv_head, float* to) const {
        std::fill_n(to, root.length * out_width_, 0.0f);
        for (std::int64_t t = 0; t < branch.length; ++t)
            std::copy_n(from + (branch.first + t) * layout_.columns + layout_.q(kv_head),
                        out_width_, to + (root.length + t) * out_width_);
    }

    const Layout& layout_;
    std::int64_t width_, out_width_;
    at::Tensor rows_, out_, log_sums_, drows_, dout_;
};

/// What one thread needs besides the tensors.
struct Workspace {
    Workspace(const Layout& layout, const std::vector<Family>& families, bool with_gradients)
        : longest(longest_of(families)),
          scratch(at::empty({kernels().attention_scratch(layout.shape(longest))}, at::kFloat)),
          sequence(layout, has_branches(families) ? longest : 0, with_gradients) {}

    static bool has_branches(const std::vector<Family>& families) {
        return std::any_of(families.begin(), families.end(),
                           [](const Family& family) { return !family.branches.empty(); });
    }
    static std::int64_t longest_of(const std::vector<Family>& families) {
        std::int64_t longest = 0;
        for (const Family& family : families) {
            longest = std::max(longest, family.root.length);
            for (const Segment& branch : family.branches)
                longest = std::max(longest, family.root.length + branch.length);
        }
        return longest;
    }

    std::int64_t longest;
    at::Tensor scratch;
    Sequence sequence;
};

/// Calls body(family, kv_head, workspace) for all of them, on all threads.
template <class Body>
void for_each(const Layout& layout, const std::vector<Family>& families, bool with_gradients,
              Body body) {
    const auto count = static_cast<std::int64_t>(families.size());
    const std::int64_t longest = Workspace::longest_of(families);
    const std::int64_t seen = layout.window > 0 ? std::min(layout.window, longest) : longest;
    at::parallel_for(0, count * layout.kv_heads,
                     grain(layout.group * longest * seen * layout.dim / 4),
                     [&](std::int64_t begin, std::int64_t end) {
                         Workspace work(layout, families, with_gradients);
                         for (std::int64_t i = begin; i < end; ++i)
                             body(families[static_cast<std::size_t>(i / layout.kv_heads)],
                                  i % layout.kv_heads, work);
                     });
}

struct Forward {
    at::Tensor out;       // [N, heads D]
    at::Tensor log_sums;  // [N heads], see Layout::log_sums()
};

/// qkv is rotated in place.
Forward forward(const at::Tensor& qkv, const at::Tensor& segments, const at::Tensor& cos,
                const at::Tensor& sin, std::int64_t heads, std::int64_t kv_heads,
                std::int64_t window) {
    const Layout layout(qkv, heads, kv_heads, window);
    const std::vector<Family> families = families_of(segments);
    Forward result{at::empty({qkv.size(0), layout.columns}, qkv.options()),
                   at::empty({qkv.size(0) * heads}, qkv.options())};
    // The values are unchanged for autograd: nobody else reads qkv, see the header.
    auto* all = qkv.mutable_data_ptr<float>();
    auto* out = result.out.data_ptr<float>();
    auto* log_sums = result.log_sums.data_ptr<float>();
    const Angles angles(cos, sin);
    for_each(
        layout, families, false, [&](const Family& family, std::int64_t head, Workspace& work) {
            layout.rotate(all, family, head, angles, 1.0f);
            auto* scratch = work.scratch.data_ptr<float>();
            const Segment& root = family.root;
            const float* rows = all + root.first * layout.stride;
            if (root.length > 0)
                kernels().attention(layout.shape(root.length), rows + layout.q(head),
                                    rows + layout.k(head), rows + layout.v(head), layout.stride,
                                    out + root.first * layout.columns + layout.q(head),
                                    layout.columns, log_sums + layout.log_sums(root, head),
                                    scratch);
            for (const Segment& branch : family.branches)
                work.sequence.forward(all, root, branch, head, out, log_sums, scratch);
        });
    return result;
}

class CausalAttention : public torch::autograd::Function<CausalAttention> {
public:
    static Variable forward(AutogradContext* context, const Variable& qkv, const Variable& segments,
                            const std::optional<Variable>& cosines,
                            const std::optional<Variable>& sines, std::int64_t heads,
                            std::int64_t kv_heads, std::int64_t window) {
        const at::Tensor cos = cosines.value_or(Variable()), sin = sines.value_or(Variable());
        Forward result = ops::forward(qkv, segments, cos, sin, heads, kv_heads, window);
        context->save_for_backward({qkv, segments, cos, sin, result.out, result.log_sums});
        context->saved_data["heads"] = heads;
        context->saved_data["kv_heads"] = kv_heads;
        context->saved_data["window"] = window;
        return result.out;
    }

    static variable_list backward(AutogradContext* context, variable_list gradients) {
        const variable_list saved = context->get_saved_variables();
        const at::Tensor& qkv = saved[0];
        const Layout layout(qkv, context->saved_data["heads"].toInt(),
                            context->saved_data["kv_heads"].toInt(),
                            context->saved_data["window"].toInt());
        const at::Tensor dout = gradients[0].contiguous();
        at::Tensor dqkv = at::empty_like(qkv);
        const auto* all = qkv.const_data_ptr<float>();
        const Angles angles(saved[2], saved[3]);
        const auto* out = saved[4].const_data_ptr<float>();
        const auto* log_sums = saved[5].const_data_ptr<float>();
        const auto* d = dout.const_data_ptr<float>();
        auto* dall = dqkv.data_ptr<float>();
        for_each(layout, families_of(saved[1]), true,
                 [&](const Family& family, std::int64_t head, Workspace& work) {
                     auto* scratch = work.scratch.data_ptr<float>();
                     const Segment& root = family.root;
                     const float* rows = all + root.first * layout.stride;
                     float* drows = dall + root.first * layout.stride;
                     const std::int64_t column = root.first * layout.columns + layout.q(head);
                     if (root.length > 0)
                         kernels().attention_backward(
                             layout.shape(root.length), rows + layout.q(head),
                             rows + layout.k(head), rows + layout.v(head), layout.stride,
                             out + column, d + column, layout.columns,
                             log_sums + layout.log_sums(root, head), drows + layout.q(head),
                             drows + layout.k(head), drows + layout.v(head), scratch);
                     for (const Segment& branch : family.branches)
                         work.sequence.backward(all, root, branch, head, out, d, log_sums, dall,
                                                scratch);
                     layout.rotate(dall, family, head, angles, -1.0f);
                 });
        return {dqkv, {}, {}, {}, {}, {}, {}};
    }
};

}  // namespace

at::Tensor causal_attention(const at::Tensor& qkv, const at::Tensor& segments,
                            const at::Tensor& cos, const at::Tensor& sin, std::int64_t heads,
                            std::int64_t kv_heads, std::int64_t window) {
    if (!fused(qkv) || !qkv.is_contiguous())
        return composed::causal_attention(qkv, segments, cos, sin, heads, kv_heads, window);
    if (!needs_graph({&qkv})) return forward(qkv, segments, cos, sin, heads, kv_heads, window).out;
    return CausalAttention::apply(qkv, segments, optional(cos), optional(sin), heads, kv_heads,
                                  window);
}

}  // namespace plumb::ops
