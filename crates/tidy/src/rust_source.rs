//! A Rust file as its functions, tokens and string literals, read with a real parser.
//!
//! Owns: where functions begin and end, also inside macros, and which tokens are code.
//! Never: judges. Read next: `size` and `words`, which do.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::visit::{self, Visit};

use crate::Source;

/// One function with a body, by its first and last line, attributes and comments before not
/// counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Function {
    pub name: String,
    pub first: usize,
    pub last: usize,
}

impl Function {
    pub fn lines(&self) -> usize {
        self.last - self.first + 1
    }
}

/// One token of code (comments are none) with its line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Token {
    pub text: String,
    pub line: usize,
    pub kind: TokenKind,
    /// Within the body of a `loop` or `while`.
    pub looped: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenKind {
    Word,
    Literal,
    /// A token that opens a `(…)`.
    Open,
    Other,
}

/// All functions of a file, or why it could not be parsed.
///
/// # Errors
/// The parser's own words.
pub fn functions(source: &Source) -> syn::Result<Vec<Function>> {
    let file = syn::parse_file(&source.text)?;
    let mut finder = Finder::default();
    finder.visit_file(&file);
    Ok(finder.found)
}

/// All tokens of a file in order, documentation comments left out.
///
/// # Errors
/// The tokenizer's own words.
pub fn tokens(source: &Source) -> Result<Vec<Token>, proc_macro2::LexError> {
    // A byte-order mark or `#!` line is no token.
    let stream: TokenStream = without_comments(&source.text).parse()?;
    let mut found = Vec::new();
    flatten(stream, false, &mut found);
    Ok(found)
}

/// Documentation comments become tokens in the lexer, but are prose here.
fn without_comments(text: &str) -> String {
    let is_doc = |line: &str| {
        let line = line.trim_start();
        line.starts_with("//!") || line.starts_with("///")
    };
    let kept = text.lines().map(|line| if is_doc(line) { "" } else { line });
    kept.collect::<Vec<_>>().join("\n")
}

fn flatten(stream: TokenStream, looped: bool, found: &mut Vec<Token>) {
    let mut loop_begins = false;
    for tree in stream {
        let line = tree.span().start().line;
        let (text, kind) = match &tree {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Parenthesis => {
                ("(".to_owned(), TokenKind::Open)
            }
            TokenTree::Group(_) => ("{".to_owned(), TokenKind::Other),
            TokenTree::Ident(word) => (word.to_string(), TokenKind::Word),
            TokenTree::Literal(literal) => (literal.to_string(), TokenKind::Literal),
            TokenTree::Punct(punct) => (punct.as_char().to_string(), TokenKind::Other),
        };
        loop_begins |= kind == TokenKind::Word && matches!(text.as_str(), "loop" | "while");
        found.push(Token { text, line, kind, looped });
        if let TokenTree::Group(group) = tree {
            let is_body = loop_begins && group.delimiter() == Delimiter::Brace;
            loop_begins &= !is_body;
            flatten(group.stream(), looped || is_body, found);
        }
    }
}

#[derive(Default)]
struct Finder {
    found: Vec<Function>,
}

impl Finder {
    fn add(&mut self, signature: &syn::Signature, body: &syn::Block) {
        let first = span_start(signature);
        let last = body.brace_token.span.close().end().line;
        self.found.push(Function { name: signature.ident.to_string(), first, last });
    }
}

/// The line of `fn` itself or of the words before it (`pub` may stand on the same line).
fn span_start(signature: &syn::Signature) -> usize {
    signature.fn_token.span.start().line
}

impl<'ast> Visit<'ast> for Finder {
    fn visit_item_fn(&mut self, item: &'ast syn::ItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_item_fn(self, item);
    }

    fn visit_impl_item_fn(&mut self, item: &'ast syn::ImplItemFn) {
        self.add(&item.sig, &item.block);
        visit::visit_impl_item_fn(self, item);
    }

    fn visit_trait_item_fn(&mut self, item: &'ast syn::TraitItemFn) {
        if let Some(body) = &item.default {
            self.add(&item.sig, body);
        }
        visit::visit_trait_item_fn(self, item);
    }

    fn visit_macro(&mut self, item: &'ast syn::Macro) {
        in_macro(item.tokens.clone(), &mut self.found);
    }
}

/// Functions that a macro receives (`proptest! { fn … }`) are tokens to the parser.
fn in_macro(stream: TokenStream, found: &mut Vec<Function>) {
    let mut open: Option<(String, Span)> = None;
    let mut after_fn: Option<Span> = None;
    for tree in stream {
        match tree {
            TokenTree::Ident(word) if word == "fn" => after_fn = Some(word.span()),
            TokenTree::Ident(word) => {
                if let Some(span) = after_fn.take() {
                    open = Some((word.to_string(), span));
                }
            }
            TokenTree::Group(group) => {
                if group.delimiter() == Delimiter::Brace
                    && let Some((name, span)) = open.take()
                {
                    let last = group.span_close().end().line;
                    found.push(Function { name, first: span.start().line, last });
                }
                after_fn = None;
                in_macro(group.stream(), found);
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => open = None,
            TokenTree::Punct(_) | TokenTree::Literal(_) => after_fn = None,
        }
    }
}
