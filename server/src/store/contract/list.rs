//! The lists of all contracts.

/// Calls a macro with the module and name of every test that every store passes.
macro_rules! every_contract {
    ($run:ident) => {
        $run! {
            record_store::a_record_comes_back_as_it_was_stored
            record_store::a_repeated_event_returns_the_first_record_and_writes_nothing
            record_store::an_event_id_with_other_content_is_a_conflict
            record_store::a_batch_with_an_unpublished_notice_stores_nothing
            record_store::expiry_deletes_what_is_due_and_nothing_else
            record_store::histories_are_apart_by_site_and_consent_id
            record_store::an_erased_record_is_gone_and_its_leaf_stays
            record_store::an_event_id_of_one_site_is_free_on_another
            record_store::an_erased_event_is_refused_until_its_choice_would_have_ended
            record_page::a_page_has_what_the_filter_wants_the_newest_first
            record_page::pages_follow_each_other_without_a_gap_or_a_repetition
            record_page::a_consent_id_is_found_by_its_first_digits
            record_page::a_deleted_record_is_in_no_page
            holder::a_consent_id_with_records_takes_answers_from_its_holder_alone
            holder::records_without_a_secret_are_added_to_with_a_receipt
            holder::the_secret_counts_as_long_as_the_consent_id_has_a_record
            holder::an_erased_consent_id_belongs_to_nobody
            holder::one_consent_id_cannot_grow_for_ever
            notice_store::a_notice_is_found_by_its_hash
            notice_store::notices_are_listed_by_publication
            notice_store::the_publications_of_a_site_have_the_hashes_of_their_terms
            notice_store::a_notice_keeps_the_date_of_its_first_publication
            log_store::the_log_grows_by_a_leaf_for_each_record_and_proves_every_one
            log_store::each_site_and_month_has_a_log_of_its_own
            log_store::what_is_not_stored_is_not_in_the_log
            log_store::a_purge_is_written_into_the_log
            log_store::an_operator_entry_is_a_leaf_and_is_read_back
            log_store::a_log_is_dropped_without_its_records_only_and_keeps_its_last_head
            log_store::records_of_clocks_that_differ_go_into_the_log_of_their_own_time
            key_store::public_keys_are_kept_in_their_order
            clock_store::the_newest_time_rises_with_what_is_written_and_never_falls
            clock_store::a_record_of_the_future_raises_the_newest_time_to_now_at_most
            clock_store::the_operator_s_word_replaces_the_newest_time
            account_store::a_document_comes_back_as_it_was_stored
            account_store::a_document_changes_one_version_at_a_time
            account_store::of_many_writers_of_a_version_one_wins
            account_store::documents_are_listed_by_id
            account_store::a_document_is_deleted_when_its_end_has_come
            account_store::a_removed_document_is_gone
            trail_store::a_trail_entry_comes_back_as_it_was_stored
            trail_store::the_trail_grows_at_its_end_only
            trail_store::of_many_entries_of_an_index_one_is_appended
            trail_store::the_trail_has_a_segment_for_each_month
            trail_store::a_dropped_month_of_the_trail_keeps_its_head
            trail_store::what_is_forgotten_of_the_trail_is_the_target_alone
            trail_store::a_text_that_is_too_long_for_the_trail_is_refused
            shards::a_site_keeps_the_number_of_logs_it_began_with
            shards::a_consent_id_has_all_its_records_in_one_of_several_logs
            shards::an_erasure_and_an_expiry_are_written_into_the_log_of_their_shard
            shards::an_event_id_is_taken_in_its_shard_alone
        }
    };
}
pub(crate) use every_contract;

/// As [`every_contract`], for the tests of a copy.
macro_rules! every_copy_contract {
    ($run:ident) => {
        $run! {
            copy_store::dates_of_publication_and_of_keys_are_read_back
            copy_store::records_are_put_with_the_leaf_and_key_they_had
            copy_store::an_erasure_of_many_records_deletes_them_all
            holder::a_copy_knows_the_holders
            record_page::a_copied_record_is_in_the_pages
            copy_store::a_record_is_put_once_and_never_replaces_another
            copy_store::what_is_forgotten_is_written_down_nowhere
            copy_store::an_erased_event_that_was_put_is_refused
            copy_store::erasures_beyond_a_thousand_entries_wait_for_the_job
            copy_store::leaves_and_entries_go_to_the_end_of_a_log_only
            copy_store::a_log_that_was_dropped_elsewhere_takes_no_leaf
            copy_store::a_copy_is_unfinished_until_it_ends
            account_store::a_document_that_is_too_large_or_one_too_many_is_refused
            account_store::a_copied_document_replaces_what_was_there
            trail_store::the_trail_is_read_in_pages
            trail_store::consent_ids_in_the_trail_are_listed_in_pages
            trail_store::a_copied_trail_goes_on_where_the_other_ended
        }
    };
}
pub(crate) use every_copy_contract;
