//! Owns the loaded weights and the way from a conversation to tokens.
//! Never generates. Refuses models whose conversations it cannot keep apart from what people
//! write. Read next: `engine.rs`.

use std::num::NonZeroU32;
use std::path::Path;

use llama_cpp_2::context::LlamaContext;
use llama_cpp_2::context::params::LlamaContextParams;
use llama_cpp_2::llama_backend::LlamaBackend;
use llama_cpp_2::model::LlamaModel;
use llama_cpp_2::model::params::LlamaModelParams;
use llama_cpp_2::sampling::LlamaSampler;
use llama_cpp_2::token::LlamaToken;

use crate::template::{self, Message, Piece};

const DEFAULT_CONTEXT: u32 = 8192;

/// On a processor it is no faster, and many times slower for less than 64 tokens at once.
const NO_FLASH_ATTENTION: i32 = 0;

/// The most tokens of a prompt that are read at once; a call is cancelled between two such chunks.
pub const PROMPT_CHUNK: u16 = 64;

pub struct LocalModel {
    backend: LlamaBackend,
    model: LlamaModel,
    start: LlamaToken,
    end: LlamaToken,
}

impl LocalModel {
    pub fn load(path: &Path) -> Result<Self, String> {
        let mut backend =
            LlamaBackend::init().map_err(|error| format!("llama.cpp does not start: {error}"))?;
        backend.void_logs();
        let model = LlamaModel::load_from_file(&backend, path, &LlamaModelParams::default())
            .map_err(|error| format!("the weights cannot be loaded: {error}"))?;
        let declared = model.chat_template(None).ok().and_then(|text| text.to_string().ok());
        if declared.is_some_and(|text| !text.contains(template::START)) {
            return Err("this model's chat template is not ChatML: not supported".to_owned());
        }
        let start = control_token(&model, template::START)?;
        let end = control_token(&model, template::END)?;
        if !model.vocab().is_eog(end) {
            return Err(format!("this model does not end its answers with {}", template::END));
        }
        Ok(Self { backend, model, start, end })
    }

    /// Working memory for one conversation at a time.
    pub fn context(&self, threads: u32, context: Option<u32>) -> Result<LlamaContext<'_>, String> {
        let trained = self.model.n_ctx_train();
        let size = context.unwrap_or(DEFAULT_CONTEXT).min(trained);
        let threads = i32::try_from(threads).unwrap_or(1);
        let params = LlamaContextParams::default()
            .with_n_ctx(NonZeroU32::new(size))
            .with_n_batch(u32::from(PROMPT_CHUNK))
            .with_n_ubatch(u32::from(PROMPT_CHUNK))
            .with_flash_attention_policy(NO_FLASH_ATTENTION)
            .with_n_threads(threads)
            .with_n_threads_batch(threads);
        self.model
            .new_context(&self.backend, params)
            .map_err(|error| format!("no working memory for the model: {error}"))
    }

    pub fn tokens(&self, messages: &[Message]) -> Vec<LlamaToken> {
        let vocab = self.model.vocab();
        let mut tokens = Vec::new();
        if vocab.should_add_bos() {
            tokens.push(vocab.bos());
        }
        for piece in template::chatml(messages) {
            match piece {
                Piece::Control(template::END) => tokens.push(self.end),
                Piece::Control(_) => tokens.push(self.start),
                Piece::Text(text) => {
                    tokens.extend(vocab.tokenize(text.as_bytes(), false, false));
                }
            }
        }
        tokens
    }

    /// None: these rules are no grammar.
    pub fn grammar(&self, rules: &str) -> Option<LlamaSampler> {
        LlamaSampler::grammar(&self.model, rules, "root").ok()
    }

    pub fn ends_answer(&self, token: LlamaToken) -> bool {
        self.model.vocab().is_eog(token)
    }

    /// The bytes of a token; control tokens have none.
    pub fn bytes(&self, token: LlamaToken) -> Vec<u8> {
        self.model.vocab().token_to_piece(token, false, None)
    }

    pub fn vocabulary(&self) -> i32 {
        self.model.n_vocab()
    }
}

/// The one token for a control word, if the model has it and never makes it out of plain text.
fn control_token(model: &LlamaModel, word: &str) -> Result<LlamaToken, String> {
    let vocab = model.vocab();
    let [token] = vocab.tokenize(word.as_bytes(), false, true)[..] else {
        return Err(format!("this model has no token {word}: only ChatML models are supported"));
    };
    let from_text = vocab.tokenize(word.as_bytes(), false, false);
    if !vocab.is_control(token) || from_text.contains(&token) {
        return Err(format!("this model cannot tell its token {word} from text: not supported"));
    }
    Ok(token)
}
