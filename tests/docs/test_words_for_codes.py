"""What the server calls by a code, and a page says by a key made of it, has its words in English and in Nepali.

Where the API names all codes of a kind the page's types find a missing one; these come as plain text, or are looked up
by a key that may be none, so that a missing one is left out or shown as the code.
"""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import pytest

from api.routes.transporters.document_answers import DocumentState
from dispatch.accounts.models import Role
from dispatch.arrivals.events import EventKind
from dispatch.assignments.changes.calling_off import CancelReason
from dispatch.assignments.changes.models import GiveBackReason
from dispatch.audit.models import ActorKind
from dispatch.deliveries.attempts.models import AttemptReason
from dispatch.deliveries.handover import PlaceFlag
from dispatch.deliveries.models import DeliveryStatus, Ending
from dispatch.deliveries.step_times import TimeFlag
from dispatch.orders.models import OrderStatus, PaymentStatus
from dispatch.payments.models import TransactionStatus
from dispatch.payments.opening.models import ReviewStatus
from dispatch.payments.refunds.models import RefundStatus
from dispatch.ports.live_positions import Presence
from dispatch.privacy import blockers
from dispatch.proofs.refused import RefusedStep
from dispatch.transporters.documents.kinds import DocumentKind
from dispatch.webhooks.models import EndpointState

WEB: Final = Path(__file__).parents[2] / "web"
CONSOLE: Final = ("console", "console/late")
COURIER: Final = ("courier", "courier/rooms")
SAID: Final[tuple[tuple[tuple[str, ...], str, Iterable[str]], ...]] = (
    (("shared/account/own",), "data.kept", blockers.WORDS),
    (("shop",), "order", OrderStatus),
    (("shop",), "answer.order", OrderStatus),
    (("shop",), "payment", PaymentStatus),
    (("seller",), "status", DeliveryStatus),
    (("tracking",), "status", DeliveryStatus),
    (("tracking",), "event", EventKind),
    (("tracking",), "ending", Ending),
    (CONSOLE, "status", DeliveryStatus),
    (CONSOLE, "tried", AttemptReason),
    (("shared/hands",), "flag", (*PlaceFlag, *TimeFlag)),
    (CONSOLE, "refused", RefusedStep),
    (CONSOLE, "gave_back", GiveBackReason),
    (CONSOLE, "cancel", CancelReason),
    (COURIER, "document", DocumentKind),
    (COURIER, "documentstate", DocumentState),
    (("ops",), "delivery", DeliveryStatus),
    (("ops",), "order", OrderStatus),
    (("ops",), "refund", RefundStatus),
    (("ops",), "review", ReviewStatus),
    (("ops",), "payment_state", TransactionStatus),
    (("ops",), "webhookstate", EndpointState),
    (("ops",), "role", Role),
    (("ops",), "presence", Presence),
    (("ops",), "paper", DocumentKind),
    (("ops",), "actor", ActorKind),
)
"""Folders of a page's words (those that all pages share are added), how its keys begin, and the server's codes."""


@pytest.mark.parametrize(("folders", "kind", "codes"), SAID, ids=[f"{page[-1]} {kind}" for page, kind, _ in SAID])
def test_a_page_has_words_for_each_code_of_the_server_in_both_languages(
    folders: tuple[str, ...], kind: str, codes: Iterable[str]
) -> None:
    files = [json.loads((WEB / folder / "words.json").read_bytes()) for folder in ("shared", *folders)]
    for language in ("en", "ne"):
        words = {key for file in files for key, said in file[language].items() if said}
        missing = sorted(str(code) for code in codes if f"{kind}.{code}" not in words)
        assert not missing, f"{folders[-1]} says nothing for {kind}.{missing} in {language}"
