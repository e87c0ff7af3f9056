"""An ECG comes with the visit as bytes, and no part of what was sent is left out in silence."""

import pytest
from ecg_files import aecg, wfdb
from http_support import problem, visit


def test_an_ecg_file_comes_with_the_visit_as_bytes(people):
    made = wfdb(n=10 * 500, comments=())
    files = [("visit", ("v.json", visit(), "application/json"))]
    parts = {**made.companions, made.name: made.data}
    files += [("ecg", (name, data)) for name, data in parts.items()]
    answer = people.as_("software").post("/v1/prediagnoses", files=files)
    assert answer.status_code == 201, answer.text
    assert "ecg_refused" not in answer.json()
    assert not [i for i in answer.json()["refused_items"] if i["item"] == "ecg"]


def test_an_ecg_that_can_not_be_read_is_said_and_the_rest_is_screened(people):
    """Hazard H1: a pressure or a symptom that calls somebody now does not wait for a file."""
    files = {"visit": ("v.json", visit("03-urgent")), "ecg": ("x.scp", b"no ecg at all")}
    software, key = people.as_("software"), {"Idempotency-Key": "visit"}
    first, again = (software.post("/v1/prediagnoses", files=files, headers=key) for _ in range(2))
    said = first.json()
    assert first.content == again.content
    assert said["urgency"] == "U0"
    assert said["ecg_refused"]["code"].startswith("ecg_")
    assert [i["code"] for i in said["refused_items"] if i["item"] == "ecg"] == ["ecg_unreadable"]


def _renamed(made, name):
    """The files of a made WFDB record under another name, its header included."""
    parts = {**made.companions, made.name: made.data}
    stem = made.name.removesuffix(".hea").encode()
    renamed = {n.replace(stem.decode(), name): d for n, d in parts.items()}
    return {
        n: d.replace(stem, name.encode()) if n.endswith(".hea") else d for n, d in renamed.items()
    }


def _sent_with(people, *parts):
    files = [("visit", ("v.json", visit("03-urgent"), "application/json"))]
    files += [("ecg", part) for part in parts]
    answer = people.as_("software").post("/v1/prediagnoses", files=files)
    assert answer.status_code == 201, answer.text
    return answer.json()


def test_a_second_recording_is_never_left_out_in_silence(people):
    """Only the first of two recordings was read; the second, a tachycardia, was dropped unsaid."""
    made = wfdb(n=10 * 500, comments=())
    said = _sent_with(people, *_renamed(made, "first").items(), *_renamed(made, "second").items())
    assert said["ecg_refused"]["code"] == "ecg_ambiguous"
    assert "first.hea, second.hea" in said["ecg_refused"]["found"]
    assert [i["code"] for i in said["refused_items"] if i["item"] == "ecg"] == ["ecg_unreadable"]
    assert (said["urgency"], said["ecg"]) == ("U0", None)


def test_a_file_that_is_no_part_of_the_recording_is_named(people):
    parts = _renamed(wfdb(n=10 * 500, comments=()), "first")
    said = _sent_with(people, *parts.items(), ("x.xml", b"<junk/>"))
    assert "ecg_refused" not in said
    notes = [note for note in said["notes"] if note["code"] == "ecg_file_not_used"]
    assert ["x.xml" in note["found"] for note in notes] == [True]


def _chosen(people, number=None, **headers):
    files = [("visit", ("v.json", visit(), "application/json"))]
    files.append(("ecg", ("two.xml", aecg(n_series=2).data)))
    files += [] if number is None else [("recording", (None, number))]
    return people.as_("software").post("/v1/prediagnoses", files=files, headers=headers)


def test_a_form_chooses_the_recording_of_a_file_with_several(people):
    """Pinned: over HTTP a file with several could only be refused."""
    refused = _chosen(people).json()["ecg_refused"]
    assert refused["code"] == "ecg_ambiguous"
    assert "0: 0.16 s" in refused["found"]
    assert "the field `recording` of a form" in refused["remedy"]
    for number in ("0", "1"):
        answer = _chosen(people, number)
        assert answer.status_code == 201, answer.text
        assert answer.json().get("ecg_refused", {}).get("code") != "ecg_ambiguous"
    again = _chosen(people, "2").json()["ecg_refused"]
    assert "Recording 2 was asked for, the file holds 2 recordings" in again["found"]


def test_another_recording_is_another_request(people):
    key = {"Idempotency-Key": "which"}
    assert _chosen(people, "0", **key).status_code == 201
    assert _chosen(people, "1", **key).status_code == 422


@pytest.mark.parametrize("number", ["", "-1", "one", "1.5", "1" * 9])
def test_a_recording_that_is_no_number_is_refused(people, number):
    found = problem(_chosen(people, number), 422, "request_unreadable")["found"]
    assert "a part `recording` that is not one number from 0" in found


def test_a_recording_of_no_file_is_refused(people):
    files = [("visit", ("v.json", visit(), "application/json")), ("recording", (None, "1"))]
    answer = people.as_("software").post("/v1/prediagnoses", files=files)
    found = problem(answer, 422, "request_unreadable")["found"]
    assert "a part `recording` and no part `ecg`" in found


def test_two_ecgs_are_refused(people):
    files = {"visit": ("v", visit(ecg={"file": "a.scp"})), "ecg": ("b.scp", b"1")}
    answer = people.as_("software").post("/v1/prediagnoses", files=files)
    assert "has an ECG already" in problem(answer, 422, "record_error")["found"]


@pytest.mark.parametrize(
    ("files", "message"),
    [
        ({"ecg": ("x", b"1")}, "0 parts `visit`"),
        ({"visit": ("v", b"{}"), "other": ("x", b"1")}, "the part 'other'"),
    ],
)
def test_a_form_of_other_parts_is_refused(people, files, message):
    answer = people.as_("software").post("/v1/prediagnoses", files=files)
    assert message in problem(answer, 422, "request_unreadable")["found"]
