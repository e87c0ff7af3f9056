"""Keys that this service makes for itself: the private file in the site folder, its key set beside.

For its own sessions, for its name at an EHR, and for the issuer of demonstrations.
"""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from ....engine.errors import DataError

_CURVES: Final = {"ES256": "P-256", "ES384": "P-384"}


@dataclass(frozen=True, slots=True)
class LocalKey:
    """Where one key lies, in a site folder.

    Parameters
    ----------
    private : the file of the private key, readable by its owner only
    public : the file of its key set
    algorithm : with which it signs
    """

    private: Path
    public: Path
    algorithm: Literal["ES256", "ES384"]

    def open(self, folder: Path) -> ECKey:
        """Return the private key; made with its key set where there is none.

        Raises
        ------
        DataError : it can't be read, or neither found nor written
        """
        file = folder / self.private
        try:
            if file.exists():
                return ECKey.import_key(json.loads(file.read_text(encoding="utf-8")))
            return self._made(folder, file)
        except (OSError, ValueError, TypeError, KeyError, JoseError):
            raise DataError(
                found="a key of this service that can't be read, or can't be written",
                why="what it signs could not be checked by anybody",
                remedy="Let the service write into the site folder; remove a key file that was cut",
                path=str(self.private),
            ) from None

    def _made(self, folder: Path, file: Path) -> ECKey:
        key = ECKey.generate_key(_CURVES[self.algorithm], auto_kid=True)
        file.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8") as stream:
            json.dump(key.as_dict(private=True), stream)
        public = KeySet([key]).as_dict(private=False)
        (folder / self.public).write_text(json.dumps(public), encoding="utf-8")
        return key
