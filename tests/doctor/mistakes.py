"""All mistakes: those of each area enter the list where their module is read."""

from tests.doctor import mistakes_host, mistakes_places, mistakes_slack
from tests.doctor.kit import MISTAKES, Mistake

AREAS = (mistakes_slack, mistakes_places, mistakes_host)

__all__ = ["AREAS", "MISTAKES", "Mistake"]
