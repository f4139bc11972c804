//! An answer that takes more than its prompt: files that came with the question, hands, or both.

use ampere_adapters::ai::ModelCard;
use ampere_store::rows::{Author, FileRow, MessageRow, Reason, SessionRow, StepKind};

use super::attached::{listed, read, with_files};
use super::plan::{Wish, room, room_for_files, so_far};
use super::prompt::{Earlier, max_output, prompt};
use crate::agent::joule::{Talk, answer};
use crate::agent::material::tokens;
use crate::agent::turn::{Asked, turn};
use crate::agent::{Hands, Hosts, Patience};
use crate::app::App;
use crate::caller::Caller;
use crate::catalog::AgentBounds;
use crate::meter::{Meter, StepSpec, Stop};

/// Characters of an answer of a tool: at least, and at most, and for each token that the model
/// takes.
const ANSWER_CHARACTERS: (usize, usize) = (1_500, 12_000);

/// What is answered.
pub(super) struct Matter {
    caller: Caller,
    session: SessionRow,
    card: ModelCard,
    /// What was said before.
    earlier: Vec<MessageRow>,
    question: String,
    /// Files of the question.
    files: Vec<FileRow>,
    /// Files of the whole session, oldest first.
    all_files: Vec<FileRow>,
    bounds: Option<AgentBounds>,
}

impl App {
    /// The matter of a message, unless its prompt is all there is to it.
    pub(super) async fn matter(
        &self,
        caller: &Caller,
        session: &SessionRow,
        (wish, earlier): (&Wish<'_>, Vec<MessageRow>),
    ) -> crate::Done<Option<Matter>> {
        let bounds = wish.bounds(self);
        if bounds.is_none() && wish.files.is_empty() {
            return Ok(None);
        }
        let mut all_files = self.attached(caller, &earlier).await?;
        all_files.retain(|row| wish.files.iter().all(|own| own.id != row.id));
        all_files.extend(wish.files.iter().cloned());
        Ok(Some(Matter {
            caller: caller.clone(),
            session: session.clone(),
            card: wish.card.clone(),
            earlier,
            question: wish.text.to_owned(),
            files: wish.files.to_vec(),
            all_files,
            bounds,
        }))
    }
}

impl Matter {
    /// Reads its files and answers.
    ///
    /// # Errors
    /// Why the run cannot go on.
    pub(super) async fn answer(self, meter: &mut Meter) -> Result<Reason, Stop> {
        let files = read(meter, &self.files).await?;
        let hands = self.bounds.is_some();
        let rules = meter.app().rules_for(hands, &self.files);
        let bare = Earlier { messages: &[], summary: None, rules: &rules };
        let agent = meter.app().agent_name.clone();
        let count = |messages: &[_]| u32::try_from(tokens(messages) * 10 / 9).unwrap_or(u32::MAX);
        let told = if hands { listed(&self.all_files) } else { String::new() };
        let asked = format!("{}{told}", self.question);
        let alone = prompt(&agent, &self.card, &bare, &asked, count);
        let (space, more) = match hands {
            true => (room_for_files(&self.card, &alone, true), "\n(There is more: read_file.)"),
            false => (room_for_files(&self.card, &alone, false), "\n(The rest does not fit.)"),
        };
        let question = with_files(&asked, &files, space, more);
        let earlier = Earlier { rules: &rules, ..so_far(Some(&self.session), &self.earlier) };
        let messages = prompt(&agent, &self.card, &earlier, &question, count);
        let max_output_tokens = max_output(&self.card);
        let Some(bounds) = self.bounds else {
            let asked = Asked {
                step: StepSpec {
                    path: "answer".to_owned(),
                    part: 0,
                    kind: StepKind::Answer,
                    name: "Answer".to_owned(),
                },
                model: self.card.id.clone(),
                messages,
                tools: Vec::new(),
                max_output_tokens,
                shown: true,
                forced: false,
            };
            return turn(meter, asked).await.map(|_| Reason::Completed);
        };
        let room = room(&self.card);
        let talk = Talk { messages, hands: self.into_hands(), bounds, max_output_tokens, room };
        answer(meter, talk).await
    }

    fn into_hands(self) -> Hands {
        let own = self.earlier.iter().filter(|message| message.author == Author::User);
        let said = own.map(|message| message.text.as_str()).chain([self.question.as_str()]);
        let hosts = Hosts::named_in(said);
        let (least, most) = ANSWER_CHARACTERS;
        // Half a character for each token: several answers fit.
        let half = usize::try_from(self.card.context_tokens / 2).unwrap_or(most);
        Hands {
            hosts,
            session: self.session.id,
            files: self.all_files,
            answer_characters: half.clamp(least, most),
            patience: Patience::default(),
            caller: self.caller,
        }
    }
}
