"""The payment page as HTML text: no scripts, no foreign assets, everything escaped."""

import base64
import hashlib
from html import escape
from typing import Final
from urllib.parse import urlencode

from api.simulation.sandbox.banks import banks_of_mode, find_bank
from api.simulation.sandbox.payers import BANK_PASSWORD, BANK_USER, CARD, MPIN, OTP, WALLETS
from api.simulation.sandbox.payments import OPEN, Mode, Payment, Status
from api.simulation.sandbox.replies import redirect_url

_CSS: Final = """
*{box-sizing:border-box}
body{margin:0;background:#f3f1f7;color:#221a33;font:16px/1.45 system-ui,sans-serif}
main{max-width:30rem;margin:0 auto;padding:1rem}
header{background:#5c2d91;color:#fff;padding:.9rem 1rem;text-align:center;font-weight:600}
header small{display:block;font-weight:400;opacity:.85}
section{background:#fff;border-radius:.75rem;padding:1rem;margin:0 0 1rem;box-shadow:0 1px 3px #0002}
h1{font-size:1.1rem;margin:0 0 .5rem}
.amount{font-size:1.6rem;font-weight:700}
.muted{color:#62597a;font-size:.9rem}
table{width:100%;margin-top:.5rem;border-collapse:collapse}
th,td{text-align:left;padding:.15rem 0}
td+td,th+th{text-align:right}
ul{margin:.5rem 0 0;padding-left:1.2rem}
nav{display:flex;flex-wrap:wrap;gap:.5rem;margin-bottom:1rem}
nav a{flex:1 1 45%;text-align:center;padding:.6rem .4rem;border:1px solid #cfc6e0;border-radius:.5rem;
color:#5c2d91;text-decoration:none;background:#fff}
nav a[aria-current]{background:#5c2d91;color:#fff;border-color:#5c2d91}
label{display:block;margin:.6rem 0 .2rem;font-size:.9rem}
input,select,button{width:100%;font:inherit;padding:.7rem;border:1px solid #b9adcf;
border-radius:.5rem;background:#fff}
button{margin-top:.8rem;border:0;background:#5c2d91;color:#fff;font-weight:600;cursor:pointer}
button.plain{background:#ece7f4;color:#3a2a58}
:focus-visible{outline:3px solid #f5a623;outline-offset:2px}
.notice{background:#fdecec;border-left:4px solid #b3261e;padding:.6rem .8rem;
margin:0 0 1rem;border-radius:.3rem}
"""
# No form-action: browsers apply it to the redirect after the form, which leads to the merchant.
CSP: Final = (
    "default-src 'none'; base-uri 'none'; frame-ancestors 'none'; style-src 'sha256-"
    + base64.b64encode(hashlib.sha256(_CSS.encode()).digest()).decode()
    + "'"
)

_MODE_NAMES: Final = {
    Mode.KHALTI: "Khalti Wallet",
    Mode.SCT: "SCT Card",
    Mode.CONNECT_IPS: "connectIPS",
    Mode.MOBILE_BANKING: "Mobile Banking",
    Mode.EBANKING: "E-Banking",
}
_ENDED: Final = {
    Status.COMPLETED: "This payment is completed.",
    Status.PENDING: "This payment is waiting for the bank's confirmation.",
    Status.REFUNDED: "This payment was refunded.",
    Status.PARTIALLY_REFUNDED: "A part of this payment was refunded.",
    Status.EXPIRED: "This payment has expired.",
    Status.CANCELED: "This payment was canceled.",
}


def page_path(payment: Payment, mode: Mode | None = None) -> str:
    """The page's path and query; with a mode, opened at that way of paying."""
    return "/pay/?" + urlencode({"pidx": payment.pidx} | ({"mode": mode.value} if mode else {}))


def render_payment(payment: Payment, mode: Mode, notice: str = "") -> str:
    """The page for a payment: the form while it is open, else what became of it."""
    if payment.status is Status.INITIATED:
        body = _notice(notice or payment.reason) + _summary(payment) + _tabs(payment, mode) + _form(payment, mode)
    else:
        body = _notice(notice or payment.reason) + _summary(payment) + _ending(payment)
    return _document(f"Pay {_npr(payment.amount)}", body)


def render_message(title: str, text: str) -> str:
    """A page without a payment."""
    return _document(title, f"<section><h1>{escape(title)}</h1><p>{escape(text)}</p></section>")


def _document(title: str, body: str) -> str:
    return (
        '<!doctype html><html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width,initial-scale=1">'
        f"<title>{escape(title)} - sandbox gateway</title><style>{_CSS}</style></head><body>"
        "<header>Sandbox payment gateway<small>No real money moves here</small></header>"
        f"<main>{body}</main></body></html>"
    )


