"""Several processes of one service: what they read is loaded once, before they part.

Models, sentences and libraries are most of the memory of a process, and none of them changes while
it serves. They are loaded before the processes are forked, and moved out of the reach of the
garbage collector, which would otherwise touch, and so copy, what is shared.
"""

import gc
import logging
import os
import signal
from collections import deque
from contextlib import suppress
from socket import socket
from time import monotonic
from types import FrameType
from typing import Final

import uvicorn

from ...engine.errors import ScreeningError

log = logging.getLogger("laennec.http")

_MOST_LOST: Final = 5
_LOST_WITHIN_S: Final = 60.0
_SIGNALS: Final = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class ProcessesLost(ScreeningError):
    """Processes of the service end by themselves, one after the other."""

    code = "processes_lost"


class Processes:
    """The processes of one service, on one socket.

    Parameters
    ----------
    config : of the server, with the application whose models are loaded
    workers : how many
    """

    def __init__(self, config: uvicorn.Config, workers: int) -> None:
        self._config, self._workers = config, workers
        self._pids: set[int] = set()
        self._lost: deque[float] = deque(maxlen=_MOST_LOST)
        self._is_stopping = False

    def run(self) -> None:
        """Serve until told to stop; a process that is killed is replaced.

        Raises
        ------
        ProcessesLost : several ended by themselves within a minute
        """
        listening = self._config.bind_socket()
        before = {number: signal.signal(number, self._stop) for number in _SIGNALS}
        gc.collect()
        gc.freeze()
        try:
            for _ in range(self._workers):
                self._pids.add(self._fork(listening))
            while self._pids:
                ended, _ = os.waitpid(-1, 0)
                self._pids.discard(ended)
                if not self._is_stopping:
                    self._replace(listening)
        finally:
            self._stop(signal.SIGTERM, None)
            for number, handler in before.items():
                signal.signal(number, handler)
            listening.close()

    def _fork(self, listening: socket) -> int:
        pid = os.fork()
        if pid:
            return pid
        status = 1
        try:
            for number in _SIGNALS:
                signal.signal(number, signal.SIG_DFL)
            uvicorn.Server(self._config).run(sockets=[listening])
            status = 0
        finally:
            os._exit(status)

    def _replace(self, listening: socket) -> None:
        self._lost.append(monotonic())
        if len(self._lost) == _MOST_LOST and self._lost[-1] - self._lost[0] < _LOST_WITHIN_S:
            raise ProcessesLost(
                found=f"{_MOST_LOST} processes of the service ended by themselves within a minute",
                why="what ends each of them would end the next one too",
                remedy="Read the log above; start it with one process to see the error in words",
                path="workers",
            )
        log.warning("a process of the service ended and is replaced")
        self._pids.add(self._fork(listening))

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self._is_stopping = True
        for pid in tuple(self._pids):
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)
