"""Controls, as the publications that define them have them."""

import enum

from gryt.values import Value


class Framework(enum.Enum):
    """A publication that names controls or tasks."""

    SP_800_161 = "NIST SP 800-161r1-upd1"
    """Cybersecurity supply chain risk management: an overlay of SP 800-53."""
    SP_800_53 = "NIST SP 800-53r5"
    """Controls that are not in that overlay."""
    SSDF = "NIST SP 800-218 (SSDF v1.1)"


class Control(Value):
    """A control or a task, by its official id and title."""

    id: str
    title: str
    framework: Framework
    levels: tuple[int, ...] = ()
    """Of SP 800-161: 1 enterprise, 2 mission, 3 system; () where the publication was not read."""
    flow_down: bool = False
    """Whether it is to be passed on to contractors."""
    baselines: str = ""
    """The baselines of SP 800-53B that have it: L, M, H."""
    objectives: tuple[str, ...] = ()
    """The assessment objectives of SP 800-53A."""
