"""Every chunk is asked for once, and a fragment without a known end until it has ended."""

from pathlib import Path

from laennec.datasets.readers.tables import Fragment, InputFile
from laennec.serving.batch.engines.schedule import Schedule
from laennec.serving.batch.engines.worker import Outcome, Task
from laennec.serving.batch.result.parts import Part, PartRecord

FILE = InputFile("f", Path("f"), "csv", 0, 0)


def fragment(index, rows):
    return Fragment(index, FILE, None, rows)


def part(fragment, chunk, is_last):
    record = PartRecord("p", fragment, chunk, 10, is_last, 0, (), {}, {}, (0, 0))
    return Part(record, "0")


def drained(schedule):
    tasks = []
    while (task := schedule.next()) is not None:
        tasks.append((task.fragment, task.chunk))
    return tasks


def test_known_fragments_are_asked_for_chunk_by_chunk():
    schedule = Schedule([fragment(0, 25), fragment(1, 0)], 10, {})
    assert schedule.chunk_count == 4
    assert drained(schedule) == [(0, 0), (0, 1), (0, 2), (1, 0)]


def test_a_fragment_without_a_known_end_is_asked_until_it_has_ended():
    schedule = Schedule([fragment(0, None), fragment(1, 10)], 10, {})
    assert schedule.chunk_count is None
    tasks = [schedule.next() for _ in range(4)]
    assert tasks == [Task(0, 0), Task(0, 1), Task(0, 2), Task(0, 3)]
    schedule.learn(Outcome(Task(0, 3), is_beyond=True))
    schedule.learn(Outcome(Task(0, 2), part=part(0, 2, is_last=True)))
    assert drained(schedule) == [(1, 0)]
    assert schedule.chunk_count == 4


def test_a_broken_fragment_is_not_asked_again():
    schedule = Schedule([fragment(0, 100), fragment(1, 10)], 10, {})
    schedule.next()
    schedule.learn(Outcome(Task(0, 0), error="file_unreadable"))
    assert drained(schedule) == [(1, 0)]


def test_a_part_that_failed_does_not_end_its_fragment():
    schedule = Schedule([fragment(0, 30)], 10, {})
    schedule.next()
    schedule.learn(Outcome(Task(0, 0), error="part_failed"))
    assert drained(schedule) == [(0, 1), (0, 2)]


def test_parts_that_are_there_are_not_asked_for():
    there = {p.record.name: p for p in (part(0, 1, False), part(0, 2, True))}
    schedule = Schedule([fragment(0, None)], 10, there)
    assert schedule.chunk_count == 3
    assert drained(schedule) == [(0, 0)]
