"""A CDS Hooks client with the flow of the public sandbox: discover, prefetch, call, feed back."""

import json
import time
import uuid

from fhir_support import bundle
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet
from laennec.serving.cds_hooks.cards import draft_of_card

ISSUER = "https://visits.example.org"
KEY = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
ROW = f"""
[[cds_client]]
issuer = "{ISSUER}"
person = "SITE:visits-1"
jwks = "cds.jwks.json"
algorithms = ["ES256"]
"""


def trust_client(site):
    """Write the client and its public key into a site folder."""
    keys = KeySet([KEY]).as_dict(private=False)
    (site / "cds.jwks.json").write_text(json.dumps(keys), encoding="utf-8")
    with (site / "site.toml").open("a", encoding="utf-8") as file:
        file.write(ROW)


def signed(address, key=KEY, header=None, **claims):
    """A token for one call of one address."""
    now = int(time.time())
    said = {"iss": ISSUER, "aud": address, "iat": now, "exp": now + 120, "jti": str(uuid.uuid4())}
    said = {k: v for k, v in {**said, **claims}.items() if v is not None}
    return jwt.encode(header or {"alg": "ES256", "typ": "JWT", "kid": "one"}, said, key)


class Sandbox:
    """Visit software with a FHIR server of one person, which calls the services of one address."""

    def __init__(self, client, address, visit="01-raised-risk"):
        self.client, self.address = client, address
        self.resources = [e["resource"] for e in bundle(visit)["entry"]]
        self.patient_id = "person-of-the-record"
        for resource in self.resources:
            resource["id"] = resource.get("id", str(uuid.uuid4()))
            if resource["resourceType"] == "Patient":
                resource["id"] = self.patient_id
            else:
                resource["subject"] = {"reference": f"Patient/{self.patient_id}"}
        self.encounter_id = self.find("Encounter")[0]["id"]
        self.services = {s["id"]: s for s in client.get("/cds-services").json()["services"]}

    def find(self, kind):
        return [r for r in self.resources if r["resourceType"] == kind]

    def prefetch(self, service_id):
        """Fill the templates as a server does: a read gives a resource, a search gives a Bundle."""
        filled = {}
        for key, template in self.services[service_id]["prefetch"].items():
            kind, _, rest = template.partition("?")
            kind, _, _ = kind.partition("/")
            assert not rest or "{{context.patientId}}" in rest
            found = self.find(kind)
            if rest:
                entries = [
                    {"fullUrl": f"https://his.example/{kind}/{r['id']}", "resource": r}
                    for r in found
                ]
                filled[key] = {"resourceType": "Bundle", "type": "searchset", "entry": entries}
            else:
                filled[key] = found[0] if found else None
        return filled

    def request(self, service_id, **changes):
        said = {
            "hook": self.services[service_id]["hook"],
            "hookInstance": str(uuid.uuid4()),
            "fhirServer": "https://his.example",
            "context": {
                "userId": "Practitioner/1",
                "patientId": self.patient_id,
                "encounterId": self.encounter_id,
            },
            "prefetch": self.prefetch(service_id),
        }
        return {k: v for k, v in {**said, **changes}.items() if v is not None}

    def post(self, path, body, token=None):
        address = f"{self.address}{path}"
        headers = {"Authorization": f"Bearer {token or signed(address)}"}
        return self.client.post(path, json=body, headers=headers)

    def call(self, service_id, token=None, **changes):
        return self.post(f"/cds-services/{service_id}", self.request(service_id, **changes), token)

    def feed_back(self, *entries, token=None, service_id="visit-measured"):
        return self.post(f"/cds-services/{service_id}/feedback", {"feedback": entries}, token)


def overridden(card, at="2026-11-29T10:00:00Z", reason="already-known", **more):
    """Feedback of somebody who set a card aside."""
    why = {"reason": {"code": reason, "system": "urn:laennec:override-reason"}, **more}
    return {"card": card, "outcome": "overridden", "overrideReason": why, "outcomeTimestamp": at}


def only_card(answer):
    """The one card of an answer."""
    assert answer.status_code == 200, answer.text
    (card,) = answer.json()["cards"]
    return card


def steps_of(people, card):
    """The state of the report behind a card, and what its history says of feedback."""
    report = people.as_("martin").get(f"/v1/prediagnoses/{draft_of_card(card['uuid'])}").json()
    return report["state"], [s for s in report["history"] if s["act"] == "card_feedback"]
