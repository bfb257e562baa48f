"""The HTTP conversation with one party's FATE Flow (API v2, fate_flow/apps/client, 2.2.0), through the party's nginx."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

import httpx
from pydantic import ValidationError

from fedfleet.engine.fate.errors import FlowAnswerError, FlowUnreachableError, GatewayError, JobNotFoundError, OversizeError
from fedfleet.engine.fate.views import Answer

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

_OK: Final = 0
_JOB_NOT_FOUND: Final = 1001
_TASK_NOT_FOUND: Final = 2000

_GATEWAY_ADVICE: Final = {
    403: "The call must come through the exchange: look at the certificates of the exchange's and the party's nginx",
    404: "No such path is open there, or the exchange has no route to that party",
    421: "The exchange's route leads to another party: ask the exchange's operator to look at the routes",
    502: "nginx has nobody behind it: look at the pod of FATE Flow, or of the exchange's nginx",
    503: "The party has not been admitted yet, or the exchange does not know the other party",
    504: "What is behind nginx did not answer in time",
}


class FlowConnection:
    """One party's FATE Flow as an HTTP server. nginx hands on by the header `dest-party-id`."""

    def __init__(
        self, base_url: str, party_id: str, *, timeout: float, transport: httpx.BaseTransport | None, trouble: Callable[[], str]
    ) -> None:
        self.party_id = party_id
        self._trouble = trouble
        # Never by the environment's proxies: the far end of a tunnel is on this machine.
        self._http = httpx.Client(base_url=base_url, timeout=timeout, transport=transport, trust_env=False)

    def close(self) -> None:
        """Close every connection."""
        self._http.close()

    def ask(self, method: str, path: str, *, dest: str = "", **what: Any) -> Answer:
        """A call that FATE Flow must answer with yes.

        Raises:
            JobNotFoundError: it has no such job or task. FlowAnswerError: it said no for another reason.
            FlowUnreachableError, GatewayError: no answer of FATE Flow came.
        """
        return self.accepted(self.send(method, path, dest=dest, **what), dest)

    def send(self, method: str, path: str, *, dest: str = "", **what: Any) -> httpx.Response:
        """A call and its whole response, whatever FATE Flow says in it."""
        party = dest or self.party_id
        try:
            response = self._http.request(method, path, headers=self._headers(party), **what)
        except httpx.HTTPError as error:
            raise self._silence(party, path, error) from error
        self._past_nginx(response, party)
        return response

    def fetch(self, method: str, path: str, target: Path, *, most_bytes: int, **what: Any) -> int:
        """Write what FATE Flow sends into a file, whole or not at all; returns its bytes.

        Raises:
            OversizeError: more than ``most_bytes`` came; nothing is left of it.
            FlowAnswerError, FlowUnreachableError, GatewayError: as in ``ask``.
        """
        draft = target.with_name(f".{target.name}.draft")
        try:
            with self._http.stream(method, path, headers=self._headers(self.party_id), **what) as response:
                if response.status_code != httpx.codes.OK or "json" in response.headers.get("content-type", ""):
                    response.read()
                    self._past_nginx(response, self.party_id)
                    self.accepted(response)
                    raise self._not_a_file(response)
                size = 0
                with draft.open("wb") as file:
                    for part in response.iter_bytes():
                        size += len(part)
                        if size > most_bytes:
                            raise OversizeError(
                                f"party {self.party_id} sends more than is taken",
                                expected=f"at most {most_bytes} bytes",
                                found=f"{size} bytes, and more to come",
                                where=str(response.request.url),
                                next_step="Take it from the party's own FATE Flow or HDFS instead",
                            )
                        file.write(part)
            draft.replace(target)
        except httpx.HTTPError as error:
            raise self._silence(self.party_id, path, error) from error
        finally:
            draft.unlink(missing_ok=True)
        return size

    def answer(self, response: httpx.Response) -> Answer:
        """The envelope that FATE Flow puts around everything.

        Raises:
            FlowAnswerError: something else answers there.
        """
        try:
            return Answer.model_validate_json(response.content)
        except ValidationError as error:
            raise FlowAnswerError(
                f"what answers as FATE Flow of party {self.party_id} is not FATE Flow 2",
                code=-1,
                found=response.text[:300],
                where=str(response.request.url),
                next_step="Look at the image and version of the pod python",
            ) from error

    @staticmethod
    def _headers(party: str) -> dict[str, str]:
        return {"dest-party-id": party, "service": "fateflow"}

    def accepted(self, response: httpx.Response, dest: str = "") -> Answer:
        """The envelope of a response that says yes; ``dest`` is whom it was for, where that is another party.

        Raises:
            JobNotFoundError, FlowAnswerError: it says no.
        """
        answer = self.answer(response)
        if answer.code == _OK:
            return answer
        kind = JobNotFoundError if answer.code in {_JOB_NOT_FOUND, _TASK_NOT_FOUND} else FlowAnswerError
        raise kind(
            f"FATE Flow of party {dest or self.party_id} refused",
            code=answer.code,
            found=f"return code {answer.code}: {answer.message}",
            where=str(response.request.url),
        )

    def _not_a_file(self, response: httpx.Response) -> FlowAnswerError:
        return FlowAnswerError(
            f"FATE Flow of party {self.party_id} sent no file", code=-1, found=response.text[:300], where=str(response.request.url)
        )

    def _silence(self, party: str, path: str, error: httpx.HTTPError) -> FlowUnreachableError:
        return FlowUnreachableError(
            f"FATE Flow of party {party} did not answer",
            expected="an HTTP answer",
            found=self._trouble() or (f"{type(error).__name__}: {error}" if str(error) else type(error).__name__),
            where=f"{self._http.base_url}{path}",
            next_step="Look whether the party's pods python and nginx are Ready",
        )

    @staticmethod
    def _past_nginx(response: httpx.Response, party: str) -> None:
        if response.status_code == httpx.codes.OK:
            return
        raise GatewayError(
            f"nginx answered for FATE Flow of party {party}",
            status=response.status_code,
            found=f"HTTP {response.status_code}: {response.text[:300].strip()}",
            where=f"{response.request.method} {response.request.url}, dest-party-id {party}",
            next_step=_GATEWAY_ADVICE.get(response.status_code, "Look at the logs of the party's nginx"),
        )
