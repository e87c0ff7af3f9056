"""A token that is good once is taken once, by whichever process, on both databases."""

import pytest
from http_support import PEOPLE, make_site
from laennec.serving.clock import utc_now
from laennec.serving.http.problems import NotSignedIn
from laennec.serving.http.sign_in.dev_issuer import development_token
from laennec.serving.http.sign_in.issuers import Issuers, Replayed
from laennec.serving.site import DEVELOPMENT, load_site


@pytest.fixture
def issuers(store, tmp_path):
    """Two processes of the service, and what signs tokens for them."""

    def made(*, once):
        folder = make_site(tmp_path)
        with (folder / "site.toml").open("a", encoding="utf-8") as file:
            file.write(f'[[issuer]]\nissuer = "{DEVELOPMENT}"\naudience = "laennec"\n')
            file.write(f'jwks = "development.json"\nonce = {str(once).lower()}\n')
        token = development_token(PEOPLE["martin"], folder, minutes=5, clock=utc_now)
        return token, *(Issuers(load_site(folder), folder, store) for _ in range(2))

    return made


def test_every_process_knows_what_another_one_used_up(issuers):
    token, one, other = issuers(once=True)
    assert one.person(token, utc_now).id == PEOPLE["martin"]
    for process in (other, one):
        with pytest.raises(Replayed, match="used before"):
            process.person(token, utc_now)


def test_what_one_process_signed_out_no_other_one_takes(issuers):
    token, one, other = issuers(once=False)
    assert one.sign_in(token, utc_now) == other.person(token, utc_now)
    with pytest.raises(Replayed, match="used before"):
        other.sign_in(token, utc_now)
    one.sign_out(token, utc_now)
    with pytest.raises(NotSignedIn, match="signed out"):
        other.person(token, utc_now)
