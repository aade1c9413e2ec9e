"""Every maker by its name."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from adhere.errors import InputError
from adhere.synth.describe import Describe
from adhere.synth.llm import PROMPTS, Client, Written
from adhere.synth.narrate import Narrate
from adhere.synth.poison import Poison
from adhere.synth.programmatic import Programmatic
from adhere.synth.protocol import Maker
from adhere.synth.reverse import Reverse

PROGRAMS: Mapping[str, Callable[[], Maker]] = {
    "programmatic": Programmatic,
    "reverse": Reverse,
    "poison": Poison,
    "narrate": Narrate,
}
NAMES = (*PROGRAMS, "describe")


def maker(name: str, *, description: str = "", client: Client | None = None) -> Maker:
    """The maker of a name: a program, or with a client the same task as a prompt.

    Errors  InputError for a name there is none of, or `describe` without a description
    """
    if name not in NAMES:
        raise InputError(f"There is no maker {name!r}. There are: {', '.join(NAMES)}.")
    if name == "describe" and not description.strip():
        raise InputError("The maker describe needs a description of the domain. Add one sentence on it.")
    if client:
        if name not in PROMPTS:
            raise InputError(
                f"The maker {name!r} is a program only. As prompts there are: {', '.join(PROMPTS)}."
            )
        return Written(name, client, description)
    return Describe(description) if name == "describe" else PROGRAMS[name]()
