//! What letters about people say: plain short words.

/// Subject and text.
pub(super) type Words = (String, String);

pub(super) fn invitation(by: &str, organization: &str, role: &str, url: &str) -> Words {
    let article = if role == "admin" { "an" } else { "a" };
    (
        format!("{by} invites you to {organization}"),
        format!(
            "Hello,\n\n{by} invites you to join {organization} as {article} {role}.\n\nOpen this \
             link within 7 days:\n{url}\n\nIf you do not know {by}, ignore this mail. Nothing \
             happens without you."
        ),
    )
}

pub(super) fn reset(name: &str, url: &str) -> Words {
    (
        "Set a new password".to_owned(),
        format!(
            "Hello {name},\n\nsomebody asked for a new password for your account. Was it you? \
             Then open this link within one hour:\n{url}\n\nIt works once. If it was not you, \
             ignore this mail: your password stays as it is."
        ),
    )
}

pub(super) fn changed(name: &str) -> Words {
    (
        "Your password was changed".to_owned(),
        format!(
            "Hello {name},\n\nyour password was changed just now, and you were logged out \
             everywhere. Was it not you? Then set a new password at once, and tell whoever runs \
             this installation."
        ),
    )
}

pub(super) fn plea(by: &str, organization: &str, url: &str) -> Words {
    (
        format!("{by} asks you for credits"),
        format!(
            "Hello,\n\n{by} needs more credits to work in {organization}. You can add \
             some:\n{url}\n\nThey can ask once a day."
        ),
    )
}
