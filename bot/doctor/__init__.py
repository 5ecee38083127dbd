"""Is this set-up sound?  Each finding names what is wrong and exactly what mends it.

``findings`` are the values, one module an area looks for them, ``run`` looks at all areas at once,
``report`` tells it to people and to programs.  Nothing is changed anywhere: no message is posted,
no host beyond the jump boxes is touched, no secret leaves ``run``.
"""

from bot.doctor.findings import Finding, Result, Severity
from bot.doctor.run import Report, examine

__all__ = ["Finding", "Report", "Result", "Severity", "examine"]
