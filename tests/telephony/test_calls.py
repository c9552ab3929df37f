"""The journal is loaded once, however often it is read and whatever a crash left in it."""

import threading
from pathlib import Path

import pytest
from rings import ring
from sqlalchemy.exc import ProgrammingError
from sqlmodel import col, delete, func, select

from hotline.db import Database
from hotline.errors import Unavailable
from hotline.people.privacy import keyed_hash
from hotline.telephony.calls import Call, CallCaller, JournalFile, Loaded, load_journal
from hotline.telephony.journal import Journal
from hotline.telephony.reading import segments

KEY = b"k" * 32


def load(database: Database, folder: Path) -> Loaded:
    return load_journal(database, folder, key=KEY)


def ids(database: Database) -> list[str]:
    with database.read() as session:
        return list(session.exec(select(Call.call_id).order_by(col(Call.call_id))))


def count(database: Database, table: type) -> int:
    with database.read() as session:
        return session.exec(select(func.count()).select_from(table)).one()


def test_a_call_is_stored_with_its_answer_and_its_caller_apart(either: Database, tmp_path: Path):
    record = ring("a-1", caller="+86 138-0000-0001")
    Journal(tmp_path).append(record)
    assert load(either, tmp_path) == Loaded(calls=1)
    with either.read() as session:
        call, caller = session.get(Call, "a-1"), session.get(CallCaller, "a-1")
    assert (call.dialled, call.line, call.action, call.connected_to, call.at) == (
        "12319", "12319", "intake", "12345", record.at,
    )  # fmt: skip
    assert (caller.number, caller.masked) == ("+86 138-0000-0001", "+86****0001")
    assert "0000" not in repr(call)


def test_one_caller_has_one_hash_in_any_spelling(either: Database, tmp_path: Path):
    journal = Journal(tmp_path)
    journal.append(ring("a", caller="+86 138 0000 0001"))
    journal.append(ring("b", caller="13800000001"))
    journal.append(ring("c", caller="13800000002"))
    load(either, tmp_path)
    with either.read() as session:
        hashes = dict(session.exec(select(Call.call_id, Call.caller_hash)).all())
    assert hashes["a"] == hashes["b"] == keyed_hash(KEY, "13800000001") != hashes["c"]


def test_a_withheld_number_leaves_no_caller(either: Database, tmp_path: Path):
    Journal(tmp_path).append(ring("a", caller=""))
    load(either, tmp_path)
    with either.read() as session:
        assert session.get(Call, "a").caller_hash == ""
        assert session.get(CallCaller, "a") is None


def test_loading_again_changes_nothing_and_new_records_follow(either: Database, tmp_path: Path):
    journal = Journal(tmp_path)
    journal.append(ring("a"))
    load(either, tmp_path)
    assert load(either, tmp_path) == Loaded()
    journal.append(ring("b"))
    assert load(either, tmp_path) == Loaded(calls=1)
    assert ids(either) == ["a", "b"]


def test_the_same_call_id_is_one_call_within_a_file_and_across_files(
    either: Database, tmp_path: Path
):
    first, second = Journal(tmp_path), Journal(tmp_path)
    first.append(ring("a", dialled="12319"))
    first.append(ring("a", dialled="110"))
    second.append(ring("a"))
    second.append(ring("b"))
    assert load(either, tmp_path) == Loaded(calls=2, repeated=2)
    assert ids(either) == ["a", "b"]
    assert count(either, CallCaller) == 2


def test_an_erased_caller_does_not_come_back_with_a_repeated_record(
    either: Database, tmp_path: Path
):
    journal = Journal(tmp_path)
    journal.append(ring("a"))
    load(either, tmp_path)
    with either.work() as session:
        session.exec(delete(CallCaller))
    journal.append(ring("a"))
    assert load(either, tmp_path) == Loaded(repeated=1)
    assert count(either, CallCaller) == 0


def test_a_segment_is_removed_when_its_writer_is_done_and_kept_while_it_writes(
    either: Database, tmp_path: Path
):
    done, open_still = Journal(tmp_path), Journal(tmp_path)
    done.append(ring("a"))
    open_still.append(ring("b"))
    done.close()
    load(either, tmp_path)
    assert len(segments(tmp_path)) == 1
    open_still.append(ring("c"))
    open_still.close()
    load(either, tmp_path)
    load(either, tmp_path)
    assert segments(tmp_path) == []
    assert ids(either) == ["a", "b", "c"]
    assert count(either, JournalFile) == 0


def test_a_torn_last_line_is_reported_once_and_costs_nothing_else(either: Database, tmp_path: Path):
    journal = Journal(tmp_path)
    journal.append(ring("a"))
    journal.append(ring("b"))
    journal.close()
    path = segments(tmp_path)[0]
    path.write_bytes(path.read_bytes()[:-7])
    assert load(either, tmp_path) == Loaded(calls=1, torn=1)
    assert load(either, tmp_path) == Loaded()
    assert ids(either) == ["a"]


def test_a_half_written_line_of_a_living_writer_is_waited_for(either: Database, tmp_path: Path):
    journal = Journal(tmp_path)
    journal.append(ring("a"))
    path, line = segments(tmp_path)[0], ring("b").to_line()
    with path.open("ab") as file:
        file.write(line[:20])
    assert load(either, tmp_path) == Loaded(calls=1)
    with path.open("ab") as file:
        file.write(line[20:])
    assert load(either, tmp_path) == Loaded(calls=1)
    assert ids(either) == ["a", "b"]


def test_an_unreadable_line_is_counted_and_its_file_kept_for_a_person(
    either: Database, tmp_path: Path
):
    lines = [ring("a").to_line(), b"rubbish\n", b'{"call_id": 5}\n', ring("b").to_line()]
    (tmp_path / "damaged.jsonl").write_bytes(b"".join(lines))
    assert load(either, tmp_path) == Loaded(calls=2, unreadable=2)
    assert load(either, tmp_path) == Loaded()
    assert [path.name for path in segments(tmp_path)] == ["damaged.jsonl"]


def test_a_transaction_that_fails_is_made_up_for_later(either: Database, tmp_path: Path):
    Journal(tmp_path).append(ring("a"))
    with either.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE call_caller RENAME TO call_caller_away")
    with pytest.raises((Unavailable, ProgrammingError)):
        load(either, tmp_path)
    assert ids(either) == []
    assert count(either, JournalFile) == 0
    with either.engine.begin() as connection:
        connection.exec_driver_sql("ALTER TABLE call_caller_away RENAME TO call_caller")
    assert load(either, tmp_path) == Loaded(calls=1)


def test_loaders_side_by_side_store_each_call_once(either: Database, tmp_path: Path):
    for name in ("one", "two", "three"):
        journal = Journal(tmp_path)
        for n in range(50):
            journal.append(ring(f"{name}-{n}"))
            journal.append(ring(f"shared-{n}"))
        journal.close()
    results, barrier = [], threading.Barrier(4)

    def work() -> None:
        barrier.wait()
        results.append(load(either, tmp_path))

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == 4
    assert sum(result.calls for result in results) == 200 == len(ids(either))
    assert count(either, CallCaller) == 200
    assert load(either, tmp_path) == Loaded()
    assert segments(tmp_path) == []


def test_an_empty_or_missing_folder_is_no_error(database: Database, tmp_path: Path):
    assert load(database, tmp_path / "none") == Loaded()
    (tmp_path / "empty.jsonl").touch()
    assert load(database, tmp_path) == Loaded()
    assert segments(tmp_path) == []
