"""An identity provider on this machine, over TLS: its keys, its sign-in and its token address."""

import base64
import hashlib
import json
import secrets
import ssl
import time
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from urllib.parse import parse_qs, urlencode, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

SECRET = "a secret of the client"  # noqa: S105 - of a test


def certificate(folder):
    """A certificate for localhost that vouches for itself, and its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    file = folder / "localhost.pem"
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
    file.write_bytes(private + made.public_bytes(serialization.Encoding.PEM))
    return file


class Provider:
    """A provider that signs in ``self.person`` at once; ``self.spoilt`` changes its tokens."""

    def __init__(self, folder):
        self.key = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
        self.person, self.spoilt, self.asked, self.answers = "", {}, {}, []
        self.certificate = certificate(folder)
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = urlsplit(self.path)
                if path.path == "/keys":
                    keys = KeySet([provider.key]).as_dict(private=False)
                    return self._json(200, keys)
                if path.path == "/elsewhere":
                    return self._to(f"{provider.address}/keys")
                said = {k: v[0] for k, v in parse_qs(path.query).items()}
                code = secrets.token_urlsafe(8)
                provider.asked[code] = said
                back = {"code": code, "state": said["state"], "iss": provider.address}
                return self._to(f"{said['redirect_uri']}?{urlencode(back)}")

            def do_POST(self):
                length = int(self.headers["content-length"])
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
                status, said = provider.token(form, self.headers.get("authorization", ""))
                provider.answers.append(status)
                self._json(status, said)

            def _to(self, address):
                self.send_response(302)
                self.send_header("Location", address)
                self.end_headers()

            def _json(self, status, said):
                body = json.dumps(said).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_said):
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.certificate)
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.address = f"https://localhost:{self._server.server_address[1]}"

    def token(self, form, authorization):
        """The answer to a code: a token, once, to who can prove that they asked for it."""
        asked = self.asked.pop(form.get("code"), None)
        challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proof = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
        client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        good = (
            asked is not None
            and asked["code_challenge_method"] == "S256"
            and proof == asked["code_challenge"]
            and form["redirect_uri"] == asked["redirect_uri"]
            and client == "laennec:a%20secret%20of%20the%20client"
        )
        if not good:
            return 400, {"error": "invalid_grant"}
        now = int(time.time())
        claims = {
            "iss": self.address,
            "aud": "laennec",
            "sub": self.person,
            "iat": now,
            "exp": now + 600,
            "nonce": asked["nonce"],
            **self.spoilt,
        }
        return 200, {"id_token": jwt.encode({"alg": "ES256", "kid": "one"}, claims, self.key)}

    def row(self, **more):
        """The row of this provider in a site file."""
        said = {
            "issuer": self.address,
            "audience": "laennec",
            "jwks_url": f"{self.address}/keys",
            "authorization_url": f"{self.address}/authorize",
            "token_url": f"{self.address}/token",
            "client_secret": "client.secret",
            **more,
        }
        return "\n[[issuer]]\n" + "".join(f'{k} = "{v}"\n' for k, v in said.items())

    def __enter__(self):
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()