def _npr(paisa: int) -> str:
    sign, paisa = ("-", -paisa) if paisa < 0 else ("", paisa)
    return f"{sign}NPR {paisa // 100:,}.{paisa % 100:02d}"


def _notice(text: str) -> str:
    return f'<p class="notice" role="alert">{escape(text)}</p>' if text else ""


def _summary(payment: Payment) -> str:
    lines = "".join(
        f"<li>{escape(line.name)} &times; {line.quantity}: {_npr(line.total_price)}</li>" for line in payment.lines
    )
    parts = "".join(f"<tr><td>{escape(part.label)}</td><td>{_npr(part.amount)}</td></tr>" for part in payment.parts)
    table = f"<table>{parts}<tr><th>Total to pay</th><th>{_npr(payment.amount)}</th></tr></table>" if parts else ""
    who = f'<div class="muted">for {escape(payment.customer_name)}</div>' if payment.customer_name else ""
    return (
        f"<section><h1>{escape(payment.purchase_order_name)}</h1>"
        f'<div class="amount">{_npr(payment.amount)}</div>{who}'
        f'<div class="muted">to {escape(payment.website_url)}</div>'
        f"{f'<ul>{lines}</ul>' if lines else ''}{table}</section>"
    )


def _tabs(payment: Payment, chosen: Mode) -> str:
    links = "".join(
        f'<a href="{escape(page_path(payment, mode))}"{" aria-current=page" if mode is chosen else ""}>'
        f"{_MODE_NAMES[mode]}</a>"
        for mode in payment.modes
    )
    return f'<nav aria-label="Ways to pay">{links}</nav>'


def _form(payment: Payment, mode: Mode) -> str:
    buttons = "".join(
        f'<button name="action" value="{action}"{"" if action == "pay" else " class=plain formnovalidate"}>'
        f"{text}</button>"
        for action, text in (
            ("pay", f"Pay {_npr(payment.amount)}"),
            ("fail", "Let this attempt fail"),
            ("pending", "Leave it pending at the bank"),
            ("cancel", "Cancel and return to the shop"),
            ("expire", "Let it expire"),
        )
    )
    return (
        f'<section><form method="post" action="{escape(page_path(payment))}" autocomplete="off">'
        f'<h1>{_MODE_NAMES[mode]}</h1><input type="hidden" name="mode" value="{mode.value}">'
        f"{_bank_choice(payment, mode)}{_credentials(mode)}{buttons}</form></section>"
    )


def _bank_choice(payment: Payment, mode: Mode) -> str:
    banks = [bank for bank in banks_of_mode(mode) if payment.bank in {None, bank.idx}] or list(banks_of_mode(mode))
    if not banks:
        return ""
    options = "".join(f'<option value="{escape(bank.idx)}">{escape(bank.name)}</option>' for bank in banks)
    return f'<label for="bank">Bank</label><select id="bank" name="bank" required>{options}</select>'


def _credentials(mode: Mode) -> str:
    if mode is Mode.SCT:
        return (
            _field("card_number", "Card number", "4242 4242 4242 4242")
            + _field("card_expiry", "Expiry (MM/YY)", "12/34")
            + _field("cvv", "CVV", "123")
            + f'<p class="muted">{CARD} pays; 4000000000000002 declines, 4000000000009995 lacks funds.</p>'
        )
    if mode in {Mode.CONNECT_IPS, Mode.EBANKING}:
        return (
            _field("username", "User name", BANK_USER)
            + _field("password", "Password", BANK_PASSWORD)
            + f'<p class="muted">User {BANK_USER}, password {BANK_PASSWORD}.</p>'
        )
    return (
        _field("mobile", "Mobile number", WALLETS[0])
        + _field("mpin", "MPIN", MPIN)
        + _field("otp", "One-time password", OTP)
        + f'<p class="muted">{WALLETS[0]} to {WALLETS[-1]}, MPIN {MPIN}, one-time password {OTP}.</p>'
    )


def _field(name: str, text: str, value: str) -> str:
    return (
        f'<label for="{name}">{text}</label>'
        f'<input id="{name}" name="{name}" value="{escape(value)}" required maxlength="40">'
    )


def _ending(payment: Payment) -> str:
    bank = find_bank(payment.paid_bank) if payment.paid_bank else None
    how = f'<p class="muted">{_MODE_NAMES[payment.paid_mode]}' if payment.paid_mode else ""
    how += f", {escape(bank.name)}" if bank else ""
    how += "</p>" if how else ""
    wait = ""
    if payment.status in OPEN:
        wait = (
            f'<form method="post" action="{escape(page_path(payment))}">'
            '<button name="action" value="cancel" class="plain">Cancel</button></form>'
        )
    link = f'<p><a href="{escape(redirect_url(payment))}">Return to the shop</a></p>'
    return f"<section><h1>{_ENDED[payment.status]}</h1>{how}{link}{wait}</section>"
