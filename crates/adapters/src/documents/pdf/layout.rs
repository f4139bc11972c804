//! Where on a page a piece of text stands, and what that says of words and lines.
//!
//! Owns: the arithmetic of places, and the rule: further down or up is a new line, much further
//! an empty one between, a gap on the same line a space. Floats, for these are millimetres.

/// Six numbers that move, turn and scale: x' = a·x + c·y + e, y' = b·x + d·y + f.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Matrix(pub(super) [f64; 6]);

impl Matrix {
    pub(super) const SAME: Matrix = Matrix([1.0, 0.0, 0.0, 1.0, 0.0, 0.0]);

    pub(super) fn shift(x: f64, y: f64) -> Self {
        Matrix([1.0, 0.0, 0.0, 1.0, x, y])
    }

    /// First this, then `next`.
    pub(super) fn then(self, next: Matrix) -> Self {
        let (Matrix([a, b, c, d, e, f]), Matrix([g, h, i, j, k, l])) = (self, next);
        Matrix([
            a * g + b * i,
            a * h + b * j,
            c * g + d * i,
            c * h + d * j,
            e * g + f * i + k,
            e * h + f * j + l,
        ])
    }

    fn place(self) -> (f64, f64) {
        (self.0[4], self.0[5])
    }
}

/// The text of a page while it is put together.
#[derive(Default)]
pub(super) struct Lines {
    text: String,
    /// Where the last piece ended.
    end: Option<(f64, f64)>,
}

/// In sizes of the font: beyond this a piece is on another line.
const LINE: f64 = 0.5;
/// Beyond this there is an empty line between.
const PARAGRAPH: f64 = 1.9;
/// A gap on the same line beyond this is a space.
const SPACE: f64 = 0.17;
/// A step back on the same line beyond this is another column, not kerning.
const BACK: f64 = 0.8;

impl Lines {
    /// Adds a piece that stands at `start` and ends at `end`; both say the direction too. `size`
    /// is the font's, before the matrix.
    pub(super) fn add(&mut self, piece: &str, (start, end): (Matrix, Matrix), size: f64) {
        if piece.is_empty() {
            return;
        }
        let Matrix([a, b, c, d, ..]) = start;
        let along = a.hypot(b);
        let (right, up) = if along > 0.0 { (a / along, b / along) } else { (1.0, 0.0) };
        let height = (size * (a * d - b * c).abs().sqrt()).abs();
        let height = if height.is_finite() && height > 0.0 { height } else { 1.0 };
        let (x, y) = start.place();
        if let Some((last_x, last_y)) = self.end {
            let (dx, dy) = ((x - last_x) / height, (y - last_y) / height);
            let (gap, rise) = (dx * right + dy * up, (dy * right - dx * up).abs());
            if rise > LINE {
                self.text.push_str(if rise > PARAGRAPH { "\n\n" } else { "\n" });
            } else if !(-BACK..=SPACE).contains(&gap) && !self.text.ends_with(char::is_whitespace) {
                self.text.push(' ');
            }
        }
        self.text.push_str(piece);
        self.end = Some(end.place());
    }

    pub(super) fn len(&self) -> usize {
        self.text.len()
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }
}
