"""Why a bundle that was tampered with is refused, while its neighbour still runs."""

from laennec.engine.bundles.load import load_models
from laennec.engine.errors import FileChanged


def refusal(folder, kind=FileChanged):
    """Load the folder of models and return why the attacked bundle is refused."""
    models = load_models([folder.parents[2]])
    assert [b.manifest.id for b in models.loaded] == ["toy_disease/mamdani_form"]
    assert [r.id for r in models.refused] == [f"toy_disease/{folder.name}"]
    error = models.refused[0].error
    assert isinstance(error, kind), str(error)
    assert str(folder) not in str(error), "a message names no path of this machine"
    return error
