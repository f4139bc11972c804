//! What a page shows: its operators, followed as far as text goes.
//!
//! Owns: the state that places text (matrices, font, spacing) and the walk into forms, which are
//! drawings used from several pages. All work is counted: a page that wants too much is left out,
//! and the text says that it is cut.

use lopdf::content::{Content, Operation};
use lopdf::{Dictionary, Document, Object, ObjectId, Stream};

use super::font::{Font, FontSource};
use super::layout::{Lines, Matrix};
use super::{MAX_PART_BYTES, MAX_TEXT_BYTES, Patience};

/// Unpacked operators of all pages together, in bytes.
const MAX_WORK_BYTES: usize = 96 * 1024 * 1024;
/// Forms within forms.
const MAX_DEPTH: u32 = 4;
/// Saved states; deeper ones are not restored.
const MAX_SAVED: usize = 256;

pub(super) struct Walk<'a> {
    document: &'a Document,
    patience: &'a Patience,
    work: usize,
    left_out: bool,
}

/// What places text. Saved and restored by the page.
#[derive(Clone, Copy)]
struct State {
    page: Matrix,
    font: Option<usize>,
    size: f64,
    char_space: f64,
    word_space: f64,
    stretch: f64,
    leading: f64,
}

/// One page, or one form of it, while it is walked.
struct Scene<'f, 'd> {
    fonts: &'f [(&'d [u8], Font<'d>)],
    state: State,
    saved: Vec<State>,
    line: Matrix,
    text: Matrix,
}

impl<'a> Walk<'a> {
    pub(super) fn new(document: &'a Document, patience: &'a Patience) -> Self {
        Walk { document, patience, work: 0, left_out: false }
    }

    /// Whether some of the document was left out because it wanted too much.
    pub(super) fn left_out(&self) -> bool {
        self.left_out
    }

    pub(super) fn page(&mut self, page: ObjectId) -> String {
        let document = self.document;
        let Ok(content) = document.get_page_content_with_limit(page, MAX_PART_BYTES) else {
            self.left_out = true;
            return String::new();
        };
        let (own, referred) = document.get_page_resources(page).unwrap_or_default();
        let referred = referred.iter().filter_map(|id| document.get_dictionary(*id).ok());
        let resources: Vec<&Dictionary> = own.into_iter().chain(referred).collect();
        let state = State {
            page: Matrix::SAME,
            font: None,
            size: 1.0,
            char_space: 0.0,
            word_space: 0.0,
            stretch: 1.0,
            leading: 0.0,
        };
        let mut lines = Lines::default();
        self.walk(&content, (&resources, state), &mut lines, 0);
        lines.into_text()
    }

    fn walk(
        &mut self,
        content: &[u8],
        (resources, state): (&[&Dictionary], State),
        lines: &mut Lines,
        depth: u32,
    ) {
        self.work += content.len();
        if self.work > MAX_WORK_BYTES {
            self.left_out = true;
            return;
        }
        let document = self.document;
        let sources = fonts(document, resources);
        let fonts: Vec<_> = sources.iter().map(|source| source.open(document)).collect();
        let (line, text) = (Matrix::SAME, Matrix::SAME);
        let mut scene = Scene { fonts: &fonts, state, saved: Vec::new(), line, text };
        // What cannot be parsed ends the page there: what came before it still counts.
        for operation in Content::decode_iter(content).map_while(Result::ok) {
            if self.patience.is_over() || lines.len() > MAX_TEXT_BYTES {
                self.left_out = true;
                return;
            }
            if operation.operator == "Do" {
                self.form(&operation, (resources, scene.state), lines, depth);
            } else {
                scene.follow(&operation, lines);
            }
        }
    }

    fn form(
        &mut self,
        operation: &Operation,
        (resources, mut state): (&[&Dictionary], State),
        lines: &mut Lines,
        depth: u32,
    ) {
        let name = operation.operands.first().and_then(|name| name.as_name().ok());
        let form = name.and_then(|name| form(self.document, resources, name));
        let Some(form) = form else { return };
        if depth == MAX_DEPTH {
            self.left_out = true;
            return;
        }
        let Ok(content) = form.get_plain_content_with_limit(MAX_PART_BYTES) else {
            self.left_out = true;
            return;
        };
        let matrix = form.dict.get_deref(b"Matrix", self.document).and_then(Object::as_array);
        if let Ok(matrix) = matrix.map(|matrix| numbers(matrix)) {
            state.page = matrix.map_or(state.page, |matrix| Matrix(matrix).then(state.page));
        }
        let own = form.dict.get_deref(b"Resources", self.document).and_then(Object::as_dict).ok();
        // The number of a font is one of the list that the form makes anew.
        state.font = None;
        let own: Vec<&Dictionary> = own.into_iter().chain(resources.iter().copied()).collect();
        self.walk(&content, (&own, state), lines, depth + 1);
    }
}

