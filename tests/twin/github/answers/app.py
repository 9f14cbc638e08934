"""The App itself: its installations and tokens, its hook and deliveries, limits."""

from __future__ import annotations

from tests.twin.github.access import NOT_FOUND
from tests.twin.github.answer import Answer, Asked, Refusal, link, listed, serves
from tests.twin.github.clock import stamp
from tests.twin.github.description import Json
from tests.twin.github.hooks import Delivery, Hook
from tests.twin.github.people import Installation
from tests.twin.github.shapes import accounts as shapes


@serves("GET /meta", "anyone")
def meta(_: Asked) -> Answer:
    return Answer({"verifiable_password_authentication": False, "hooks": ["127.0.0.0/8"]})


@serves("GET /rate_limit", "anyone")
def rate_limit(asked: Asked) -> Answer:
    budget = asked.caller.budget
    budget.used["core"] -= 1  # asking costs nothing
    assert budget.reset is not None
    said = {
        name: {
            "limit": budget.limit,
            "used": budget.used.get(name, 0),
            "remaining": budget.limit - budget.used.get(name, 0),
            "reset": int(budget.reset.timestamp()),
        }
        for name in ("core", "graphql", "search")
    }
    return Answer({"resources": said, "rate": said["core"]})


@serves("GET /app", "app")
def app(asked: Asked) -> Answer:
    assert asked.caller.app is not None
    count = len(_installations(asked))
    return Answer({**shapes.app(asked.twin, asked.caller.app), "installations_count": count})


def _installations(asked: Asked) -> list[Installation]:
    return [one for one in asked.twin.installations.values() if one.app is asked.caller.app]


def _installation(asked: Asked) -> Installation:
    number = asked.number("installation_id")
    for one in _installations(asked):
        if one.id == number:
            return one
    raise NOT_FOUND


@serves("GET /app/installations", "app")
def installations(asked: Asked) -> Answer:
    return listed(asked, [shapes.installation(asked.twin, one) for one in _installations(asked)])


@serves("GET /app/installations/{installation_id}", "app")
def installation(asked: Asked) -> Answer:
    return Answer(shapes.installation(asked.twin, _installation(asked)))


@serves("GET /orgs/{org}/installation", "app")
def org_installation(asked: Asked) -> Answer:
    for one in _installations(asked):
        if one.account.login == asked.given["org"]:
            return Answer(shapes.installation(asked.twin, one))
    raise NOT_FOUND


@serves("GET /repos/{owner}/{repo}/installation", "app")
def repo_installation(asked: Asked) -> Answer:
    name = f"{asked.given['owner']}/{asked.given['repo']}"
    for one in _installations(asked):
        if name in asked.twin.repos and one.covers(name):
            return Answer(shapes.installation(asked.twin, one))
    raise NOT_FOUND


@serves("POST /app/installations/{installation_id}/access_tokens", "app")
def access_token(asked: Asked) -> Answer:
    one = _installation(asked)
    if one.suspended_at is not None:
        raise Refusal(403, "This installation has been suspended")
    repos = None
    if asked.body.get("repositories") or asked.body.get("repository_ids"):
        names = {f"{one.account.login}/{name}" for name in asked.body.get("repositories", ())}
        ids = set(asked.body.get("repository_ids", ()))
        names |= {name for name, repo in asked.twin.repos.items() if repo.id in ids}
        repos = frozenset(names)
    token = asked.twin.keys.of_installation(one, asked.body.get("permissions"), repos)
    assert token.expires_at is not None
    said: Json = {
        "token": token.text,
        "expires_at": stamp(token.expires_at),
        "permissions": token.caller.permissions,
        "repository_selection": "all" if one.repos is None and repos is None else "selected",
    }
    if repos is not None:
        said["repositories"] = [shapes.repository(asked.twin.repos[name]) for name in sorted(repos)]
    return Answer(said, 201)


@serves("GET /installation/repositories")
def installation_repositories(asked: Asked) -> Answer:
    one = asked.caller.installation
    if one is None:
        raise Refusal(403, "This endpoint requires an installation access token")
    repos = [r for r in asked.twin.repos.values() if one.covers(r.full_name)]
    page = listed(asked, [shapes.repository(r) for r in repos])
    selection = "all" if one.repos is None else "selected"
    body = {"total_count": len(repos), "repositories": page.body, "repository_selection": selection}
    return Answer(body, headers=page.headers)


