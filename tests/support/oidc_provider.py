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


def toml_line(key, value):
    """A line of a site file; none for None."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool | int) else f'"{value}"'
    return f"{key} = {text}\n"


class TlsServer:
    """A server of JSON on this machine over TLS; ``get`` and ``post`` say what it answers.

    Each answers (status, object), or an address to which it leads the browser.
    """

    def __init__(self, folder):
        self.key = ECKey.generate_key("P-256", {"kid": "one"}, private=True)
        self.certificate = certificate(folder)
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self):
                path = urlsplit(self.path)
                said = {k: v[0] for k, v in parse_qs(path.query).items()}
                self._answer(server.get(path.path, said, self.headers))

            def do_POST(self):
                length = int(self.headers["content-length"])
                form = {k: v[0] for k, v in parse_qs(self.rfile.read(length).decode()).items()}
                self._answer(server.post(form, self.headers))

            def _answer(self, answer):
                if isinstance(answer, str):
                    self.send_response(302)
                    self.send_header("Location", answer)
                    self.end_headers()
                    return
                status, said = answer
                body = said if isinstance(said, bytes) else json.dumps(said).encode()
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

    def keys(self):
        return KeySet([self.key]).as_dict(private=False)

    def signed(self, claims, **header):
        said = {k: v for k, v in claims.items() if v is not None}
        return jwt.encode({"alg": "ES256", "kid": "one", **header}, said, self.key)

    def __enter__(self):
        Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_error):
        self._server.shutdown()
        self._server.server_close()


def is_proved(asked, form):
    """Whether who exchanges a code is who asked for it: PKCE S256 and the same way back."""
    challenge = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
    proof = base64.urlsafe_b64encode(challenge).decode().rstrip("=")
    return (
        asked is not None
        and asked["code_challenge_method"] == "S256"
        and proof == asked["code_challenge"]
        and form["redirect_uri"] == asked["redirect_uri"]
    )


class Provider(TlsServer):
    """A provider that signs in ``self.person`` at once; ``self.spoilt`` changes its tokens."""

    def __init__(self, folder):
        super().__init__(folder)
        self.person, self.spoilt, self.asked, self.answers = "", {}, {}, []
        self.discovered = {}

    def get(self, path, said, _headers):
        if path == "/keys":
            return 200, self.keys()
        if path == "/elsewhere":
            return f"{self.address}/keys"
        if path == "/.well-known/openid-configuration":
            return 200, {
                "issuer": self.address,
                "authorization_endpoint": f"{self.address}/authorize",
                "token_endpoint": f"{self.address}/token",
                "jwks_uri": f"{self.address}/keys",
                **self.discovered,
            }
        code = secrets.token_urlsafe(8)
        self.asked[code] = said
        back = {"code": code, "state": said["state"], "iss": self.address}
        return f"{said['redirect_uri']}?{urlencode(back)}"

    def post(self, form, headers):
        """The answer to a code: a token, once, to who can prove that they asked for it."""
        asked = self.asked.pop(form.get("code"), None)
        authorization = headers.get("authorization", "")
        client = base64.b64decode(authorization.removeprefix("Basic ")).decode()
        is_good = is_proved(asked, form) and client == "laennec:a%20secret%20of%20the%20client"
        self.answers.append(200 if is_good else 400)
        if not is_good:
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
        return 200, {"id_token": self.signed(claims)}

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
        return "\n[[issuer]]\n" + "".join(toml_line(k, v) for k, v in said.items())
