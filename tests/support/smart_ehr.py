"""Visit software with a FHIR server on this machine, over TLS, that launches SMART applications.

Its authorization page signs in ``self.user`` at once. What it says can be spoilt piece by piece.
"""

import base64
import secrets
import time
from urllib.parse import urlencode

from joserfc import jwt
from joserfc.jwk import KeySet
from oidc_provider import TlsServer, is_proved, toml_line

CLIENT = "laennec-review"
SECRET = "a secret of the client"  # noqa: S105 - of a test
PATIENT = {
    "resourceType": "Patient",
    "id": "p-1",
    "identifier": [
        {
            "type": {"coding": [{"code": "PI"}]},
            "system": "urn:oid:1.2.3",
            "value": "person-01",
        }
    ],
}
ENCOUNTER = {
    "resourceType": "Encounter",
    "id": "e-1",
    "identifier": [{"value": "visit-01"}],
    "subject": {"reference": "Patient/p-1"},
}
PRACTITIONER = {
    "resourceType": "Practitioner",
    "id": "dr-1",
    "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810001234567"}],
}


class Ehr(TlsServer):
    """The server; ``base`` is the address of its FHIR service and the ``iss`` of its launches.

    Attributes
    ----------
    context : what it hands on with the access token
    spoilt, spoilt_token, spoilt_configuration, spoilt_answer : what it says otherwise
    resources : what its FHIR service holds, by address
    asked : requests to its authorization page by code
    fhir_requests : (path, authorization) of what was read
    client_keys : the key set of the client where it proves itself by a key
    """

    def __init__(self, folder):
        super().__init__(folder)
        self.base = f"{self.address}/fhir"
        self.begin_again()

    def begin_again(self):
        """Say again what it should."""
        self.user = f"{self.base}/Practitioner/dr-1"
        self.context = {"patient": "p-1", "encounter": "e-1"}
        self.spoilt, self.spoilt_token, self.spoilt_configuration = {}, {}, {}
        self.spoilt_answer, self.asked, self.fhir_requests = {}, {}, []
        self.resources = {
            f"{r['resourceType']}/{r['id']}": r for r in (PATIENT, ENCOUNTER, PRACTITIONER)
        }
        self.client_keys, self.assertions, self.access = None, set(), set()

    def configuration(self):
        said = {
            "issuer": self.base,
            "jwks_uri": f"{self.address}/keys",
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "capabilities": ["launch-ehr", "sso-openid-connect", "context-ehr-patient"],
            "code_challenge_methods_supported": ["S256"],
            **self.spoilt_configuration,
        }
        return {k: v for k, v in said.items() if v is not None}

    def get(self, path, said, headers):
        if path == "/keys":
            return 200, self.keys()
        if path == "/fhir/.well-known/smart-configuration":
            return 200, self.configuration()
        if path == "/fhir/.well-known/openid-configuration":
            return 200, {"issuer": self.base, "jwks_uri": f"{self.address}/keys"}
        if path.startswith("/fhir/"):
            return self._resource(path.removeprefix("/fhir/"), headers.get("authorization", ""))
        assert path == "/authorize", path
        code = secrets.token_urlsafe(8)
        self.asked[code] = said
        back = {"code": code, "state": said["state"], "iss": self.base, **self.spoilt_answer}
        return f"{said['redirect_uri']}?{urlencode({k: v for k, v in back.items() if v})}"

    def _resource(self, name, authorization):
        self.fhir_requests.append((name, authorization))
        if authorization.removeprefix("Bearer ") not in self.access:
            return 401, {"resourceType": "OperationOutcome"}
        found = self.resources.get(name)
        return (200, found) if found else (404, {"resourceType": "OperationOutcome"})

    def post(self, form, headers):
        asked = self.asked.pop(form.get("code"), None)
        is_good = is_proved(asked, form) and self._is_client(form, headers)
        if not is_good or asked["aud"].rstrip("/") != self.base or not asked.get("launch"):
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.base,
            "aud": CLIENT,
            "sub": "account-1",
            "fhirUser": self.user,
            "iat": now,
            "exp": now + 300,
            "nonce": asked["nonce"],
            **self.spoilt_token,
        }
        access = secrets.token_urlsafe(16)
        self.access.add(access)
        said = {
            "access_token": access,
            "token_type": "Bearer",
            "expires_in": 300,
            "scope": asked["scope"],
            "id_token": self.signed(claims),
            **self.context,
            **self.spoilt,
        }
        return 200, {k: v for k, v in said.items() if v is not None}

    def _is_client(self, form, headers):
        if self.client_keys is None:
            said = headers.get("authorization", "").removeprefix("Basic ")
            return base64.b64decode(said).decode() == f"{CLIENT}:a%20secret%20of%20the%20client"
        keys = KeySet.import_key_set(self.client_keys)
        proof = jwt.decode(form["client_assertion"], keys, ["ES384"]).claims
        is_new = proof["jti"] not in self.assertions
        self.assertions.add(proof["jti"])
        return (
            is_new
            and form["client_assertion_type"].endswith(":jwt-bearer")
            and (proof["iss"], proof["sub"], proof["aud"])
            == (CLIENT, CLIENT, f"{self.address}/token")
            and time.time() < proof["exp"] <= time.time() + 300
        )

    def row(self, users=True, **more):
        """The row of this software in a site file."""
        said = {"iss": self.base, "client_id": CLIENT, "client_secret": "ehr.secret", **more}
        lines = "".join(toml_line(key, value) for key, value in said.items())
        mapped = '[smart.users]\n"Practitioner/dr-1" = "RPPS:10001234567"\n' if users else ""
        return f"\n[[smart]]\n{lines}{mapped}"
