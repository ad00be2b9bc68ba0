"""The pages behind links in mails. Opening one changes nothing, for mail scanners open links too; its button does."""

from dataclasses import dataclass
from functools import cache
from html import escape
from typing import Self
from urllib.parse import parse_qs

from litestar import Controller, MediaType, Response, get, post
from litestar.background_tasks import BackgroundTask
from litestar.params import FromQuery
from litestar.status_codes import HTTP_400_BAD_REQUEST, HTTP_409_CONFLICT

from api.http.actors import actor_of, client_address
from api.http.injected import GivenWork
from api.http.queries import OPEN_QUERY
from api.http.security import PUBLIC
from api.routes.accounts.accounts import AnyRequest
from api.routes.accounts.page_words import WORDS
from api.routes.accounts.services import GivenServices
from api.routes.accounts.steps import reset_password, send_reset, verify_email
from api.routes.pages.built import FOLDER
from api.routes.pages.speech import LANGUAGES, language_of
from dispatch.accounts.addresses import MAX_EMAIL_TYPED
from dispatch.accounts.passwords import MIN_PASSWORD
from dispatch.errors import Conflict, DispatchError, Invalid, TooMany, Unavailable

MAX_TOKEN = 200
REFUSALS = {"link_invalid": "refused.link", "weak_password": "refused.weak", "email_taken": "refused.taken"}
CSP = (
    "default-src 'none'; style-src 'unsafe-inline'; font-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'"
)
# Mail programs add parameters of their own to links.
PAGE = PUBLIC | OPEN_QUERY | {"csp": CSP.encode()}
LAYOUT = """<!doctype html>
<html lang="{language}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>{font}body {{ font: 1.1rem/1.5 "Noto Sans Devanagari", system-ui, sans-serif }}
{look}</style>
</head>
<body>
<header><a class="brand" href="/">{brand}</a>{other}</header>
<main>
<h1>{title}</h1>
{body}
</main>
</body>
</html>
"""


# As all pages look (`web/shared/tokens.css`), for one that loads no style sheet.
LOOK = """:root { --ground: #f4f6f6; --surface: #fff; --line: #d3dadb; --edge: #7b8988; --ink: #14201f;
--accent: #0b6462; --on-accent: #fff }
@media (prefers-color-scheme: dark) { :root { --ground: #0f1514; --surface: #18201f; --line: #2e3a39; --edge: #7a8988;
--ink: #e9efee; --accent: #5cc4bd; --on-accent: #06201e } }
body { margin: 0; background: var(--ground); color: var(--ink) }
header { display: flex; justify-content: space-between; padding: 12px 16px; background: var(--surface);
border-bottom: 1px solid var(--line); font-size: 15px }
a { color: var(--accent) }
.brand { color: inherit; font-weight: 600; text-decoration: none }
main { max-width: 28rem; margin: 0 auto; padding: 24px 16px }
h1 { font-size: 22px; line-height: 1.4 }
input, button { font: inherit; padding: .6rem; min-height: 2.75rem; box-sizing: border-box; max-width: 100%;
border: 1px solid var(--edge); border-radius: 6px; background: var(--surface); color: var(--ink) }
input { width: 100% }
button { padding: .6rem 1rem; font-weight: 600; border-color: var(--accent); background: var(--accent);
color: var(--on-accent) }
"""
# Where somebody signs in, and so where a forgotten password is asked for.
SIGN_INS = frozenset({"console", "courier", "shop", "seller", "ops"})


@cache
def _devanagari() -> str:
    """The letters of Nepali as all pages have them, for machines without any; nothing where the pages are not built."""
    found = sorted((FOLDER / "assets").glob("noto-sans-devanagari-*-400-normal-*.woff2"))
    if not found:
        return ""
    source = f"url(/pages/assets/{found[0].name}) format('woff2')"
    letters = "U+0900-097F, U+200C-200D"
    return f"@font-face {{ font-family: 'Noto Sans Devanagari'; src: {source}; unicode-range: {letters}; }}\n"


@dataclass(frozen=True, slots=True)
class Speaker:
    """Says things in one language, escaped."""

    language: str

    @classmethod
    def to(cls, request: AnyRequest, asked: str | None) -> Self:
        """In the language that was ``asked`` for, or that the browser prefers."""
        return cls(language_of(asked, request.headers.get("accept-language", "")))

    def say(self, key: str, **filled: str) -> str:
        return escape(WORDS[self.language][key].format(**filled))

    def page(self, title: str, body: str, status: int = 200, other: str = "") -> Response[str]:
        """``body`` is HTML; below it stands the way to all pages where nothing is left to be done here.

        ``other``: the link to the same in the other language, where opening it does so.
        """
        said = {"title": self.say(title), "brand": self.say("brand"), "language": self.language}
        text = LAYOUT.format(**said, body=body, font=_devanagari(), look=LOOK, other=other)
        return Response(text, status_code=status, media_type=MediaType.HTML)

    def ended(self, title: str, what: str) -> Response[str]:
        """What was done, and the way on."""
        return self.page(title, f"<p>{what}</p>{self._home()}")

    def form(self, action: str, fields: str, button: str) -> str:
        language = f'<input type="hidden" name="lang" value="{self.language}">'
        return (
            f'<form method="post" action="/api/v1/auth/{action}/">{language}{fields}'
            f"<button>{self.say(button)}</button></form>"
        )

    def refused(self, error: DispatchError, weak: str = "") -> Response[str]:
        """What did not fit, and the way to the pages, which send another link.

        ``weak``: the form that asks for another password, for whoever wanted a new one.
        """
        is_weak = error.code == "weak_password"
        status = HTTP_409_CONFLICT if isinstance(error, Conflict) else HTTP_400_BAD_REQUEST
        problems = list(error.fields.values()) if isinstance(error, Invalid) and is_weak else []
        if isinstance(error, Unavailable | TooMany):
            key, status = "refused.later", 503 if isinstance(error, Unavailable) else 429
        else:
            key = REFUSALS.get(error.code, "")
        # The server's own words say more, but are English.
        said = [error.detail, *(f"It {problem}." for problem in problems)]
        if self.language != LANGUAGES[0] and key:
            said = [WORDS[self.language][key]]
        told = "".join(f'<p role="alert">{escape(one)}</p>' for one in said)
        forgot = f'<p><a href="/api/v1/auth/password/forgot/?lang={self.language}">{self.say("forgot.again")}</a></p>'
        again = (weak if is_weak else forgot if error.code == "link_invalid" else "") if weak else ""
        return self.page("refused", told + again + self._home(), status)

    def _home(self) -> str:
        return f'<p><a href="/">{self.say("home")}</a></p>'


