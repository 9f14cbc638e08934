"""Every request and response, and every webhook, checked against what GitHub publishes."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from functools import cache
from urllib.parse import quote

import jsonschema_rs

from tests.twin.github.completing import Completing
from tests.twin.github.description import Json, events, operations

DIALECT = "https://json-schema.org/draft/2020-12/schema"
NAMES_ALONE = tuple(
    f"{method} /repos/{{owner}}/{{repo}}/issues/{{issue_number}}/labels"
    for method in ("POST", "PUT")
)
"""Labels may be named in a bare array, although the description has objects only."""
GAPS = re.compile(
    # An App's events and permissions: webhooks' schemas lack the newer ones.
    r"[/.](app|performed_via_github_app)(/events/\d+:|\.permissions\.|\.client_id$)"
    # The same of installations, where they are listed.
    r"|^GET /app/installations[^:]*: GitHub does not send (\[\])?\.?(client_id|permissions\.)"
    # What GitHub answers and its description does not name (platform notes, 1.5).
    r"|^GET /repos/\{owner\}/\{repo\}/environments.*\.can_admins_bypass$"
    # Bypass actors may be people; the webhook's schema is older than that.
    r'|/bypass_actors/\d+/actor_type: "User" is not one of'
    # Every refusal carries its status in words too; not every description of one says so.
    r"| 4\d\d: GitHub does not send \.status$"
    # A deployment that a gate holds is `waiting`: the webhook's schema has it, REST's has not.
    r'|/statuses 200: at /\d+/state: "waiting" is not one of'
    # A label made without a description has none; of pull requests in a list it is said to have.
    r"|/pulls 200: at /\d+/labels/\d+/description: null is not of type"
)
"""Known gaps of the descriptions: problems that are none."""


class Contract:
    """Checks what is said against the description; each problem is a sentence."""

    def __init__(self) -> None:
        self._rest = Completing(operations())
        self._hooks = Completing(events())

    def request(self, name: str, query: dict[str, str], body: object) -> Iterator[str]:
        """Yield what is wrong with a request's query and body."""
        said = operations()["operations"][name]
        for key, value in query.items():
            if key not in said["query"]:
                yield f"{name}: no query parameter {key!r}"
            else:
                where = f"operations/{_step(name)}/query/{_step(key)}"
                yield from _problems("openapi", where, _typed(value, said["query"][key]), key)
        if said["body"] is None:
            return
        if body is None and not said["body_required"]:
            return
        if name in NAMES_ALONE and isinstance(body, list) and all(isinstance(x, str) for x in body):
            return
        yield from _problems("openapi", f"operations/{_step(name)}/body", body, f"{name} body")
        for where in self._rest.undeclared(body, said["body"]):
            yield f"{name}: the body has {where}, which GitHub does not know"

    def response(self, name: str, status: int, body: object) -> tuple[object, list[str]]:
        """Return a response completed, and what is wrong with it."""
        said = operations()["operations"][name]["responses"]
        if str(status) not in said:
            known = status >= 400
            return body, [] if known else [f"{name}: GitHub does not answer {status}"]
        schema = said[str(status)]
        if schema is None:
            known = body is None or status >= 400  # an error says what it is, published or not
            return body, [] if known else [f"{name} {status}: GitHub sends no body"]
        if status >= 400 and isinstance(body, dict) and "errors" in body:
            body = self._objecting(body, schema)
        whole = self._rest.complete(body, schema)
        where = f"operations/{_step(name)}/responses/{status}"
        undeclared = (
            f"{name} {status}: GitHub does not send {where}"
            for where in self._rest.undeclared(whole, schema)
        )
        problems = [*_problems("openapi", where, whole, f"{name} {status}"), *undeclared]
        return whole, [one for one in problems if not GAPS.search(one)]

    def _objecting(self, body: Json, schema: Json) -> Json:
        """Say what is wrong as the operation does: in objects, or in plain sentences."""
        plain = {**body, "errors": [one["message"] for one in body["errors"]]}
        errors = self._rest.property_of(schema, "errors")
        return plain if errors.get("items", {}).get("type") == "string" else body

    def webhook(self, event: str, action: str | None, payload: Json) -> tuple[Json, list[str]]:
        """Return a payload completed, and what is wrong with it."""
        name = f"{event}.{action}" if action else event
        said = events()["events"].get(name)
        if said is None:
            return payload, [f"webhook {name}: GitHub sends no such event"]
        whole = self._hooks.complete(payload, said["payload"])
        where = f"events/{name}/payload"
        undeclared = (
            f"webhook {name}: GitHub does not send {where}"
            for where in self._hooks.undeclared(whole, said["payload"])
        )
        assert isinstance(whole, dict)
        problems = [*_problems("webhooks", where, whole, f"webhook {name}"), *undeclared]
        return whole, [one for one in problems if not GAPS.search(one)]


def sent_to(event: str, action: str | None) -> list[str]:
    """Say which kinds of hook get an event: `app`, `repository`, `organization`."""
    said = events()["events"].get(f"{event}.{action}" if action else event, {})
    return list(said.get("hooks", ()))


@cache
def _registry() -> jsonschema_rs.Registry:
    documents = {"urn:openapi": operations(), "urn:webhooks": events()}
    return jsonschema_rs.Registry(
        [(uri, {"$schema": DIALECT, **document}) for uri, document in documents.items()]
    )


@cache
def _validator(document: str, where: str) -> jsonschema_rs.Draft202012Validator:
    schema = {"$ref": f"urn:{document}#/{where}"}
    others: Json = {"registry": _registry()}
    return jsonschema_rs.Draft202012Validator(schema, **others)


def _problems(document: str, where: str, value: object, called: str) -> list[str]:
    errors = _validator(document, where).iter_errors(value)
    return [
        f"{called}: at {'/'.join(('', *map(str, one.instance_path)))}: {one.message[:300]}"
        for one in errors
    ]


def _step(name: str) -> str:
    """Escape a name for a JSON pointer in a URI."""
    return quote(name.replace("~", "~0").replace("/", "~1"))


def _typed(text: str, schema: Json) -> object:
    """Read a query parameter as the type that its schema gives."""
    if schema.get("type") in ("integer", "boolean") and re.fullmatch(r"-?\d+|true|false", text):
        return json.loads(text)
    return text