/// The fonts that resources name; nearer ones first.
fn fonts(document: &Document, resources: &[&Dictionary]) -> Vec<FontSource> {
    let lists = resources.iter().filter_map(|resources| {
        resources.get_deref(b"Font", document).and_then(Object::as_dict).ok()
    });
    let fonts = lists.flat_map(|fonts| fonts.iter());
    fonts
        .filter_map(|(name, font)| {
            let (_, font) = document.dereference(font).ok()?;
            Some(FontSource::new(name, font.as_dict().ok()?))
        })
        .collect()
}

fn form<'a>(
    document: &'a Document,
    resources: &[&'a Dictionary],
    name: &[u8],
) -> Option<&'a Stream> {
    let stream = resources.iter().find_map(|resources| {
        let list = resources.get_deref(b"XObject", document).and_then(Object::as_dict).ok()?;
        list.get_deref(name, document).and_then(Object::as_stream).ok()
    })?;
    let kind = stream.dict.get(b"Subtype").and_then(Object::as_name).ok()?;
    (kind == b"Form").then_some(stream)
}

/// As many numbers as are asked for; none if there are fewer.
fn numbers<const N: usize>(operands: &[Object]) -> Option<[f64; N]> {
    let mut numbers = [0.0; N];
    for (at, number) in numbers.iter_mut().enumerate() {
        *number = operands.get(at)?.as_float().ok().map(f64::from)?;
    }
    Some(numbers)
}

impl Scene<'_, '_> {
    fn follow(&mut self, operation: &Operation, lines: &mut Lines) {
        let operands = operation.operands.as_slice();
        let one = || numbers(operands).map_or(0.0, |[number]: [f64; 1]| number);
        match operation.operator.as_str() {
            "q" if self.saved.len() < MAX_SAVED => self.saved.push(self.state),
            "Q" => self.state = self.saved.pop().unwrap_or(self.state),
            "cm" => {
                let matrix = numbers(operands).map_or(Matrix::SAME, Matrix);
                self.state.page = matrix.then(self.state.page);
            }
            "BT" => (self.line, self.text) = (Matrix::SAME, Matrix::SAME),
            "Tf" => self.font(operands),
            "Tc" => self.state.char_space = one(),
            "Tw" => self.state.word_space = one(),
            "Tz" => self.state.stretch = one() / 100.0,
            "TL" => self.state.leading = one(),
            "Td" | "TD" => {
                let [x, y] = numbers(operands).unwrap_or_default();
                if operation.operator == "TD" {
                    self.state.leading = -y;
                }
                self.next_line(x, y);
            }
            "Tm" => {
                self.line = numbers(operands).map_or(Matrix::SAME, Matrix);
                self.text = self.line;
            }
            "T*" => self.next_line(0.0, -self.state.leading),
            "Tj" => self.show(operands, lines),
            "TJ" => {
                let pieces = operands.first().and_then(|pieces| pieces.as_array().ok());
                self.show(pieces.map_or(&[][..], Vec::as_slice), lines);
            }
            "'" | "\"" => {
                if let Some([word_space, char_space]) = numbers(operands) {
                    (self.state.word_space, self.state.char_space) = (word_space, char_space);
                }
                self.next_line(0.0, -self.state.leading);
                self.show(operands.last().map_or(&[][..], std::slice::from_ref), lines);
            }
            _ => {}
        }
    }

    fn font(&mut self, operands: &[Object]) {
        let name = operands.first().and_then(|name| name.as_name().ok());
        self.state.font = self.fonts.iter().position(|(known, _)| Some(*known) == name);
        let size = operands.get(1).and_then(|size| size.as_float().ok());
        self.state.size = size.map_or(1.0, f64::from);
    }

    fn next_line(&mut self, x: f64, y: f64) {
        self.line = Matrix::shift(x, y).then(self.line);
        self.text = self.line;
    }

    /// Shows strings; numbers between them move the next one.
    fn show(&mut self, pieces: &[Object], lines: &mut Lines) {
        let State { page, size, char_space, word_space, stretch, .. } = self.state;
        let Some((_, font)) = self.state.font.and_then(|font| self.fonts.get(font)) else { return };
        for piece in pieces {
            if let Ok(bytes) = piece.as_str() {
                let wide = |(width, space): (f64, bool)| {
                    width / 1000.0 * size + char_space + if space { word_space } else { 0.0 }
                };
                let width: f64 = font.widths(bytes).map(wide).sum();
                let start = self.text.then(page);
                self.text = Matrix::shift(width * stretch, 0.0).then(self.text);
                let end = self.text.then(page);
                lines.add(&font.text(bytes), (start, end), size);
            } else if let Ok(back) = piece.as_float() {
                let shift = -f64::from(back) / 1000.0 * size * stretch;
                self.text = Matrix::shift(shift, 0.0).then(self.text);
            }
        }
    }
}
