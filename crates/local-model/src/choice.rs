//! Owns the choice of the next token: by likelihood, against repetition, and within a grammar
//! where the answer is held to one. Never decodes. Read next: `engine.rs`.

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;
use llama_cpp_2::token::data::LlamaTokenData;
use llama_cpp_2::token::data_array::LlamaTokenDataArray;

use crate::request::Sampling;

const TOP_K: i32 = 40;
const REPEAT_PENALTY: f32 = 1.1;
const REPEAT_WINDOW: i32 = 64;

pub struct Chooser {
    taste: LlamaSampler,
    grammar: Option<LlamaSampler>,
}

impl Chooser {
    pub fn new(vocabulary: i32, sampling: &Sampling, grammar: Option<LlamaSampler>) -> Self {
        Self { taste: taste(vocabulary, sampling), grammar }
    }

    /// The token after what was decoded last; None when the grammar allows none at all, which
    /// must not reach llama.cpp: it would end the process.
    pub fn choose(&mut self, context: &LlamaContext<'_>) -> Option<LlamaToken> {
        let Some(grammar) = &mut self.grammar else {
            return Some(self.taste.sample(context, -1));
        };
        // A grammar takes many times longer for all tokens than for one, and nearly always the
        // free choice is an allowed one. At temperature 0 both ways choose the same token.
        let mut candidates = context.token_data_array_ith(-1);
        candidates.apply_sampler(&mut self.taste);
        let mut token = candidates.selected_token()?;
        if !allows(grammar, token) {
            candidates = context.token_data_array_ith(-1);
            candidates.apply_sampler(grammar);
            candidates.data.retain(is_possible);
            if candidates.data.is_empty() {
                return None;
            }
            candidates.apply_sampler(&mut self.taste);
            token = candidates.selected_token()?;
        }
        grammar.try_accept(token).ok()?;
        self.taste.accept(token);
        Some(token)
    }
}

fn allows(grammar: &mut LlamaSampler, token: LlamaToken) -> bool {
    let mut alone = LlamaTokenDataArray::new(vec![LlamaTokenData::new(token, 1.0, 0.0)], false);
    alone.apply_sampler(grammar);
    alone.data.iter().all(is_possible)
}

fn is_possible(candidate: &LlamaTokenData) -> bool {
    candidate.logit() > f32::NEG_INFINITY
}

fn taste(vocabulary: i32, sampling: &Sampling) -> LlamaSampler {
    let penalty = LlamaSampler::penalties(vocabulary, REPEAT_WINDOW, REPEAT_PENALTY, 0.0, 0.0);
    if sampling.temperature <= 0.0 {
        return LlamaSampler::chain_simple([penalty, LlamaSampler::greedy()]);
    }
    // llama.cpp draws a seed of its own when it is given the highest one.
    let seed = sampling.seed.unwrap_or(u32::MAX);
    LlamaSampler::chain_simple([
        penalty,
        LlamaSampler::top_k(TOP_K),
        LlamaSampler::top_p(sampling.top_p, 1),
        LlamaSampler::temp(sampling.temperature),
        LlamaSampler::dist(seed),
    ])
}
