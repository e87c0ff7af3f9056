"""A real PostgreSQL server for the tests, made and stopped by them; nothing where there is none.

The distribution's package (`apt-get install postgresql`) is looked for on PATH and below
/usr/lib/postgresql. The server refuses to run as root, so root starts it as the account that the
package made.
"""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
import uuid
from contextlib import contextmanager
from pathlib import Path

ACCOUNT = "postgres"
START_S = 30
WHY_NOT = (
    "no PostgreSQL server on this machine: apt-get install postgresql, and pip install psycopg"
)


def binaries():
    """Return the folder of the server's programs, or None."""
    found = shutil.which("postgres")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    return next((f for f in folders if (f / "initdb").exists()), None)


def is_there():
    try:
        import psycopg  # noqa: F401 - only whether it can be imported
    except ModuleNotFoundError:
        return False
    return binaries() is not None and (os.getuid() != 0 or _account() is not None)


def _account():
    try:
        return pwd.getpwnam(ACCOUNT)
    except KeyError:
        return None


class Server:
    """A running server; every test gets a database of its own."""

    def __init__(self, folder, bin_folder):
        self.folder, self._bin = folder, bin_folder
        self._user = None if os.getuid() else ACCOUNT
        self._process = None

    def make(self):
        self._run("initdb", "-D", self.folder / "data", "-A", "trust", "-E", "UTF8", "-U", ACCOUNT)
        self.start()

    def start(self, *options):
        command = [self._bin / "postgres", "-D", self.folder / "data", "-k", self.folder]
        command += ["-c", "listen_addresses=", "-c", "max_connections=120", *options]
        self._process = subprocess.Popen(
            [str(part) for part in command],
            user=self._user,
            cwd=self.folder,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait()

    def _wait(self):
        until = time.monotonic() + START_S
        while self._quiet("pg_isready", "-h", self.folder) != 0:
            assert time.monotonic() < until, "the server did not start"
            time.sleep(0.05)

    def stop(self):
        """End it without the last checkpoint, which would write every test's database to disk."""
        self._process.send_signal(signal.SIGQUIT)
        self._process.wait(START_S)

    def new_database(self):
        """The address of an empty schema; a database each would take seconds to make and remove."""
        name = f"laennec_{uuid.uuid4().hex[:12]}"
        self._run("psql", "-h", self.folder, "-U", ACCOUNT, "-qc", f"CREATE SCHEMA {name}")
        return (
            f"postgresql://{ACCOUNT}@/{ACCOUNT}?host={self.folder}&options=-csearch_path%3D{name}"
        )

    def _run(self, program, *args):
        done = subprocess.run(
            [str(self._bin / program), *map(str, args)],
            user=self._user,
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr

    def _quiet(self, program, *args):
        done = subprocess.run(
            [str(self._bin / program), *map(str, args)],
            user=self._user,
            cwd=self.folder,
            capture_output=True,
            check=False,
        )
        return done.returncode


@contextmanager
def running_server():
    folder = Path(tempfile.mkdtemp(prefix="lpg"))
    if os.getuid() == 0:
        os.chown(folder, _account().pw_uid, _account().pw_gid)
    server = Server(folder, binaries())
    try:
        server.make()
        yield server
        server.stop()
    finally:
        shutil.rmtree(folder, ignore_errors=True)
