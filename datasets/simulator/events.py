"""When atria and ventricles fire: two independent lists with links."""

from dataclasses import dataclass, field

from .scenario import EcgScenario


@dataclass(frozen=True, slots=True)
class AtrialEvent:
    """One P wave: its onset in seconds, its shape, and whether a pacemaker made it."""

    onset_s: float
    kind: str
    paced: bool = False


@dataclass(frozen=True, slots=True)
class VentricularEvent:
    """One QRS: onset in seconds, shape, duration, the P wave that it follows from (or None)."""

    onset_s: float
    kind: str
    qrs_ms: float
    atrial: int | None = None
    origin: str = "conducted"
    paced: bool = False


@dataclass(slots=True)
class Script:
    """All events of a record, in time; ``background`` is ``fibrillation``, ``flutter`` or empty."""

    atrial: list[AtrialEvent] = field(default_factory=list)
    ventricular: list[VentricularEvent] = field(default_factory=list)
    background: str = ""

    def sinus_beat(
        self, asked: EcgScenario, onset_s: float, pr_s: float, kind: str | None = None
    ) -> None:
        """Add a P wave and the QRS that it conducts to."""
        self.atrial.append(AtrialEvent(onset_s, kind or asked.atrium))
        self.conduct(asked, pr_s)

    def conduct(self, asked: EcgScenario, pr_s: float) -> None:
        """Add the QRS that the last P wave conducts to."""
        last = len(self.atrial) - 1
        onset = self.atrial[last].onset_s + pr_s
        self.ventricular.append(VentricularEvent(onset, asked.ventricle, asked.qrs_ms, last))

    def ectopic(self, asked: EcgScenario, onset_s: float) -> None:
        """Add a ventricular beat that no P wave conducts to."""
        kind = asked.ectopic or "premature_right"
        event = VentricularEvent(onset_s, kind, asked.ectopic_qrs_ms, None, "ectopic")
        self.ventricular.append(event)
