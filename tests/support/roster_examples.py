"""One planned visit in each form that a list of visits comes in, and what is read of it."""

from laennec.serving.roster.read import COLUMNS, read_roster

ROW = ("v1", "2026-11-03T09:20:00+01:00", "p1", "1974-03-02", "F")
ADT = (
    "MSH|^~\\&|HIS|X|L|Y|20261101||ADT^A04|1|P|2.5\rPID|1||p1^^^HIS^PI~277^^^INS^INS||DURAND^ANNE||"
    "19740302|F\rPV1|1|O|||||||||||||||||v1^^^HIS|||||||||||||||||||||||||202611030920\r"
)
SIU = (
    "MSH|^~\\&|HIS|X|L|Y|20261101||SIU^S12|2|P|2.5\rSCH|v2^HIS||||||||||^^^20261104100000+0100\r"
    "PID|1||p2^^^S^MR||X||19800101|M\r"
)
FHIR = {
    "resourceType": "Bundle",
    "entry": [
        {
            "resource": {
                "resourceType": "Patient",
                "id": "p3",
                "birthDate": "1990-05-06",
                "gender": "male",
            }
        },
        {
            "resource": {
                "resourceType": "Appointment",
                "id": "v3",
                "status": "booked",
                "start": "2026-11-05T09:00:00+01:00",
                "participant": [{"actor": {"reference": "Patient/p3"}}],
            }
        },
    ],
}


def written(tmp_path, text, name="roster.csv"):
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def table(*rows, separator=","):
    return "\n".join(separator.join(cells) for cells in (COLUMNS, *rows)) + "\n"


def taken(tmp_path, text, zone=""):
    found = read_roster([written(tmp_path, text)], zone)
    return [(r.visit_id, r.performed_at, r.person_id, r.birth_date, r.sex) for r in found.rows], {
        p.code for p in found.problems
    }
