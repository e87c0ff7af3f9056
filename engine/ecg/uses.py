"""What an ECG can be good enough for; each is judged by itself."""

from typing import Final

USES: Final = ("rhythm", "intervals", "st", "twelve_lead")
