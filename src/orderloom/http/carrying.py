"""Carrying out what a request wants: alone at the edge, or as a set of its own.

Invariant: dry runs and sets never share a transaction with strangers.
"""

from collections.abc import Sequence
from typing import Any

from starlette.requests import Request

from orderloom.http.ports import platform
from orderloom.http.request import actor_of
from orderloom.records.command import Command
from orderloom.records.idempotency import Answer, Once
from orderloom.records.service import Wish


async def carry_out(
    request: Request,
    commands: Sequence[Command],
    raw: bytes,
    render: Any,
    *,
    atomic: bool = False,
    dry_run: bool = False,
) -> Answer:
    """The rendered answer of a request's commands; an idempotency key is honoured.

    Raises:
        KeyInProgressError: another request works on the key.
        KeyReusedError: the key belongs to another payload.
    """
    here = platform(request)
    key = request.headers.get("idempotency-key")
    if key and not dry_run:
        actor = await actor_of(request)
        once = Once(
            actor_id=actor.person_id,
            route=f"{request.method} {request.url.path}?{request.url.query}",
            key=key[:200],
            payload=raw,
        )
        if len(commands) == 1 and not atomic:
            return await here.edge.carry_out_once(
                Wish(command=commands[0], once=once, render=render)
            )
        return await here.records.apply_once(commands, once, render, atomic=atomic)
    if len(commands) == 1 and not atomic and not dry_run:
        results = [await here.edge.carry_out(commands[0], size=len(raw))]
    else:
        results = await here.records.apply(commands, dry_run=dry_run, atomic=atomic)
    answer: Answer = render(results)
    return answer
