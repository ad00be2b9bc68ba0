"""The keys that codes and seals are made with, and what is built on them."""

from collections.abc import Sequence

from dispatch.database.work import Work
from dispatch.deliveries.proving import Proving, Refused
from dispatch.ports import Clock
from dispatch.proofs.chain import ProofChain, SealKeys
from dispatch.proofs.codes import CodeKeys, DeliveryCodes


class ProofKeys:
    """Those of a server. ``old_keys``: keys of before, whose codes and seals stand."""

    def __init__(self, key: str, old_keys: Sequence[str] = ()) -> None:
        self.links = key
        self.codes = CodeKeys(key, old_keys)
        self.seals = SealKeys(key, old_keys)

    def delivery_codes(self, work: Work, clock: Clock) -> DeliveryCodes:
        """The codes of a unit of work."""
        return DeliveryCodes(work, clock, self.codes)

    def proving(self, work: Work, clock: Clock, *, refused: Refused) -> Proving:
        """The proofs of a unit of work."""
        codes, chain = self.delivery_codes(work, clock), ProofChain(work, self.seals)
        return Proving(work, clock, codes, chain, refused=refused)
