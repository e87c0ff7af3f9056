"""SMART App Launch out of visit software (EHR launch): authorization code with PKCE S256.

The visit software opens ``/smart/launch`` with its address and a token of its own. The browser is
led to the authorization page that the software announces, and comes back with a code that is good
once; the service exchanges it over TLS and reads who opens, and which record and visit are open.

Source: SMART App Launch 2.2 (hl7.org/fhir/smart-app-launch); RFC 7636; RFC 9207; RFC 7523 where the
service proves itself by a key.
"""

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from ..clock import Clock, read_clock
from ..http.problems import NotSignedIn
from ..http.sign_in.discovery import Addresses, Discovery
from ..http.sign_in.key_sets import IssuerUnavailable, KeySource
from ..http.sign_in.provider import Question, exchanged, sign_in_address
from ..http.sign_in.used_up import is_used_up, use_up
from ..people import Person
from ..site import Site
from ..site_rows import IssuerRow, SmartRow
from ..store.store import Store
from .context import Launched, Records
from .identity import fhir_user_of
from .refusals import LaunchRefused, Step
from .visits import ReportToOpen, report_to_open

ASKED_S: Final = 600
"""How long a browser may stay at the authorization page."""


@dataclass(frozen=True, slots=True)
class Opened:
    """What a launch opens.

    Parameters
    ----------
    person : who opens, of the site file
    minutes : how long the session holds
    report : of the person, and whether it is of the visit that is open
    """

    person: Person
    minutes: int
    report: ReportToOpen


@dataclass(frozen=True, slots=True)
class Launches:
    """The visit software that may open the review page.

    Parameters
    ----------
    site, folder : with the rows of the servers, and where the secrets lie
    store : for the reports, and for what is good once
    discovery : what each server says of its addresses
    clock : the time of every launch
    """

    site: Site
    folder: Path
    store: Store
    discovery: Discovery
    clock: Clock
    _keys: dict[str, KeySource] = field(default_factory=dict)

    def begin(self, iss: str, launch: str, lang: str, back: str) -> tuple[str, Question]:
        """Return where the browser is led, and what ties the answer to the question.

        Parameters
        ----------
        iss, launch : as the visit software wrote them into the address
        lang : of the pages
        back : the address of this service to which the browser is led back

        Raises
        ------
        LaunchRefused : incomplete, or of a server that the site does not name or that can't be used
        """
        if not iss or not launch:
            raise LaunchRefused(Step.INCOMPLETE)
        row = self._row(iss)
        question = Question.new(row.iss, lang)
        more = {"launch": launch, "aud": iss, "scope": row.scope}
        return sign_in_address(self._provider(row), question, back, more), question

    def finish(self, answer: Mapping[str, str], cookie: str, back: str) -> Opened:
        """Return what is opened, after every check.

        Parameters
        ----------
        answer : the query with which the browser came back
        cookie : of that browser, as `Question.as_cookie` made it
        back : as in `begin`

        Raises
        ------
        LaunchRefused : with the step that was wrong
        """
        question = self._question(answer.get("state", ""), cookie)
        row = self._row(question.issuer)
        provider = self._provider(row)
        if answer.get("iss", provider.issuer) != provider.issuer:
            raise LaunchRefused(Step.OTHER_SERVER)
        if not answer.get("code"):
            raise LaunchRefused(Step.DENIED)
        said = self._exchanged(provider, (question, answer["code"], back))
        now = int(read_clock(self.clock).timestamp())
        keys = self._keys.setdefault(str(provider.jwks_url), KeySource(provider, self.folder))
        user = fhir_user_of(said.get("id_token"), provider, keys, (question.nonce, now))
        records = Records(row.iss, Launched.of(said))
        person = records.professional(user, row, self.site)
        visit = (records.person_id(), records.visit_id())
        report = report_to_open(self.store, *visit, records.launched.app_context)
        return Opened(person, row.session_minutes, report)

    def _question(self, state: str, cookie: str) -> Question:
        """Return the question that an answer answers; each is answered once."""
        name = f"smart-state\0{state}"
        if state and is_used_up(self.store, name):
            raise LaunchRefused(Step.REPLAYED)
        try:
            question = Question.of_cookie(cookie)
        except NotSignedIn:
            raise LaunchRefused(Step.NOT_ASKED) from None
        if not hmac.compare_digest(state.encode(), question.state.encode()):
            raise LaunchRefused(Step.NOT_ASKED)
        ends_at = int(read_clock(self.clock).timestamp()) + 2 * ASKED_S
        if not use_up(self.store, name, ends_at=ends_at, clock=self.clock):
            raise LaunchRefused(Step.REPLAYED)
        return question

    def _exchanged(
        self, provider: IssuerRow, asked: tuple[Question, str, str]
    ) -> Mapping[str, object]:
        try:
            return exchanged(provider, self.folder, asked)
        except NotSignedIn:
            raise LaunchRefused(Step.NO_TOKEN) from None

    def _row(self, iss: str) -> SmartRow:
        wanted = iss.rstrip("/")
        found = next((row for row in self.site.smart if row.iss == wanted), None)
        if found is None:
            raise LaunchRefused(Step.UNKNOWN_EHR)
        return found

    def _provider(self, row: SmartRow) -> IssuerRow:
        try:
            return row.at(self._announced(row))
        except OSError:
            raise LaunchRefused(Step.UNREACHABLE) from None

    def _announced(self, row: SmartRow) -> Addresses:
        try:
            return self.discovery.smart(row.iss)
        except IssuerUnavailable:
            raise LaunchRefused(Step.CONFIGURATION) from None
