"""The rules of emergencies in their order; what makes words harmless: emergency_contexts."""

from enum import Enum

from hotline.routing import emergency_bodies as bodies
from hotline.routing import emergency_people as people
from hotline.routing import emergency_things as things


class Strength(Enum):
    """How far the words alone can be trusted to mean now."""

    ALWAYS = "always"  # nothing around them makes them harmless: 不想活了
    CLEAR = "clear"  # now, unless the sentence says past, supposed or a matter: 着火了
    CUED = "cued"  # only where the sentence also says now: 骨折, 被打


ALWAYS, CLEAR, CUED = Strength.ALWAYS, Strength.CLEAR, Strength.CUED

# Earlier rows win where a text names several services: who is nearest to death in the worst place.
TABLE: tuple[tuple[str, Strength, tuple[str, ...]], ...] = (
    ("12395", CLEAR, things.ON_THE_RIVER),
    ("12119", CLEAR, things.IN_THE_FOREST),
    ("120", CLEAR, bodies.CRASH_WITH_INJURED),
    ("110", ALWAYS, people.WANTS_TO_DIE),
    ("110", CLEAR, people.ATTACK),
    ("119", CLEAR, things.ON_FIRE),
    ("119", CLEAR, things.LEAKS),
    ("122", CLEAR, things.OFF_THE_ROAD),
    ("120", CLEAR, bodies.CHOKING),
    ("119", CLEAR, things.HELD_FAST),
    ("119", CLEAR, things.FALLS_AND_FLOODS),
    ("120", CLEAR, bodies.MORTAL_DANGER),
    ("120", CLEAR, bodies.HURT),
    ("120", CUED, bodies.PERHAPS_OLD),
    ("122", CLEAR, things.CRASHES),
    ("110", ALWAYS, people.CRY_FOR_HELP),
    ("110", CLEAR, people.CRIME),
    ("110", CLEAR, people.MISSING_AND_SWINDLED),
    ("110", CUED, people.QUARRELS),
)