def _hook(asked: Asked) -> Hook:
    for one in asked.twin.hooks.hooks:
        if one.app is asked.caller.app:
            return one
    raise NOT_FOUND


def _config(one: Hook) -> Json:
    return {
        "url": one.url,
        "content_type": one.content_type,
        "insecure_ssl": "0",
        "secret": "********",
    }


@serves("GET /app/hook/config", "app")
def hook_config(asked: Asked) -> Answer:
    return Answer(_config(_hook(asked)))


@serves("PATCH /app/hook/config", "app")
def set_hook_config(asked: Asked) -> Answer:
    one = _hook(asked)
    one.url = asked.body.get("url", one.url)
    one.secret = asked.body.get("secret", one.secret)
    return Answer(_config(one))


def _deliveries(asked: Asked) -> list[Delivery]:
    """Return what was attempted to the App's hook in the last three days, newest first."""
    since = asked.twin.clock.now - asked.twin.retention
    return [
        one
        for one in reversed(asked.twin.hooks.deliveries)
        if one.hook.app is asked.caller.app and one.delivered_at and one.delivered_at >= since
    ]


def _item(one: Delivery) -> Json:
    assert one.delivered_at is not None
    return {
        "id": one.id,
        "guid": one.guid,
        "delivered_at": stamp(one.delivered_at),
        "redelivery": one.redelivery,
        "duration": round(one.duration, 2),
        "status": one.status,
        "status_code": one.status_code,
        "event": one.event,
        "action": one.action,
        "installation_id": one.payload.get("installation", {}).get("id"),
        "repository_id": one.payload.get("repository", {}).get("id"),
        "throttled_at": None,
    }


@serves("GET /app/hook/deliveries", "app")
def deliveries(asked: Asked) -> Answer:
    found = _deliveries(asked)
    match asked.query.get("status"):
        case "success":
            found = [one for one in found if 200 <= one.status_code < 400]
        case "failure":  # only these, says the description: what never connected is not among them
            found = [one for one in found if 400 <= one.status_code < 600]
        case _:
            pass
    size = min(int(asked.query.get("per_page", "30")), 100)
    start = 0
    if cursor := asked.query.get("cursor"):
        start = next((n for n, one in enumerate(found) if f"v1_{one.id}" == cursor), len(found))
    rest = found[start + size :]
    headers = link(asked, [({"cursor": f"v1_{rest[0].id}"}, "next")] if rest else [])
    return Answer([_item(one) for one in found[start : start + size]], headers=headers)


def _delivery(asked: Asked) -> Delivery:
    number = asked.number("delivery_id")
    for one in _deliveries(asked):
        if one.id == number:
            return one
    raise NOT_FOUND


@serves("GET /app/hook/deliveries/{delivery_id}", "app")
def delivery(asked: Asked) -> Answer:
    one = _delivery(asked)
    return Answer(
        {
            **_item(one),
            "url": one.hook.url,
            "request": {"headers": one.sent_headers, "payload": one.payload},
            "response": {"headers": one.headers, "payload": one.answer},
        }
    )


@serves("POST /app/hook/deliveries/{delivery_id}/attempts", "app")
def attempt(asked: Asked) -> Answer:
    asked.twin.hooks.again(_delivery(asked))
    return Answer({}, 202)


@serves("POST /app-manifests/{code}/conversions", "anyone")
def conversion(asked: Asked) -> Answer:
    twin = asked.twin
    manifest = twin.manifests.pop(asked.given["code"], None)
    if manifest is None:
        raise NOT_FOUND
    made = twin.new_app(str(manifest["name"]).lower().replace(" ", "-"), twin.owner)
    made.name = manifest["name"]
    made.permissions = dict(manifest.get("default_permissions", {}))
    return Answer(
        {
            **shapes.app(twin, made),
            "events": list(manifest.get("default_events", ())),
            "client_secret": f"client secret of {made.slug}",
            "webhook_secret": made.webhook_secret,
            "pem": made.private_key,
        },
        201,
    )
