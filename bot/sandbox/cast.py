"""The people and channels that every local Slack starts with, with ids that are easy to read.

They are chosen so that each rule of who may do what has somebody whom it stops.
"""

from dataclasses import replace

from bot.sandbox.clock import Clock
from bot.sandbox.manifest import App
from bot.sandbox.world import Channel, Team, User, World

HOME = Team("T0HOME", "Example Corp", "example-corp")
PARTNER = Team("T0PARTNER", "Partner Ltd", "partner")

PEOPLE = (
    User("U0ASKER", "asker", HOME.id),
    User("U0TEAMMATE", "teammate", HOME.id),
    User("U0LEAD", "lead", HOME.id),
    User("U0ADMIN", "admin", HOME.id, is_admin=True),
    User("U0GUEST", "guest", HOME.id, is_restricted=True),
    User("U0VISITOR", "visitor", HOME.id, is_restricted=True, is_ultra_restricted=True),
    User("U0OUTSIDER", "outsider", PARTNER.id),
)
STAFF = frozenset({"U0ASKER", "U0TEAMMATE", "U0LEAD", "U0ADMIN"})


def populate(clock: Clock, app: App) -> World:
    """A new world with the cast, the app's bot user and the channels.

    The bot is a member of helpdesk, escalations, incident (private), partner (shared with another
    workspace) and old-helpdesk (archived), but neither of general nor of management (private).
    """
    world = World(clock, HOME)
    world.teams[PARTNER.id] = PARTNER
    bot = User(app.user_id, app.name.lower().replace(" ", "-"), HOME.id, is_bot=True)
    for user in (*PEOPLE, bot):
        world.users[user.id] = replace(user)
    for channel in (
        Channel("C0GENERAL", "general", "public", HOME.id, {*STAFF, "U0GUEST"}),
        Channel("C0HELPDESK", "helpdesk", "public", HOME.id, {*STAFF, "U0GUEST", "U0VISITOR"}),
        Channel("C0ESCALATE", "escalations", "public", HOME.id, set(STAFF)),
        Channel("C0INCIDENT", "incident", "private", HOME.id, {"U0ASKER", "U0TEAMMATE"}),
        Channel("C0MANAGE", "management", "private", HOME.id, {"U0ADMIN", "U0LEAD"}),
        Channel("C0PARTNER", "partner", "public", HOME.id, {"U0ASKER", "U0OUTSIDER"}),
        Channel("C0OLD", "old-helpdesk", "public", HOME.id, set(STAFF), archived=True),
    ):
        if channel.id not in {"C0GENERAL", "C0MANAGE"}:
            channel.members.add(bot.id)
        world.channels[channel.id] = channel
    return world
