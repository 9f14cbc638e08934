"""The twin's server on loopback: every request is checked, answered, and its answer checked."""

from __future__ import annotations

import hashlib
import json
import re
import time
import traceback
from datetime import timedelta
from typing import TYPE_CHECKING
from urllib.parse import parse_qsl, urlsplit

import anyio.to_thread

from tests.twin.github.access import FORBIDDEN, NOT_FOUND, Budget, Caller
from tests.twin.github.answer import Answer, Asked, Refusal, Route, route
from tests.twin.github.calls import Call
from tests.twin.github.description import Json, operations
from tests.twin.github.faults import Trouble
from tests.twin.serving import Message, Receive, Send, Serving, answered, whole_body

if TYPE_CHECKING:
    from tests.twin.github.twin import Twin

DOCS = "https://docs.github.com/rest"
API_VERSION = "2022-11-28"
TEAM_BY_ID = re.compile(r"/organizations/(\d+)/team/(\d+)")
REPOSITORY_BY_ID = re.compile(r"/repositories/(\d+)")
GRAPHQL = "POST /graphql"
HOUR = timedelta(hours=1)


class Server:
    """Serves one twin from a thread of its own."""

    def __init__(self, twin: Twin) -> None:
        self._twin = twin
        self._serving = Serving(self._application)
        self.url = self._serving.url

    def close(self) -> None:
        """Stop serving."""
        self._serving.close()

    async def _application(self, scope: Message, receive: Receive, send: Send) -> None:
        body = await whole_body(receive)
        headers = {key.decode().lower(): value.decode("latin-1") for key, value in scope["headers"]}
        path = scope["raw_path"].decode()
        query = dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True))
        asked = (scope["method"], path, query, headers, body)
        answer = await anyio.to_thread.run_sync(lambda: self.answer(*asked))
        await answered(send, answer.status, answer.headers, (answer.text or "").encode())

    def answer(
        self, method: str, path: str, query: dict[str, str], headers: dict[str, str], body: bytes
    ) -> Answer:
        """Answer one request; whatever is not as published becomes a fault."""
        twin = self._twin
        path = self._named(path)
        found = route(method, urlsplit(path).path)
        name = found[0].name if found else f"{method} {path}"
        if twin.troubles.latency:
            time.sleep(twin.troubles.latency)
        if twin.troubles.watching:
            twin.troubles.watching("before", name)
        with twin.lock:
            trouble = twin.troubles.next(name)
            parsed: object = None
            try:
                parsed = json.loads(body) if body.strip() else None
                if trouble is not None and not trouble.after:
                    answer = _failed(trouble, Answer())
                else:
                    answer = self._answered(found, (method, path, query, headers, parsed))
                    answer = _failed(trouble, answer) if trouble else answer
            except Refusal as refusal:
                answer = _refused(refusal)
            except Exception:  # noqa: BLE001 - a bug of the twin's must fail the test, not hang it
                twin.faults.append(f"{name}: {traceback.format_exc()}")
                answer = _refused(Refusal(400, "The twin failed"))  # a 500 would be tried again
            answer = _written(answer)
            twin.calls.add(Call(name, path, query, parsed, answer.status, twin.clock.now))
        if twin.troubles.watching:
            twin.troubles.watching("after", name)
        return answer

    def _named(self, path: str) -> str:
        """Take a URL by ids, as GitHub itself writes some, for the one by names."""
        if match := REPOSITORY_BY_ID.match(path):
            for repo in self._twin.repos.values():
                if str(repo.id) == match.group(1):
                    return f"/repos/{repo.full_name}{path[match.end() :]}"
        match = TEAM_BY_ID.match(path)
        if match is None:
            return path
        for org in self._twin.orgs.values():
            for team in org.teams.values():
                if (str(org.account.id), str(team.id)) == match.groups():
                    return f"/orgs/{team.org}/teams/{team.slug}{path[match.end() :]}"
        return path

    def _answered(
        self,
        found: tuple[Route, dict[str, str]] | None,
        said: tuple[str, str, dict[str, str], dict[str, str], object],
    ) -> Answer:
        twin = self._twin
        method, path, query, headers, body = said
        caller = twin.keys.caller(headers.get("authorization"))
        resource = "graphql" if path == "/graphql" else "core"
        limits = self._spent(caller.budget, resource)
        if found is None:
            twin.faults.append(f"{method} {path}: the twin does not answer this")
            raise NOT_FOUND
        one, given = found
        whole = body if isinstance(body, dict) else {"": body}
        asked = Asked(twin, method, path, query, headers, whole, caller, given)
        try:
            self._checked(one, asked, body)
            checked = self._as_published(one, one.answering(asked))
        except Refusal as refusal:
            checked = self._as_published(one, _refused(refusal))
        checked.headers |= limits
        checked.headers["X-Accepted-GitHub-Permissions"] = one.needs.replace("|", "; ")
        return self._unchanged(asked, checked, resource)

    def _checked(self, one: Route, asked: Asked, body: object) -> None:
        """Refuse what GitHub would refuse, in its order: shape, sight, permission."""
        twin = self._twin
        problems: list[str] = []
        if one.name != GRAPHQL:
            problems = list(twin.contract.request(one.name, asked.query, body))
            version = asked.headers.get("x-github-api-version", API_VERSION)
            if version != API_VERSION:
                problems.append(f"{one.name}: the twin speaks API version {API_VERSION} only")
            twin.faults += problems
            allowed = operations()["operations"][one.name]["apps"]
            if asked.caller.kind == "installation" and not allowed:
                raise FORBIDDEN
        _admitted(one, asked)
        if problems:
            raise Refusal(422, "Invalid request.", *problems)

    def _as_published(self, one: Route, answer: Answer) -> Answer:
        if answer.text is None and one.name != GRAPHQL:
            answer.body, problems = self._twin.contract.response(
                one.name, answer.status, answer.body
            )
            self._twin.faults += problems
        return _written(answer)

    def _unchanged(self, asked: Asked, answer: Answer, resource: str) -> Answer:
        """Give an ETag; answer 304, free of charge, to who has it already."""
        if asked.method != "GET" or answer.status != 200 or answer.text is None:
            return answer
        tag = f'W/"{hashlib.sha256(answer.text.encode()).hexdigest()}"'
        answer.headers["ETag"] = tag
        if asked.headers.get("if-none-match") in (tag, tag.removeprefix("W/")):
            asked.caller.budget.used[resource] -= 1
            kept = {k: v for k, v in answer.headers.items() if k != "Content-Type"}
            return Answer(status=304, headers=kept, text="")
        return answer

    def _spent(self, budget: Budget, resource: str) -> dict[str, str]:
        """Count a request; return the headers that tell how many are left.

        Raises:
            Refusal: 403 when none is.
        """
        now = self._twin.clock.wall()
        if budget.reset is None or budget.reset <= now:
            budget.reset, budget.used = now + HOUR, {}
        used = budget.used.get(resource, 0) + 1
        headers = {
            "X-RateLimit-Limit": str(budget.limit),
            "X-RateLimit-Remaining": str(max(budget.limit - used, 0)),
            "X-RateLimit-Used": str(min(used, budget.limit)),
            "X-RateLimit-Reset": str(int(budget.reset.timestamp())),
            "X-RateLimit-Resource": resource,
        }
        if used > budget.limit:
            raise Refusal(403, "API rate limit exceeded for this token.", headers=headers)
        budget.used[resource] = used
        return headers


