"""What every store promises: one suite, run against each adapter.

An adapter's tests derive a class from each of these and give a fixture ``store``.  Nothing in them
may depend on the instance staying the same between two calls; what does (who holds a parcel) is
tested beside the adapter.
"""

from tests.store.contract_intents import IntentContract
from tests.store.contract_learning import LearningContract
from tests.store.contract_parcels import ParcelContract
from tests.store.contract_search import SearchContract
from tests.store.contract_tickets import TicketContract

__all__ = [
    "IntentContract",
    "LearningContract",
    "ParcelContract",
    "SearchContract",
    "TicketContract",
]
