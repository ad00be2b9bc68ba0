"""Accounts as admins look for them: by a text in them, or their number."""

from sqlalchemy import ColumnElement, func, or_

from dispatch.accounts.models import User
from dispatch.database.search import contains, is_number, phones_like


def has_text(text: str) -> ColumnElement[bool]:
    """Whether an account has a text in its name, address or phone, or is the one of that number."""
    phones = phones_like(text, (func.coalesce(User.phone, ""),))
    return or_(is_number(User.id, text), contains(User.name, text), contains(User.email, text), *phones)
