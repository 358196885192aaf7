// SPDX-License-Identifier: GPL-3.0-or-later
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include <ATen/ATen.h>

#include "base/result.h"
#include "model/config.h"
#include "model/lora.h"
#include "model/ops.h"
#include "model/parameters.h"
#include "model/rope.h"
#include "model/safetensors.h"
#include "model/token_tree.h"

namespace plumb {

class KeyValueCache;
struct AdapterPlan;
class ModelFiles;
struct FileTensor;
struct TensorSource;
struct PackedDecoder;
struct PackedLinear;

/// What an adapter is an adapter of.
struct BaseModel {
    std::filesystem::path folder;
    std::string name;         ///< for other programs, where not the folder's path
    std::string fingerprint;  ///< of its parameters, see fingerprint_of()
};

struct AdaptedModule {
    std::int64_t rank;
    double scale;
};

/// A decoder: RMSNorm, rotary positions, grouped-query attention, SwiGLU, and a
/// head: tied or untied logits, or a score (ModelConfig::score_head). All parameters are views of
/// one flat buffer (and their gradients of another), each 64-byte aligned, so that the optimiser,
/// the norm of the gradient and zeroing are one operation each. q, k and v are one matrix, gate and
/// up another; files have the names and layouts of the model's family (families/family.h).
class Decoder {
public:
    /// Parameters are uninitialised: call initialise() or load_tensors().
    Decoder(const ModelConfig& config, at::Device device);
    Decoder(const Decoder&) = delete;
    Decoder& operator=(const Decoder&) = delete;
    Decoder(Decoder&&) noexcept;
    Decoder& operator=(Decoder&&) noexcept;
    ~Decoder();

    /// Linear weights N(0, 1/sqrt(fan_in)), those that write to the residual stream divided by
    /// sqrt(2 layers) further, embedding N(0, 0.02), norms 1, score head N(0, 1/sqrt(hidden + 1)).
    void initialise(std::uint64_t seed);
    /// A frozen reward or value model on this decoder: its layers with a score head of zeros, or,
    /// given a seed, one drawn as initialise() does.
    Decoder with_score_head(std::optional<std::uint64_t> seed) const;

    /// dtype: of the weights in memory and of the computation, whatever files hold. Nothing of the
    /// model's size is allocated before its files are known to have just what config.json asks for.
    static Result<Decoder> load(const std::filesystem::path& folder, at::Device device,
                                WeightType dtype = WeightType::float32);
    /// One that does nothing but generate: prefill(), decode() and next_logits(). On the CPU in
    /// float32 its weights are in memory once, in the kernels' layout; elsewhere, and with a score
    /// head, it is load().
    static Result<Decoder> load_for_generation(const std::filesystem::path& folder,
                                               at::Device device,
                                               WeightType dtype = WeightType::float32);
    /// Whether it does more than generate.
    bool has_parameters() const { return flat_.defined(); }
    /// config.json, generation_config.json and model.safetensors; the folder must exist.
    Status save(const std::filesystem::path& folder) const;

    /// The parameters (or, with gradients = true, their gradients) under the family's names, as
    /// views of the flat buffers; the tied head is left out. Elements are in the order of the
    /// family's files; where q, k and v are interleaved there, the view has the dimensions
    /// [heads, 3, head_dim, ...].
    TensorMap named_tensors(bool gradients = false) const;
    /// Reads the weights of a folder with the same configuration. A missing, unknown or wrongly
    /// shaped tensor is named, and nothing is changed then.
    Status load_weights(const std::filesystem::path& folder);

    /// Hidden states after the final norm, one a token: [N, hidden]. Positions count from 0 in
    /// every sequence. Differentiable where gradients are on.
    at::Tensor hidden_states(const TokenTree& tokens) const;
    /// The same at the given places [M] among the tokens: [M, hidden]. What of the last layer no
    /// other position looks at is computed at these alone, where they are clearly fewer than all.
    at::Tensor hidden_states_at(const TokenTree& tokens, const at::Tensor& places) const;
    /// The same of rows: ids [B, T] int64 to [B, T, hidden]. Rows may be right-padded: attention is
    /// causal, so padding at the end changes nothing before it.
    at::Tensor hidden_states(const at::Tensor& ids) const;
    /// The same of rows padded anywhere: mask [B, T] is not 0 at real tokens, whose positions count
    /// from 0 in each row. Zeros at padding.
    at::Tensor hidden_states(const at::Tensor& ids, const at::Tensor& mask) const;
    /// hidden_states after the embedding and after every block, the last one normed.
    std::vector<at::Tensor> all_hidden_states(const at::Tensor& ids) const;
    /// hidden [..., hidden] to logits [..., vocab]. Differentiable where gradients are on.
    /// Precondition here and in generation: no score head.
    at::Tensor logits(const at::Tensor& hidden) const;
    /// logits() as a function that draws the same dropout at every call. The model must outlive it.
    std::function<at::Tensor(const at::Tensor&)> head() const;
    /// hidden [..., hidden] to scores [...], float32 also where weights are shorter.
    /// Differentiable. Precondition: a score head.
    at::Tensor scores(const at::Tensor& hidden) const;