def _admitted(one: Route, asked: Asked) -> None:
    caller: Caller = asked.caller
    if one.needs == "app":
        if caller.kind != "app":
            raise Refusal(401, "A JSON web token could not be decoded")
        return
    if one.needs == "anyone":
        return
    if caller.kind == "app":
        raise Refusal(403, "Resource not accessible by integration")
    if "owner" in asked.given:
        name = f"{asked.given['owner']}/{asked.given['repo']}"
        repo = asked.twin.repo_named(name)
        if repo is None and (old := asked.twin.former.get(name)) and caller.sees(old):
            rest = asked.path.removeprefix(f"/repos/{name}")
            where = {"Location": f"{asked.twin.url}/repositories/{old.id}{rest}"}
            raise Refusal(301, "Moved Permanently", headers=where)
        if repo is None or not caller.sees(repo):
            raise NOT_FOUND
        asked.found = repo
    if not caller.may(one.needs, asked.found):
        raise FORBIDDEN if caller.kind == "installation" else NOT_FOUND


def _refused(refusal: Refusal) -> Answer:
    body: Json = {
        "message": refusal.message,
        "documentation_url": DOCS,
        "status": str(refusal.status),
    }
    if refusal.errors:
        body["errors"] = [
            {"message": error, "resource": "", "code": "custom"} for error in refusal.errors
        ]
    return Answer(body, refusal.status, dict(refusal.headers))


def _written(answer: Answer) -> Answer:
    if answer.text is None and answer.body is not None:
        answer.text = json.dumps(answer.body)
        answer.headers.setdefault("Content-Type", "application/json; charset=utf-8")
    return answer


def _failed(trouble: Trouble, answer: Answer) -> Answer:
    if trouble.cut and answer.text:
        answer.text = answer.text[: len(answer.text) // 2]
        return answer
    return _refused(Refusal(trouble.status, trouble.message, headers=dict(trouble.headers)))
