"""Load what can be trusted, name what can't, and let everything else run."""

from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ..errors import ContractBroken, ModelError
from ..runtime import RiskModel
from .manifest import MANIFEST
from .sealed import id_of
from .signing import DEVELOPMENT, Trust, load_trust
from .statements import StatementsBundle, is_statements_folder, open_statements_bundle
from .verify import Bundle, open_bundle
from .waves import SignalBundle, is_signal_folder, open_signal_bundle

SHIPPED = Path(__file__).parents[2] / "models"
EXPERIMENTAL = "_experimental"
AnyBundle = Bundle | SignalBundle | StatementsBundle
UNFORESEEN = (ArithmeticError, LookupError, OSError, RuntimeError, TypeError, ValueError)
"""What no check foresaw refuses its bundle too: urgent rules and other models still run."""


@dataclass(frozen=True, slots=True)
class RefusedModel:
    """A bundle that is not used; its findings are not assessable.

    Parameters
    ----------
    id : ``<model>/<form>`` as its folders say, for its manifest is not believed
    folder : where it stands
    error : why, with what to do
    """

    id: str
    folder: Path
    error: ModelError


@dataclass(frozen=True, slots=True)
class Models:
    """Every bundle that was found: loaded or refused, none left out.

    Parameters
    ----------
    loaded : risk models, ready to run, ordered by id
    refused : ordered by id
    signals : networks that read signals, verified; each starts when it is first asked
    statements : rules that name what an ECG shows, verified; each starts when it is first asked
    """

    loaded: tuple[Bundle, ...] = ()
    refused: tuple[RefusedModel, ...] = ()
    signals: tuple[SignalBundle, ...] = ()
    statements: tuple[StatementsBundle, ...] = ()

    def get(self, model_id: str) -> RiskModel | None:
        """Return a model that is ready, or None (then ``refusal`` may say why)."""
        return next((b.model for b in self.loaded if b.manifest.id == model_id), None)

    def signal(self, model_id: str) -> SignalBundle | None:
        """Return a network that reads signals, or None (then ``refusal`` may say why)."""
        return next((b for b in self.signals if b.manifest.id == model_id), None)

    def statement_rules(self, model_id: str) -> StatementsBundle | None:
        """Return a bundle of ECG statements, or None (then ``refusal`` may say why)."""
        return next((b for b in self.statements if b.manifest.id == model_id), None)

    def refusal(self, model_id: str) -> ModelError | None:
        """Return why a model is refused, or None."""
        return next((r.error for r in self.refused if r.id == model_id), None)

    @property
    def is_degraded(self) -> bool:
        """Whether a bundle was refused."""
        return bool(self.refused)

    @property
    def is_development(self) -> bool:
        """Whether an answer may come from a development model."""
        every: tuple[AnyBundle, ...] = (*self.loaded, *self.signals, *self.statements)
        keys = [b.manifest.key for b in every]
        return DEVELOPMENT in keys


def find_bundles(root: Path, *, research: bool = False) -> tuple[Path, ...]:
    """Return every ``<model>/bundles/<form>`` folder below a folder of models, by name.

    Parameters
    ----------
    root : a folder of models
    research : also look into ``_experimental``, which a clinic never does
    """
    found = sorted(p for p in root.glob("*/bundles/*") if p.is_dir())
    if research:
        found += sorted(p for p in root.glob(f"{EXPERIMENTAL}/*/bundles/*") if p.is_dir())
    return tuple(p for p in found if p.name != "__pycache__")


def load_models(
    folders: Iterable[Path] | None = None, *, trust: Trust | None = None, research: bool = False
) -> Models:
    """Load bundles; a bad one never stops the others.

    Parameters
    ----------
    folders : folders of models, or bundle folders; the shipped models when None. When the same id
        stands in two folders, the first one counts and the other is refused
    trust : accepted keys; the development key alone when None
    research : also load ``_experimental`` models

    Returns
    -------
    what was loaded and what was refused, with the reasons
    """
    trust = load_trust() if trust is None else trust
    loaded: dict[str, AnyBundle] = {}
    refused: list[RefusedModel] = []
    for folder in _bundle_folders([SHIPPED] if folders is None else folders, research=research):
        model_id = id_of(folder)
        try:
            if model_id in loaded:
                raise _twice(model_id, loaded[model_id].folder)
            loaded[model_id] = _open(folder, trust)
        except ModelError as error:
            refused.append(RefusedModel(model_id, folder, error))
        except UNFORESEEN as error:
            refused.append(RefusedModel(model_id, folder, _unforeseen(model_id, error)))
    refused.sort(key=lambda r: r.id)
    ordered: list[AnyBundle] = [loaded[i] for i in sorted(loaded)]
    return Models(
        tuple(b for b in ordered if isinstance(b, Bundle)),
        tuple(refused),
        tuple(b for b in ordered if isinstance(b, SignalBundle)),
        tuple(b for b in ordered if isinstance(b, StatementsBundle)),
    )


def _open(folder: Path, trust: Trust) -> AnyBundle:
    """Give a bundle to the reader of its kind, which its file names tell before any is opened."""
    if is_statements_folder(folder):
        return open_statements_bundle(folder, trust)
    return (open_signal_bundle if is_signal_folder(folder) else open_bundle)(folder, trust)


def _bundle_folders(folders: Iterable[Path], *, research: bool) -> tuple[Path, ...]:
    """Expand folders of models; a bundle folder, or one that is not there, stands for itself."""
    found: list[Path] = []
    for folder in folders:
        is_bundle = folder.absolute().parent.name == "bundles" or (folder / MANIFEST).exists()
        if is_bundle or not folder.is_dir():
            found.append(folder)
        else:
            found.extend(find_bundles(folder, research=research))
    return tuple(found)


def _twice(model_id: str, first: Path) -> ContractBroken:
    return ContractBroken(
        found=f"{model_id} is already loaded from {first.resolve().parents[2].name}",
        why="of two models with one name, which one answers would be a guess",
        remedy="Remove one, or give the site's folder first so that it counts",
        path=model_id,
    )


def _unforeseen(model_id: str, error: Exception) -> ContractBroken:
    return ContractBroken(
        found=f"checking the bundle stopped with {type(error).__name__}",
        why="a bundle that can't be checked to the end is not used",
        remedy="Restore the bundle from its release, and report this message",
        path=model_id,
    )
