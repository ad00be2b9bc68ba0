"""What is wrong with what should prove a step."""

from dispatch.errors import Conflict, Invalid


class Unproved(Invalid):
    """A step that could be taken lacks what was required of it, or what was given is not the parcel's."""

    code = "proof_missing"


class TooFar(Unproved):
    """A step was taken farther from its address than the shop lets it be; saying it again brings it no nearer."""

    code = "too_far"


class CodeLocked(Conflict):
    """The wrong code was said too often: a dispatcher decides."""

    code = "code_locked"
