"""The pages behind links in mails. Opening one changes nothing, for mail scanners open links too; its button does."""

from html import escape
from urllib.parse import parse_qs

from litestar import Controller, MediaType, Response, post

from api.http.actors import actor_of
from api.http.injected import GivenWork
from api.http.queries import OPEN_QUERY
from api.http.security import PUBLIC
from api.routes.accounts.accounts import AnyRequest
from api.routes.accounts.services import GivenServices
from api.routes.accounts.steps import reset_password, verify_email
from dispatch.accounts.passwords import MIN_PASSWORD
from dispatch.errors import DispatchError, Invalid, TooMany, Unavailable

MAX_TOKEN = 200
CSP = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
# Mail programs add parameters of their own to links.
PAGE = PUBLIC | OPEN_QUERY | {"csp": CSP.encode()}
LAYOUT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>body {{ font: 1.1rem/1.5 system-ui, sans-serif; max-width: 32rem; margin: 4rem auto; padding: 0 1rem }}
input, button {{ font: inherit; padding: .5rem }}</style>
</head>
<body>
<h1>{title}</h1>
{body}
</body>
</html>
"""


def _page(title: str, body: str, status: int = 200) -> Response[str]:
    return Response(LAYOUT.format(title=escape(title), body=body), status_code=status, media_type=MediaType.HTML)


def _refused(error: DispatchError) -> Response[str]:
    problems = error.fields.values() if isinstance(error, Invalid) and error.code == "weak_password" else ()
    told = "".join(f"<p>It {escape(problem)}.</p>" for problem in problems)
    status = 503 if isinstance(error, Unavailable) else 400
    return _page("This did not work", f"<p>{escape(error.detail)}</p>{told}", status)


async def _form(request: AnyRequest) -> dict[str, str]:
    """The fields of a form as browsers send it. Raises Invalid."""
    try:
        fields = parse_qs((await request.body()).decode(), keep_blank_values=True, max_num_fields=10)
    except ValueError:
        raise Invalid("This is no form of ours.", fields={"body": "must be a form"}) from None
    return {name: values[-1] for name, values in fields.items()}


def verification_page(token: str) -> Response[str]:
    """Asks whether the address shall be proved."""
    value = escape(token[:MAX_TOKEN])
    return _page(
        "Confirm your e-mail address",
        '<form method="post" action="/api/v1/auth/verify-email/confirm/">'
        f'<input type="hidden" name="token" value="{value}"><button>Confirm</button></form>',
    )


def new_password_page(token: str) -> Response[str]:
    """Asks for the new password."""
    value = escape(token[:MAX_TOKEN])
    return _page(
        "Choose a new password",
        '<form method="post" action="/api/v1/auth/password/reset/confirm/">'
        f'<input type="hidden" name="token" value="{value}">'
        f'<p><label>New password <input type="password" name="password" minlength="{MIN_PASSWORD}" required '
        'autocomplete="new-password"></label></p><button>Change it</button></form>',
    )


class AccountPageController(Controller):
    """``/api/v1/auth``, as people see it who come from a mail."""

    path = "/api/v1/auth"
    include_in_schema = False

    @post("/verify-email/confirm/", opt=PAGE, status_code=200)
    async def verify_form(self, request: AnyRequest, work: GivenWork, services: GivenServices) -> Response[str]:
        """The button of that page."""
        try:
            form = await _form(request)
            user = await verify_email(work, services, form.get("token", ""), actor_of(request))
        except (Invalid, Unavailable) as error:
            return _refused(error)
        return _page("Thank you", f"<p>{escape(user.email)} is confirmed. You can go back to the app.</p>")

    @post("/password/reset/confirm/", opt=PAGE, status_code=200)
    async def reset_form(self, request: AnyRequest, services: GivenServices) -> Response[str]:
        """The button of that page."""
        try:
            form = await _form(request)
            await reset_password(services, form.get("token", ""), form.get("password", ""), actor_of(request))
        except (Invalid, Unavailable, TooMany) as error:
            return _refused(error)
        return _page("Your password is changed", "<p>All devices are signed out. Sign in with the new password.</p>")
