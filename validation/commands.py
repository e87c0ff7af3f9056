"""What the command line does, as functions from paths to plain data."""

import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, cast

from ..engine.bundles.load import load_models
from ..engine.bundles.signing import load_trust
from .data.cohort import study_cohort
from .data.planned import other_than_installed, plan_problems
from .errors import StudyError
from .protocol import Protocol, freeze, freeze_path, read_frozen, read_protocol, template
from .protocol.freeze import mapping_sha256, protocol_sha256
from .report import told_document, write_report
from .report.folder import check_folder
from .report.pdf import check_pdf, write_pdfs
from .report.seal import SEAL
from .report.words import Lang
from .study import StudyOptions, run_study

Plain = dict[str, Any]
_OWN: Final = ("study", "data", "population", "index_test", "reference")
"""Sections of a protocol whose texts every study writes itself."""
_CHOSEN: Final = ("design", "data_role", "model", "version")
"""Keys there that a study may well choose as the template has them."""
_UNSEEN: Final = "data.unseen"


@dataclass(frozen=True, slots=True)
class StudyCommand:
    """Options of a run."""

    protocol: Path
    data: Path
    out: Path
    langs: tuple[str, ...] = ("fr", "en")
    models: tuple[Path, ...] | None = None
    trust: Path | None = None
    tracking_uri: str | None = None
    pdf: bool = False


def new_command(path: Path) -> Plain:
    """Write the template of a protocol.

    Raises
    ------
    StudyError  if the file exists, or can't be written
    """
    if path.exists():
        raise StudyError(
            found=f"{path.name} exists",
            why="it would be written over",
            remedy="Choose another name",
            path=path.name,
        )
    try:
        path.write_text(template(), encoding="utf-8")
    except OSError as error:
        raise StudyError(
            found=f"a file that can't be written ({error.strerror})",
            why="there is no protocol to fill in then",
            remedy="Give a name in a folder that is there and may be written to",
            path=path.name,
        ) from error
    return {"protocol": str(path), "next": "fill it in, then --check, then --freeze"}


def check_command(
    path: Path, models: tuple[Path, ...] | None = None, trust: Path | None = None
) -> Plain:
    """Say whether a protocol can be used, what in it is still the template's, and if it is frozen.

    Raises
    ------
    ProtocolRefused  with everything that is wrong with it
    """
    from ..engine.bundles.decode import encode  # noqa: PLC0415  # only here

    loaded = load_models(models, trust=load_trust(trust))
    protocol = read_protocol(path, lambda plan: plan_problems(plan, loaded, path.parent))
    study_cohort(protocol, path.parent)
    mapping = mapping_sha256(protocol, path.parent)
    frozen = read_frozen(path)
    changed = [] if frozen is None else [c.path for c in frozen.changes(protocol, mapping)]
    left, unsaid = _still_the_templates(path), _unsaid(protocol)
    other = other_than_installed(protocol, loaded)
    return {
        "protocol": path.name,
        "complete": not (left or unsaid or changed or other),
        "sha256": protocol_sha256(encode(protocol), mapping),
        "frozen": None if frozen is None else frozen.sha256,
        "freeze_sha256": None if frozen is None else frozen.freeze_sha256,
        "changed_after_freeze": changed,
        "still_the_templates": left,
        "not_said": unsaid,
        "other_than_installed": other,
    }


def _still_the_templates(path: Path) -> list[str]:
    """Return the texts, and the hash, that stand in a protocol as the template has them."""
    given = tomllib.loads(path.read_text(encoding="utf-8"))
    example = tomllib.loads(template())
    return [
        f"{section}.{key}"
        for section in _OWN
        for key, text in example[section].items()
        if isinstance(text, str)
        and text
        and key not in _CHOSEN
        and given.get(section, {}).get(key) == text
    ]


def _unsaid(protocol: Protocol) -> list[str]:
    """Return the key in which authors say how they know what no file shows, where it is empty."""
    is_asked = protocol.study.data_role != "development"
    return [_UNSEEN] if is_asked and not protocol.data.says_unseen() else []


def freeze_command(
    path: Path, models: tuple[Path, ...] | None = None, trust: Path | None = None
) -> Plain:
    """Freeze a protocol, with the day of this machine.

    Raises
    ------
    ProtocolRefused, StudyError  if it can't be used, is not filled in, means another model than
        the one that is installed, or is frozen already
    """
    loaded = load_models(models, trust=load_trust(trust))
    protocol = read_protocol(path, lambda plan: plan_problems(plan, loaded, path.parent))
    study_cohort(protocol, path.parent)
    left, other = _still_the_templates(path), other_than_installed(protocol, loaded)
    if left:
        raise StudyError(
            found=f"{', '.join(left)} as the template has them",
            why="a plan of somebody else's words would be frozen, and a freeze is for good",
            remedy="Fill them in; `laennec validate --check` names what is left",
            path=path.name,
        )
    if _unsaid(protocol):
        raise StudyError(
            found=f"{protocol.study.data_role} data, and no {_UNSEEN}",
            why="no software can see from a file that the model never saw these people, so no "
            "hypothesis would be judged without the authors' word",
            remedy=f"Say in {_UNSEEN} how you know it (other years, other country, ids compared)",
            path=path.name,
        )
    if other:
        raise StudyError(
            found=f"{', '.join(other)} of another model than the one that is installed",
            why="no hypothesis would be judged of it, and a freeze is for good",
            remedy="Give version and hash as `laennec models list` prints them, or --models",
            path=path.name,
        )
    frozen = freeze(protocol, path, datetime.now(UTC).date())
    return {
        "freeze": str(freeze_path(path)),
        "sha256": frozen.sha256,
        "freeze_sha256": frozen.freeze_sha256,
        "frozen_on": frozen.frozen_on,
        "opened_before": list(frozen.opened_before),
    }


def validate_command(command: StudyCommand, said: Callable[[str], None]) -> Plain:
    """Run a study and write its report.

    Raises
    ------
    ScreeningError  whatever stops it, with every problem at once
    """
    if command.pdf:
        check_pdf()
    check_folder(command.out, read_protocol(command.protocol).study.id)
    models = load_models(command.models, trust=load_trust(command.trust))
    today = datetime.now(UTC).date()
    document = run_study(StudyOptions(command.protocol, command.data, models, said, today))
    said("report")
    written = write_report(document, command.out, cast("tuple[Lang, ...]", command.langs))
    if command.pdf:
        said("pdf")
        written += write_pdfs(written)
    told = told_document(document)  # the terminal tells no more than the report
    run_id = None
    if command.tracking_uri is not None:
        from .tracking import log_study  # noqa: PLC0415  # the store is optional

        run_id = log_study(told, written, command.tracking_uri)
    primary = [e for e in told["endpoints"] if e["role"] == "primary"]
    return {
        "report": [str(p) for p in written if p.parent == command.out],
        "report_sha256": told[SEAL],
        "protocol_sha256": told["protocol"]["sha256"],
        "n": told["analyses"]["counted"]["n"],
        "cases": told["analyses"]["counted"]["cases"],
        "primary": [
            {key: e[key] for key in ("id", "against", "margin", "bound", "result", "verdict")}
            for e in primary
        ],
        "deviations": [d["code"] for d in told["deviations"]],
        "run_id": run_id,
    }
