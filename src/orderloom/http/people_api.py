"""People and departments: finding them for everybody, administering them for owners."""

from collections.abc import Mapping
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from orderloom.access import directory, people
from orderloom.access.actor import Actor
from orderloom.access.directory import PersonChange, Role
from orderloom.access.passwords import check_strength, hash_password
from orderloom.access.people import NewPerson
from orderloom.base.errors import Fault, ForbiddenError, NotFoundError
from orderloom.http.errors import BadQueryError
from orderloom.http.ports import platform
from orderloom.http.request import actor_of, json_object, query_of, record_id, reply

Text = Annotated[str, Field(min_length=1, max_length=100)]
Model = TypeVar("Model", bound=BaseModel)


class AdministratorError(ForbiddenError):
    """Only an owner administers people."""

    code = "http.administrator_only"


class PersonNotFoundError(NotFoundError):
    """There is no such person."""

    code = "access.unknown_person"


class RoleBody(BaseModel):
    """A role of an app; ``keys`` are ids of records, such as a keeper's warehouses."""

    model_config = ConfigDict(extra="forbid")
    app: Text
    role: Text
    keys: dict[str, list[str]] = Field(default_factory=dict)


class ChangeBody(BaseModel):
    """What may change about a person."""

    model_config = ConfigDict(extra="forbid")
    name: Text | None = None
    active: bool | None = None
    department: str | None = None
    password: Annotated[str, Field(max_length=200)] | None = None
    roles: list[RoleBody] | None = None


class PersonBody(ChangeBody):
    """A person to be made; without a password nobody signs in until one is set."""

    login: Annotated[str, Field(pattern=r"^[A-Za-z0-9._@-]{2,60}$")]
    name: Text
    language: Annotated[str, Field(pattern="^(zh-CN|en)$")] = "zh-CN"


class DepartmentBody(BaseModel):
    """A department to be made."""

    model_config = ConfigDict(extra="forbid")
    name: Text
    parent: str | None = None


def administrator(actor: Actor) -> Actor:
    """The actor, when they may administer people.

    Raises:
        AdministratorError: they may not.
    """
    if not actor.unrestricted:
        raise AdministratorError
    return actor


def _read(model: type[Model], body: Mapping[str, Any]) -> Model:
    """The body as its model; every fault at once."""
    try:
        return model.model_validate(dict(body))
    except ValidationError as error:
        raise BadQueryError(
            errors=[
                Fault(
                    pointer="/" + "/".join(str(part) for part in one["loc"]),
                    code="records.required" if one["type"] == "missing" else "http.bad_value",
                    params={"problem": one["msg"]},
                )
                for one in error.errors()
            ]
        ) from error


def _roles(request: Request, given: list[RoleBody] | None) -> list[Role] | None:
    """The roles, which must exist."""
    if given is None:
        return None
    catalog = platform(request).catalog
    faults: list[Fault] = []
    found: list[Role] = []
    for index, one in enumerate(given):
        live = catalog.apps.get(one.app)
        if live is None or one.role not in live.app.roles:
            faults.append(Fault(pointer=f"/roles/{index}/role", code="access.unknown_role"))
        keys = {key: [record_id(id_) or 0 for id_ in ids] for key, ids in one.keys.items()}
        found.append((one.app, one.role, keys))
    if faults:
        raise BadQueryError(errors=faults)
    return found


async def search_people(request: Request) -> Response:
    """``GET /people``: names for pickers; ``full=true`` tells an owner everything."""
    actor = await actor_of(request)
    query = query_of(request, frozenset(("search", "limit", "full")))
    async with platform(request).database.read() as conn:
        if query.get("full") == "true":
            administrator(actor)
            found: list[Any] = await directory.people_in_full(conn)
        else:
            found = list(await people.search_people(conn, query.get("search", "")))
    return reply({"items": found, "next": None})


async def create_person(request: Request) -> Response:
    """``POST /people``."""
    actor = administrator(await actor_of(request))
    body = _read(PersonBody, await json_object(request))
    roles = _roles(request, body.roles)
    department = await _department(request, body.department)
    password = await _hashed(body.password)
    person = NewPerson(
        login=body.login,
        name=body.name,
        password_hash=password,
        language=body.language,
        department_id=department,
        roles=roles or (),
    )
    async with platform(request).database.transaction() as conn:
        made = await directory.create_person(conn, person, actor.person_id)
        shown = await directory.people_in_full(conn, made)
    return reply(shown[0], 201)


async def change_person(request: Request) -> Response:
    """``PATCH /people/{person}``."""
    actor = administrator(await actor_of(request))
    body = _read(ChangeBody, await json_object(request))
    person = record_id(request.path_params["person"]) or 0
    change = PersonChange(
        name=body.name,
        active=body.active,
        department_id=await _department(request, body.department),
        password_hash=await _hashed(body.password),
        roles=_roles(request, body.roles),
    )
    async with platform(request).database.transaction() as conn:
        if not await people.existing_people(conn, [person]):
            raise PersonNotFoundError(id=request.path_params["person"])
        await directory.change_person(conn, person, change, actor.person_id)
        shown = await directory.people_in_full(conn, person)
    return reply(shown[0])


async def _hashed(password: str | None) -> str | None:
    if password is None:
        return None
    check_strength(password)
    return await hash_password(password)


async def _department(request: Request, given: str | None) -> int | None:
    """The department's id, which must exist."""
    if given is None:
        return None
    id_ = record_id(given) or 0
    async with platform(request).database.read() as conn:
        if not await people.existing_departments(conn, [id_]):
            raise BadQueryError(
                errors=[Fault(pointer="/department", code="records.unknown_reference")]
            )
    return id_


async def list_departments(request: Request) -> Response:
    """``GET /departments``."""
    await actor_of(request)
    async with platform(request).database.read() as conn:
        found = await people.all_departments(conn)
    return reply({"items": found, "next": None})


async def create_department(request: Request) -> Response:
    """``POST /departments``."""
    actor = administrator(await actor_of(request))
    body = _read(DepartmentBody, await json_object(request))
    parent = await _department(request, body.parent)
    async with platform(request).database.transaction() as conn:
        made = await people.create_department(conn, body.name, parent, actor.person_id)
    answer = {"id": str(made), "name": body.name, "parent": body.parent}
    return reply(answer, 201)