async def form_of(request: AnyRequest) -> dict[str, str]:
    """The fields of a form as browsers send it. Raises Invalid."""
    try:
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        raise Invalid("This is no form of ours.", fields={"body": "must be a form"}) from None
    return {name: values[-1] for name, values in fields.items()}


def token_field(token: str) -> str:
    return f'<input type="hidden" name="token" value="{escape(token[:MAX_TOKEN])}">'


def verification_page(speaker: Speaker, token: str) -> Response[str]:
    """Asks whether the address shall be proved."""
    return speaker.page("confirm", speaker.form("verify-email/confirm", token_field(token), "confirm.button"))


def _new_password_form(speaker: Speaker, token: str) -> str:
    label = (
        f'<p><label>{speaker.say("new.label")}<br><input type="password" name="password" minlength="{MIN_PASSWORD}" '
        'required autocomplete="new-password"></label></p>'
    )
    return speaker.form("password/reset/confirm", token_field(token) + label, "new.button")


def new_password_page(speaker: Speaker, token: str) -> Response[str]:
    """Asks for the new password."""
    return speaker.page("new", _new_password_form(speaker, token))


def forgotten_page(speaker: Speaker, came_from: str) -> Response[str]:
    """Asks where the link shall be sent; ``came_from``: the page where somebody was about to sign in."""
    back = came_from if came_from in SIGN_INS else ""
    language = next(one for one in LANGUAGES if one != speaker.language)
    switch = f'<a href="?lang={language}&amp;from={back}" lang="{language}">{speaker.say("language.other")}</a>'
    label = (
        f"<p><label>{speaker.say('forgot.email')}<br>"
        '<input type="email" name="email" required autocomplete="username"></label></p>'
    )
    form = speaker.form("password/forgot/confirm", label, "forgot.button")
    way = f'<p><a href="/{back}">{speaker.say("forgot.back" if back else "home")}</a></p>'
    return speaker.page("forgot", f"<p>{speaker.say('forgot.what')}</p>{form}{way}", other=switch)


class AccountPageController(Controller):
    """``/api/v1/auth``, as people see it who come from a mail or have forgotten their password."""

    path = "/api/v1/auth"
    include_in_schema = False

    @post("/verify-email/confirm/", opt=PAGE, status_code=200)
    async def verify_form(self, request: AnyRequest, work: GivenWork, services: GivenServices) -> Response[str]:
        """The button of that page."""
        speaker = Speaker.to(request, None)
        try:
            form = await form_of(request)
            speaker = Speaker.to(request, form.get("lang"))
            user = await verify_email(work, services, form.get("token", ""), actor_of(request))
        except (Invalid, Unavailable) as error:
            return speaker.refused(error)
        return speaker.ended("confirm.done", speaker.say("confirm.what", email=user.email))

    @post("/password/reset/confirm/", opt=PAGE, status_code=200)
    async def reset_form(self, request: AnyRequest, services: GivenServices) -> Response[str]:
        """The button of that page; where the password is too weak it asks for another one."""
        speaker, weak = Speaker.to(request, None), ""
        try:
            form = await form_of(request)
            speaker = Speaker.to(request, form.get("lang"))
            weak = _new_password_form(speaker, form.get("token", ""))
            await reset_password(services, form.get("token", ""), form.get("password", ""), actor_of(request))
        except (Invalid, Unavailable, TooMany) as error:
            return speaker.refused(error, weak)
        return speaker.ended("new.done", speaker.say("new.done.what"))

    @get("/password/forgot/", opt=PAGE, sync_to_thread=False)
    def forgot_page(self, request: AnyRequest, lang: FromQuery[str | None] = None) -> Response[str]:
        """Asks whose password was forgotten. `from` names the page to go back to."""
        return forgotten_page(Speaker.to(request, lang), request.query_params.get("from", ""))

    @post("/password/forgot/confirm/", opt=PAGE, status_code=200)
    async def forgot_form(self, request: AnyRequest, services: GivenServices) -> Response[str]:
        """The button of that page: the same answer whether or not there is such an account."""
        speaker = Speaker.to(request, None)
        try:
            form = await form_of(request)
            speaker = Speaker.to(request, form.get("lang"))
            await services.take_forgotten(client_address(request))
        except (Invalid, Unavailable, TooMany) as error:
            return speaker.refused(error)
        reply = speaker.ended("forgot.sent", speaker.say("forgot.sent.what"))
        # After the answer, so that not even its time tells whether there is such an account.
        email = form.get("email", "")[:MAX_EMAIL_TYPED]
        reply.background = BackgroundTask(send_reset, services, email, actor_of(request))
        return reply
