"""The house's own names of what can be wrong with a Bundle; each has sentences in both languages.

``IssueName`` are told to the sender in the words of this folder (``issue.<name>.*``); the code that
leaves is the part before the point, as one code may be said in several ways. ``KeptCode`` become a
part of the report, in the words of the engine (``intake.<code>.*``).
"""

from typing import Final, Literal

IssueName = Literal[
    "body_site_unknown",
    "body_site_unknown.several",
    "bundle_entries",
    "bundle_too_deep",
    "bundle_type",
    "codes_several",
    "data_absent",
    "encounters_several",
    "entry_with_request",
    "entry_without_resource",
    "fasting_without_hours",
    "identifiers_several",
    "identifiers_several.id_taken",
    "ins_kind_unknown",
    "ins_not_qualified",
    "meaning_changed",
    "not_a_bundle",
    "panel_with_value",
    "profile_not_met",
    "resource_twice",
    "sampled_unfit",
    "sex_unknown",
    "specimen_unknown",
    "specimen_unknown.several",
    "status_not_usable.taken_back",
    "time_at_latest",
    "time_missing",
    "unit_not_ucum",
    "value_not_number",
    "wrong_patient.binary",
    "wrong_patient.contained",
    "wrong_patient.count",
    "wrong_patient.not_in_use",
    "wrong_patient.other",
    "wrong_patient.unsaid",
]

KeptCode = Literal[
    "attachment_unreadable",
    "code_doubtful",
    "codes_disagree",
    "dated_by_bundle",
    "document_not_read",
    "ecg_not_received",
    "ecg_of_earlier_day",
    "ecg_of_other_visit",
    "encounter_of_r5",
    "encounter_status",
    "encounter_taken_back",
    "focus_other",
    "interpretation_critical",
    "interpretations_not_read",
    "member_not_received",
    "none_beside_others",
    "patient_deceased",
    "prefetch_empty",
    "prefetch_not_received",
    "questionnaire_unknown",
    "remark_not_read",
    "resource_not_read",
    "response_not_usable",
    "response_of_other_day",
    "response_of_other_visit",
    "response_undated",
    "responses_several",
    "result_of_other_visit",
    "results_at_latest",
    "results_undated",
    "sent_in_part",
    "source_not_received",
    "status_not_usable",
    "value_said_absent",
    "values_several",
]

ANSWERS_NOT_HELD: Final = frozenset(
    {
        "questionnaire_unknown",
        "response_not_usable",
        "response_of_other_day",
        "response_of_other_visit",
        "responses_several",
    }
)
"""Kept codes after which nothing of the lists counts as denied, and symptoms may have been lost."""
