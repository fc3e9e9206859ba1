"""One POST to an OpenAI-compatible chat endpoint: bounded in time, size and tries; no SDK."""

import json
import os
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from typing import Any
from urllib.parse import urlsplit

from rlprep.errors import MisuseError

URL_VARIABLE, KEY_VARIABLE, MODEL_VARIABLE = (
    "RLPREP_JUDGE_URL",
    "RLPREP_JUDGE_KEY",
    "RLPREP_JUDGE_MODEL",
)
MAX_REPLY = 1_000_000  # bytes
_TRIES = 4
_LONGEST_WAIT_S = 20.0
_TRY_AGAIN = frozenset({429, 500, 502, 503, 504})


class EndpointError(Exception):
    """The endpoint gave nothing usable; the message says why and holds no secret."""


@dataclass(frozen=True)
class Endpoint:
    """Where a language model is asked.

    Attributes:
        url: of the chat completions, http or https.
        key: sent as a bearer token, empty where none is needed.
        model: its name there.
        timeout_s: for one try, from the first byte sent to the last one read.
    """

    url: str
    key: str
    model: str
    timeout_s: float = 60.0

    @property
    def host(self) -> str:
        """Return the host that everything is sent to."""
        return urlsplit(self.url).netloc.rpartition("@")[2]


def endpoint_from_environment() -> Endpoint:
    """Return the endpoint that the environment names.

    Raises:
        MisuseError: a variable is missing, or the URL is none of http or https.
    """
    url = os.environ.get(URL_VARIABLE, "").strip()
    model = os.environ.get(MODEL_VARIABLE, "").strip()
    for name, value in ((URL_VARIABLE, url), (MODEL_VARIABLE, model)):
        if not value:
            hint = f"set {URL_VARIABLE}, {MODEL_VARIABLE} and, where one is needed, {KEY_VARIABLE}"
            raise MisuseError(f"--judge needs {name}", hint=hint)
    if urlsplit(url).scheme not in ("http", "https") or not urlsplit(url).netloc:
        hint = "as in https://api.example.com/v1/chat/completions"
        raise MisuseError(f"{URL_VARIABLE} is no http or https address", hint=hint)
    if not urlsplit(url).path.rstrip("/").endswith("/chat/completions"):
        url = url.rstrip("/") + "/chat/completions"
    return Endpoint(url, os.environ.get(KEY_VARIABLE, "").strip(), model)


def complete(
    endpoint: Endpoint,
    messages: list[dict[str, str]],
    *,
    sleep: Callable[[float], None] = time.sleep,
) -> str:
    """Return what the model answers.

    An overloaded endpoint (429, 5xx) is asked again up to three times, after the time it names or
    a growing one, never more than 20 seconds. A redirect is not followed: the key is for one host.

    Raises:
        EndpointError: no reply, a refusal, or a reply that is no completion.
    """
    body = {"model": endpoint.model, "messages": messages, "temperature": 0}
    for tried in range(1, _TRIES + 1):
        try:
            return _content(_post(endpoint, json.dumps(body).encode()))
        except urllib.error.HTTPError as error:
            with error:
                wait = _wait(error.headers.get("Retry-After"), tried)
            if error.code not in _TRY_AGAIN or tried == _TRIES:
                raise EndpointError(f"{endpoint.host} answered {error.code}") from None
            sleep(wait)
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise EndpointError(f"{endpoint.host} can't be asked: {reason}") from None
    raise EndpointError(f"{endpoint.host} gave no answer")


def _post(endpoint: Endpoint, body: bytes) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    request = urllib.request.Request(endpoint.url, body, headers, method="POST")
    deadline = time.monotonic() + endpoint.timeout_s
    opener = urllib.request.build_opener(_NoRedirects)
    with opener.open(request, timeout=endpoint.timeout_s) as response:
        return _bounded(response, deadline)


def _bounded(response: HTTPResponse, deadline: float) -> bytes:
    """Read a reply in pieces: one that never ends, or drips, is given up."""
    reply = bytearray()
    while piece := response.read1(65_536):
        reply += piece
        if len(reply) > MAX_REPLY:
            raise EndpointError(f"the reply is longer than {MAX_REPLY:,} bytes")
        if time.monotonic() > deadline:
            raise EndpointError("the reply takes too long")
    return bytes(reply)


class _NoRedirects(urllib.request.HTTPRedirectHandler):
    def http_error_302(self, req: Any, fp: Any, code: int, msg: str, headers: Any) -> None:
        """Follow nothing: the caller then sees the status as an error."""

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302


def _wait(named: str | None, tried: int) -> float:
    """Return how many seconds to wait: as the endpoint says, a number or a date, but not long."""
    seconds = float(2 ** (tried - 1))
    if named:
        try:
            seconds = float(named)
        except ValueError:
            try:
                seconds = parsedate_to_datetime(named).timestamp() - time.time()
            except (TypeError, ValueError):
                seconds = float(2 ** (tried - 1))
    return min(max(seconds, 0.0), _LONGEST_WAIT_S) if seconds == seconds else 1.0


def _content(reply: bytes) -> str:
    try:
        content = json.loads(reply)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError, RecursionError):
        raise EndpointError("the reply is no chat completion") from None
    if not isinstance(content, str):
        raise EndpointError("the reply holds no text")
    return content
