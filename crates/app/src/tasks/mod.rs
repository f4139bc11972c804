//! Tasks: runs of AI Tools and workflows, from what is kept of them.
//!
//! A task's definition is pinned at its start, every finished step keeps its result, and the
//! order of steps follows from these alone. So a run that paused, waited or lost its server is
//! taken up by running it again from the top: finished steps answer from what is kept, and
//! nothing is done or charged twice. Read next: [`start`], `work`, [`waiting`].

mod bounds;
mod calls;
mod definition;
mod material;
pub(crate) mod nested;
mod order;
mod outcome;
mod pages;
mod parts;
mod replay;
mod scope;
pub mod start;
mod step;
mod steps;
pub mod waiting;
mod work;

pub use definition::Definition;
pub(crate) use material::text_of;
pub use order::{Occasion, TaskOrder, What};
pub use outcome::Outcome;
pub(crate) use parts::given;
pub(crate) use replay::Earlier;
pub(crate) use scope::Within;
pub use start::Estimated;