    // Generation. On the CPU it uses a copy of the parameters in the kernels' layout, which is made
    // anew when they have changed; autograd's version counter tells, so parameters must be changed
    // by ATen's operations, not through raw pointers.

    /// Fills an empty cache with right-padded prompts [B, T] of the given lengths and returns the
    /// hidden state of each prompt's last token, [B, hidden]. The cache has B slots, or a multiple:
    /// then slots / B rows that stand together share each prompt. No gradients.
    at::Tensor prefill(const at::Tensor& ids, const std::vector<std::int64_t>& lengths,
                       KeyValueCache& cache) const;
    /// Appends one token to each live row of the cache; returns its hidden state [B, hidden]. On
    /// the CPU bit for bit what hidden_states gives for the same position.
    at::Tensor decode(const at::Tensor& ids, KeyValueCache& cache) const;
    /// logits() for the hidden states [B, hidden] of prefill and decode. No gradients.
    at::Tensor next_logits(const at::Tensor& hidden) const;

    const ModelConfig& config() const { return config_; }
    at::Device device() const { return device_; }
    std::int64_t parameter_count() const;

    /// The model's own parameters. Gaps between them hold zeros.
    at::Tensor& flat_parameters() { return flat_; }
    const at::Tensor& flat_parameters() const { return flat_; }
    /// Everything trainable, the adapter where there is one: the first decay_size() elements take
    /// weight decay (matrices and embedding), the rest (norms) do not.
    at::Tensor& trained_parameters();
    const at::Tensor& trained_parameters() const;
    at::Tensor& flat_gradients() { return flat_gradients_; }
    /// The trained parameters, or their gradients, by name.
    TensorMap trained_tensors(bool gradients = false) const;
    RopeTables rope() const { return rope_.tables(); }
    std::int64_t decay_size() const;
    /// Allocates the gradients and turns gradients on. Without it the model is frozen.
    void enable_training();
    bool is_trainable() const { return flat_gradients_.defined(); }
    void zero_gradients();
    /// Passes with gradients keep the inputs of the layers alone and compute the rest anew on their
    /// way back: the same gradients, for less memory and about a third more work.
    void set_gradient_checkpointing(bool on) { gradient_checkpointing_ = on; }

    /// A frozen copy whose parameters are rounded to the type. Precondition: no adapter.
    Decoder with_dtype(WeightType dtype) const;
    /// A copy with the same parameters, frozen. With an adapter only that is copied.
    Decoder frozen_copy() const;

    // Adapters (LoRA). The model's own parameters are frozen then and may be shared by several
    // models of one base, each with an adapter of its own or none.

    /// A frozen model on the same memory, without the adapter: the reference of a policy.
    Decoder sharing() const;
    /// The same with a score head as with_score_head() gives it.
    Decoder sharing_with_score_head(std::optional<std::uint64_t> seed) const;
    bool shares_parameters_with(const Decoder& other) const;
    /// Whether the parameters are another model's, which is accounted for them.
    bool is_shared() const { return is_shared_; }
    /// From now on the parameters count as this model's: the one it shared them with is gone.
    void own_parameters() { is_shared_ = false; }
    /// Where the parameters lie on disk, for the files of adapters; nothing where nobody has said.
    const std::optional<BaseModel>& base() const { return base_; }
    void set_base(BaseModel base) { base_ = std::move(base); }

    /// A new adapter: A uniform in +-1 / sqrt(in) (Kaiming with a = sqrt 5), B zero, so that it
    /// changes nothing yet; modules_to_save begin as copies. The score head is always one of them.
    /// Errors name the setting and the module. Precondition here and below: frozen, no adapter.
    Status add_adapter(const LoraConfig& config, std::uint64_t seed);
    /// One that was saved, under PEFT's names; ranks follow from the tensors. alphas: of modules
    /// that have their own (alpha_pattern). Errors name the tensor, nothing is changed then.
    Status add_adapter(const LoraConfig& config, const std::map<std::string, double>& alphas,
                       const TensorMap& tensors, const std::string& origin);
    bool has_adapter() const { return adapter_ != nullptr; }
    /// Precondition here and below: has_adapter(). target_modules are names, or the expression.
    const LoraConfig& adapter_config() const;
    /// Tensors of the adapter (or their gradients) under PEFT's names, as views; their elements in
    /// the order of the files.
    TensorMap adapter_tensors(bool gradients = false) const;
    /// Their shapes in a file, where GPT-NeoX has heads in another order.
    FileShapes adapter_shapes() const;
    Status load_adapter_tensors(const TensorMap& tensors, const std::string& origin);
    std::map<std::string, AdaptedModule> adapted_modules() const;
    std::int64_t adapter_parameter_count() const;
    /// Those of the low-rank matrices alone.
    std::int64_t low_rank_parameter_count() const;
    const at::Tensor& adapter_parameters() const;
    /// Adds the adapter to the parameters, in place where they belong to this model alone.
    void merge_adapter();
    /// Dropout of the passes with gradients from now on: their draws follow from the key.
    void set_dropout_key(std::uint64_t key);

private:
    /// Undefined where the configuration has none; shapes: Parameter.
    struct Layer {
        at::Tensor input_norm, input_norm_bias;
        at::Tensor qkv, qkv_bias;
        at::Tensor q_norm, k_norm;
        at::Tensor output, output_bias;
        at::Tensor post_norm, post_norm_bias;
        at::Tensor gate_up, gate_up_bias;
        at::Tensor down, down_bias;
        ops::LowRank qkv_adapter, output_adapter, gate_up_adapter, down_adapter;
    };
    struct Adapter;
    /// The dropout of one pass; each product draws from it by its place.
    struct Pass {
        Dropout dropout;
    };
    struct Shared {};
    Decoder(const Decoder& base, Shared);
    struct WithoutParameters {};
    Decoder(const ModelConfig& config, at::Device device, WithoutParameters);

