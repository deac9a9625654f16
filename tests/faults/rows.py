"""What was broken on purpose, by which tests, how a person learns of it, and how it is well again.

A row counts what its tests report (record_property "tries", "lost", "doubled"), or else a try a test case that passed.
"""
# ruff: noqa: E501  # lines of a page

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Row:
    fault: str
    told: str
    recovers: str
    tests: tuple[str, ...]  # node ids, of a whole function or file


RANDOM = "tests/faults/test_random_kills.py::test_what_is_killed_at_a_random_moment_loses_and_doubles_nothing"
SHORT = "tests/faults/test_scarcity.py::test_what_is_short_is_told_and_costs_nothing"
AGAIN = "the same command ends what was begun, in the same digests"
NAMED = "the command names the file and the way out, exit code 6"
KILLS = (
    Row("`kill -9` of `twin collect` at random moments", "nothing is", AGAIN, (f"{RANDOM}[collect]",)),
    Row("… of `twin features`", "`twin status` shows no new version", AGAIN, (f"{RANDOM}[features]",)),
    Row("… of `twin sync`", "`twin status` shows no new version", AGAIN, (f"{RANDOM}[sync]",)),
    Row("… of `twin forget`", "`twin status` says that it was interrupted", AGAIN, (f"{RANDOM}[forget]",)),
    Row("… of `twin promote`", "`twin models` shows the one or the other champion",
        "the change is there or is not; the same command makes it", (f"{RANDOM}[promote]",)),
    Row("… of `twin rollback`", "`twin models` shows the one or the other champion",
        "the change is there or is not; the same command makes it", (f"{RANDOM}[rollback]",)),
    Row("… of `twin keys create`", "`twin keys list` has it or has not",
        "made again; one that was made and not shown is revoked", (f"{RANDOM}[keys]",)),
    Row("`kill -9` at each named point of writing features", "nothing is", AGAIN,
        ("tests/feature_store/test_delta.py::test_after_a_kill_the_last_version_reads_and_the_next_commit_ends_in_the_same",)),
    Row("… of publishing to the index", "the last version is searched", AGAIN,
        ("tests/feature_store/test_qdrant_edge.py::test_after_a_kill_the_last_version_is_found_and_publishing_is_repeated",)),
    Row("… of rewriting the tables in an erasure", "all of the old state is seen, or all of the new one", AGAIN,
        ("tests/feature_store/test_delta_erasure.py::test_a_killed_erasure_is_all_or_nothing_and_ends_when_repeated",)),
    Row("… of the whole erasure, its last step too", "`twin status` says that it was interrupted, or it is done",
        "the same command ends it, and says so when all was erased already",
        ("tests/twin/test_forget.py::test_an_interrupted_forgetting_is_ended_by_the_same_command",
         "tests/twin/test_forget_versions.py::test_repeated_after_a_kill_at_its_last_step_it_says_that_all_is_erased",
         "tests/twin/test_forget_feedback.py::test_a_forgetting_that_was_killed_before_the_versions_were_marked_marks_them_the_next_time")),
    Row("`kill -9` before each step of the registry: registering, promoting, rolling back, judging, deleting, erasing",
        "the version is there or is not", "the same command ends it", ("tests/model_registry/test_killed_registry.py",)),
    Row("`kill -9` of a training at each of its steps", "nothing is", "goes on at its last checkpoint, to the same figures",
        ("tests/training_pipeline/test_killed_training.py",)),
    Row("… of an export, of unpacking a base model", "nothing is", "the next one removes what was left",
        ("tests/model_registry/test_export_folder.py::test_what_a_killed_export_left_is_removed_by_the_next",
         "tests/model_registry/test_base_models.py::test_a_kill_while_unpacking_leaves_nothing_half_written")),
    Row("… of a collection over the network, of a batch of questions", "nothing is", "goes on without asking twice",
        ("tests/twin/test_collect_site.py::test_a_killed_collection_is_taken_up_by_sync_without_asking_twice",
         "tests/inference_pipeline/test_batch.py::test_a_run_that_was_killed_goes_on_where_it_was")),
    Row("… of a server with a job, of a job", "the job is shown as running, or as died", "it goes on, or is started again",
        ("tests/twin/background/test_runner.py::test_a_job_outlives_the_server_that_is_killed_and_the_next_one_finds_it",
         "tests/twin/background/test_runner.py::test_one_that_is_killed_is_never_done_holds_up_nothing_and_can_be_begun_again")),
    Row("… of the process that writes answers", "the request ends with the reason", "the next request starts another one",
        ("tests/inference_pipeline/test_engine_pool.py::test_a_dead_engine_is_replaced_by_the_next_request",)),
)  # fmt: skip
SCARCITY = (
    Row("a full disk (a small tmpfs), when `collect`, `features`, `promote`, `keys create` write",
        "“Free some space”, exit code 6", "the same command, once there is room",
        tuple(f"{SHORT}[{command}-full]" for command in ("collect", "features", "promote", "keys"))),
    Row("… for keys, fetched pages, the registry, by the stores themselves", "“Free some space”; a server answers 503",
        "the same again, once there is room", ("tests/twin/test_full_disk.py",)),
    Row("a disk with less than `feature_store.min_free_mb`", "refused before anything is written", "the same again",
        ("tests/feature_store/test_delta.py::test_a_write_is_refused_when_the_disk_is_nearly_full",
         "tests/feature_store/test_qdrant_edge.py::test_nothing_is_written_when_the_disk_is_nearly_full")),
    Row("a data folder that cannot be written", "the folder and the setting are named, exit code 6",
        "the same command, once it can be",
        (f"{SHORT}[collect-read-only]", f"{SHORT}[keys-read-only]")),
    Row("out of file handles, at limits from 8 upwards", "“ulimit -n”, exit code 6, until there are enough",
        "the same command with more",
        (f"{SHORT}[collect-handles]", f"{SHORT}[keys-handles]")),
    Row("memory runs out while an answer is written", "503, which says so", "the next request",
        ("tests/inference_pipeline/test_chat_completions.py::test_a_server_without_memory_says_what_is_missing",)),
)  # fmt: skip
BYTES = (
    Row("a byte flipped in, half cut from, all taken from each kind of file of the data folder", NAMED,
        "with the file, from a copy", ("tests/faults/test_damaged_files.py",)),
    Row("a version's manifest that cannot be read, when a post is to be forgotten", "named in what `twin forget` says",
        "the erasure goes on", ("tests/twin/test_forget_versions.py::test_versions_that_cannot_be_read_stop_no_erasure",)),
    Row("a flipped byte in a version that is to be registered, promoted, loaded", "refused, with the file",
        "the champion in memory keeps serving; restore the file, or train again",
        ("tests/contracts/test_promotion_contract.py::test_a_flipped_byte_is_refused_everywhere_and_the_champion_stays",
         "tests/inference_pipeline/test_engine_pool.py::test_a_flipped_byte_is_refused_at_load_and_the_champion_in_memory_keeps_serving",
         "tests/model_registry/test_evaluation.py::test_any_flipped_byte_is_found")),
    Row("the file of keys overwritten, cut, emptied or gone, while a server runs and before it starts",
        "nobody gets in by a key or without one; `twin keys` and `twin serve` name the file and the way out, exit code 6",
        "with the file, from a copy; or new keys",
        ("tests/inference_pipeline/test_damaged_keys.py::test_nobody_gets_in_and_the_way_out_is_said",)),
    Row("a damaged index folder, a damaged shard", "named", "published again",
        ("tests/feature_store/test_qdrant_edge.py::test_a_damaged_index_is_named",
         "tests/feature_store/test_qdrant_edge.py::test_a_damaged_shard_is_named")),
    Row("a damaged cache of pages", "nothing is", "begun anew",
        ("tests/feature_pipeline/fetching/test_page_cache.py::test_a_broken_cache_is_begun_anew",)),
    Row("the registry's database and its copy gone", "named",
        "`twin doctor --repair` registers the versions again; the newest that passes its gates is champion, and is named",
        ("tests/twin/jobs/test_repair.py::test_without_a_database_the_newest_that_passes_is_champion",
         "tests/twin/jobs/test_repair.py::test_where_the_features_are_gone_too_none_is_made_champion")),
    Row("flipped bytes in the index, when nothing else has changed", "`twin features` and `twin sync` name them",
        "`twin doctor --repair`", ("tests/twin/test_sync.py::test_a_damaged_index_is_told_though_nothing_has_changed",)),
    Row("data of every kind that a newer release wrote", "the file and both format numbers are named, exit code 6",
        "with the newer release; nothing was changed",
        ("tests/twin/test_data_format.py::test_what_a_newer_release_wrote_is_refused_and_nothing_is_changed",
         "tests/twin/test_data_format.py::test_a_repair_makes_nothing_of_a_newer_version")),
    Row("data of every kind as the first releases wrote it", "nothing is", "read, and made new where it must be",
        ("tests/twin/test_data_format.py::test_what_earlier_releases_wrote_is_read",)),
)  # fmt: skip
TOGETHER = (
    Row("two times `collect`, `keys create` at the same moment",
        "one works; the other waits, or says that another process is writing", "the same command again",
        ("tests/faults/test_two_at_once.py",)),
    Row("a watch while another process writes", "the watch says so", "its next round",
        ("tests/twin/test_sync.py::test_a_watch_outlasts_another_writer",
         "tests/twin/test_sync.py::test_two_at_once_do_not_get_in_each_others_way")),
    Row("a promotion or a rollback while questions are answered", "nothing is", "requests under way end on the old one",
        ("tests/inference_pipeline/test_engine_pool.py::test_a_new_champion_takes_over_and_requests_under_way_end_on_the_old_one",
         "tests/inference_pipeline/test_engine_pool.py::test_rolling_back_is_taken_up_too")),
    Row("searching while another process publishes or erases", "nothing is", "a reader sees one version, whole",
        ("tests/feature_store/test_qdrant_edge.py::test_threads_search_while_another_process_publishes",
         "tests/feature_store/test_qdrant_edge.py::test_a_reader_never_meets_half_of_what_is_erased_and_nothing_is_left")),
    Row("several writers of sources, of feedback, of a new registry", "nothing is", "all of it is kept",
        ("tests/feature_store/test_delta.py::test_sources_written_at_once_are_all_kept",
         "tests/model_registry/test_feedback.py::test_writers_in_several_processes_lose_and_mix_nothing",
         "tests/model_registry/test_mlflow_registry.py::test_processes_that_start_at_once_share_a_new_registry_and_stay_silent")),
    Row("two servers", "the second names the port that is taken", "another port; each takes only its own files away",
        ("tests/inference_pipeline/test_server.py::test_a_port_in_use_names_the_way_out",
         "tests/inference_pipeline/test_running_server.py::test_another_servers_file_stays")),
    Row("short commands (`status`, `models`, `sources`, `keys list`, `version`), four at a time", "nothing is",
        "each ends with 0", ("tests/faults/test_short_commands.py",)),
)  # fmt: skip
ELSEWHERE = (
    Row("a Qdrant server, a remote engine that go down and come back, while a server runs",
        "`/ready` answers 503 within 3 s and names what is down; `/health` is 200",
        "`/ready` answers 200 within 3 s",
        ("tests/inference_pipeline/test_needs.py::test_what_answers_need_goes_down_and_comes_back",)),
    Row("… that fall silent, or refuse", "as above", "as above",
        ("tests/inference_pipeline/test_needs.py::test_one_that_falls_silent_is_down",
         "tests/inference_pipeline/test_needs.py::test_a_server_that_refuses_is_down")),
    Row("a remote engine that goes down and comes back", "503 or 502 with its address", "the next request, without a restart",
        ("tests/inference_pipeline/test_remote_engine.py::test_a_server_that_comes_back_answers_again",
         "tests/inference_pipeline/test_remote_engine.py::test_a_server_that_is_not_there_is_named")),
    Row("… that falls silent, breaks off, or says what is no answer", "the request ends with the reason",
        "the next request",
        ("tests/inference_pipeline/test_remote_engine.py::test_a_server_that_falls_silent_is_given_up",
         "tests/inference_pipeline/test_remote_engine.py::test_what_is_no_whole_answer_never_passes_for_one")),
    Row("a Qdrant server that goes down and comes back", "its address is named", "the next call, by the same client",
        ("tests/feature_store/test_qdrant.py::test_a_server_that_comes_back_is_asked_again",
         "tests/feature_store/test_qdrant.py::test_no_one_at_the_address_is_an_error_that_names_it")),
    Row("… in the midst of publishing", "the version is not searched", "publishing is repeated",
        ("tests/feature_store/test_qdrant.py::test_a_publication_that_was_cut_off_hides_nothing_and_is_repeated",)),
    Row("a web server that fails, breaks off, falls silent, trickles", "the page has a problem with its reason",
        "the next collection",
        ("tests/feature_pipeline/fetching/test_fetching_failures.py",)),
    Row("no network but loopback, in a namespace of its own: `twin up`, `twin serve`, `twin ask`", "nothing is",
        "nothing elsewhere is needed", ("tests/faults/test_no_network.py",)),
)  # fmt: skip
CLIENTS = (
    Row("SIGTERM and Ctrl-C while an answer is streamed, while others wait", "nothing is: the server ends with 0",
        "the answer under way comes to its end",
        ("tests/inference_pipeline/test_server.py::test_a_signal_lets_the_answer_under_way_end_and_is_no_failure",
         "tests/inference_pipeline/test_admission.py::test_a_server_that_shuts_down_answers_those_who_wait_and_admits_nobody")),
    Row("a client that sends no end, or takes nothing", "its connection is closed", "its place is given back",
        ("tests/inference_pipeline/test_access.py::test_a_body_that_does_not_come_is_given_up",
         "tests/inference_pipeline/test_access.py::test_a_reader_that_takes_nothing_is_dropped")),
    Row("200 clients that leave in the midst of a stream; one that leaves the queue", "nothing is", "all places are given back",
        ("tests/inference_pipeline/test_access.py::test_two_hundred_streams_that_are_left_cost_nothing",
         "tests/inference_pipeline/test_queue.py::test_whoever_leaves_while_waiting_leaves_the_queue")),
)  # fmt: skip
INPUT = (
    Row("bytes, lines, values, elements changed in the files of every kind of source",
        "the post has a problem, or one error names the file", "with the whole file",
        ("tests/feature_pipeline/sources/test_mutated_sources.py",)),
    Row("… in posts of every format, which are cleaned and masked", "the post is quarantined with its reason",
        "with the whole post", ("tests/feature_pipeline/cleaning/test_mutated_texts.py",)),
    Row("a parser that fails, or does not end, on a post, on a file of a folder, on an item of an export, on a source",
        "the post has a problem; `twin sync` names the source", "the others are collected",
        ("tests/feature_pipeline/test_limits.py",)),
)  # fmt: skip
GROUPS = {
    "Killed": KILLS,
    "Too little of something": SCARCITY,
    "Damaged files": BYTES,
    "Input that nobody foresaw": INPUT,
    "Two at once": TOGETHER,
    "Other servers": ELSEWHERE,
    "Clients": CLIENTS,
}
