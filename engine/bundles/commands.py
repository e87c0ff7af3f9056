"""What ``laennec models list|show|verify|sign`` answers, as plain data for any printer."""

from collections.abc import Iterable
from pathlib import Path

from ..errors import ContractBroken, ModelError
from .decode import encode
from .load import Models, load_models
from .manifest import MANIFEST
from .manifest_file import sha256_of
from .signing import DEVELOPMENT, load_trust, read_private_key, sign_bundle
from .statements import StatementsBundle
from .verify import Bundle
from .waves import SignalBundle

Row = dict[str, object]

EXIT_DONE, EXIT_REFUSED, EXIT_PARTLY = 0, 1, 3


def open_models(
    folders: Iterable[Path] | None = None,
    *,
    trust_folder: Path | None = None,
    development: bool = True,
    research: bool = False,
) -> Models:
    """Load what the command line names; the shipped models when it names nothing.

    Parameters
    ----------
    folders : folders of models or bundles
    trust_folder : the site's public keys
    development : False refuses development models
    research : also load ``_experimental`` models
    """
    trust = load_trust(trust_folder, development=development)
    return load_models(folders, trust=trust, research=research)


def list_models(models: Models) -> list[Row]:
    """Return one row per bundle, loaded or refused, ordered by id."""
    rows = [_loaded_row(b) for b in models.loaded]
    rows += [_signal_row(b) for b in models.signals]
    rows += [_statements_row(b) for b in models.statements]
    rows += [_refused_row(r.id, r.error) for r in models.refused]
    return sorted(rows, key=lambda row: (str(row["id"]), str(row["state"])))


def show_model(models: Models, model_id: str) -> Row:
    """Return everything about one bundle: manifest, rules as text, card, state.

    Raises
    ------
    ModelError  the refusal itself where the bundle is refused
    ContractBroken  if there is no such bundle
    """
    bundle = next((b for b in models.loaded if b.manifest.id == model_id), None)
    if bundle is not None:
        return {
            **_loaded_row(bundle),
            "manifest": encode(bundle.manifest),
            "rules": [{"id": r.id, "text": r.text, "source": r.source} for r in bundle.rules.rules],
            "card": bundle.files["card.md"].decode("utf-8", errors="replace"),
        }
    signal = models.signal(model_id)
    if signal is not None:
        return {
            **_signal_row(signal),
            "manifest": encode(signal.manifest),
            "card": signal.files["card.md"].decode("utf-8", errors="replace"),
        }
    said = models.statement_rules(model_id)
    if said is not None:
        return {
            **_statements_row(said),
            "manifest": encode(said.manifest),
            "rules": [{"id": r.id, "text": r.text, "source": r.source} for r in said.rules.rules],
            "card": said.files["card.md"].decode("utf-8", errors="replace"),
        }
    refusal = models.refusal(model_id)
    if refusal is not None:
        raise refusal
    known = sorted(str(row["id"]) for row in list_models(models))
    raise ContractBroken(
        found=f"no model {model_id!r}",
        why="nothing can be shown of it",
        remedy=f"Name one of {', '.join(known) or 'none: no model was found'}",
        path=model_id,
    )


def verify_models(models: Models) -> tuple[list[Row], int]:
    """Return the rows of ``list_models`` and the exit code: 0 all good, 1 none, 3 some refused.

    What reads ECGs is started and asked its known answers, which loading leaves for the first ECG.

    Raises
    ------
    ContractBroken  if a network's known answer differs
    """
    rows = list_models(models)
    for signal in models.signals:
        signal.delineator()
    for said in models.statements:
        said.model()
    if not models.refused and rows:
        return rows, EXIT_DONE
    is_some = models.loaded or models.signals or models.statements
    return rows, EXIT_PARTLY if is_some else EXIT_REFUSED


def sign_model(
    folder: Path, key_file: Path, key_name: str, *, password: bytes | None = None
) -> Row:
    """Seal and sign a bundle.

    Raises
    ------
    ContractBroken  if the key or the bundle is not fit for it
    """
    sealed = sign_bundle(folder, read_private_key(key_file, password), key_name)
    return {
        "id": sealed.id,
        "version": sealed.version,
        "key": sealed.key,
        "sha256": sha256_of((folder / MANIFEST).read_bytes()),
        "files": dict(sealed.files),
    }


def _loaded_row(bundle: Bundle) -> Row:
    m = bundle.manifest
    return {
        "id": m.id,
        "state": "ready",
        "version": m.version,
        "outcome": m.outcome,
        "kind": m.kind,
        "rules": len(bundle.rules.rules),
        "inputs": list(m.input_names),
        "key": m.key,
        "is_development": m.key == DEVELOPMENT,
        "sha256": bundle.sha256,
        "error": None,
    }


def _signal_row(bundle: SignalBundle) -> Row:
    m = bundle.manifest
    return {
        "id": m.id,
        "state": "ready",
        "version": m.version,
        "kind": m.kind,
        "inputs": [m.input.name],
        "key": m.key,
        "is_development": m.key == DEVELOPMENT,
        "sha256": bundle.sha256,
        "error": None,
    }


def _statements_row(bundle: StatementsBundle) -> Row:
    m = bundle.manifest
    return {
        "id": m.id,
        "state": "ready",
        "version": m.version,
        "kind": "statements",
        "rules": len(bundle.rules.rules),
        "inputs": list(bundle.rules.inputs),
        "key": m.key,
        "is_development": m.key == DEVELOPMENT,
        "sha256": bundle.sha256,
        "error": None,
    }


def _refused_row(model_id: str, error: ModelError) -> Row:
    return {"id": model_id, "state": "refused", "error": error.as_dict()}
