//! What every engine does alike: one file for each port. `every_body` runs all of them on one
//! world each, so that another test can see which statements were never reached.

mod audit;
mod background;
mod billing;
mod books;
mod chat;
mod erasure;
mod files;
mod hooks;
mod inputs;
mod invitations;
mod logins;
mod mails;
mod notices;
mod payments;
mod people;
mod pools;
mod purchases;
mod queue;
mod recharge;
mod resets;
mod rows_with_commits;
mod run_lists;
mod runs;
mod schedules;
mod settings;
mod shares;
mod states;
mod stills;
mod takeout;
mod tasks;
mod team;
mod workflows;

use crate::world::{Engine, World};

/// Declares the tests: each body on each engine, and all of them in one go.
macro_rules! bodies {
    ($($module:ident :: $name:ident,)+) => {
        $(
            #[tokio::test]
            async fn $name() {
                for engine in Engine::ALL {
                    $module::$name(World::new(*engine)).await;
                }
            }
        )+

        /// Every test of the contract, one after the other.
        pub async fn every_body(engine: Engine) {
            $($module::$name(World::new(engine)).await;)+
        }
    };
}

bodies! {
    pools::every_command_leaves_books_that_add_up,
    pools::a_key_answers_the_same_for_ever,
    pools::a_refusal_is_not_remembered,
    pools::what_has_ended_is_named_after_reopening_too,
    pools::a_cap_counts_earlier_holds_of_other_commits,
    pools::time_is_booked_without_requests,
    pools::what_is_due_is_found_in_all_pools,
    pools::entries_come_in_pages,
    pools::a_clock_behind_the_journal_does_not_spend,
    pools::slices_survive_reopening,
    pools::pools_of_others_are_not_seen,
    states::they_are_decided_alike_by_another_process,
    states::what_is_used_up_is_found_by_its_name,
    states::the_sweep_passes_over_what_is_frozen,
    books::the_whole_books_are_there,
    books::what_money_did_beside_granting_is_found_apart,
    rows_with_commits::rows_follow_the_command,
    rows_with_commits::a_refused_or_replayed_command_writes_no_row,
    rows_with_commits::a_run_shows_the_pools_numbers,
    rows_with_commits::a_row_that_cannot_be_written_undoes_the_whole_commit,
    rows_with_commits::texts_for_a_deleted_conversation_are_not_kept,
    rows_with_commits::a_purchase_is_granted_in_the_same_commit,
    queue::who_is_short_waits_and_is_served_when_credits_come,
    queue::paused_runs_go_before_waiting_ones,
    queue::who_joins_may_be_served_by_the_same_commit,
    queue::who_is_refused_for_another_reason_leaves_with_it,
    queue::who_got_a_hold_otherwise_leaves_and_works_on,
    queue::a_hundred_are_served_in_order_over_several_commits,
    queue::a_run_leaves_the_queue_once,
    queue::who_waits_is_found_in_all_pools,
    tasks::a_task_is_kept_as_it_was_when_it_started,
    tasks::charges_of_runs_alike_are_known,
    tasks::the_last_result_of_the_same_is_found,
    tasks::a_run_is_adopted_while_it_has_not_ended,
    files::files_are_kept_within_the_quota,
    files::files_of_others_are_not_seen,
    files::a_quota_holds_however_many_come_at_once,
    workflows::each_save_is_a_version_that_stays,
    workflows::a_deleted_workflow_is_hidden_with_its_versions,
    schedules::schedules_are_made_edited_and_deleted,
    schedules::schedules_whose_time_has_come_are_found_in_all_pools,
    schedules::its_runs_are_counted_by_their_commits,
    schedules::schedules_of_others_are_not_seen,
    background::jobs_wait_until_they_are_done_or_given_up,
    background::what_is_wanted_in_the_background_is_kept,
    background::a_title_by_a_person_stays,
    background::summaries_and_follow_ups_go_with_their_conversation,
    inputs::saved_inputs_are_a_persons_own,
    stills::stills_are_kept_in_order_until_they_are_old,
    stills::stills_go_with_their_conversation,
    takeout::the_books_come_in_pages,
    takeout::payments_come_in_pages,
    takeout::messages_come_in_pages,
    takeout::what_people_made_comes_in_pages,
    runs::runs_are_listed_newest_first,
    runs::runs_are_found_by_what_they_do_and_what_started_them,
    run_lists::runs_are_found_by_person_day_and_credits,
    run_lists::the_dearest_runs_come_first_and_each_once,
    runs::a_run_that_waits_follows_no_step,
    runs::a_step_is_done_again_by_a_later_attempt,
    runs::a_step_is_recorded_until_it_or_its_run_has_ended,
    runs::orphans_are_the_unended_runs_of_other_processes,
    runs::history_knows_what_succeeded,
    runs::usage_is_summed_by_its_settle,
    runs::runs_of_others_are_not_seen,
    chat::conversations_come_latest_activity_first,
    chat::renaming_and_deleting,
    chat::what_may_go_unasked_is_kept,
    chat::messages_keep_their_order,
    chat::conversations_of_others_are_not_seen,
    people::the_first_account_is_one,
    people::addresses_are_unique_in_any_case,
    people::members_come_and_go,
    people::an_organization_is_renamed,
    people::a_new_password_ends_all_logins,
    invitations::an_invitation_is_accepted_once,
    invitations::what_is_revoked_or_past_cannot_be_accepted,
    invitations::who_has_an_account_joins_with_it,
    invitations::invitations_of_others_are_not_seen,
    invitations::an_invitation_gets_another_link_and_a_mail,
    logins::a_login_says_who_is_asking,
    logins::logins_end,
    logins::only_members_log_in,
    mails::a_mail_is_tried_by_one_until_it_is_over,
    mails::old_mails_are_forgotten,
    shares::who_may_open_what_is_one_answer,
    shares::sharing_is_all_or_nothing,
    shares::lists_hold_own_and_shared_ones_in_one_order,
    shares::shares_go_with_the_conversation_and_with_the_member,
    shares::files_belong_to_conversations,
    resets::a_way_to_a_new_password_works_once,
    resets::a_way_to_a_new_password_ends,
    team::roles_change_and_the_owners_does_not,
    team::ownership_moves_to_a_member,
    team::schedules_of_who_goes_pause_or_go_over,
    team::a_person_belongs_to_several_organizations,
    team::a_plea_counts_once_in_a_while,
    settings::settings_change_together,
    settings::published_rate_cards_never_change,
    settings::a_reply_is_remembered_by_key_and_body,
    settings::keys_of_an_earlier_process_are_forgotten,
    billing::published_plans_never_change,
    billing::customers_are_found_by_organization_and_by_the_providers_id,
    billing::a_subscription_is_as_it_was_said_last_and_stays_begun,
    billing::a_period_is_kept_with_the_commit_of_its_grant,
    billing::a_preview_is_used_once,
    billing::runs_that_work_are_counted,
    purchases::purchases_are_listed_newest_first,
    purchases::a_decline_does_not_undo_a_grant,
    purchases::purchases_of_others_are_not_seen,
    purchases::purchases_that_may_still_be_paid_are_found_in_all_organizations,
    hooks::a_webhook_is_kept_once_for_its_event_and_as_it_came,
    hooks::webhooks_wait_until_they_are_followed,
    payments::payments_follow_the_latest_answer,
    payments::a_line_of_a_payment_becomes_one_grant,
    erasure::who_may_not_go_yet_changes_nothing,
    erasure::a_person_goes_from_everywhere_and_the_books_stay,
    erasure::what_is_handed_on_goes_on,
    erasure::the_last_account_may_go_and_another_first_one_come,
    erasure::an_organization_goes_and_its_books_stay,
    notices::a_line_is_crossed_once,
    notices::notices_are_a_persons_own,
    notices::what_people_want_to_be_told_is_kept,
    recharge::what_is_wanted_of_recharging_is_kept,
    recharge::one_attempt_is_in_flight_and_the_month_is_never_passed,
    audit::each_entry_is_bound_to_the_one_before,
    audit::the_log_comes_newest_first_with_names,
    audit::two_who_write_at_once_get_two_places,
    audit::a_change_and_its_entry_are_kept_together_or_not_at_all,
}