    Status read_weights(const ModelFiles& files, const std::vector<TensorSource>& sources);

    void allocate();
    at::Tensor& parameter(Parameter parameter, std::int64_t layer);
    const at::Tensor& parameter(Parameter parameter, std::int64_t layer) const;
    std::vector<at::Tensor*> parameters();
    /// The elements of a tensor of the family's files, as a view of a parameter (or its gradient).
    at::Tensor file_view(const at::Tensor& parameter, const FileTensor& tensor) const;
    at::Tensor interleaved(const at::Tensor& rows) const;
    void draw_score_head(std::uint64_t seed);
    std::int64_t input_size(const FileTensor& module) const;
    std::map<std::string, std::int64_t> adapter_sizes() const;
    ops::LowRank& low_rank(const FileTensor& module);
    const ops::LowRank& low_rank(const FileTensor& module) const;
    void make_adapter(const AdapterPlan& plan);
    std::vector<at::Tensor*> adapter_leaves();
    Decoder copy_of_adapted() const;
    void add_low_rank(Decoder& target) const;
    at::Tensor effective(const at::Tensor& weight, const ops::LowRank& adapter) const;
    Pass next_pass() const;
    Dropout dropout_of(const Pass& pass, const Layer& layer, std::uint64_t place) const;
    /// Positions of the shape of ids; used where they are learned.
    at::Tensor embed(const at::Tensor& ids, const at::Tensor& positions) const;
    at::Tensor embed(const TokenTree& tokens) const;
    at::Tensor project_qkv(const Layer& layer, const at::Tensor& x, const Pass& pass) const;
    /// qkv [N, columns] of tokens in these segments, with the angles of all their positions.
    at::Tensor attend(std::size_t layer, const at::Tensor& qkv, const at::Tensor& segments,
                      const RopeTables& rope) const;
    /// x [N, hidden]. places: of the results that are wanted; undefined: all.
    at::Tensor run_layer(std::size_t layer, const at::Tensor& x, const at::Tensor& segments,
                         const RopeTables& rope, const Pass& pass,
                         const at::Tensor& places = {}) const;
    /// From the attended values on: x is the layer's input.
    at::Tensor finish_layer(const Layer& layer, at::Tensor attended, const at::Tensor& x,
                            const Pass& pass) const;
    at::Tensor activate(const at::Tensor& columns) const;
    at::Tensor mlp_block(const Layer& layer, const at::Tensor& input, const at::Tensor& residual,
                         const Pass& pass) const;
    /// All layers and the final norm; the last layer's results at these places alone.
    at::Tensor run_layers(const TokenTree& tokens, const at::Tensor& places) const;
    at::Tensor final_norm(const at::Tensor& x) const;
    at::Tensor composed_prefill(const at::Tensor& ids, const std::vector<std::int64_t>& lengths,
                                KeyValueCache& cache) const;
    at::Tensor composed_decode(const at::Tensor& ids, KeyValueCache& cache) const;
    std::shared_ptr<const PackedDecoder> packed() const;
    void pack(PackedDecoder& weights, bool only_the_adapter) const;
    void pack_ends(PackedDecoder& weights, bool only_the_adapter) const;
    void pack_layer(std::size_t layer, PackedDecoder& weights, bool only_the_adapter) const;
    void pack_linear(PackedLinear& packed, const at::Tensor& weight, const at::Tensor& bias,
                     const ops::LowRank& adapter, bool only_the_adapter) const;

    ModelConfig config_;
    at::Device device_;
    at::Tensor flat_, flat_gradients_;
    std::int64_t decay_size_ = 0;
    // head_ is embedding_ where they are tied, [1, hidden] where it is a score.
    at::Tensor embedding_, positions_, head_, norm_, norm_bias_;
    std::vector<Layer> layers_;
    RotaryPositions rope_;
    bool is_shared_ = false;
    bool gradient_checkpointing_ = false;
    std::optional<BaseModel> base_;
    std::unique_ptr<Adapter> adapter_;
    ops::LowRank head_adapter_;
    struct PackedCopy;
    mutable std::unique_ptr<PackedCopy> packed_copy_;
};

}  // namespace plumb
