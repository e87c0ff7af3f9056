"""What every test may rely on."""

import signal
import threading

from hypothesis import settings

# The check of every day asks the same examples, so that it is red for a change and not by chance;
# `make check-slow` explores new ones, and what it finds is pinned as a test of its own.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("explore", derandomize=False, deadline=None)
settings.load_profile("same")

if (
    threading.current_thread() is threading.main_thread()
    and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):
    # A shell that starts the check in the background hands down an ignored Ctrl-C, which the
    # programs under test would inherit; a test that interrupts them would wait for nothing.
    signal.signal(signal.SIGINT, signal.default_int_handler)
