"""Webhooks of the gateway that were acted upon."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy.orm import Mapped, mapped_column

from dispatch.database.base import AdvancedDeclarativeBase, CommonTableAttributes, DateTimeUTC


class WebhookReceipt(CommonTableAttributes, AdvancedDeclarativeBase):
    """A webhook that was acted upon; its id is not accepted again."""

    __tablename__ = "webhook_receipts"

    webhook_id: Mapped[str] = mapped_column(String(300), primary_key=True)
    received_at: Mapped[datetime] = mapped_column(DateTimeUTC(timezone=True), index=True)
