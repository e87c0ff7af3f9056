"""What every test may rely on."""

import signal
import threading

if (
    threading.current_thread() is threading.main_thread()
    and signal.getsignal(signal.SIGINT) is signal.SIG_IGN
):
    # A shell that starts the check in the background hands down an ignored Ctrl-C, which the
    # programs under test would inherit; a test that interrupts them would wait for nothing.
    signal.signal(signal.SIGINT, signal.default_int_handler)
